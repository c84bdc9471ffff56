"""Moved while held 未放行却已流转: an order that may not go is cleared, sails, arrives or is paid for nevertheless.

Looked for whenever one of the two comes: the news from outside, or the word that stops the order. One alert for each
order and revision, due at once; only a person closes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.moved_orders import MovedOrder
from databases.unit_of_work import UnitOfWork
from risk.nouns.status import MOVES, StatusEvent

ALERT = "moved_while_held"
ACTOR = "scheduler"
STREAM = "verification"
CURSOR = "trade_events.moved_after"
STOPPING = ("refuse", "return")
"""Dispositions that stop an order."""


@dataclass(frozen=True, slots=True)
class _Audit:
    """Who looked, the audit chain it goes to, and when."""

    actor: str
    stream: str
    now: datetime


def is_move(event: StatusEvent) -> bool:
    """Whether an event says that goods or money moved."""
    return event.status in MOVES[event.kind]


def alarm_moved(uow: UnitOfWork, order_ids: Sequence[str], actor: str, now: datetime, stream: str = "") -> int:
    """Raise the alerts of those of these orders that are stopped and moved; how many. Repeating it changes nothing.

    One question for all of them. `stream` is the audit chain to write to.
    """
    if not order_ids:
        return 0
    return _alarm(uow, uow.trade_events.moved(order_ids, ALERT), _Audit(actor, stream or STREAM, now))


def look_again(uow: UnitOfWork, now: datetime) -> int:
    """The periodic look: an event and the decision on its order may be written at the same moment by two workers, and
    neither sees the other. So what came since the run before the last is looked at again; how many alerts were raised.
    """
    before, last = (int(part) for part in (uow.meta.get(CURSOR) or "0 0").split())
    latest = uow.trade_events.last_row()
    if latest == before:
        return 0
    raised = _alarm(uow, uow.trade_events.moved_since(before, ALERT), _Audit(ACTOR, STREAM, now))
    uow.meta.set(CURSOR, f"{last} {latest}")
    return raised


def _alarm(uow: UnitOfWork, found: Sequence[MovedOrder], audit: _Audit) -> int:
    if not found:
        return 0
    numbers = uow.alerts.raise_many([_alert(one, audit.now) for one in found], audit.now)
    raised = [one for one, number in zip(found, numbers, strict=True) if number is not None]
    if raised:
        uow.audit.append(audit.stream, [_entry(one, audit) for one in raised])
    return len(raised)


def _details(one: MovedOrder) -> dict[str, object]:
    moves = [
        {
            "kind": move.kind.value,
            "status": move.status,
            "occurred_at": move.occurred_at,
            "trade_event": move.trade_event,
        }
        for move in one.moves
    ]
    return {"state": one.state, "moves": moves}


def _alert(one: MovedOrder, now: datetime) -> NewAlert:
    return NewAlert(
        kind=ALERT,
        subject=f"{one.order_id} r{one.revision}",
        due_at=now,  # nothing can be more urgent: every hour it goes on it is further away
        order_id=one.order_id,
        revision=one.revision,
        client_id=one.client_id,
        details=_details(one),
    )


def _entry(one: MovedOrder, audit: _Audit) -> NewEntry:
    return NewEntry(
        at=audit.now,
        actor=audit.actor,
        action="order.moved_while_held",
        object_type="order",
        object_id=one.order_id,
        details={"revision": one.revision, **_details(one)},
    )
