"""What an operator asks of the doors in chat, and how a person chooses between accounts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, respond
from bot.heard import TEXT, Heard
from content.message import Message
from content.phrases import Phrases
from scheduler import outbox
from scheduler.channel import Outcome, Refused, Unknown
from scheduler.doors import health, quota
from scheduler.doors.stopping import stopped_since
from scheduler.doors.terms import Terms
from store.database import Database
from store.tables import Account, AuditEntry, Door, Grant
from tests.participation.rounds import LONG_AGO
from tests.scheduler.doors.people import LINES, OA, add_person, claim, open_doors
from tests.scheduler.fakes import START, add_letter

DAY = timedelta(days=1)


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """An operator with two accounts speaks on Telegram; there are three doors."""
    with database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "zalo-oa": OA, "zalo-bot:1": Terms(monthly_quota=3000)})
        operator, ids = add_person(session, {"zalo-oa": START - 8 * DAY, "telegram": START})
        session.add(Grant(person_id=operator, role="operator", from_on=LONG_AGO))
        session.flush()
        account = session.get_one(Account, ids["telegram"])
        yield Talk(session, House(phrases, "Sở Mẫu", b"key", "1", {}), account, START)


def say(talk: Talk, text: str) -> Message:
    (answer,) = respond(talk, Heard("telegram", talk.account.address, TEXT, START, text=text))
    return answer


def test_health_tells_what_needs_somebody_first(talk: Talk) -> None:
    talk.session.get_one(Door, "zalo-oa").expires_at = START + DAY
    health.note(talk.session, "zalo-bot:1", "zalo-bot:1", 1, [Unknown("cut off")], START)
    quota.count(talk.session, "telegram", quota.SENT, 3, START)
    told = say(talk, "sức khỏe").text.splitlines()
    assert told == [
        "Tình trạng các kênh, 09:00 ngày 10/11/2026.",
        "- zalo-bot:1: đang không gửi được từ 09:00 thứ Ba 10/11. Chờ 0, giữ 0, chưa rõ 0.",
        "- telegram: hoạt động. Gửi gần nhất 09:00 thứ Ba 10/11. Chờ 0, giữ 0, chưa rõ 0.",
        "- zalo-oa: hoạt động. Mã truy cập đến 09:00 thứ Tư 11/11. Chờ 0, giữ 0, chưa rõ 0.",
    ]


def test_quotas_and_who_is_outside_the_window(talk: Talk) -> None:
    quota.count(talk.session, "zalo-bot:1", quota.SENT, 1200, START)
    quota.count(talk.session, "zalo-bot:1", quota.RECEIVED, 300, START)
    told = say(talk, "/hanmuc").text.splitlines()
    assert told[:4] == [
        "Hạn mức tháng này, đến 00:00 thứ Ba 01/12:",
        "- telegram: không giới hạn (gửi 0, nhận 0).",
        "- zalo-bot:1: 1500/3000 tin (gửi 1200, nhận 300).",
        "- zalo-oa: không giới hạn (gửi 0, nhận 0). Ngoài cửa sổ tương tác: 1/1 người.",
    ]


def test_what_was_not_delivered_is_told_by_reason_and_names_nobody(talk: Talk) -> None:
    outcomes: list[Outcome] = [Refused("no such chat"), Refused("no such chat"), Unknown("cut off")]
    for number, outcome in enumerate(outcomes):
        _, ids = add_person(talk.session, {"telegram": START}, f"NV9{number}")
        letter = add_letter(talk.session, ids["telegram"], f"card {number}")
        claim(talk.session, "telegram")
        outbox.settle(talk.session, LINES["telegram"], letter, outcome, START)
    told = say(talk, "lỗi gửi").text
    assert "- 2 tin, telegram: bị từ chối (no such chat)\n- 1 tin, telegram: chưa rõ kết quả (cut off)" in told
    assert "NV9" not in told


def test_stopping_is_asked_once_holds_what_is_scheduled_and_is_undone(talk: Talk) -> None:
    _, ids = add_person(talk.session, {"telegram": START}, "NV2")
    add_letter(talk.session, ids["telegram"], "card")
    asked = say(talk, "tạm ngừng")
    assert stopped_since(talk.session) is None
    done = act(talk, asked.choices[0].action)
    assert stopped_since(talk.session) == START
    assert "Tin định kỳ đang tạm ngừng từ 09:00 thứ Ba 10/11" in done.text
    assert claim(talk.session, "telegram") == []
    assert "Tin định kỳ đang tạm ngừng theo lệnh" in say(talk, "suc khoe").text
    assert "được gửi trở lại" in act(talk, done.choices[0].action).text
    assert len(claim(talk.session, "telegram")) == 1
    acts = {row.act for row in talk.session.exec(select(AuditEntry))}
    assert {"stop_sending", "resume_sending"} <= acts


@pytest.mark.parametrize("said", ["sức khỏe", "hạn mức", "lỗi gửi", "tạm ngừng", "stopall:yes"])
def test_nobody_else_is_told_or_stops_anything(talk: Talk, said: str) -> None:
    _, ids = add_person(talk.session, {"telegram": START}, "NV2")
    other = Talk(talk.session, talk.house, talk.session.get_one(Account, ids["telegram"]), START)
    answer = act(other, said) if ":" in said else say(other, said)
    assert answer.text == talk.words("menu.unclear")
    assert stopped_since(talk.session) is None


def test_a_person_puts_one_account_first_and_lets_the_newest_lead_again(talk: Talk) -> None:
    asked = say(talk, "kênh nhận tin")
    assert "1) Telegram\n2) Zalo của cơ quan (Ngoài cửa sổ tương tác" in asked.text
    chosen = act(talk, asked.choices[0].action)
    assert "1) Zalo của cơ quan (Ngoài" in chosen.text
    assert "do Anh/Chị chọn" in chosen.text
    again = act(talk, next(choice.action for choice in chosen.choices if choice.action == "first:0"))
    assert "1) Telegram" in again.text
    assert "Kênh nhận tin" in [choice.label for choice in say(talk, "cài đặt").choices]


def test_nobody_moves_an_account_of_somebody_else(talk: Talk) -> None:
    _, ids = add_person(talk.session, {"telegram": START}, "NV2")
    act(talk, f"first:{ids['telegram']}")
    assert talk.session.get_one(Account, ids["telegram"], populate_existing=True).chosen_at is None
