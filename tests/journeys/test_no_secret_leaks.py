"""A bot token, an invitation code and a phone number planted in every input reach no log line and no other table."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from app.settings import SettingsFault, load_settings
from app.telegram import open_telegram
from bot.conversation import commands
from bot.conversation.talk import Talk
from content.message import Message
from participation.roster import Roster
from tests.botapi.server import BotApi
from tests.journeys.cast import AN, BINH, SON, UNITS
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.phones import WebPhone

SECRET_PART = "AAFplantedToken-_0123456789abcdefghij"
TOKEN = f"8123456789:{SECRET_PART}"
PHONE = "0987654321"
OFFICE = Roster(UNITS, (SON, BINH, AN._replace(phone=PHONE)))


def spellings(code: str) -> list[str]:
    """Every way the planted things may stand in a file."""
    phone = [PHONE, "987654321", "987 654 321", "987.654.321"]
    codes = [code, code.lower(), f"{code[:4]}-{code[4:]}", f"{code[:4]}-{code[4:]}".lower()]
    return [SECRET_PART, *phone, *codes]


async def says_everything(somebody: Somebody, code: str) -> None:
    """Secrets in every kind of text a person can send."""
    shown = f"{code[:4]}-{code[4:]}".lower()
    for words in (
        f"/start {code}",
        f"bot{TOKEN} {shown} 0987.654.321",
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"/start {TOKEN}",
        f"tạm dừng {PHONE}",
        f"lỗi +84 987 654 321 {shown}",
    ):
        await somebody.says(words)


def raises(code: str) -> dict[str, Any]:
    """Handlers that fail while the secrets are in their hands."""

    def plainly(talk: Talk) -> Message:
        raise RuntimeError(f"{TOKEN} {code} {PHONE} of {talk.account.address}")

    def in_the_database(talk: Talk) -> Message:
        talk.session.execute(text("SELECT :what FROM nowhere"), {"what": f"{TOKEN} {code} {PHONE}"})
        return Message("")

    return {"menu": plainly, "ketqua": in_the_database}


def tables_holding(session: Session, needles: list[str]) -> set[str]:
    """Tables in whose rows one of these stands."""
    found = set()
    for table in SQLModel.metadata.sorted_tables:
        rows = "\n".join(str(tuple(row)) for row in session.execute(table.select()))
        found |= {table.name for needle in needles if needle in rows}
    return found


async def post_to_webhook(house: House, code: str) -> None:
    """Calls to the webhook of another assembly: wrong secret, right secret, broken body."""
    house.open.settings.telegram_webhook = "http://127.0.0.1/hook/telegram"
    house.open.settings.telegram_webhook_secret = SecretStr("hook_Secret-012345")
    door = await open_telegram(house.open, lambda: None)
    house.assistant.pages.router.routes.extend(door.routes)
    web = await house.phone("web", "AN")
    assert isinstance(web.phone, WebPhone)
    header = "X-Telegram-Bot-Api-Secret-Token"
    for secret, body in (
        (TOKEN, b"{}"),
        ("hook_Secret-012345", f'{{"message": "{TOKEN} {code} {PHONE}'.encode()),
        ("hook_Secret-012345", f'{{"update_id": 5, "{TOKEN}": "{code} {PHONE}"}}'.encode()),
    ):
        await web.phone.client.post("/hook/telegram", content=body, headers={header: secret})
    await door.close()


async def joins_with_a_known_code(house: House, an: Somebody) -> str:
    """Consent, code, name; returns the code that was used."""
    code = house.code_for(an.staff_code)
    await an.says("/start")
    await an.chooses("Đồng ý")
    await an.says(code)
    await an.chooses("Đúng")
    an.sees("Tài khoản đã kết nối")
    return code


async def misuse_of_the_page(an: Somebody, code: str) -> None:
    """Requests the page itself would never make."""
    assert isinstance(an.phone, WebPhone)
    await an.phone.client.get("/", params={"code": code})
    for odd in ({"text": TOKEN, "id": code}, {"token": TOKEN, "number": PHONE}, {"text": [PHONE]}):
        await an.phone.client.post("say", json=odd)


async def trouble(house: House, an: Somebody, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers, the Telegram server, the alarm and a library fail with the secrets in their mouths."""
    assert house.api is not None
    with monkeypatch.context() as broken:
        for word, handler in raises(code).items():
            broken.setitem(commands.SAID, word, handler)
        for word in ("menu", "ket qua"):
            await an.says(word)
    for status in (400, 403):
        house.api.faults.add("refuse", status=status, description=f"Bad Request: bot{TOKEN}")
        await an.says("trợ giúp")

    async def fails() -> None:
        raise RuntimeError(f"{TOKEN} {code} {PHONE}")

    house.assistant.alarm._wake = fails
    await house.assistant.alarm.ring()
    logging.getLogger("some.library").warning("GET /bot%s/getMe for %s, code %s", TOKEN, PHONE, code)


def holds_nothing(said: str, codes: list[str]) -> None:
    """None of the planted things stands in this text."""
    for needle in [*(one for code in codes for one in spellings(code)), "hook_Secret-012345"]:
        assert needle not in said, re.findall(rf".{{0,80}}{re.escape(needle)}.{{0,20}}", said)[:3]


async def test_planted_secrets_reach_no_log_line_and_no_file_they_do_not_belong_to(
    opens: Opens, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with BotApi(token=TOKEN, time_factor=0.001) as api, opens(api, OFFICE) as house:
        on_telegram, on_web = await house.phone("telegram", "AN"), await house.phone("web", "AN")
        unused = house.code_for("BINH")
        for somebody in (on_telegram, on_web):
            await says_everything(somebody, unused)
        await misuse_of_the_page(on_web, unused)
        house.clock.forward(hours=2)  # so much talk has locked the account
        used = await joins_with_a_known_code(house, on_telegram)
        await trouble(house, on_telegram, used, monkeypatch)
        await post_to_webhook(house, used)
        stores = {name: house.look(tables_holding, given) for name, given in needles(used, unused).items()}
    assert stores["code"] <= {"inbox"}  # what came in raw and has not been handled
    assert stores["phone"] <= {"person", "inbox", "transcript_line"}
    assert stores["token"] <= {"inbox", "transcript_line"}
    look_into_every_file(log_file, [used, unused])


def needles(*codes: str) -> dict[str, list[str]]:
    """What to look for in the store."""
    return {"code": list(codes), "phone": [PHONE], "token": [SECRET_PART]}


def look_into_every_file(log_file: Path, codes: list[str]) -> None:
    """Every file the house has written but the store itself, which is looked into row by row."""
    said = log_file.read_text(encoding="utf-8")
    for told in ("update failed", "a tick failed", "some.library"):
        assert told in said
    found = [path for path in log_file.parents[1].rglob("*") if path.is_file() and ".db" not in path.name]
    assert {"nep.log", "code.secret"} <= {path.name for path in found}
    for path in found:
        holds_nothing(path.read_text(encoding="utf-8"), codes)


def test_settings_that_cannot_be_used_are_named_without_their_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEP_PORT", TOKEN)
    monkeypatch.setenv("NEP_LOG_LEVEL", PHONE)
    with pytest.raises(SettingsFault) as fault:
        load_settings()
    assert "port" in str(fault.value)
    assert not any(planted in str(fault.value) for planted in (SECRET_PART, PHONE))
