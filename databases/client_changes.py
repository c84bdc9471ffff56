"""Which clients' orders changed: a count for each client, by which a worker proves that what it remembers still holds.

A unit of work notes the orders it adds or alters and counts them up in its last statement, in one order for everybody,
so that no two lock each other out. An added order counts one: whoever added it can follow in memory. A revision or a
cancellation takes something away too and counts two, which nobody's memory follows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import BigInteger, Column, Connection, Table, select, text

from databases.bulk import chunks, json_keys, keys_table
from databases.columns import metadata, words

client_changes = Table(
    "client_changes",
    metadata,
    words("client_id", primary_key=True),
    Column("changes", BigInteger, nullable=False),
    words("changed_in"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """How often a client's orders changed, and in which unit of work last."""

    changes: int = 0
    changed_in: str = ""


NEVER = Mark()


class ClientChanges:
    """The changes of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.name = uuid4().hex
        self._counts: Counter[str] = Counter()
        self._altered: set[str] = set()

    def added(self, client_id: str) -> None:
        """An order was added that the database did not have."""
        self._counts[client_id] += 1

    def altered(self, client_id: str) -> None:
        """An order was replaced or taken away, or may have been."""
        self._counts[client_id] += 2
        self._altered.add(client_id)

    def since(self, client_id: str, mark: Mark) -> Mark | None:
        """What this mark is after what this unit of work did so far; None when it altered the client's orders."""
        if client_id in self._altered:
            return None
        count = self._counts.get(client_id, 0)
        return Mark(mark.changes + count, self.name) if count else mark

    def marks(self, client_ids: Sequence[str]) -> Mapping[str, Mark]:
        """The marks as committed by others; a client without one never had an order. Ask before asking for orders."""
        c = client_changes.c
        found: dict[str, Mark] = {}
        for piece in chunks(client_ids):
            query = select(c.client_id, c.changes, c.changed_in).where(c.client_id.in_(piece))
            found.update({row[0]: Mark(row[1], row[2]) for row in self.connection.execute(query)})
        return found

    def write(self) -> None:
        """Count up what was noted; the last statement of a unit of work. Does nothing when nothing was noted."""
        rows = sorted((client_id, count) for client_id, count in self._counts.items() if client_id)
        if not rows:
            return
        keys = keys_table(self.connection, client_id="text", changes="bigint")
        query = text(
            "INSERT INTO client_changes (client_id, changes, changed_in) "  # noqa: S608
            f"SELECT k.client_id, k.changes, :name FROM {keys} AS k WHERE true ORDER BY k.client_id "
            "ON CONFLICT (client_id) DO UPDATE SET changes = client_changes.changes + excluded.changes, "
            "changed_in = excluded.changed_in"
        )
        self.connection.execute(query, {"keys": json_keys(rows), "name": self.name})
        self._counts.clear()
        self._altered.clear()
