"""Among: a condition on any number of ids, in a statement that is built and compiled once.

`column IN (1, 2, …)` is written and read anew for each number of ids; here they travel as one parameter.
"""

import json
from typing import Any

from sqlalchemy import Dialect, Integer, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Many(TypeDecorator[Any]):
    """Whole numbers, or texts, in one parameter: a JSON text on SQLite, an array on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def __init__(self, texts: bool) -> None:
        super().__init__()
        self.texts = texts

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array where there are arrays."""
        one = String() if self.texts else Integer()
        return dialect.type_descriptor(ARRAY(one) if dialect.name == "postgresql" else one)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The values as the database takes them; None among them is nobody's id."""
        values = [one for one in value if one is not None]
        return values if dialect.name == "postgresql" else json.dumps(values)


class _Among(FunctionElement[Any]):
    # Not called a Boolean: SQLite, which has none, would be told to compare it with 1, and then uses no index.
    inherit_cache = True


def among(column: Any, name: str) -> _Among:
    """Condition: the column, of numbers or of texts, is one of the values in the parameter `name`."""
    return _Among(column, bindparam(name, type_=Many(not isinstance(column.type, Integer))))


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **given: Any) -> str:
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # both are compiled SQL


@compiles(_Among, "postgresql")
def _any_of_array(element: _Among, compiler: SQLCompiler, **given: Any) -> str:
    # Not IN (SELECT unnest(…)): once prepared, its plan goes through the whole table.
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} = ANY({values})"
