"""Builds the fictional sample office (content/sample/office.xlsx) as the very file a user would load.

Run ``python -m app.sample_office`` after changing office.yaml; the same words always give the same bytes.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from content.phrases import Phrases
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.file import write_roster

CONTENT = Path(__file__).parent.parent / "content"
SAMPLE = CONTENT / "sample" / "office.xlsx"
SOURCE = CONTENT / "sample" / "office.yaml"


def sample_roster() -> Roster:
    """The sample office as a roster."""
    source: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return Roster(tuple(_units(source)), tuple(_people(source)))


def write_sample(phrases: Phrases) -> bytes:
    """The bytes of office.xlsx."""
    return write_roster(sample_roster(), phrases)


def _units(source: dict[str, Any]) -> list[UnitRow]:
    valid_from_on = _day(source["valid_from"])
    return [
        UnitRow(row, unit["code"], unit["name"], unit["kind"], unit.get("parent", ""), valid_from_on=valid_from_on)
        for row, unit in enumerate(source["units"], 2)
    ]


def _people(source: dict[str, Any]) -> list[PersonRow]:
    """People unit by unit: the head first, then a deputy where the unit has one, then the others."""
    roles = {(entry["unit"], entry["number"]): entry["role"] for entry in source["roles"]}
    named = {(entry["unit"], entry["number"]): entry["name"] for entry in source["named"]}
    people: list[PersonRow] = []
    for unit in source["units"]:
        duties = ["head", "deputy"] if "deputy" in unit else ["head"]
        for number in range(1, unit["people"] + 1):
            count = len(people) + 1
            seat = (unit["code"], number)
            duty = duties[number - 1] if number <= len(duties) else ""
            role = roles.get(seat)
            people.append(
                PersonRow(
                    row=count + 1,
                    staff_code=f"SVC{count:03}",
                    name=named.get(seat) or _name(source, count),
                    unit_code=unit["code"],
                    title=unit.get(duty, source["staff_title"]),
                    phone=f"{source['phone_prefix']}{count:03}",
                    duty=duty,
                    roles=frozenset([role] if role else []),
                )
            )
    return people


def _name(source: dict[str, Any], count: int) -> str:
    # The three lists have lengths without a common divisor, so names repeat only after thousands.
    lists = (source["surnames"], source["middles"], source["given"])
    return " ".join(str(words[count % len(words)]) for words in lists)


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone


if __name__ == "__main__":
    SAMPLE.write_bytes(write_sample(Phrases.load(CONTENT / "phrases")))
