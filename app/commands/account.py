"""`account`: a lost phone. Its owner's accounts are cut off; joining again takes a new invitation."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, Refused, carry_out
from app.commands.roster import House
from participation.accounts import LINKED
from participation.joining import unlink
from store import ledger
from store.tables import Account, Person


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `account` group of the command line."""
    group = typer.Typer(help="Chat accounts.", no_args_is_help=True)

    @group.callback()
    def accounts() -> None:
        """Chat accounts."""  # a group of one command stays a group

    @group.command("unlink")
    def unlink_(staff_code: Annotated[str, typer.Argument(help="Whose phone is lost.")]) -> None:
        """Cut a person's chat accounts off, all of them."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _unlink(session, staff_code, now)))

    return group


def _unlink(session: Session, staff_code: str, now: datetime) -> list[str]:
    code = staff_code.strip().upper()
    person_id = session.exec(select(Person.id).where(Person.staff_code == code)).first()
    if person_id is None:
        raise Refused(f"nobody has the staff code {staff_code}: see the roster")
    linked = select(Account).where(Account.person_id == person_id, col(Account.state).in_(LINKED))
    accounts = session.exec(linked.order_by(col(Account.id))).all()
    if not accounts:
        raise Refused(f"{code} has no linked account")
    for account in accounts:
        unlink(session, account.id or 0, now)
    channels = [account.channel for account in accounts]
    ledger.audit(session, ACTOR, "accounts_unlinked", code, now, channels=channels)
    return [
        f"{code}: {len(channels)} unlinked ({', '.join(channels)}); answers given stay",
        f"joining again takes a new invitation: ./nep invite --person {code} --out FILE",
    ]
