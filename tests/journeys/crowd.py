"""Many people at once on the web page: linked by the real rules, answering through the inbox like anybody else."""

import json
import uuid
from collections.abc import Iterable, Sequence

from sqlmodel import Session, select

from app.wiring import CONSENT_VERSION
from participation import invitations, joining
from participation.accounts import account_of
from participation.answering import open_question
from store import inbox
from store.inbox import Arrival
from store.tables import Account
from tests.journeys.house import House


def connect(house: House, staff_codes: Sequence[str]) -> None:
    """Each of them joins with a personal code and consent; the address is the staff code."""

    def work(session: Session) -> None:
        now, secret = house.clock(), house.open.settings.code_secret
        ids = [house.person_id(session, code) for code in staff_codes]
        for invitation in invitations.issue(session, ids, secret, now):
            account = account_of(session, "web", invitation.staff_code, now)
            joining.give_consent(session, account, CONSENT_VERSION, now)
            joining.try_code(session, account, invitation.code, secret, now)
            assert isinstance(joining.confirm(session, account, now), joining.Joined)

    house.look(work)


async def answer(house: House, staff_codes: Iterable[str], *, rightly: Iterable[bool] | None = None) -> None:
    """Each of them types an answer to the question now open to them; right unless told otherwise."""
    codes = list(staff_codes)
    wanted = list(rightly) if rightly is not None else [True] * len(codes)

    def work(session: Session) -> None:
        arrivals = [
            _arrival(code, str(_option(session, house, code, right))) for code, right in zip(codes, wanted, strict=True)
        ]
        inbox.keep(session, arrivals, house.clock())

    house.look(work)
    await house.settle()


def _arrival(address: str, text: str) -> Arrival:
    said = str(uuid.uuid4())
    return Arrival("web", f"{address}:{said}", json.dumps({"address": address, "text": text, "id": said}))


def _option(session: Session, house: House, address: str, right: bool) -> int:
    account = session.exec(select(Account).where(Account.channel == "web", Account.address == address)).one()
    asked = open_question(session, account.person_id or 0, house.clock())
    assert asked is not None, f"nothing is open for {address}"
    rights: list[int] = json.loads(asked.question.right_options)
    options = range(1, len(json.loads(asked.question.options)) + 1)
    return next(option for option in options if (option in rights) is right)
