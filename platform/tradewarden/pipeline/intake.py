"""Intake: every door ends here. An event is in the inbox before anybody is told that it was taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Raw

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.inbox import Acceptance, IncomingEvent, Lane
from databases.unit_of_work import UnitOfWork
from integrations.json_events import encode
from risk.canonical import canonical, digest
from risk.nouns.order import OrderEvent
from tradewarden.pipeline.gather import client_of, decision_id_of
from tradewarden.tracing import traced

CONFLICT_DUE = timedelta(hours=8)


def payload_hash(event: OrderEvent, order_body: bytes = b"") -> str:
    """What makes two deliveries the same: type, order, revision and content; not when or how they were written.

    `order_body` is the canonical JSON of the order where it is known already.
    """
    return digest([event.type, event.order_id, event.revision, Raw(order_body) if order_body else event.order])


def incoming(event: OrderEvent, lane: Lane = "live", raw: bytes = b"", *, at_once: bool = False) -> IncomingEvent:
    """An event in the form the inbox keeps; `raw` are the bytes it came in, when they alone decode to it again.

    `at_once`: the transaction that takes it in works it too.
    """
    order_body = canonical(event.order) if event.order else b""
    return IncomingEvent(
        source=event.source,
        event_id=event.event_id,
        order_id=event.order_id,
        revision=event.revision,
        client_key=client_of(event.order) if event.order else f"order:{event.order_id}",
        raw=raw or encode(event),
        payload_hash=payload_hash(event, order_body),
        lane=lane,
        order_body=order_body,
        decision_id=decision_id_of(event.order_id, event.revision) if at_once and event.order else "",
    )


@traced("door.intake")
def take(
    uow: UnitOfWork, events: Sequence[OrderEvent], door: str, actor: str, now: datetime, lane: Lane = "live"
) -> list[Acceptance]:
    """Put events into the inbox in this transaction; the same id with another payload raises a conflict alert."""
    accepted = uow.inbox.accept([incoming(event, lane) for event in events], now, door)
    conflicts = alarm_conflicts(uow, accepted, now)
    uow.audit.append(
        f"door-{door}",
        [
            NewEntry(
                at=now,
                actor=actor,
                action="orders.received",
                object_type="inbox",
                object_id=door,
                details={
                    "events": len(events),
                    "accepted": sum(item.state == "accepted" for item in accepted),
                    "duplicate": sum(item.state == "duplicate" for item in accepted),
                    "conflict": conflicts,
                },
                after_hash=digest([event.event_id for event in events]),
            )
        ],
    )
    return accepted


def alarm_conflicts(uow: UnitOfWork, accepted: Sequence[Acceptance], now: datetime) -> int:
    """An alert for each event id that came with another payload; returns how many."""
    conflicts = [acceptance for acceptance in accepted if acceptance.state == "conflict"]
    if conflicts:
        uow.alerts.raise_many([_conflict(acceptance, now) for acceptance in conflicts], now)
    return len(conflicts)


def _conflict(acceptance: Acceptance, now: datetime) -> NewAlert:
    return NewAlert(
        kind="event_conflict",
        subject=f"{acceptance.source}/{acceptance.event_id}",
        due_at=now + CONFLICT_DUE,
        details={"inbox_id": acceptance.inbox_id},
    )
