"""Status events 状态事件: taken in at any door, kept once, attached to their order, their customs feedback compared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.dead_letters import NewDeadLetter
from databases.trade_events import IncomingStatus, StatusAcceptance
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError, printable
from integrations.json_events import decode_status, encode_status
from integrations.kafka.port import Record
from risk.canonical import digest
from risk.nouns.status import StatusEvent
from tradewarden.pipeline.intake import CONFLICT_DUE
from tradewarden.pipeline.verification import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """What became of a batch of records: `applied` are kept (attached or waiting for their order)."""

    applied: int = 0
    duplicate: int = 0
    conflict: int = 0
    dead: int = 0


def payload_hash(event: StatusEvent) -> str:
    """What makes two deliveries the same: everything the sender says happened; not how it was written."""
    keys = [event.order_id, event.declaration_number, event.transport_document, event.container]
    return digest([event.kind, event.status, event.occurred_at.astimezone(UTC), keys, event.details])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taker:
    """Who takes events in, where, when, and the audit chain it writes to."""

    door: str
    actor: str
    now: datetime
    stream: str


def take(
    uow: UnitOfWork, events: Sequence[StatusEvent], door: str, actor: str, now: datetime
) -> list[StatusAcceptance]:
    """Keep status events in this transaction; the same id with another payload raises a conflict alert."""
    if not events:
        return []
    taker = _Taker(door=door, actor=actor, now=now, stream=f"door-{door}")
    accepted = _keep(uow, events, taker)
    _verify(uow, events, accepted, taker)
    return accepted


def _keep(uow: UnitOfWork, events: Sequence[StatusEvent], taker: _Taker) -> list[StatusAcceptance]:
    accepted = uow.trade_events.accept([_incoming(event) for event in events], taker.now, taker.door)
    conflicts = [answer for answer in accepted if answer.state == "conflict"]
    if conflicts:
        uow.alerts.raise_many([_conflict(answer, taker.now) for answer in conflicts], taker.now)
    details = {
        "events": len(events),
        "accepted": sum(answer.state == "accepted" for answer in accepted),
        "duplicate": sum(answer.state == "duplicate" for answer in accepted),
        "conflict": len(conflicts),
        "unattached": sum(answer.state == "accepted" and not answer.order_id for answer in accepted),
    }
    entry = NewEntry(
        at=taker.now,
        actor=taker.actor,
        action="status_events.received",
        object_type="trade_events",
        object_id=taker.door,
        details=details,
        after_hash=digest([event.event_id for event in events]),
    )
    uow.audit.append(taker.stream, [entry])
    return accepted


def _verify(
    uow: UnitOfWork, events: Sequence[StatusEvent], accepted: Sequence[StatusAcceptance], taker: _Taker
) -> None:
    told = zip(events, accepted, strict=True)
    fresh = [one.order_id for event, one in told if event.customs and one.order_id and one.state == "accepted"]
    verify(uow, fresh, taker.actor, taker.now, taker.stream)


def take_records(uow: UnitOfWork, records: Sequence[Record], actor: str, now: datetime) -> StatusResult:
    """Keep the status events of stream records in this transaction; what can't be read goes to the dead letters.

    Audited in the actor's own chain. Never raises for what a record holds; raises StorageError when nothing can be
    recorded.
    """
    events: dict[str, list[StatusEvent]] = defaultdict(list)
    dead = 0
    for record in records:
        door = f"kafka:{record.topic}"
        try:
            events[door].append(decode_status(record.value or b"", door, now))
        except DoorError as error:
            _bury(uow, record, error, actor, now)
            dead += 1
    answers: list[StatusAcceptance] = []
    for door, told in events.items():
        taker = _Taker(door=door, actor=actor, now=now, stream=actor)
        kept = _keep(uow, told, taker)
        _verify(uow, told, kept, taker)
        answers += kept
    return StatusResult(
        applied=sum(answer.state == "accepted" for answer in answers),
        duplicate=sum(answer.state == "duplicate" for answer in answers),
        conflict=sum(answer.state == "conflict" for answer in answers),
        dead=dead,
    )


def place_of(record: Record) -> str:
    """Where in the stream a record stood, as dead letters and messages name it."""
    return f"{record.topic}[{record.partition}]@{record.offset}"


def _incoming(event: StatusEvent) -> IncomingStatus:
    return IncomingStatus(event=event, raw=encode_status(event), payload_hash=payload_hash(event))


def _conflict(answer: StatusAcceptance, now: datetime) -> NewAlert:
    return NewAlert(
        kind="event_conflict",
        subject=f"{answer.source}/{answer.event_id}",
        due_at=now + CONFLICT_DUE,
        order_id=answer.order_id,
        details={"trade_event": answer.row},
    )


def _bury(uow: UnitOfWork, record: Record, error: DoorError, actor: str, now: datetime) -> None:
    """Raw bytes and headers as they came; headers that are no text are shown with escapes."""
    source, place = f"kafka:{record.topic}", place_of(record)
    letter = NewDeadLetter(
        source=source,
        place=place,
        reason=str(error),
        raw=record.value or b"",
        headers={printable(name): printable(value, 1000) for name, value in record.headers},
    )
    uow.dead_letters.add([letter], now)
    entry = NewEntry(
        at=now,
        actor=actor,
        action="event.dead",
        object_type="event",
        object_id=place,
        reason=str(error)[:300],
    )
    uow.audit.append(actor, [entry])
