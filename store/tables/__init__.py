"""Tables, columns only: one file per noun group. Importing this package registers them all."""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from store.tables.answers import Answer, KeyCorrection, Recall, RecallAsk  # noqa: E402 - the naming convention comes first
from store.tables.doors import Door, Traffic  # noqa: E402
from store.tables.ledger import AuditEntry, LedgerEntry  # noqa: E402
from store.tables.library import CardVersion, QuestionVersion, SourceDraft, SourceRow  # noqa: E402
from store.tables.office import Duty, Grant, Person, Placement, Unit, UnitLineage  # noqa: E402
from store.tables.people import Account, Consent, Invitation, Pause  # noqa: E402
from store.tables.planning import CalendarOverride, Campaign, Occurrence, Plan  # noqa: E402
from store.tables.post import Delivery, InboxRow, Lease, Pace, Setting, TranscriptLine  # noqa: E402
from store.tables.rounds import Correction, Exemption, Member, Round, RoundQuestion, RoundUnit  # noqa: E402
from store.tables.uploads import KeptFile, Upload  # noqa: E402
from store.tables.zalo import ZaloTokens  # noqa: E402

__all__ = [
    "Account",
    "Answer",
    "AuditEntry",
    "CalendarOverride",
    "Campaign",
    "CardVersion",
    "Consent",
    "Correction",
    "Delivery",
    "Door",
    "Duty",
    "Exemption",
    "Grant",
    "InboxRow",
    "Invitation",
    "KeptFile",
    "KeyCorrection",
    "Lease",
    "LedgerEntry",
    "Member",
    "Occurrence",
    "Pace",
    "Pause",
    "Person",
    "Placement",
    "Plan",
    "QuestionVersion",
    "Recall",
    "RecallAsk",
    "Round",
    "RoundQuestion",
    "RoundUnit",
    "Setting",
    "SourceDraft",
    "SourceRow",
    "Traffic",
    "TranscriptLine",
    "Unit",
    "UnitLineage",
    "Upload",
    "ZaloTokens",
]
