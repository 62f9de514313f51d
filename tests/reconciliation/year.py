"""A generated year, lived through the product's own functions in virtual time; what people said is kept in a diary."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation import answering, exemptions, figures, joining, privacy, reach, recalling, rescoring
from participation.accounts import LINKED, account_of, linked_accounts
from participation.refusals import Refusal
from scheduler.calendar import Calendar
from scheduler.channel import Refused, Sent, Unknown
from scheduler.claiming import Line, claim
from scheduler.settling import Result, settle_all
from scheduler.tick import tick
from scheduler.wanted import wanted
from store.database import Database
from store.tables import Account, Delivery, Person, QuestionVersion, RecallAsk, Round
from tests.participation.office import applied
from tests.reconciliation.office import Office
from tests.scheduler import stage

BEGINS = date(2026, 1, 4)  # a Sunday; Tết falls into the year
CLOCKS = ("08:20", "09:00", "14:00", "17:05", "17:30")
TOPICS = ("giao-tiep", "trang-phuc", "gio-giac", "mot-cua", "qua-tang")
LINE = Line("web", "web:1", rate=100_000.0, chat_gap=0.0, holder="year")
Deed = Callable[[Session, datetime], None]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer the product took: the only place beside its own tables that knows the option."""

    round_id: int
    person_id: int
    question: int
    option: int
    at: datetime


