"""`zalo login`: the consent an Official Account needs of its operator in the browser, once in a while."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import typer

from app.commands.acting import ACTOR
from app.opening import CannotOpen, OpenHouse
from app.zalo_oa import open_zalo_oa
from bot.zalo.oa import consent
from bot.zalo.oa.consent import Answer, NotConsented
from bot.zalo.oa.door import OaDoor
from bot.zalo.oa.oauth import challenge_of

SENTENCES = {
    consent.OLD: "that address holds no code: paste the whole address the browser was led to, with ?code=…",
    consent.BUSY: "the tokens are being renewed at this moment: try again in two minutes",
    consent.REFUSED: "Zalo refused the code (it works once, for ten minutes), or zalo_oa_app_secret is not the app's",
    consent.UNREACHABLE: "Zalo could not be reached: check the network and zalo_oa_oauth, then begin anew",
}


def login(house: OpenHouse, url: str) -> int:
    """A link to open, then the address the browser was led to, if `url` is not it; returns the exit code."""
    try:
        return asyncio.run(_walk(house, url))
    except CannotOpen as fault:
        typer.echo(str(fault), err=True)
        return 1


async def _walk(house: OpenHouse, url: str) -> int:
    if not house.settings.zalo_oa_app_id or not house.settings.zalo_oa_callback:
        raise CannotOpen("settings zalo_oa_app_id and zalo_oa_callback are needed: see docs/operations.md")
    door = open_zalo_oa(house, lambda: None)
    try:
        return await _finish(door, url or _asked(door))
    finally:
        await door.close()


def _asked(door: OaDoor) -> str:
    typer.echo("1. As an admin of the Official Account, open within an hour:\n")
    typer.echo(f"   {door.consent.link()}\n")
    typer.echo(f"   (Code challenge, if the console asks for one: {challenge_of(door.consent.verifier)})")
    typer.echo("2. Agree. If the page then says that it is done, it is: just press Enter here.")
    try:
        return str(typer.prompt("   Else paste the address it led to", default="", show_default=False))
    except typer.Abort:  # nobody is there to be asked
        typer.echo()
        return ""


async def _finish(door: OaDoor, url: str) -> int:
    if url.strip():
        given = {name: values[0] for name, values in parse_qs(urlsplit(url.strip()).query).items()}
        try:
            await door.consent.finish(Answer(given.get("code", ""), given.get("oa_id", ""), ""), ACTOR, may_change=True)
        except NotConsented as failed:
            detail = f" ({failed.reason})" if failed.reason else ""
            raise CannotOpen(SENTENCES.get(failed.key, failed.key) + detail) from None
    standing = await door.standing()
    if standing is None or standing.is_lost:
        raise CannotOpen("the account has not agreed yet: open the link, agree, then paste the address it led to")
    typer.echo(f"the account has agreed; permission until {standing.refresh_ends_at:%Y-%m-%d}, renewed by itself")
    return 0
