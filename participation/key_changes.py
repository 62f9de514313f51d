"""Changes of a key: which versions of a question a new key goes to, and what stands against it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from content.entries import Grade, Kind, Question
from content.sources import OFFICE
from participation.option_keys import letters
from participation.refusals import Refusal
from store.tables import QuestionVersion

Key = tuple[int, ...]


class UnknownCode(Refusal):
    """No approved question has that code. Values: `code`."""

    key = "rekey.unknown_code"


class SameKey(Refusal):
    """The question has this key already. Values: `code`, `right` in letters."""

    key = "rekey.same_key"


class NoSuchOption(Refusal):
    """The key names an option the question does not have, or none. Values: `code`, `last` letter."""

    key = "rekey.no_such_option"


class AllRight(Refusal):
    """A question whose every option is right asks nothing. Values: `code`."""

    key = "rekey.all_right"


class NoReason(Refusal):
    """A correction without a reason cannot be explained to an inspector."""

    key = "rekey.no_reason"


class LongReason(Refusal):
    """A reason nobody will read. Values: `longest` in characters."""

    key = "rekey.long_reason"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a key. `seen` are the approved versions with these options, `wrong` those to put right."""

    standing: QuestionVersion
    seen: Sequence[QuestionVersion]
    wrong: Sequence[QuestionVersion]
    before: Key
    after: Key

    @property
    def options(self) -> tuple[str, ...]:
        """The options as everybody saw them."""
        return tuple(json.loads(self.standing.options))

    @property
    def version_ids(self) -> list[int]:
        """The versions people may have answered with these options."""
        return [version.id or 0 for version in self.seen]


def change_of(session: Session, code: str, right: Collection[int], *, locked: bool = False) -> Change:
    """What giving a question the key `right` (options from 1) means.

    Raises `UnknownCode`, `NoSuchOption`, `AllRight` or `SameKey`. `locked` keeps the versions from being answered
    until the transaction ends.
    """
    versions = _versions(session, code.strip(), locked=locked)
    approved = [version for version in versions if version.state == "approved"]
    standing = next((version for version in approved if version.current), approved[0] if approved else None)
    if standing is None:
        raise UnknownCode(code=code)
    after, options = tuple(sorted(set(right))), json.loads(standing.options)
    if not after or not all(1 <= option <= len(options) for option in after):
        raise NoSuchOption(code=standing.code, last=letters([len(options)]))
    if len(after) == len(options):
        raise AllRight(code=standing.code)
    seen = [version for version in approved if json.loads(version.options) == options]
    wrong = [version for version in seen if key_of(version) != after]
    if not wrong:
        raise SameKey(code=standing.code, right=letters(after))
    before = key_of(standing if standing in wrong else wrong[0])
    # A draft with the same options and the same mistake must not bring it back once it is approved.
    drafts = [one for one in versions if one.state == "draft" and json.loads(one.options) == options]
    return Change(standing, seen, [*wrong, *(one for one in drafts if key_of(one) == before)], before, after)


def put_right(session: Session, change: Change) -> None:
    """Write the new key, and what follows from it: the checksum, and that the office now answers for the question.

    A question of the office is not replaced by the library that ships, which would bring the wrong key back.
    """
    for version in change.wrong:
        version.right_options, version.origin = json.dumps(change.after), OFFICE
        version.checksum = _checksum(version, change.after)
        session.add(version)
    change.standing.origin = OFFICE  # its own key may have been right already
    session.add(change.standing)
    session.flush()


def key_of(version: QuestionVersion) -> Key:
    """The right options of a version, ascending."""
    return tuple(sorted(json.loads(version.right_options)))


def _versions(session: Session, code: str, *, locked: bool) -> Sequence[QuestionVersion]:
    """The versions of a code, newest first, however its case was typed."""
    for spelling in dict.fromkeys((code, code.upper(), code.lower())):
        query = (
            select(QuestionVersion)
            .where(QuestionVersion.code == spelling)
            .order_by(col(QuestionVersion.version).desc())
        )
        if locked:
            query = query.with_for_update().execution_options(populate_existing=True)
        if found := session.exec(query).all():
            return found
    return []


def _checksum(version: QuestionVersion, right: Key) -> str:
    return Question(
        code=version.code,
        topic=version.topic,
        difficulty=version.difficulty,
        kind=Kind(version.kind),
        stem=version.stem,
        options=tuple(json.loads(version.options)),
        right=right,
        explanation=version.explanation,
        source=version.source_code,
        article=version.article,
        card=version.card_code,
        verified=Grade(version.verified),
        track=version.track,
    ).checksum
