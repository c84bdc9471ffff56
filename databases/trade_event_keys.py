"""Which order a trade event belongs to, told from the numbers it carries. Never guessed: one order, or none.

An event names an order or carries numbers of it. Numbers are those an order was submitted with, and those that earlier
events taught (the declaration number of an export is only given after filing). What every given number agrees on is the
order; where several remain the event waits for a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, select

from databases.bulk import chunks
from databases.order_tables import order_containers, orders
from databases.trade_event_tables import trade_events

CONTAINER_BEFORE = timedelta(days=120)
CONTAINER_AFTER = timedelta(days=30)
"""A box travels for many orders: it speaks for one traded at most so long before, or after, the event."""

UNKNOWN = "unknown"
AMBIGUOUS = "ambiguous"
CONTRADICTORY = "contradictory"
WHY = (UNKNOWN, AMBIGUOUS, CONTRADICTORY)
"""Why an event is not attached: no order has its numbers yet, several have, or its numbers speak of different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """An event with what it can be attached by; `id` is its row."""

    id: int
    named_order: str
    declaration_number: str
    transport_document: str
    container: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event belongs: an order, or why none."""

    order_id: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Holder:
    """An order that carries a number, and when it was traded (or when an event taught the number)."""

    order_id: str
    at: datetime


Holders = Mapping[str, Sequence[_Holder]]
Question = tuple[Select[tuple[str, str, datetime]], ColumnElement[str]]
"""A query for holders, and its column that holds the number."""


def places(connection: Connection, events: Sequence[Keyed]) -> dict[int, Place]:
    """Where each event belongs, in a few set-based queries for all of them."""
    named = _states(connection, {event.named_order for event in events if event.named_order})
    by_number = {
        "declaration_number": _holders(connection, "declaration_number", orders.c.entry_number, events),
        "transport_document": _holders(connection, "transport_document", orders.c.transport_document, events),
        "container": _boxes(connection, events),
    }
    candidates = {event.id: _candidates(event, named, by_number) for event in events}
    several = {order_id for found in candidates.values() for order_id in found[0] if len(found[0]) > 1}
    states = _states(connection, several)
    return {event_id: _place(found, why, states) for event_id, (found, why) in candidates.items()}


def _candidates(event: Keyed, named: Mapping[str, str], by_number: Mapping[str, Holders]) -> tuple[frozenset[str], str]:
    """The orders all given numbers agree on, and why there is none."""
    if event.named_order and event.named_order not in named:
        return frozenset(), UNKNOWN
    voices = [frozenset({event.named_order})] if event.named_order else []
    for name, holders in by_number.items():
        found = holders.get(getattr(event, name), ())
        near = found if name != "container" else [holder for holder in found if _near(holder, event)]
        if near:
            voices.append(frozenset(holder.order_id for holder in near))
    if not voices:
        return frozenset(), UNKNOWN
    agreed = voices[0].intersection(*voices[1:])
    return agreed, "" if agreed else CONTRADICTORY


def _near(holder: _Holder, event: Keyed) -> bool:
    return event.occurred_at - CONTAINER_BEFORE <= holder.at <= event.occurred_at + CONTAINER_AFTER


def _place(found: frozenset[str], why: str, states: Mapping[str, str]) -> Place:
    """A cancelled order gives way to the one that took its place; two living ones leave the question open."""
    living = {order_id for order_id in found if states.get(order_id) != "cancelled"} if len(found) > 1 else found
    if len(living) == 1:
        return Place(next(iter(living)))
    return Place("", why or AMBIGUOUS)


def _states(connection: Connection, order_ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in chunks(sorted(order_ids)):
        query = select(orders.c.order_id, orders.c.state).where(orders.c.order_id.in_(piece))
        found.update({row.order_id: row.state for row in connection.execute(query)})
    return found


def _holders(connection: Connection, name: str, column: ColumnElement[str], events: Sequence[Keyed]) -> Holders:
    """The orders behind each number, as submitted and as taught by attached events."""
    c = trade_events.c
    submitted = select(column.label("number"), orders.c.order_id, orders.c.traded_at.label("at"))
    taught = select(c[name].label("number"), c.order_id, c.occurred_at.label("at")).where(c.order_id != "")
    return _found(connection, _given(events, name), ((submitted, column), (taught, c[name])))


def _boxes(connection: Connection, events: Sequence[Keyed]) -> Holders:
    box, c = order_containers.c, trade_events.c
    submitted = select(box.number.label("number"), box.order_id, box.traded_at.label("at"))
    taught = select(c.container.label("number"), c.order_id, c.occurred_at.label("at")).where(c.order_id != "")
    return _found(connection, _given(events, "container"), ((submitted, box.number), (taught, c.container)))


def _given(events: Sequence[Keyed], name: str) -> list[str]:
    return sorted({value for event in events if (value := getattr(event, name))})


def _found(connection: Connection, numbers: Sequence[str], questions: Sequence[Question]) -> Holders:
    found: dict[str, list[_Holder]] = defaultdict(list)
    for piece in chunks(numbers):
        for query, column in questions:
            for row in connection.execute(query.where(column.in_(piece))):
                found[row.number].append(_Holder(row.order_id, row.at))
    return found
