"""What the checks answered in one line for each decision, hits as rows; no more row for each finding.

Why: A decision wrote some 20 findings and 17 contributions, most of them "no data", and its body holds them all anyway.
Questions need three things: which decisions a check hit (rows), which answered what (the line), how often (the line).
Contributions were asked by nobody. Two indexes of screenings served no question, one on the time of receptions does.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
AT_ONCE = 500
SHORT = {"hit": "h", "no_data": "n", "error": "e"}

decisions = sa.table("decisions", *map(sa.column, ("decision_id", "answers", "body")))
check_hits = sa.table("check_hits", *map(sa.column, ("check_id", "decision_id")))
findings = sa.table(
    "findings",
    *map(
        sa.column,
        ("decision_id", "position", "check_id", "status", "severity", "line", "code", "floor", "seen"),
    ),
)
contributions = sa.table(
    "contributions",
    *map(sa.column, ("decision_id", "position", "check_id", "status", "points", "floor", "lines")),
)


def upgrade() -> None:
    op.add_column("decisions", sa.Column("answers", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "check_hits",
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "decision_id", name=op.f("pk_check_hits")),
    )
    _each_decision(_answered)
    op.drop_index("ix_findings_check_id_status", table_name="findings")
    op.drop_table("findings")
    op.drop_table("contributions")
    op.drop_index("ix_screenings_subject_key_lists_version", table_name="screenings")
    op.drop_index("ix_match_queue_subject_key_list_id_entry_id", table_name="match_queue")
    op.create_index("ix_receptions_at", "receptions", ["at"])


def downgrade() -> None:
    op.drop_index("ix_receptions_at", table_name="receptions")
    op.create_index(
        "ix_match_queue_subject_key_list_id_entry_id", "match_queue", ["subject_key", "list_id", "entry_id"]
    )
    op.create_index("ix_screenings_subject_key_lists_version", "screenings", ["subject_key", "lists_version"])
    op.create_table(
        "contributions",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_contributions")),
    )
    op.create_table(
        "findings",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("severity", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_check_id_status", "findings", ["check_id", "status"])
    _each_decision(_spread)
    op.drop_table("check_hits")
    op.drop_column("decisions", "answers")


def _each_decision(work: Callable[[list[tuple[str, bytes]]], None]) -> None:
    """Hand every decision's id and body to `work`, some at a time and in order: there may be millions."""
    c, last = decisions.c, ""
    while True:
        query = sa.select(c.decision_id, c.body).where(c.decision_id > last).order_by(c.decision_id).limit(AT_ONCE)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        work([(row.decision_id, bytes(row.body)) for row in rows])
        last = rows[-1].decision_id


def _answered(some: list[tuple[str, bytes]]) -> None:
    c = findings.c
    counted = (
        sa.select(c.decision_id, c.check_id, c.status, sa.func.count())
        .where(c.decision_id.between(some[0][0], some[-1][0]))
        .group_by(c.decision_id, c.check_id, c.status)
    )
    said: dict[str, list[str]] = {}
    hits = []
    for decision_id, check, status, count in op.get_bind().execute(counted):
        said.setdefault(decision_id, []).append(f"{check}:{SHORT[status]}{count}")
        if status == "hit":
            hits.append({"check_id": check, "decision_id": decision_id})
    lines = [{"key": key, "line": "".join(f" {answer}" for answer in sorted(found))} for key, found in said.items()]
    if lines:
        same = decisions.c.decision_id == sa.bindparam("key")
        op.get_bind().execute(decisions.update().where(same).values(answers=sa.bindparam("line")), lines)
    _insert(check_hits, hits)


def _spread(some: list[tuple[str, bytes]]) -> None:
    bodies = [(decision_id, json.loads(body)) for decision_id, body in some]
    _insert(findings, [row for decision_id, body in bodies for row in _findings(decision_id, body["findings"])])
    parts = [
        {"decision_id": decision_id, "position": position, "check_id": part.pop("check"), **part}
        for decision_id, body in bodies
        for position, part in enumerate(body["contributions"])
    ]
    _insert(contributions, parts)


def _findings(decision_id: str, found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for position, one in enumerate(found):
        if one["status"] == "pass":
            continue
        # as it was hashed: sorted keys, no blanks, letters as themselves
        seen = json.dumps(one.pop("seen"), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        yield {"decision_id": decision_id, "position": position, "check_id": one.pop("check"), **one, "seen": seen}


def _insert(table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(table.insert(), rows)
