"""The judge: compares what the platform and the pages know with what the store holds, and counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.telegram.render import render
from content.message import Message
from participation.counting import pooled
from participation.figures import counts_by_unit
from participation.recount import recount
from store.outbox import said
from store.tables import Account, Answer, Delivery, Member, QuestionVersion, Round, TranscriptLine
from tests.botapi.delivery_log import Delivery as Copy
from tests.kill.office import Cast

Given = Mapping[tuple[int, int], int]  # (person, position) → the option said first


@dataclass(frozen=True)
class Verdict:
    """Counts of what must never happen, and of what may, within bounds. `false_sent`: sent without the logged id."""

    answers: int
    lost: int
    invented: int
    double: int
    duplicates: int
    false_sent: int
    unknown: int
    unknown_delivered: int

    def line(self, kills: int, in_flight: int) -> str:
        """The one line to publish."""
        return (
            f"kills={kills} answers={self.answers} lost={self.lost} double={self.double} "
            f"duplicates={self.duplicates} unknown={self.unknown} "
            f"(in flight limit {in_flight}, delivered of unknown {self.unknown_delivered})"
        )


def judge(session: Session, cast: Cast, given: Given, copies: Sequence[Copy]) -> Verdict:
    """Look at everything once the dust has settled."""
    kept = {
        (answer.person_id, position): answer.option
        for answer in session.exec(select(Answer).where(Answer.round_id == cast.round_id))
        for position, question_id in cast.questions.items()
        if question_id == answer.question_version_id
    }
    letters = _letters(session, copies)
    return Verdict(
        answers=len(kept),
        lost=sum(kept.get(key) != option for key, option in given.items()),
        invented=len(kept.keys() - given.keys()),
        double=_double(session, cast, given),
        duplicates=letters.spare + _repeated_lines(session),
        false_sent=letters.false_sent,
        unknown=letters.unknown,
        unknown_delivered=letters.unknown_delivered,
    )


def _double(session: Session, cast: Cast, given: Given) -> int:
    """Answers beyond one, counters that are not the rows, figures that are neither the recount nor what was said."""
    rows: dict[int, list[Answer]] = defaultdict(list)
    for answer in session.exec(select(Answer).where(Answer.round_id == cast.round_id)):
        rows[answer.person_id].append(answer)
    wrong = sum(len(each) - len({one.question_version_id for one in each}) for each in rows.values())
    for member in session.exec(select(Member).where(Member.round_id == cast.round_id)):
        own = rows.get(member.person_id, [])
        wrong += (member.answers, member.rights) != (len(own), sum(one.is_right for one in own))
        wrong += (member.finished_at is not None) != (len(own) == len(cast.questions))
    published = counts_by_unit(session, session.get_one(Round, cast.round_id))
    wrong += len(recount(session, cast.round_id).differs(published))
    total, people = pooled(published.values()), Counter(person for person, _ in given)
    wrong += total.participants != len(people)
    wrong += total.finished != sum(count == len(cast.questions) for count in people.values())
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


def _letters(session: Session, copies: Sequence[Copy]) -> Letters:
    """Every copy must belong to one delivery: the one that knows its id, or a listed unknown of the same words."""
    arrived = {(str(copy.chat_id), str(copy.message_id)): copy.text for copy in copies if copy.is_send}
    rows = session.exec(
        select(Delivery, Account.address)
        .join(Account, col(Account.id) == Delivery.account_id)
        .where(Delivery.channel == "telegram")
    ).all()
    false_sent = 0
    for row, address in rows:
        if row.state == "sent":
            text = arrived.pop((address, row.platform_message_id), None)
            false_sent += text != _text(session, row)
    left = Counter((address, text) for (address, _), text in arrived.items())
    unknown = [(address, _text(session, row)) for row, address in rows if row.state == "unknown"]
    matched = left & Counter(unknown)
    return Letters((left - matched).total(), false_sent, len(unknown), matched.total())


def _text(session: Session, row: Delivery) -> str:
    return render(Message.loads(said(session, row)), row.token).text


def _repeated_lines(session: Session) -> int:
    lines = session.exec(select(TranscriptLine.delivery_id).where(col(TranscriptLine.delivery_id).is_not(None))).all()
    return len(lines) - len(set(lines))
