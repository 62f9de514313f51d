"""Each unit's counts of a round stand in columns and move with its people; who is connected stands with the member."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTS = (
    *("snapshot", "exempt", "connected", "attempted", "accepted", "participants", "finished"),
    *("absent_unconnected", "withdrawn", "outside", "rights", "questions"),
)
RUNNING = "round_id IN (SELECT id FROM round WHERE state <> 'frozen')"
CONNECTED = f"""
UPDATE round_member SET
    connected = EXISTS (
        SELECT 1 FROM account WHERE account.person_id = round_member.person_id AND state IN ('active', 'blocked')
    ),
    withdrawn = EXISTS (
        SELECT 1 FROM consent WHERE consent.person_id = round_member.person_id AND withdrawn_at IS NOT NULL
    ) AND NOT EXISTS (
        SELECT 1 FROM consent WHERE consent.person_id = round_member.person_id AND withdrawn_at IS NULL
    )
WHERE {RUNNING}
"""  # noqa: S608 - nothing of a user's
# In the order of COUNTS, without `outside`.
COUNTED = f"""
SELECT round_id, unit_id, count(*), sum(CASE WHEN based THEN 0 ELSE 1 END),
    sum(CASE WHEN based AND connected THEN 1 ELSE 0 END),
    sum(CASE WHEN based AND attempted_at IS NOT NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN based AND accepted_at IS NOT NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN answers > 0 THEN 1 ELSE 0 END),
    sum(CASE WHEN finished_at IS NOT NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN based AND answers = 0 AND NOT connected THEN 1 ELSE 0 END),
    sum(CASE WHEN based AND answers = 0 AND withdrawn THEN 1 ELSE 0 END),
    0,
    sum(CASE WHEN finished_at IS NOT NULL THEN rights ELSE 0 END),
    sum(CASE WHEN finished_at IS NOT NULL THEN answers ELSE 0 END)
FROM (SELECT *, exempt = '' OR answers > 0 AS based FROM round_member WHERE {RUNNING}) AS member
GROUP BY round_id, unit_id
"""  # noqa: S608 - nothing of a user's
OUTSIDE = f"""
SELECT round_id, unit_id, count(*) FROM answer
WHERE NOT counted AND {RUNNING} AND id IN (SELECT min(id) FROM answer WHERE NOT counted GROUP BY round_id, person_id)
GROUP BY round_id, unit_id
"""  # noqa: S608 - nothing of a user's


def upgrade() -> None:
    # Outside batch mode: SQLite then alters in place instead of copying tables that other tables point to.
    for name in ("connected", "withdrawn"):
        op.add_column("round_member", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("round_unit", sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in COUNTS:
        op.add_column("round_unit", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_round_unit_parent", "round_unit", ["round_id", "parent_id"])
    _carry_over_final()
    op.execute(CONNECTED)
    connection = op.get_bind()
    _write(COUNTS, [tuple(row) for row in connection.execute(sa.text(COUNTED))])
    _write(("outside",), [tuple(row) for row in connection.execute(sa.text(OUTSIDE))])
    op.drop_column("round_unit", "frozen")


def downgrade() -> None:
    op.add_column("round_unit", sa.Column("frozen", sa.String(), server_default="", nullable=False))
    final = sa.text(f"SELECT round_id, unit_id, {', '.join(COUNTS)} FROM round_unit WHERE is_final")  # noqa: S608
    frozen = [
        {"at": round_id, "in": unit_id, "frozen": json.dumps(dict(zip(COUNTS, counts, strict=True)))}
        for round_id, unit_id, *counts in op.get_bind().execute(final)
    ]
    if frozen:
        into = sa.text("UPDATE round_unit SET frozen = :frozen WHERE round_id = :at AND unit_id = :in")
        op.get_bind().execute(into, frozen)
    op.drop_index("ix_round_unit_parent", table_name="round_unit")
    for name in (*COUNTS, "is_final"):
        op.drop_column("round_unit", name)
    op.drop_column("round_member", "withdrawn")
    op.drop_column("round_member", "connected")


def _carry_over_final() -> None:
    """What was frozen stays as it was published."""
    frozen = op.get_bind().execute(sa.text("SELECT round_id, unit_id, frozen FROM round_unit WHERE frozen <> ''"))
    rows = [(round_id, unit_id, json.loads(counts)) for round_id, unit_id, counts in frozen]
    _write(COUNTS, [(round_id, unit_id, *(counts[name] for name in COUNTS)) for round_id, unit_id, counts in rows])
    op.execute("UPDATE round_unit SET is_final = (frozen <> '')")


def _write(names: tuple[str, ...], rows: list[tuple[int, ...]]) -> None:
    """Counts of a round and unit, which stand first in each row."""
    if rows:
        into = ", ".join(f"{name} = :{name}" for name in names)
        statement = sa.text(f"UPDATE round_unit SET {into} WHERE round_id = :at AND unit_id = :in")  # noqa: S608
        values = [{"at": row[0], "in": row[1]} | dict(zip(names, row[2:], strict=True)) for row in rows]
        op.get_bind().execute(statement, values)
