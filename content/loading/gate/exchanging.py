"""What parent and child say to each other: one line of JSON, then bytes as they are."""

import json
from dataclasses import replace
from typing import BinaryIO

from content.loading.checked import Checked
from content.loading.drafts import Known
from content.loading.gate.wire import Garbled, as_json, from_json


def request(name: str, body: bytes, known: Known) -> bytes:
    """What the child reads on standard input."""
    return json.dumps({"name": name, "known": as_json(known)}).encode() + b"\n" + body


def read_request(stream: BinaryIO) -> tuple[str, Known, bytes]:
    """Name, what is known, and the bytes of the file."""
    said = json.loads(stream.readline())
    return said["name"], from_json(Known, said["known"]), stream.read()


def write_answer(stream: BinaryIO, checked: Checked) -> None:
    """What the child writes on standard output."""
    marked = checked.marked
    line = {"checked": as_json(replace(checked, marked=None)), "marked": None if marked is None else len(marked)}
    stream.write(json.dumps(line).encode() + b"\n" + (marked or b""))
    stream.flush()


def read_answer(said: bytes) -> Checked:
    """The answer of a child. Raises Garbled for anything that is not exactly one."""
    line, _, rest = said.partition(b"\n")
    try:
        answer = json.loads(line)
        written, length = answer["checked"], answer["marked"]
    except (ValueError, TypeError, KeyError, RecursionError) as reason:
        raise Garbled(str(reason)) from reason
    checked = from_json(Checked, written)
    if (length or 0) != len(rest) or bool(checked.refused) == (checked.reading is not None):
        raise Garbled("the parts do not fit together")
    return replace(checked, marked=None if length is None else rest)
