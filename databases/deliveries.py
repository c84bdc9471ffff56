"""Deliveries: of all that came in under an event id, which is the first, which repeats it and which contradicts it.

`receptions` are the books of it: what came in at each door, in the transaction that took it in.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Index, Table

from databases.columns import metadata, number, row_id, time, words

AcceptanceState = Literal["accepted", "duplicate", "conflict"]
EventKey = tuple[str, str]
"""Source and event id."""
FIGURES = ("received", "accepted", "duplicate", "conflict", "dead")

receptions = Table(
    "receptions",
    metadata,
    row_id(),
    time("at"),
    words("door"),
    *map(number, FIGURES),
    Index(None, "at"),
)


def states_of(
    deliveries: Sequence[tuple[EventKey, str]], kept: Mapping[EventKey, str], fresh: Collection[EventKey]
) -> list[AcceptanceState]:
    """What each delivery (key and payload hash) is, in their order.

    `kept` holds the hash under which each key is stored, `fresh` the keys stored just now: of these the first delivery
    is accepted. Any other one is a duplicate when its hash is the one that is kept, else a conflict.
    """
    seen: set[EventKey] = set()
    states: list[AcceptanceState] = []
    for key, payload_hash in deliveries:
        if key in fresh and key not in seen:
            states.append("accepted")
        else:
            states.append("duplicate" if kept[key] == payload_hash else "conflict")
        seen.add(key)
    return states


def tally(connection: Connection, states: Sequence[AcceptanceState], door: str, now: datetime) -> None:
    """Enter deliveries into the books of their door."""
    counted: Counter[str] = Counter(states)
    enter(connection, door, now, received=len(states), **counted)


def enter(connection: Connection, door: str, now: datetime, **counts: int) -> None:
    """Enter figures into the books of a door by the names of their columns; what is not named is 0."""
    connection.execute(receptions.insert(), {"at": now, "door": door, **dict.fromkeys(FIGURES, 0), **counts})
