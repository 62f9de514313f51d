"""The judge: compares what a platform, the pages and people know with what the store holds, and counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.telegram.render import render
from bot.zalo.render import render_bot, render_oa
from content.message import Message
from participation.counting import pooled
from participation.figures import counts_by_unit
from participation.recount import recount
from store.outbox import said
from store.tables import Account, Answer, Delivery, Member, QuestionVersion, Round, RoundQuestion, TranscriptLine
from tests.botapi.delivery_log import Delivery as Copy

Given = Mapping[tuple[int, int], int]  # (person, position) → the option said first


@dataclass(frozen=True)
class Verdict:
    """Counts of what must never happen, and of what may, within bounds. `false_sent`: sent without the logged id.

    `duplicates` counts every copy that is neither that of a sent message nor that of an unknown one: each unknown may
    have brought one copy, of its own words and to its own address. How many did is `unknown_delivered`; the others were
    claimed and waited for their slot, or were on the wire.
    """

    answers: int
    lost: int
    invented: int
    double: int
    duplicates: int
    false_sent: int
    unknown: int
    unknown_delivered: int

    @property
    def broken(self) -> tuple[int, int, int, int, int]:
        """Everything that must never happen."""
        return self.lost, self.invented, self.double, self.duplicates, self.false_sent

    def line(self, kills: int, in_flight: int) -> str:
        """The one line to publish."""
        return (
            f"kills={kills} answers={self.answers} lost={self.lost} double={self.double} "
            f"duplicates={self.duplicates} unknown={self.unknown} "
            f"(in flight limit {in_flight}, delivered of unknown {self.unknown_delivered})"
        )


def judge(session: Session, round_id: int, given: Given, copies: Sequence[Copy], channel: str) -> Verdict:
    """Look at one round, and at all that went out on one channel, once the dust has settled."""
    asked = session.exec(select(RoundQuestion).where(RoundQuestion.round_id == round_id))
    positions = {one.question_version_id: one.position for one in asked}
    kept = {
        (answer.person_id, positions[answer.question_version_id]): answer.option
        for answer in session.exec(select(Answer).where(Answer.round_id == round_id))
    }
    letters = _letters(session, copies, channel)
    return Verdict(
        answers=len(kept),
        lost=sum(kept.get(key) != option for key, option in given.items()),
        invented=len(kept.keys() - given.keys()),
        double=_double(session, round_id, len(positions), given),
        duplicates=letters.spare + _repeated_lines(session),
        false_sent=letters.false_sent,
        unknown=letters.unknown,
        unknown_delivered=letters.unknown_delivered,
    )


def _double(session: Session, round_id: int, questions: int, given: Given) -> int:
    """Answers beyond one, counters that are not the rows, figures that are neither the recount nor what was said."""
    rows: dict[int, list[Answer]] = defaultdict(list)
    for answer in session.exec(select(Answer).where(Answer.round_id == round_id)):
        rows[answer.person_id].append(answer)
    wrong = sum(len(each) - len({one.question_version_id for one in each}) for each in rows.values())
    for member in session.exec(select(Member).where(Member.round_id == round_id)):
        own = rows.get(member.person_id, [])
        wrong += (member.answers, member.rights) != (len(own), sum(one.is_right for one in own))
        wrong += (member.finished_at is not None) != (len(own) == questions)
    published = counts_by_unit(session, session.get_one(Round, round_id))
    wrong += len(recount(session, round_id).differs(published))
    total, people = pooled(published.values()), Counter(person for person, _ in given)
    wrong += total.participants != len(people)
    wrong += total.finished != sum(count == questions for count in people.values())
    return wrong + sum(one.is_right != _is_right(session, one) for each in rows.values() for one in each)


def _is_right(session: Session, answer: Answer) -> bool:
    question = session.get_one(QuestionVersion, answer.question_version_id)
    return str(answer.option) in question.right_options.strip("[]").split(", ")


@dataclass(frozen=True)
class Letters:
    """How the copies people got divide among the deliveries."""

    spare: int
    false_sent: int
    unknown: int
    unknown_delivered: int


def _letters(session: Session, copies: Sequence[Copy], channel: str) -> Letters:
    """Every copy must belong to one delivery: the one that knows its id, or a listed unknown of the same words."""
    arrived = {(str(copy.chat_id), str(copy.message_id)): copy.text for copy in copies if copy.is_send}
    rows = session.exec(
        select(Delivery, Account.address)
        .join(Account, col(Account.id) == Delivery.account_id)
        .where(Delivery.channel == channel)
    ).all()
    false_sent = 0
    earlier, first, later = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row, address in rows:
        parts = [(address, text) for text in _texts(session, row)]
        if row.state == "sent":  # the id is that of the last part
            false_sent += (address, arrived.pop((address, row.platform_message_id), None)) != parts[-1]
            earlier.update(parts[:-1])
        elif row.state == "unknown":
            first.update(parts[:1])
            later.update(parts[1:])
    left = Counter((address, text) for (address, _), text in arrived.items())
    return Letters(
        spare=(left - earlier - first - later).total(),
        false_sent=false_sent + (earlier - left).total(),
        unknown=first.total(),
        unknown_delivered=((left - earlier) & first).total(),
    )


def _texts(session: Session, row: Delivery) -> list[str]:
    """What a message looks like on its channel, part by part."""
    message = Message.loads(said(session, row))
    match row.channel.partition(":")[0]:
        case "telegram":
            return [render(message, row.token).text]
        case "zalo-oa":
            return [render_oa(message).text]
        case _:
            return render_bot(message)


def _repeated_lines(session: Session) -> int:
    lines = session.exec(select(TranscriptLine.delivery_id).where(col(TranscriptLine.delivery_id).is_not(None))).all()
    return len(lines) - len(set(lines))
