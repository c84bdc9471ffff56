"""Status events 状态事件: taken in at any door, kept once, attached to their order, their customs feedback compared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.trade_events import IncomingStatus, StatusAcceptance
from databases.unit_of_work import UnitOfWork
from integrations.json_events import decode_status, encode_status
from integrations.kafka.port import Record
from risk.canonical import digest
from risk.nouns.status import StatusEvent
from tradewarden.pipeline.intake import CONFLICT_DUE
from tradewarden.pipeline.moved_while_held import alarm_moved, is_move
from tradewarden.pipeline.stream_letters import Unreadable, door_of, keep_letters, read_or_bury, tell_letters
from tradewarden.pipeline.verification import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """What became of a batch of records: `applied` are kept (attached or waiting for their order).

    `letters` are the dead letters kept: number to place.
    """

    applied: int = 0
    duplicate: int = 0
    conflict: int = 0
    dead: int = 0
    letters: dict[int, str] = field(default_factory=dict, compare=False)


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
    fresh = [(event, one.order_id) for event, one in told if one.order_id and one.state == "accepted"]
    compared = [order_id for event, order_id in fresh if event.customs]
    verify(uow, compared, taker.actor, taker.now, taker.stream)
    alarm_moved(uow, [order_id for event, order_id in fresh if is_move(event)], taker.actor, taker.now, taker.stream)


def take_records(
    uow: UnitOfWork, records: Sequence[Record], actor: str, now: datetime, *, publish: bool = False
) -> StatusResult:
    """Keep the status events of stream records in this transaction; what can't be read goes to the dead letters.

    With `publish` the dead-letter topic is told as well.
    Audited in the actor's own chain. Never raises for what a record holds; raises StorageError when nothing can be
    recorded.
    """
    events: dict[str, list[StatusEvent]] = defaultdict(list)
    unreadable: list[Unreadable] = []
    for record in records:
        found = read_or_bury(record, partial(_read, now=now))
        if isinstance(found, Unreadable):
            unreadable.append(found)
        else:
            events[door_of(record.topic)].append(found)
    letters: dict[int, str] = {}
    if unreadable:
        letters = keep_letters(uow, unreadable, actor, now)
        if publish:
            tell_letters(uow, unreadable, now)
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
        dead=len(unreadable),
        letters=letters,
    )


def _read(record: Record, now: datetime) -> StatusEvent:
    """The event in a record. Raises DoorError."""
    return decode_status(record.value or b"", door_of(record.topic), now)


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
