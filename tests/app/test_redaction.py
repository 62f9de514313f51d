"""Redaction: what goes, however it is written, and what must stay readable."""

import pytest

from app.redaction import redacted
from participation import invitations
from store.database import Database
from tests.conftest import Clock
from tests.participation.rounds import add_people, add_unit

TOKEN = "8123456789:AAF-x_yZ0123456789abcdefghijklmnopq"


@pytest.mark.parametrize(
    "line",
    [
        TOKEN,
        f"POST https://api.telegram.org/bot{TOKEN}/sendMessage",
        f"https://api.telegram.org/file/bot{TOKEN}/documents/file_1.pdf",
        f"/bot{TOKEN}/getUpdates?offset=-1",
        f"token={TOKEN}&x=1",
        f'{{"event": "bot{TOKEN} failed"}}',
        f"SecretStr('{TOKEN}')",
        f"\\/bot{TOKEN}\\/sendMessage",
        f"POST https://bot-api.zaloplatforms.com/bot1459232241454765289{TOKEN[10:]}/sendMessage",
        f"url=%2Fbot{TOKEN.replace(':', '%3A')}%2FgetMe",
    ],
)
def test_a_token_goes_wherever_it_stands(line: str) -> None:
    assert "AAF-x_yZ" not in redacted(line)
    assert "<token>" in redacted(line)


def test_zalos_webhook_secret_goes() -> None:
    assert "S3cret" not in redacted("headers: {'X-Bot-Api-Secret-Token': 'S3cret-of-tests'}")
    assert "S3cret" not in redacted('{"url": "https://nep.example.vn/zalo/1", "secret_token": "S3cret-of-tests"}')


@pytest.mark.parametrize(
    "line",
    [
        "code K7M2-QX9T was tried",
        "code k7m2-qx9t was tried",
        "K7M2QX9T",
        "k7m2qx9t",
        "'k7m2 qx9t'",
        "/start K7M2QX9T",
        "https://t.me/nep_bot?start=K7M2QX9T",
        "http://chat.example/?code=k7m2qx9t&x=1",
        '{"text": "K7M2-QX9T"}',
        '{\\"text\\": \\"k7m2-qx9t\\"}',
    ],
)
def test_a_code_goes_in_links_and_texts_in_every_spelling(line: str) -> None:
    told = redacted(line).lower()
    assert "k7m2" not in told
    assert "qx9t" not in told


@pytest.mark.parametrize("code", ["2345-K7M2", "2345K7M2", "HJKM-2345", "HJKM 2345", "2345 HJKM", "hjkmnpq2"])
def test_a_code_goes_wherever_its_digits_stand(code: str) -> None:
    assert redacted(f"typed {code}.") == "typed <code>."


def test_every_code_that_is_issued_is_recognised(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        people = add_people(session, add_unit(session, "A"), 300)
        for one in invitations.issue(session, people, b"key", clock()):
            for spelled in (one.code, one.code.lower(), invitations.shown(one.code)):
                assert redacted(f'"{spelled}"') == '"<code>"', spelled


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "+84912345678",
        "+84 912 345 678",
        "84912345678",
        "84 912.345.678",
        "(0912345678)",
        '"0912345678"',
        "phone=0912345678",
        "sdt:0912345678",
        "tel:+84912345678",
        "0912345678:",
        "091 234 56 78",
    ],
)
def test_a_phone_number_goes_in_every_spelling(written: str) -> None:
    for line in (written, f"số {written}, xin gọi lại", f'{{"phone_number": "{written}"}}'):
        digits = "".join(letter for letter in redacted(line) if letter.isdigit())
        assert "345678" not in digits, redacted(line)


@pytest.mark.parametrize(
    "line",
    [
        "tick at 09:00 10/11/2026, done=1 missed=0",
        '"timestamp": "2026-11-10T02:00:00.123456Z"',
        '"timestamp": "2026-11-10T02:00:00.012345Z"',
        "unit P-HC.01 moved under SO-MAU",
        "round 12 of plan hang-tuan: 1204 messages",
        "Trợ lý Văn hóa công sở chưa xử lý được tin này",
        "delivery 1000000 refused: Bad Request: chat not found",
        "serving on http://127.0.0.1:8080; Telegram off",
        "outbox of telegram: OperationalError at drain.py:123",
        "next try in 60 s; retry_after 30",
        "Quyết định 1847/QĐ-TTg ngày 27/12/2018",
        "the start failed; start again later",
        "họp lúc 17:08 10.11.2026",
        "BHXH BHTN 2026",
        "delivery 42 left behind by holder 8251-60de8cf4",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


def test_a_webhook_secret_goes_and_its_name_stays() -> None:
    line = redacted("x-telegram-bot-api-secret-token: s3cret_header-value")
    assert "s3cret_header" not in line
    assert "secret-token" in line


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "secret_key", "app_secret"])
@pytest.mark.parametrize("between", ["=", ": ", "': '", '": "'])
def test_zalo_s_tokens_and_secrets_go_and_their_names_stay(name: str, between: str) -> None:
    line = redacted(f"sent {name}{between}rt-Planted_0123456789 to Zalo")
    assert "Planted" not in line
    assert name in line
    assert line.endswith("to Zalo")


def test_a_code_of_a_consent_goes_however_long() -> None:
    assert redacted(f"GET /zalo/callback?code={'aB3_' * 40}&oa_id=1") == "GET /zalo/callback?code=<code>&oa_id=1"
