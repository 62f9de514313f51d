"""Figures: rounding, and every awkward case of who counts where."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from participation import exemptions, figures, privacy, reach
from participation.counting import Counts
from participation.figures import RoundFigures, round_figures
from participation.refusals import AlreadyAnswered, NoSuchQuestion
from participation.shares import Share
from participation.small_groups import hidden
from store.database import Database
from store.tables import Account, AuditEntry, Person, Round, Unit
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, link, open_round

ON_TUESDAY, ON_WEDNESDAY, ON_THURSDAY = date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction over the office."""
    with database.transaction() as opened:
        yield opened


@pytest.mark.parametrize(
    ("n", "base", "shown"),
    [
        (33, 39, "33/39 (84,6%)"),
        (31, 39, "31/39 (79,5%)"),
        (37, 39, "37/39 (94,9%)"),
        (36, 37, "36/37 (97,3%)"),
        (38, 70, "38/70 (54,3%)"),
        (8, 10, "8/10 (80,0%)"),
        (39, 39, "39/39 (100%)"),
        (0, 39, "0/39 (0%)"),
        (1, 3, "1/3 (33,3%)"),
        (2, 3, "2/3 (66,7%)"),
        (1, 16, "1/16 (6,3%)"),  # 6.25 goes up
        (1, 2000, "1/2000 (0,1%)"),  # 0.05 goes up
        (1, 10_000, "1/10000 (0,1%)"),  # never 0 when somebody took part
        (1999, 2000, "1999/2000 (99,9%)"),  # 99.95 would round to 100
        (9999, 10_000, "9999/10000 (99,9%)"),
        (0, 0, ""),
    ],
)
def test_a_share_is_printed_with_both_numbers_and_one_digit_half_up(n: int, base: int, shown: str) -> None:
    assert str(Share(n, base)) == shown


def test_shares_are_pooled_not_averaged() -> None:
    assert str(Share(8, 10) + Share(30, 60)) == "38/70 (54,3%)"
    assert Share(0, 0).tenths is None


@pytest.mark.parametrize(
    ("sizes", "unseen"),
    [
        ({"A": 10, "B": 20}, set()),
        ({"A": 4, "B": 20, "C": 7}, {"A", "C"}),  # alone it could be subtracted from the whole
        ({"A": 4, "B": 3, "C": 7}, {"A", "B"}),
        ({"A": 4}, {"A"}),
        ({"A": 5, "B": 0}, set()),
        ({"A": 1, "B": 5, "C": 5}, {"A", "B"}),
        ({"A": 1, "B": 2, "C": 6, "D": 9}, {"A", "B", "C"}),  # three people together are a small group too
    ],
)
def test_small_cells_are_hidden_and_never_alone(sizes: dict[str, int], unseen: set[str]) -> None:
    assert hidden(sizes) == unseen


class Room:
    """One unit in one round of two questions."""

    def __init__(self, session: Session, people: int = 4) -> None:
        self.session, self.unit_id = session, add_unit(session, "A")
        self.people = add_people(session, self.unit_id, people)
        self.questions = add_questions(session, 2)
        self.round: Round

    def opens(self) -> "Room":
        """The round begins."""
        self.round = open_round(self.session, self.questions)
        return self

    def counts(self, unit_id: int | None = None) -> Counts:
        """The unit's counts now."""
        return self.figures(unit_id).counts

    def figures(self, unit_id: int | None = None) -> RoundFigures:
        """The unit's figures now."""
        self.session.flush()
        found = round_figures(self.session, self.round.id or 0, unit_id or self.unit_id, OPENS)
        assert found is not None
        return found

    def absence(self, person: int, first: date, last: date, **after: float) -> None:
        """An approved absence, entered so long after the opening."""
        now = OPENS + timedelta(**after)
        exemptions.enter(self.session, self.people[person], first, last, "phép", "test", now)


