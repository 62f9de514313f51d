"""Every call's parameters against descriptions that are not ours: aiogram's method and type classes."""

import json
from functools import cache
from typing import Any, get_args

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from tests.botapi.refusing import Refusal, bad_request

# Where the real server has its own words for a parameter that is missing.
MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty"}


def described() -> dict[str, type[TelegramMethod[Any]]]:
    """All methods aiogram knows, by the name they have on the wire."""
    found = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    classes = [one for one in found if isinstance(one, type) and issubclass(one, TelegramMethod)]
    return {one.__api_method__: one for one in classes if one is not TelegramMethod}


METHODS = described()


def kinds_within(annotation: Any) -> set[Any]:
    """The leaves of a union; containers count as themselves."""
    if hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    parts = get_args(annotation)
    if not parts or getattr(annotation, "__origin__", None) in (list, dict):
        return {annotation}
    return set().union(*(kinds_within(part) for part in parts))


@cache
def wants_text(method: str, name: str) -> bool:
    """Whether a parameter may be a plain string, so that it is never read as JSON."""
    return str in kinds_within(METHODS[method].model_fields[name].annotation)


@cache
def wants_file_only(method: str, name: str) -> bool:
    """Whether a parameter can be nothing but an uploaded file."""
    leaves = kinds_within(METHODS[method].model_fields[name].annotation)
    return InputFile in leaves and str not in leaves


def decode(method: str, name: str, value: Any) -> Any:
    """A form's string as the value it stands for."""
    if not isinstance(value, str) or wants_text(method, name) or wants_file_only(method, name):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise refuse_value(name, "not JSON") from None


def refuse_value(name: str, reason: str) -> Refusal:
    """A parameter of the wrong type, as Telegram words it for keyboards and otherwise our own words."""
    if name == "reply_markup":
        return bad_request(f"can't parse reply keyboard markup JSON object: {reason}")
    return bad_request(f'parameter "{name}" is wrong: {reason}')


def refuse_strangers(value: Any, place: str) -> None:
    """Refuse fields that no description knows, at any depth (the real server ignores them: a typo stays unseen)."""
    if isinstance(value, list):
        for one in value:
            refuse_strangers(one, place)
    elif isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            raise refuse_value(place, f'unknown field "{name}"')
        for name in type(value).model_fields:
            refuse_strangers(getattr(value, name), place)


def missing(fields: dict[str, FieldInfo], given: dict[str, Any]) -> str | None:
    """The first required parameter that was not given."""
    return next((name for name, field in fields.items() if field.is_required() and name not in given), None)


def check(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """The decoded parameters of a call; refuses unknown, missing and ill-typed ones."""
    fields = METHODS[method].model_fields
    for name in given:
        if name not in fields:
            raise bad_request(f'unknown parameter "{name}" of {method}')
    lacking = missing(fields, given)
    if lacking:
        raise bad_request(MISSING.get(lacking, f'parameter "{lacking}" is required'))
    decoded = {name: decode(method, name, value) for name, value in given.items()}
    try:
        typed = METHODS[method].model_validate(
            {name: value for name, value in decoded.items() if not wants_file_only(method, name)}
        )
    except ValidationError as invalid:
        fault = invalid.errors()[0]
        raise refuse_value(str(fault["loc"][0]) if fault["loc"] else "?", fault["msg"]) from None
    for name in given:
        refuse_strangers(getattr(typed, name, None), name)
    return decoded
