"""Values of this room as JSON and back, exactly. What comes back is checked against the types it should have."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Kept = TypeVar("Kept")

DAY, LISTED, TABLE = "day", "listed", "table"  # what JSON has no word for, where a field may hold anything


class Garbled(Exception):
    """The JSON does not describe the value that was asked for."""


def as_json(value: Any) -> Any:
    """A dataclass of this room, and all it holds, as what `json.dumps` takes. TypeError for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return [_written(hints[one.name], getattr(value, one.name)) for one in fields(value)]
    raise TypeError(f"{type(value).__name__} is no value of this room")


def from_json(kind: type[Kept], written: Any) -> Kept:
    """The value `as_json` wrote. Raises Garbled for anything that is not one of its kind."""
    try:
        restored: Kept = _read(kind, written)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError) as reason:
        raise Garbled(str(reason)) from reason
    return restored


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _written(hint: Any, value: Any) -> Any:
    if hint is object:
        return _tagged(value)
    if is_dataclass(value):
        return as_json(value)
    if isinstance(value, date):
        return value.isoformat()
    origin = get_origin(hint)
    if origin is tuple:
        return [_written(get_args(hint)[0], entry) for entry in value]
    if origin is Mapping:
        return {key: _written(get_args(hint)[1], entry) for key, entry in value.items()}
    return value


def _tagged(value: Any) -> Any:
    """A value of a field that may hold anything: plain ones as they are, others with a word for what they are."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if isinstance(value, tuple):
        return {LISTED: [_tagged(entry) for entry in value]}
    if isinstance(value, list):
        return [_tagged(entry) for entry in value]
    if isinstance(value, Mapping):
        return {TABLE: [[key, _tagged(entry)] for key, entry in value.items()]}
    raise TypeError(f"a flaw cannot carry a {type(value).__name__}")


def _read(hint: Any, written: Any) -> Any:
    if hint is object:
        return _untagged(written)
    if is_dataclass(hint):
        return _read_whole(hint, written)
    origin = get_origin(hint)
    if origin is tuple:
        return tuple(_read(get_args(hint)[0], entry) for entry in _is(list, written))
    if origin is Mapping:
        return {_is(str, key): _read(get_args(hint)[1], entry) for key, entry in _is(dict, written).items()}
    if origin is types.UnionType:  # `date | None`, `Reading | None`
        return None if written is None else _read(get_args(hint)[0], written)
    if hint is date:
        return date.fromisoformat(_is(str, written))
    return _is(hint, written)


def _read_whole(kind: Any, written: Any) -> Any:
    hints = _hints(kind)
    pairs = zip(fields(kind), _is(list, written), strict=True)
    return kind(**{one.name: _read(hints[one.name], entry) for one, entry in pairs})


def _untagged(written: Any) -> Any:
    if isinstance(written, list):
        return [_untagged(entry) for entry in written]
    if not isinstance(written, dict):
        return written
    ((word, inner),) = written.items()
    if word == DAY:
        return date.fromisoformat(inner)
    if word == LISTED:
        return tuple(_untagged(entry) for entry in inner)
    if word == TABLE:
        return {key: _untagged(entry) for key, entry in inner}
    raise Garbled(f"unknown word {word!r}")


def _is(kind: type, written: Any) -> Any:
    if type(written) is not kind:
        raise Garbled(f"{type(written).__name__} where {kind.__name__} should be")
    return written
