"""Taking turns: one process at a time decides what a plan does next and how much a person gets."""

from sqlmodel import Session, col, select

from store.tables import Plan


def take_turns(session: Session) -> None:
    """Wait for whoever is planning, opening or counting, and keep the others waiting until the transaction ends.

    Looking first and writing afterwards is only safe alone: two campaigns at one moment must not both find room,
    nor two planners both find nothing planned. Rows are locked in one order, so that nobody waits in a circle;
    the lock leaves foreign keys to plans alone. SQLite has one writer anyway.
    """
    session.exec(select(Plan.id).order_by(col(Plan.id)).with_for_update(key_share=True)).all()