def test_leave_over_part_of_the_window_stays_in_the_denominator(session: Session) -> None:
    room = Room(session)
    room.absence(0, ON_TUESDAY, ON_WEDNESDAY, days=-2)
    room.absence(1, ON_WEDNESDAY, ON_THURSDAY, days=-2)
    assert (room.opens().counts().base, room.counts().exempt) == (4, 0)


def test_leave_over_the_whole_window_leaves_the_denominator(session: Session) -> None:
    room = Room(session)
    room.absence(0, ON_TUESDAY, ON_THURSDAY, days=-2)
    assert (room.opens().counts().base, room.counts().exempt) == (3, 1)


def test_leave_entered_late_but_before_closing_still_exempts(session: Session) -> None:
    room = Room(session).opens()
    room.absence(0, ON_TUESDAY, ON_THURSDAY, hours=30)
    assert (room.counts().base, room.counts().exempt) == (3, 1)


def test_leave_entered_after_closing_changes_nothing_until_it_is_a_correction(session: Session) -> None:
    room = Room(session).opens()
    answer(session, room.round, room.people[1], room.questions[0])
    room.round.state = "closed"
    room.absence(0, ON_TUESDAY, ON_THURSDAY, days=3)
    assert room.counts().base == 4
    figures.freeze(session, room.round.id or 0, CLOSES + timedelta(days=1))
    made = figures.correct_exemption(session, room.round.id or 0, room.people[0], "giấy phép nộp muộn", "test", CLOSES)
    assert made is not None
    told = room.figures()
    assert told.is_final
    assert str(told.participation) == "1/4 (25,0%)"
    assert told.corrected is not None
    assert str(Share(told.corrected.participants, told.corrected.base)) == "1/3 (33,3%)"
    assert session.exec(select(AuditEntry.act)).all() == ["correct_exemption"]


def test_an_absence_is_corrected_once_and_never_for_who_has_answered(session: Session) -> None:
    room = Room(session).opens()
    answer(session, room.round, room.people[1], room.questions[0])
    given = (session, room.round.id or 0)
    assert figures.correct_exemption(*given, room.people[0], "x", "test", CLOSES) is not None
    assert figures.correct_exemption(*given, room.people[0], "x", "test", CLOSES) is None
    assert figures.correct_exemption(*given, room.people[1], "x", "test", CLOSES) is None
    assert figures.correct_exemption(*given, 999, "x", "test", CLOSES) is None


def test_a_transfer_counts_where_the_person_was_at_opening_and_next_time_at_the_new_unit(session: Session) -> None:
    room = Room(session).opens()
    other = add_unit(session, "B")
    session.get_one(Person, room.people[0]).unit_id = other
    answer(session, room.round, room.people[0], room.questions[0])
    assert (room.counts().base, room.counts().participants) == (4, 1)
    room.round.state = "closed"
    room.opens()
    assert (room.counts().base, room.counts(other).base) == (3, 1)


def test_a_leaver_who_answered_stays_and_one_who_did_not_goes(session: Session) -> None:
    room = Room(session).opens()
    answer(session, room.round, room.people[0], room.questions[0])
    for person in room.people[:2]:
        session.get_one(Person, person).status = "left"
        exemptions.leave_service(session, person, OPENS + timedelta(hours=5))
    counts = room.counts()
    assert (counts.base, counts.exempt, counts.participants) == (3, 1, 1)


def test_an_exempt_person_who_answers_counts_in_both(session: Session) -> None:
    room = Room(session)
    room.absence(0, ON_TUESDAY, ON_THURSDAY, days=-2)
    room.opens()
    answer(session, room.round, room.people[0], room.questions[0])
    counts = room.counts()
    assert (counts.base, counts.exempt, counts.participants) == (4, 0, 1)


def test_a_newcomer_plays_outside_every_figure(session: Session) -> None:
    room = Room(session).opens()
    (newcomer,) = add_people(session, add_unit(session, "B"), 1)
    session.get_one(Person, newcomer).unit_id = room.unit_id
    link(session, newcomer, OPENS)
    answer(session, room.round, newcomer, room.questions[0])
    answer(session, room.round, newcomer, room.questions[1])
    assert room.counts() == Counts(snapshot=4, absent_unconnected=4, outside=1)


