"""Many: one statement for many rows, whose parameters are made ready a column at a time.

SQLAlchemy prepares each parameter of each row by itself, which costs more than SQLite takes to write the row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import StatementError
from sqlmodel import Session


class _Place(NamedTuple):
    """One parameter of a statement: where its values come from, or what it always is."""

    name: str
    is_given: bool
    fixed: Any
    ready: Callable[[Any], Any] | None


class _Compiled(NamedTuple):
    """A statement as the driver takes it, and its parameters in order; named unless the driver counts them."""

    text: str
    places: Sequence[_Place]
    is_named: bool


def execute_many(session: Session, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement once for each row of parameters; returns how many rows of the table it touched.

    All rows name the same parameters. The statement is one of those that are built once: it is kept, compiled. Raises
    what SQLAlchemy raises: `StatementError` for a value that cannot be made ready.
    """
    if not rows:
        return 0
    return _execute(session, statement, tuple(rows[0]), len(rows), lambda name: [row[name] for row in rows])


def execute_columns(session: Session, statement: Executable, columns: Mapping[str, Sequence[Any]]) -> int:
    """The same for parameters that stand in columns of one length: no row needs a mapping of its own."""
    number = max(map(len, columns.values()))
    return _execute(session, statement, tuple(columns), number, columns.__getitem__) if number else 0


def _execute(
    session: Session, statement: Executable, names: tuple[str, ...], number: int, given: Callable[[str], Sequence[Any]]
) -> int:
    connection = session.connection()
    compiled = _compiled(statement, connection.dialect, names)
    try:
        columns = [_column(place, number, given) for place in compiled.places]
    except Exception as wrong:  # whatever it is: as SQLAlchemy does
        raise StatementError(str(wrong), compiled.text, None, wrong, hide_parameters=True) from wrong
    rows: list[Any] = list(zip(*columns, strict=True))
    if compiled.is_named:
        places = [place.name for place in compiled.places]
        rows = [dict(zip(places, values, strict=True)) for values in rows]
    result = connection.exec_driver_sql(compiled.text, rows, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def _column(place: _Place, number: int, given: Callable[[str], Sequence[Any]]) -> Iterable[Any]:
    if not place.is_given:
        return repeat(place.fixed, number)
    values = given(place.name)
    return list(map(place.ready, values)) if place.ready else values


@lru_cache(maxsize=512)
def _compiled(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if not all(column.default.is_scalar for column in compiled.insert_prefetch):
        raise TypeError(f"not for a table that works out columns by itself: {compiled}")
    by_default = {column.key: column.default.arg for column in compiled.insert_prefetch}
    types = {name: parameter.type for parameter, name in compiled.bind_names.items()}
    places = []
    for name in compiled.positiontup or types:
        ready = types[name].dialect_impl(dialect).bind_processor(dialect)
        is_given = name in names
        fixed = by_default.get(name, compiled.params[name])
        places.append(_Place(name, is_given, ready(fixed) if ready and not is_given else fixed, ready))
    return _Compiled(compiled.string, places, compiled.positiontup is None)
