"""The worked example and a wide office, for every form a report takes."""

from datetime import timedelta

from sqlmodel import Session, select

from participation import answering, exemptions, reach
from participation.figures import freeze
from store.tables import Duty, Member, Person, Round, Unit
from tests.participation.rounds import (
    CLOSES,
    LONG_AGO,
    OPENS,
    add_people,
    add_questions,
    add_unit,
    answer,
    link,
    open_round,
)

AFTER = CLOSES + timedelta(days=1)
NUMBERS = ("37/39 (94,9%)", "36/37 (97,3%)", "33/39 (84,6%)", "31/39 (79,5%)")


def worked_example(session: Session) -> tuple[int, Round]:
    """42 at opening, 3 exempt, 37 connected, 36 accepted, 33 answered, 31 finished, 1 newcomer answered too."""
    unit_id = add_unit(session, "A")
    people = add_people(session, unit_id, 42)
    questions = add_questions(session, 2)
    for person in people[:3]:
        exemptions.enter(
            session, person, OPENS.date() - timedelta(9), CLOSES.date() + timedelta(9), "phép", "test", OPENS
        )
    for person in people[5:]:
        link(session, person, OPENS)
    round_ = open_round(session, questions)
    openings = [(round_.id or 0, person) for person in people[5:]]
    reach.attempted(session, openings, OPENS)
    reach.accepted(session, openings[1:], OPENS)
    for at, person in enumerate(people[-33:]):
        for question in questions[: 2 if at < 31 else 1]:
            answer(session, round_, person, question)
    (newcomer,) = add_people(session, unit_id, 1)
    link(session, newcomer, OPENS)
    answer(session, round_, newcomer, questions[0])
    head = session.get_one(Person, people[-1])
    head.title = "Trưởng phòng"
    session.add(Duty(person_id=people[-1], unit_id=unit_id, kind="head", from_on=LONG_AGO))
    session.flush()
    return unit_id, round_


def wide_office(session: Session, *, units: int, rounds: int) -> int:
    """An agency with so many units in two levels, three of them small, and so many frozen weekly rounds.

    Returns the id of the top unit. Names hold what a careless writer of files stumbles over.
    """
    top = add_unit(session, "S")
    session.get_one(Unit, top).name = "Sở Mẫu & Bạn <thử>"
    names = ("=TỔNG(1)", "+84", "-1", "@nhóm")
    parents: list[int] = []
    for number in range(1, units + 1):
        parent = top if number % 6 == 1 else parents[-1]
        unit_id = add_unit(session, f"P{number:02}", parent)
        unit = session.get_one(Unit, unit_id)
        unit.name = names[number - 1] if number <= len(names) else f"Phòng Nghiệp vụ số {number:02}"
        if parent == top:
            parents.append(unit_id)
        add_people(session, unit_id, 3 if number in (5, 20, 41) else 6 + number % 5)
    question = add_questions(session, 1)[0]
    for week in range(rounds):
        later = timedelta(weeks=week)
        round_ = open_round(session, [question], OPENS + later, CLOSES + later)
        for member in session.exec(select(Member).where(Member.round_id == round_.id)).all():
            if (member.person_id + week) % 7:
                answering.answer(session, member.person_id, round_.id or 0, question, 2, None, OPENS + later)
        session.flush()
        round_.state = "closed"
        freeze(session, round_.id or 0, CLOSES + later + timedelta(days=1))
    return top