def test_two_accounts_of_one_person_count_once_and_the_first_answer_stands(session: Session) -> None:
    room = Room(session).opens()
    link(session, room.people[0], OPENS, "web")
    link(session, room.people[0], OPENS, "telegram")
    answer(session, room.round, room.people[0], room.questions[0], 2)
    with pytest.raises(AlreadyAnswered):
        answer(session, room.round, room.people[0], room.questions[0], 1)
    counts = room.counts()
    assert (counts.connected, counts.participants, counts.snapshot) == (1, 1, 4)


def test_who_withdraws_consent_stays_as_not_participating_and_is_counted_apart(session: Session) -> None:
    room = Room(session).opens()
    for person in room.people[:2]:
        link(session, person, OPENS)
    privacy.erase(session, room.people[0], OPENS + timedelta(hours=1))
    counts = room.counts()
    assert (counts.base, counts.withdrawn, counts.connected, counts.absent_unconnected) == (4, 1, 1, 3)


def test_a_blocked_account_is_linked_still(session: Session) -> None:
    room = Room(session).opens()
    account_id = link(session, room.people[0], OPENS)
    reach.attempted(session, [(room.round.id or 0, room.people[0])], OPENS)
    reach.block(session, account_id, OPENS, "blocked")
    assert session.get_one(Account, account_id).state == "blocked"
    told = room.figures()
    assert (str(told.connected), str(told.accepted)) == ("1/4 (25,0%)", "0/1 (0%)")


def test_the_score_is_the_mean_over_those_who_finished(session: Session) -> None:
    room = Room(session).opens()
    for question, option in zip(room.questions, (2, 1), strict=True):
        answer(session, room.round, room.people[0], question, option)
    answer(session, room.round, room.people[1], room.questions[0], 2)
    told = room.figures()
    assert (str(told.completion), str(told.score)) == ("1/4 (25,0%)", "1/2 (50,0%)")


def test_everybody_exempt_leaves_nobody_to_count(session: Session) -> None:
    room = Room(session, people=1)
    room.absence(0, ON_TUESDAY, ON_THURSDAY, days=-2)
    told = room.opens().figures()
    assert (told.counts.base, str(told.participation), told.participation.tenths) == (0, "", None)


def test_a_parent_pools_its_children_and_a_stranger_unit_has_no_figures(session: Session) -> None:
    room = Room(session, people=10)
    parent = add_unit(session, "P")
    child = add_unit(session, "B", parent)
    from_b = add_people(session, child, 60)
    unit = session.get_one(Unit, room.unit_id)
    unit.parent_id = parent
    room.opens()
    for person in [*room.people[:8], *from_b[:30]]:
        answer(session, room.round, person, room.questions[0])
    assert str(room.figures(parent).participation) == "38/70 (54,3%)"
    assert round_figures(session, room.round.id or 0, 999, OPENS) is None


def test_frozen_figures_no_longer_move_whatever_happens_later(session: Session) -> None:
    room = Room(session).opens()
    link(session, room.people[0], OPENS)
    answer(session, room.round, room.people[0], room.questions[0])
    figures.freeze(session, room.round.id or 0, CLOSES + timedelta(days=1))
    before = room.counts()._asdict()
    privacy.erase(session, room.people[0], CLOSES + timedelta(days=2))
    figures.freeze(session, room.round.id or 0, CLOSES + timedelta(days=3))
    told = room.figures()
    assert told.counts._asdict() == before
    assert told.as_of == CLOSES + timedelta(days=1)


def test_a_question_of_another_round_or_an_option_beyond_is_not_taken(session: Session) -> None:
    room = Room(session).opens()
    for question, option in ((999, 1), (room.questions[0], 4), (room.questions[0], 0)):
        with pytest.raises(NoSuchQuestion):
            answer(session, room.round, room.people[0], question, option)
    assert room.counts().participants == 0
