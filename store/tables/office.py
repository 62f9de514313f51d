"""The office: units in a tree, people, where they stood when, who heads what, who may do what."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from store.columns import moment, optional_moment


class Unit(SQLModel, table=True):
    """A node of the tree (đơn vị). Valid from a day until a day; a merged or renamed unit has predecessors."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: str
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    valid_from_on: date
    valid_until_on: date | None = None


class UnitLineage(SQLModel, table=True):
    """`unit_id` came out of `predecessor_id` by merging or renaming."""

    __tablename__ = "unit_lineage"
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    predecessor_id: int = Field(foreign_key="unit.id", primary_key=True)


class Person(SQLModel, table=True):
    """A roster entry (người). `status` is `working` or `left`; history stands in `Placement`."""

    id: int | None = Field(default=None, primary_key=True)
    staff_code: str = Field(unique=True)
    name: str
    unit_id: int = Field(foreign_key="unit.id", index=True)
    title: str = ""
    phone: str | None = Field(default=None, index=True)
    status: str = "working"


class Placement(SQLModel, table=True):
    """Where a person stood and as what, from a moment until a moment (open while `until_at` is empty)."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    unit_id: int = Field(foreign_key="unit.id")
    title: str
    status: str
    from_at: datetime = moment()
    until_at: datetime | None = optional_moment()


class Duty(SQLModel, table=True):
    """A person is `head`, `deputy` or `delegate` of a unit, from a day until a day (both included).

    A delegate stands in for whoever named him, and no longer than that person heads the unit.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    kind: str
    from_on: date
    until_on: date | None = None
    named_by_id: int | None = None


class Grant(SQLModel, table=True):
    """A role held by a person: `content_admin`, `roster_admin` or `operator`."""

    __tablename__ = "role_grant"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    from_on: date
    until_on: date | None = None
