"""Among: a condition on any number of ids, in a statement that is built and compiled once.

`column IN (1, 2, …)` is written and read anew for each number of ids; here they travel as one parameter.
"""

import json
from typing import Any

from sqlalchemy import Dialect, Integer, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Ids(TypeDecorator[Any]):
    """Whole numbers in one parameter: a JSON text on SQLite, an array on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array where there are arrays."""
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The numbers as the database takes them; None among them is nobody's id."""
        ids = [number for number in value if number is not None]
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Each(FunctionElement[int]):
    inherit_cache = True


def among(column: Any, name: str) -> Any:
    """Condition: the column is one of the ids in the parameter `name`."""
    return column.bool_op("IN")(_Each(bindparam(name, type_=Ids)))


@compiles(_Each, "sqlite")
def _of_json(element: _Each, compiler: SQLCompiler, **given: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **given)}))"  # noqa: S608  # compiled SQL


@compiles(_Each, "postgresql")
def _of_array(element: _Each, compiler: SQLCompiler, **given: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **given)}))"
