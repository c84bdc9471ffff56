"""Orders that move although they may not: held, refused or returned here, and on their way outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from databases.alert_tables import alerts
from databases.bulk import chunks
from databases.order_tables import orders
from databases.trade_event_tables import trade_events
from risk.nouns.status import MOVES, StatusKind

STOPPED_STATES = ("held", "refused", "returned")
"""States in which an order may not go on: stopped by the machine, or given back or refused by an officer."""
_MOVES = [(kind.value, status) for kind, statuses in MOVES.items() for status in sorted(statuses)]


@dataclass(frozen=True, slots=True)
class Move:
    """A status that says the goods or the money moved; `trade_event` is its row."""

    kind: StatusKind
    status: str
    occurred_at: datetime
    trade_event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOrder:
    """A stopped order with what moved nevertheless, as it happened. `state` is one of STOPPED_STATES."""

    order_id: str
    revision: int
    state: str
    client_id: str
    moves: tuple[Move, ...]


def moved_orders(connection: Connection, order_ids: Sequence[str], kind: str) -> list[MovedOrder]:
    """Those of these orders that are stopped and moved, unless an alert of `kind` was raised for their revision."""
    found: dict[str, MovedOrder] = {}
    for piece in chunks(list(dict.fromkeys(order_ids))):
        found |= _moved(connection, trade_events.c.order_id.in_(piece), kind)
    return list(found.values())


def moved_since(connection: Connection, after: int, kind: str) -> list[MovedOrder]:
    """The same for every order that got an event behind row `after`."""
    recent = select(trade_events.c.order_id).where(trade_events.c.id > after, _moves(), trade_events.c.order_id != "")
    return list(_moved(connection, trade_events.c.order_id.in_(recent), kind).values())


def last_event(connection: Connection) -> int:
    """The row of the latest event, 0 when there is none."""
    return int(connection.execute(select(func.coalesce(func.max(trade_events.c.id), 0))).scalar_one())


def _moves() -> ColumnElement[bool]:
    return tuple_(trade_events.c.kind, trade_events.c.status).in_(_MOVES)


def _moved(connection: Connection, wanted: ColumnElement[bool], kind: str) -> Mapping[str, MovedOrder]:
    c, o, a = trade_events.c, orders.c, alerts.c
    told = select(a.alert_id).where(a.order_id == o.order_id, a.kind == kind, a.revision == o.revision).exists()
    query = (
        select(o.order_id, o.revision, o.state, o.client_id, c.kind, c.status, c.occurred_at, c.id)
        .join(orders, o.order_id == c.order_id)
        .where(wanted, _moves(), o.state.in_(STOPPED_STATES), ~told)
        .order_by(o.order_id, c.occurred_at, c.id)
    )
    found: dict[str, MovedOrder] = {}
    for order_id, revision, state, client_id, sort, status, occurred_at, row in connection.execute(query):
        one = found.get(order_id) or MovedOrder(
            order_id=order_id, revision=revision, state=state, client_id=client_id, moves=()
        )
        found[order_id] = replace(one, moves=(*one.moves, Move(StatusKind(sort), status, occurred_at, row)))
    return found
