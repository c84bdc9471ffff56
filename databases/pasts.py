"""The pasts of clients a worker remembers: checked against what the database says changed, read anew where needed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from databases.bulk import json_keys, keys_table
from databases.client_changes import NEVER, ClientChanges, Mark
from databases.client_past import ClientPast, HistoryMemory

MOST_LINES = 50_000
"""A client with more lines is not remembered; it is asked for each time."""


def _nobody(_: str) -> None:
    """Nothing is remembered, so nothing has to follow."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Pasts by client, and whom to tell that an order of a client was added to its past."""

    pasts: Mapping[str, ClientPast] = field(default_factory=dict)
    follow: Callable[[str], None] = _nobody


NOTHING = Remembered()


def remembered(
    connection: Connection, changes: ClientChanges, memory: HistoryMemory, client_ids: Sequence[str]
) -> Remembered:
    """The pasts that hold in this transaction: those the memory has, and those it is time to take into it."""
    # the marks first: what is read after them is at least as new, so a mark is never too new for its past
    committed = changes.marks(client_ids)
    marks: dict[str, Mark] = {}
    pasts: dict[str, ClientPast] = {}
    due: list[str] = []
    for client_id in client_ids:
        mark = changes.since(client_id, committed.get(client_id, NEVER))
        if mark is None:
            memory.forget(client_id)
            continue
        marks[client_id] = mark
        same, past = memory.recall(client_id, mark)
        if past is not None:
            pasts[client_id] = past
        elif same:
            due.append(client_id)
    pasts.update(_read(connection, due))
    for client_id, mark in marks.items():
        memory.keep(client_id, mark, pasts.get(client_id))

    def follow(client_id: str) -> None:
        mark = marks.get(client_id)
        if mark is not None:
            mark = marks[client_id] = Mark(mark.changes + 1, changes.name)
            memory.keep(client_id, mark, pasts.get(client_id))

    return Remembered(pasts, follow)


def _read(connection: Connection, client_ids: Collection[str]) -> dict[str, ClientPast]:
    """The pasts of these clients as the database has them, without those too long to be remembered."""
    pasts = {client_id: ClientPast() for client_id in _short(connection, client_ids)}
    if not pasts:
        return {}
    keys = keys_table(connection, client_id="text")
    given = {"keys": json_keys([(client_id,) for client_id in pasts])}
    query = text(
        "SELECT o.client_id, o.traded_at, o.total_usd, o.buyer, o.hs_chapters "  # noqa: S608
        f"FROM {keys} AS k JOIN orders AS o ON o.client_id = k.client_id "
        "WHERE o.state <> 'cancelled' ORDER BY o.traded_at"
    )
    for client_id, at, *order in connection.execute(query, given):
        pasts[client_id].add_order(_moment(at), *order)
    query = text(
        "SELECT l.client_id, l.traded_at, l.goods_name, l.price_usd, l.hs8 "  # noqa: S608
        f"FROM {keys} AS k JOIN order_lines AS l ON l.client_id = k.client_id ORDER BY l.traded_at"
    )
    for client_id, at, *line in connection.execute(query, given):
        pasts[client_id].add_line(_moment(at), *line)
    return pasts


def _short(connection: Connection, client_ids: Collection[str]) -> list[str]:
    if not client_ids:
        return []
    keys = keys_table(connection, client_id="text")
    query = text(
        "SELECT k.client_id, (SELECT count(*) FROM (SELECT 1 FROM order_lines AS l "  # noqa: S608
        f"WHERE l.client_id = k.client_id LIMIT {MOST_LINES + 1}) AS t) FROM {keys} AS k"
    )
    found = connection.execute(query, {"keys": json_keys([(client_id,) for client_id in client_ids])})
    return [client_id for client_id, lines in found if lines <= MOST_LINES]


def _moment(read: datetime | str) -> datetime:
    """A time as either engine tells it in a plain question."""
    at = datetime.fromisoformat(read) if isinstance(read, str) else read
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
