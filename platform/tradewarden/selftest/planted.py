"""A test that can't fail proves nothing: faults are planted into a copy of a finished case and must be counted."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tradewarden.errors import CannotDo
from tradewarden.selftest.evidence import Evidence, read
from tradewarden.selftest.judgement import judge_case
from tradewarden.selftest.lab import Lab, Stage
from tradewarden.selftest.table import Row

ORDERS = 20
LOSS = (
    "DELETE FROM order_revisions WHERE inbox_id = (SELECT min(id) FROM inbox WHERE state = 'applied')",
    "DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox WHERE state = 'applied')",
)
DOUBLE = (
    "INSERT INTO audit_entries SELECT stream, seq + 1000000, at, actor, action, object_type, object_id, details, "
    "before_hash, after_hash, reason, previous_hash, hash FROM audit_entries WHERE action = 'order.decided' LIMIT 1",
)
RELEASE = (
    "UPDATE orders SET state = CASE state WHEN 'released' THEN 'held' ELSE 'released' END WHERE order_id = "
    "(SELECT min(order_id) FROM orders WHERE state <> 'cancelled')",
)


def planted_faults(lab: Lab) -> Row:
    """Run a small case, then plant a loss, a double and a wrong release, each into a copy of its database.

    Raises CannotDo when one of them is not counted: then no number of the table could be believed.
    """
    stage = lab.stage("planted faults are counted", "sqlite")
    stage.feed(lab.traffic("planted", ORDERS))
    stage.drain()
    arrived, events = stage.door.arrived()
    clean = lab.clean_run(events)
    missed = []
    for name, statements in (("lost", LOSS), ("doubled", DOUBLE), ("wrongly_released", RELEASE)):
        found = evidence_of_copy(stage, name, statements)
        if not getattr(judge_case(stage.sent, arrived, found, clean), name):
            missed.append(name)
    if missed:
        raise CannotDo(f"The self-test does not see planted faults ({', '.join(missed)}); its table would say nothing.")
    return stage.row(0)


def evidence_of_copy(stage: Stage, name: str, statements: Sequence[str]) -> Evidence:
    """What a copy of the stage's database holds after these statements."""
    stage.place.app.database.dispose()
    copy = stage.lab.places.copy(stage.place, f"{stage.folder.name}-{name}")
    spoil(copy.settings.data_dir / "tradewarden.db", statements)
    found = read(copy)
    copy.close()
    return found


def spoil(file: Path, statements: Sequence[str]) -> None:
    """Change a database behind the program's back, its guards taken away first."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (guard,) in guards:
            connection.execute(f'DROP TRIGGER "{guard}"')
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()