@dataclass
class Year:
    """The life of an office of so many people and units. It may stop on the way, to look at provisional figures."""

    database: Database
    phrases: Phrases
    people: int
    units: int
    seed: int = 1
    said: list[Said] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.office = Office(self.chance, self.people, self.units)
        self.agenda: list[tuple[datetime, int, Deed]] = []
        self.turn, self.known, self.day = count(), set[int](), BEGINS
        self.now = stage.at(BEGINS.isoformat(), "07:00")
        with self.database.transaction() as session:
            applied(session, self.office.roster, self.now)
            for topic in TOPICS:
                stage.add_card(session, topic, f"the-{topic}")
                stage.add_questions(session, topic, 8, card=f"the-{topic}")
            stage.add_plan(session, self.now)
            for person in self._working(session):
                if self.chance.random() < 0.93:
                    self._join(session, person)

    def until(self, rounds: int, weekday: str) -> None:
        """Live on through the first such day, e.g. ``Wed``, after so many rounds have been opened."""
        while True:
            self.day += timedelta(days=1)
            if self.day.weekday() == 0:
                self._monday()
            for clock in CLOCKS:
                self._pass(stage.at(self.day.isoformat(), clock))
            if len(self.known) >= rounds and f"{self.day:%a}" == weekday:
                return

    def _pass(self, moment: datetime) -> None:
        with self.database.transaction() as session:
            while self.agenda and self.agenda[0][0] < moment:
                at, _, deed = heapq.heappop(self.agenda)
                self._does(session, deed, at)
            self.now = max(self.now, moment)
            tick(session, self.phrases, Calendar(), self.now)
            self._post(session)
            for round_ in session.exec(select(Round).where(col(Round.id).not_in(self.known))).all():
                self._opened(session, round_)

    def _does(self, session: Session, deed: Deed, at: datetime) -> None:
        """One deed at a moment of its own; what the rules refuse changes nothing."""
        self.now = max(self.now + timedelta(milliseconds=1), at)
        try:
            with session.begin_nested():
                deed(session, self.now)
        except Refusal as refusal:
            self._count(refusal.key)

    def _count(self, what: str) -> None:
        self.happened[what] = self.happened.get(what, 0) + 1

    def _at(self, moment: datetime, deed: Deed) -> None:
        heapq.heappush(self.agenda, (moment, next(self.turn), deed))

    def _monday(self) -> None:
        """The week's changes: the roster early on Monday and again in the middle of the round, the rest as it comes."""
        week = self.day.isocalendar().week
        monday = stage.at(self.day.isoformat(), "07:30")
        for days in (0.0, 2.1):
            self._at(monday + timedelta(days=days), self._roster(week))
        for deed, share in ((self._erase, 0.003), (self._unlink, 0.005), (self._rejoin, 0.01), (self._unblock, 0.01)):
            for _ in range(max(1, round(self.people * share))):
                self._at(monday + timedelta(days=self.chance.uniform(0, 5)), deed)
        absences = ((0.1, 0, 6), (2.2, 0, 5), (2.3, 2, 6), (4.1, 0, 4), (9.2, 0, 5))  # entered, first day, last day
        for entered, first, last in absences:
            for _ in range(max(1, round(self.people * 0.006))):
                from_on, until_on = self.day + timedelta(days=first), self.day + timedelta(days=last)
                self._at(monday + timedelta(days=entered), self._absence(from_on, until_on))
        if week % 3 == 2:
            self._at(monday + timedelta(days=self.chance.choice((1.9, 3.2, 4.2))), self._rekey)

    def _opened(self, session: Session, round_: Round) -> None:
        """Everybody makes up their mind about a round that has opened; reviews are answered on its last day."""
        self.known.add(round_.id or 0)
        questions = answering.questions_of(session, round_.id or 0)
        window = round_.closes_at - round_.opens_at + timedelta(minutes=25)
        for person in self._working(session):
            if self.chance.random() < 0.8:
                at = round_.opens_at + window * self.chance.random() ** 2
                for place, question in enumerate(questions[: 1 + (self.chance.random() < 0.9)]):
                    self._at(at + timedelta(minutes=place), self._answer(round_.id or 0, person, question))
        self._at(round_.closes_at - timedelta(hours=2), self._recalls)

    def _answer(self, round_id: int, person_id: int, question: int) -> Deed:
        option = self.chance.choice((1, 2, 2, 2, 3))

        def deed(session: Session, now: datetime) -> None:
            accounts = [one.id for one in linked_accounts(session, person_id) if one.state in LINKED]
            if accounts:
                answering.answer(session, person_id, round_id, question, option, accounts[0], now)
                session.flush()
                self.said.append(Said(round_id, person_id, question, option, now))

        return deed

    def _recalls(self, session: Session, now: datetime) -> None:
        lately = RecallAsk.asked_at > now - stage.weeks(1)
        for ask in session.exec(select(RecallAsk).where(lately, col(RecallAsk.answered_at).is_(None))).all():
            if self.chance.random() < 0.6:
                recalling.answer(session, ask.person_id, ask.id or 0, self.chance.choice((1, 2, 2)), now)
                self._count("review answered")

    def _roster(self, week: int) -> Deed:
        """The roster is applied; who is new joins and plays along in the round that runs, outside every percentage."""

        def deed(session: Session, now: datetime) -> None:
            self.office.passes_a_week(week)
            difference = applied(session, self.office.roster, now)
            for change in difference.changes:
                self._count(change.kind)
            for change in difference.of("added"):
                person = session.exec(select(Person.id).where(Person.staff_code == change.code)).one() or 0
                self._join(session, person)
                for round_id in sorted(self.known)[-1:]:
                    for question in answering.questions_of(session, round_id):
                        self._at(now + timedelta(hours=self.chance.random()), self._answer(round_id, person, question))

        return deed

    def _absence(self, first: date, last: date) -> Deed:
        """Leave that somebody enters: open rounds feel it at once, closed ones are corrected."""

        def deed(session: Session, now: datetime) -> None:
            person = self.chance.choice(self._working(session))
            absence = exemptions.enter(session, person, first, last, "phép", "tổ chức", now)
            self._count("absence")
            for round_ in session.exec(select(Round).where(Round.closes_at < now)).all():
                if exemptions.touches(absence, round_) and exemptions.is_covered(session, person, round_):
                    late = (round_.id or 0, person, "đơn nộp muộn", "tổ chức", now)
                    if figures.correct_exemption(session, *late):
                        self._count("leave correction")

        return deed

    def _erase(self, session: Session, now: datetime) -> None:
        privacy.erase(session, self.chance.choice(self._working(session)), now)
        self._count("erased")

    def _unlink(self, session: Session, now: datetime) -> None:
        for account in linked_accounts(session, self.chance.choice(self._working(session)))[:1]:
            joining.unlink(session, account.id or 0, now)
            self._count("unlinked")

    def _rejoin(self, session: Session, now: datetime) -> None:
        """Whoever has no account may join, newcomers above all; when all have one, somebody gets a second."""
        linked = set(session.exec(select(Account.person_id).where(col(Account.state).in_(LINKED))).all())
        working = self._working(session)
        self._join(session, self.chance.choice([one for one in working if one not in linked] or working))
        self._count("joined later")

    def _unblock(self, session: Session, now: datetime) -> None:
        for account in session.exec(select(Account).where(Account.state == "blocked")).all()[:1]:
            reach.unblock(session, account.id or 0, now)
            self._count("unblocked")

    def _rekey(self, session: Session, now: datetime) -> None:
        """The key of a question some recent round asked gets one more right option, or another one."""
        asked = answering.questions_of(session, self.chance.choice(sorted(self.known)[-4:]))
        question = session.get_one(QuestionVersion, self.chance.choice(asked))
        right = self.chance.choice(([2, 3], [1], [1, 2], [3]))
        done = rescoring.correct_key(session, question.code, right, "căn cứ đã thay đổi", "quản trị", now)
        self._count("key corrected")
        self.happened["answers raised"] = self.happened.get("answers raised", 0) + done.raised

    def _join(self, session: Session, person_id: int) -> None:
        """By one's own phone number, as the chat does it."""
        person = session.get_one(Person, person_id)
        account = account_of(session, "web", f"{person_id}-{next(self.turn)}", self.now)
        joining.link_by_phone(session, account, person.phone or "", self.now)
        joining.give_consent(session, account, "1", self.now)
        joining.confirm(session, account, self.now)

    def _post(self, session: Session) -> None:
        """Openings go out as the drain claims and settles them; all other messages count as sent."""
        others: Any = update(Delivery).where(col(Delivery.state) == "waiting", col(Delivery.kind) != "open")
        session.execute(others.where(col(Delivery.due_at) <= self.now).values(state="sent", settled_at=self.now))
        while claimed := claim(session, LINE, self.now, wanted, 500):
            outcomes = [(one.parcel.delivery_id, self._outcome()) for one in claimed]
            settle_all(session, LINE, outcomes, self.now)

    def _outcome(self) -> Result:
        fate = self.chance.random()
        if fate < 0.01:
            return Refused("blocked", person="blocked")
        return Unknown("timeout") if fate < 0.015 else Sent(str(next(self.turn)))

    def _working(self, session: Session) -> list[int]:
        query = select(Person.id).where(Person.status == "working").order_by(col(Person.id))
        return [person or 0 for person in session.exec(query)]
