"""The schedule in talk: what is due, and what the coming rounds would ask; for admins alone."""

from collections.abc import Iterator

import pytest

from app.opening import LIBRARY
from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, respond
from bot.heard import TEXT, Heard
from content.library import load_library
from content.phrases import Phrases
from content.publishing import publish
from scheduler.calendar import Calendar
from scheduler.planning import plan_ahead
from store.database import Database
from store.tables import Account, Grant
from tests.participation.rounds import LONG_AGO, add_people, add_unit, link
from tests.scheduler import stage
from tests.scheduler.stage import MONDAY


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """A content admin speaks on the Monday before the first round; the library is the one that ships."""
    library = load_library(LIBRARY)
    with database.transaction() as session:
        (admin,) = add_people(session, add_unit(session, "A"), 1)
        session.add(Grant(person_id=admin, role="content_admin", from_on=LONG_AGO))
        account = session.get_one(Account, link(session, admin, MONDAY))
        publish(session, library, MONDAY)
        stage.add_plan(session)
        plan_ahead(session, Calendar(), MONDAY)
        topics = {code: topic.name for code, topic in library.topics.items()}
        yield Talk(session, House(phrases, "Sở Mẫu", b"key", "1", topics), account, MONDAY)


def test_an_admin_reads_what_is_due_and_what_the_coming_rounds_ask(talk: Talk) -> None:
    (due,) = respond(talk, Heard("web", talk.account.address, TEXT, MONDAY, text="lịch gửi"))
    assert "09:00 thứ Ba 10/11: mở đợt mới" in due.text
    assert [choice.label for choice in due.choices] == ["Nội dung các đợt tới", "Về các mục chính"]
    first = act(talk, due.choices[0].action)
    assert first.text.count("- Đợt") == 6
    assert "- Đợt 1, 09:00 thứ Ba 10/11:" in first.text
    assert len(first.plain()) <= 1500
    second = act(talk, first.choices[0].action)
    assert "- Đợt 7," in second.text
    assert not set(first.text.splitlines()[1:]) & set(second.text.splitlines()[1:])


def test_nobody_else_is_told(talk: Talk) -> None:
    (other,) = add_people(talk.session, 1, 1)
    account = talk.session.get_one(Account, link(talk.session, other, MONDAY))
    nobody = Talk(talk.session, talk.house, account, MONDAY)
    assert act(nobody, "ahead:1:1").text == act(nobody, "say:lichgui").text == talk.words("menu.unclear")
    assert act(talk, "ahead:99:1").text == talk.words("menu.unclear")
