"""The two sheets of a roster file: their columns and the words these accept."""

from content.sheets import Column, Word

STATUSES = (
    Word("working", "roster.word.working", "roster.word.working_also"),
    Word("left", "roster.word.left", "roster.word.left_also"),
)
DUTIES = (
    Word("head", "roster.word.head", "roster.word.head_also"),
    Word("deputy", "roster.word.deputy", "roster.word.deputy_also"),
)
ROLES = (
    Word("content_admin", "roster.word.content_admin"),
    Word("roster_admin", "roster.word.roster_admin"),
    Word("operator", "roster.word.operator"),
)

UNITS_SHEET = "roster.sheet.units"
PEOPLE_SHEET = "roster.sheet.people"

UNIT_COLUMNS = (
    Column("code", "roster.column.unit_code", "roster.note.unit_code", 32, 14, filled=True),
    Column(
        "name", "roster.column.unit_name", "roster.note.unit_name", 200, 48, "roster.column.unit_name_also", filled=True
    ),
    Column(
        "kind", "roster.column.unit_kind", "roster.note.unit_kind", 60, 18, "roster.column.unit_kind_also", filled=True
    ),
    Column("parent_code", "roster.column.parent_code", "roster.note.parent_code", 32, 20),
    Column("predecessors", "roster.column.predecessors", "roster.note.predecessors", 400, 22, needed=False),
    Column("valid_from", "roster.column.valid_from", "roster.note.valid_from", 32, 14, needed=False),
)
PEOPLE_COLUMNS = (
    Column("staff_code", "roster.column.staff_code", "roster.note.staff_code", 32, 14, filled=True),
    Column(
        "name",
        "roster.column.person_name",
        "roster.note.person_name",
        120,
        30,
        "roster.column.person_name_also",
        filled=True,
    ),
    Column("unit_code", "roster.column.unit_code", "roster.note.person_unit_code", 32, 14, filled=True),
    Column("title", "roster.column.title", "roster.note.title", 120, 28, "roster.column.title_also"),
    Column("phone", "roster.column.phone", "roster.note.phone", 32, 16, "roster.column.phone_also"),
    Column("status", "roster.column.status", "roster.note.status", 60, 16, words=STATUSES),
    Column("duty", "roster.column.duty", "roster.note.duty", 60, 18, words=DUTIES),
    Column("roles", "roster.column.roles", "roster.note.roles", 200, 26, words=ROLES),
)
