"""Consent: an admin of the account agrees in a browser, Zalo leads it to our callback with a code for a pair.

The link's state is sealed, so that nobody else's code is taken at the callback. The verifier is the same for every link
of an installation: where the console holds one fixed challenge, it still fits.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.troubles import MISADDRESSED, NOT_CONNECTED, REFUSAL, CallFailed
from bot.zalo.oa.oauth import Fresh, OAuth
from bot.zalo.oa.renewal import SILENT
from bot.zalo.oa.safe import Safe
from store import ledger, zalo_tokens
from store.database import Database
from store.zalo_tokens import Issued, Kept

LASTS = timedelta(hours=1)  # of a link
STATE = re.compile(r"([A-Za-z0-9_-]{16})\.(\d{1,12})\.([A-Za-z0-9_-]{43})", re.ASCII)
CODE = re.compile(r"[\x21-\x7e]{1,2000}")
OLD, BUSY, FOREIGN = "zalo.consent.old", "zalo.consent.busy", "zalo.consent.foreign"
REFUSED, UNREACHABLE = "zalo.consent.refused", "zalo.consent.unreachable"


class NotConsented(Exception):
    """No pair came of it. `key` is the phrase that says why, `reason` Zalo's own number."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(f"{key} {reason}".strip())
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What the callback was called with."""

    code: str
    oa_id: str
    state: str


class Consent:
    """`link` begins, `finish` ends. Several processes may do either."""

    def __init__(
        self,
        database: Database,
        app_id: str,
        secret: bytes,
        oauth: OAuth,
        clock: Callable[[], datetime],
        asker: str,
    ) -> None:
        self._database, self._app_id, self._oauth, self._clock, self._asker = database, app_id, oauth, clock, asker
        self._safe = Safe(secret)
        self._key = hmac.digest(secret, b"zalo-oa consent", "sha256")
        self.verifier = self._seal(f"verifier {app_id}")

    def link(self) -> str:
        """The link an admin of the account opens, good for an hour."""
        said = f"{secrets.token_urlsafe(12)}.{int((self._clock() + LASTS).timestamp())}"
        return self._oauth.consent_link(self.verifier, f"{said}.{self._seal(said)}")

    def is_ours(self, state: str) -> bool:
        """Whether a state comes from a link of ours that is still good."""
        found = STATE.fullmatch(state)
        if found is None or self._clock().timestamp() >= int(found[2]):
            return False
        return hmac.compare_digest(self._seal(f"{found[1]}.{found[2]}"), found[3])

    async def finish(self, answer: Answer, who: str, may_change: bool = False) -> None:
        """Get the pair for a code and keep it. Raises NotConsented; then the pair before still holds.

        `may_change`: another account than before is taken too, on the operator's own word.
        """
        if not CODE.fullmatch(answer.code):
            raise NotConsented(OLD)
        kept = await self._database.run(zalo_tokens.read, self._app_id)
        if kept and kept.oa_id and answer.oa_id != kept.oa_id and not may_change:
            raise NotConsented(FOREIGN)
        if kept and kept.lost_at is None and not await self._database.run(self._stands_aside, kept):
            raise NotConsented(BUSY)
        try:
            fresh = await self._oauth.by_code(answer.code, self.verifier, self._clock())
        except CallFailed as failed:
            if kept and failed.trouble.kind in (NOT_CONNECTED, MISADDRESSED, REFUSAL):
                await self._database.run(zalo_tokens.unused, self._app_id, kept.generation, self._asker)
            key = REFUSED if failed.trouble.kind == REFUSAL else UNREACHABLE
            raise NotConsented(key, str(failed)) from None
        await self._database.run(self._keep, answer.oa_id, fresh, who)

    def _stands_aside(self, session: Session, kept: Kept) -> bool:
        """Nobody renews meanwhile: the access token of their pair would die at once."""
        now = self._clock()
        if kept.asked_at is None:
            return zalo_tokens.ask(session, self._app_id, kept.generation, self._asker, now)
        return now - kept.asked_at >= SILENT and zalo_tokens.take_over(session, self._app_id, kept, self._asker, now)

    def _keep(self, session: Session, oa_id: str, fresh: Fresh, who: str) -> None:
        issued = Issued(self._safe.seal(fresh.pair), fresh.access_ends_at, fresh.refresh_ends_at)
        zalo_tokens.consented(session, self._app_id, oa_id, issued)
        ledger.audit(session, who, "zalo_consent", f"app {self._app_id}", self._clock(), oa_id=oa_id)

    def _seal(self, said: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, said.encode(), "sha256")).rstrip(b"=").decode()
