"""From a stream into decisions, each record with effect exactly once.

One transaction: lock the offsets, skip what is below them, decode, inbox, judge and record, audit, advance the offsets,
commit. Then the commit to the broker, which is advice. A kill at any point leaves either all of it or nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import groupby

import structlog

from databases.audit_chain import NewEntry
from databases.inbox import InboxItem, IncomingEvent, Lane
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError, Unavailable
from integrations.json_events import decode_order
from integrations.kafka.port import CUSTOMS, LOGISTICS, ORDERS_BULK, Consumer, Partition, Record, advise
from risk.canonical import digest
from risk.nouns.order import OrderEvent
from tradewarden.failpoints import reach
from tradewarden.pipeline.apply import BatchResult, Poisoned, Worker, apply, is_ours, readable, recorder_of, tell_dead
from tradewarden.pipeline.batch import process_batch
from tradewarden.pipeline.gaps import Continuation, Gap, continued
from tradewarden.pipeline.intake import alarm_conflicts, incoming
from tradewarden.pipeline.status import take_records
from tradewarden.pipeline.stream_letters import RecentDead, Unreadable, bury_records, door_of, read_or_bury
from tradewarden.pipeline.waves import Arrived
from tradewarden.tracing import HEADER, Revision, given, traced
from tradewarden.wiring import Application

DRAIN_BATCHES = 100
ABANDONED_LEASES = 4
"""After so many leases without a statement the server may end a batch's transaction; judging one takes far less."""
log = structlog.get_logger()


@dataclass(slots=True)
class Reading:
    """What a process remembers between polls; nothing in it decides what is applied, the database does."""

    recent: RecentDead | None = None
    suspected: set[Gap] = field(default_factory=set)
    ends: dict[Partition, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    record: Record
    incoming: IncomingEvent
    event: OrderEvent


@dataclass(slots=True)
class _Sorted:
    """Records of one batch: orders that decode, status events, and what can't be read."""

    orders: list[_Read] = field(default_factory=list)
    feeds: list[Record] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One poll on its way into the database."""

    app: Application
    worker: Worker
    reading: Reading
    records: Sequence[Record]
    now: datetime
    earlier: bool = True
    result: BatchResult = field(default_factory=BatchResult)


def lane_of(topic: str) -> Lane:
    """The lane of a topic; a bulk import must not delay live orders."""
    return "bulk" if topic.endswith(ORDERS_BULK) else "live"


def is_feed(topic: str) -> bool:
    """Whether a topic carries status events instead of orders."""
    return topic.endswith((LOGISTICS, CUSTOMS))


@traced("stream.batch")
def consume(
    app: Application, worker: Worker, consumer: Consumer, reading: Reading, seconds: float = 0.2
) -> BatchResult:
    """Poll once and work what came, at most `worker.batch_size` records; the result's `polled` 0 means nothing came.

    Raises StorageError, Unavailable and LeaseLost when the platform can't go on, and StreamStopped; nothing of the
    batch is recorded then and the consumer stands where it stood.
    """
    reach("poll")
    records = _bounded(consumer, consumer.poll(worker.batch_size, seconds), app.settings.poll_bytes)
    reach("poll")
    if not records:
        return BatchResult()
    batch = _Batch(app=app, worker=worker, reading=reading, records=records, now=app.clock())
    try:
        try:
            found = _attempt(batch)
        except Poisoned as error:
            log.warning("stream.batch_failed", error=repr(error.__cause__)[:300], records=len(records))
            found = _one_by_one(batch)
    except BaseException:
        _return(consumer, records)
        raise
    _settle(consumer, found, records)
    batch.result.polled = len(records)
    return batch.result


def _bounded(consumer: Consumer, records: list[Record], most_bytes: int) -> list[Record]:
    """The first records within the bytes (at least one); the others are read again."""
    total = 0
    for count, record in enumerate(records):
        total += len(record.value or b"")
        if count and total > most_bytes:
            _return(consumer, records[count:])
            return records[:count]
    return records


def _return(consumer: Consumer, records: Sequence[Record]) -> None:
    """Read these again: nothing of them was applied."""
    first: dict[Partition, int] = {}
    for record in records:
        first.setdefault((record.topic, record.partition), record.offset)
    for partition, offset in first.items():
        _seek(consumer, partition, offset)


def _seek(consumer: Consumer, partition: Partition, offset: int) -> None:
    try:
        consumer.seek(partition, offset)
    except Unavailable as error:
        # it is not ours any more; whoever holds it starts at the offset in the database
        log.info("stream.not_ours", partition=partition, detail=str(error)[:200])


def _settle(consumer: Consumer, found: Continuation, records: Sequence[Record]) -> None:
    """Read suspicious gaps again, jump over what was applied before, and tell the broker how far we are."""
    reach("kafka_commit")
    last = {(record.topic, record.partition): record.offset for record in records}
    for partition, offset in found.following.items():
        if partition in found.again:
            log.warning("stream.gap", partition=partition, expected=offset, step="it is read again")
        if partition in found.again or last[partition] + 1 < offset:
            _seek(consumer, partition, offset)
    try:
        advise(consumer, found.following)
    except Unavailable as error:
        # advice only: the offset in the database is the one that counts
        log.info("stream.commit_refused", detail=str(error)[:200])
    reach("kafka_commit")


def _attempt(batch: _Batch) -> Continuation:
    """All records in one transaction. Raises Poisoned when one of them is at fault."""
    reach("begin")
    with batch.app.database.writing() as uow:
        wanted = {(item.topic, item.partition) for item in batch.records}
        offsets = uow.streams.lock(batch.worker.name, wanted, ABANDONED_LEASES * batch.app.settings.lease_seconds)
        reach("begin")
        found = continued(batch.records, offsets, batch.reading.suspected)
        if not found.records:
            return found
        batch.result = BatchResult()
        recent = _recent(uow, batch)
        parts = _sorted(found.records, batch.now)
        reach("apply")
        _apply(uow, batch, parts)
        reach("apply")
        recent = recent.with_more(len(found.records) - batch.result.dead, batch.result.dead)
        reach("audit")
        _audit(uow, batch, found, offsets)
        reach("audit")
        reach("offset")
        _advance(uow, batch, found)
        reach("offset")
        reach("commit")
    reach("commit")
    batch.reading.recent = recent
    tell_dead(batch.result.letters)
    return found


def _recent(uow: UnitOfWork, batch: _Batch) -> RecentDead:
    if batch.reading.recent is None:
        settings = batch.app.settings
        known = uow.streams.recent(settings.dead_window)
        batch.reading.recent = RecentDead.known(settings.dead_ratio, settings.dead_window, *known)
    return batch.reading.recent


def _sorted(records: Sequence[Record], now: datetime) -> _Sorted:
    parts = _Sorted()
    for record in records:
        if is_feed(record.topic):
            parts.feeds.append(record)
            continue
        found = read_or_bury(record, partial(_read, now=now))
        if isinstance(found, Unreadable):
            parts.unreadable.append(found)
        else:
            parts.orders.append(found)
    return parts


def _read(record: Record, now: datetime) -> _Read:
    """The order event in a record. Raises DoorError."""
    door = door_of(record.topic)
    if record.value is None:
        step = "To end an order send an event of type cancelled."
        raise DoorError(door, "whole message", "a tombstone (no value)", "an order or an order event", step)
    event = decode_order(record.value, door, now)
    return _Read(record, incoming(event, lane_of(record.topic), record.value, at_once=True), event)


def _apply(uow: UnitOfWork, batch: _Batch, parts: _Sorted) -> None:
    result = batch.result
    if parts.unreadable:
        result.letters |= bury_records(uow, parts.unreadable, batch.worker, batch.now)
        result.dead += len(parts.unreadable)
    if parts.feeds:
        status = take_records(uow, parts.feeds, batch.worker.name, batch.now, publish=batch.worker.publish)
        result.claimed += status.applied
        result.duplicate += status.duplicate
        result.conflict += status.conflict
        result.dead += status.dead
        result.letters |= status.letters
    try:
        fresh = _accept(uow, batch, parts.orders)
    except Exception as error:
        if is_ours(error, batch.app):
            raise
        raise Poisoned from error
    if not fresh:
        return
    arrived = _in_order(uow, batch, fresh)
    result.claimed += len(arrived)
    result.inbox_ids += [item.inbox_id for item, _ in arrived]
    with given(_contexts(parts.orders)):
        apply(uow, batch.app, recorder_of(uow, batch.app, batch.worker, batch.now), arrived, result)


def _contexts(orders: Sequence[_Read]) -> Iterator[tuple[Revision, str]]:
    """The trace contexts the senders gave."""
    for read in orders:
        for name, value in read.record.headers:
            if name == HEADER:
                yield (read.event.order_id, read.event.revision), value.decode("ascii", "replace")


def _accept(uow: UnitOfWork, batch: _Batch, orders: Sequence[_Read]) -> list[Arrived]:
    """Put the events into the inbox; those that are new, in the order they came."""
    fresh: list[Arrived] = []
    for topic, group in groupby(sorted(orders, key=lambda read: read.record.topic), key=lambda read: read.record.topic):
        reads = list(group)
        accepted = uow.inbox.accept([read.incoming for read in reads], batch.now, door_of(topic))
        batch.result.conflict += alarm_conflicts(uow, accepted, batch.now)
        batch.result.duplicate += sum(answer.state == "duplicate" for answer in accepted)
        fresh += [
            (_item(answer.inbox_id, read.incoming, batch.now), read.event)
            for answer, read in zip(accepted, reads, strict=True)
            if answer.state == "accepted"
        ]
    return fresh


def _item(inbox_id: int, event: IncomingEvent, now: datetime) -> InboxItem:
    return InboxItem(
        inbox_id=inbox_id,
        source=event.source,
        event_id=event.event_id,
        order_id=event.order_id,
        revision=event.revision,
        client_key=event.client_key,
        lane=event.lane,
        state=event.state,
        raw=event.raw,
        payload_hash=event.payload_hash,
        received_at=now,
        finished_at=now if event.decision_id else None,
        decision_id=event.decision_id,
        order_body=event.order_body,
    )


def _in_order(uow: UnitOfWork, batch: _Batch, fresh: Sequence[Arrived]) -> list[Arrived]:
    """The new events behind what other doors left pending for the same clients.

    Where that is more than a batch, the new ones of those clients stay pending too and are worked in their turn.
    """
    if not batch.earlier:
        return list(fresh)
    before: list[Arrived] = []
    waiting: set[str] = set()
    limit = batch.worker.batch_size
    for lane in {item.lane for item, _ in fresh}:
        mine = [item for item, _ in fresh if item.lane == lane]
        first = min(item.inbox_id for item in mine)
        items = uow.inbox.claim_earlier([item.client_key for item in mine], lane_named(lane), first, limit)
        if len(items) == limit:
            waiting |= {item.client_key for item in mine}
        before += readable(uow, items, batch.worker, batch.now, batch.result)
    uow.inbox.reopen([item.inbox_id for item, _ in fresh if item.client_key in waiting])
    return before + [(item, event) for item, event in fresh if item.client_key not in waiting]


def lane_named(lane: str) -> Lane:
    """The lane of that name."""
    return "bulk" if lane == "bulk" else "live"


def _audit(uow: UnitOfWork, batch: _Batch, found: Continuation, offsets: dict[Partition, int]) -> None:
    """One entry for each topic, on the worker's own chain, so that workers don't wait for each other."""
    entries = []
    for topic in sorted({record.topic for record in found.records}):
        moved = {
            str(number): f"{offsets[name, number]}-{following - 1}"
            for (name, number), following in sorted(found.following.items())
            if name == topic and following > offsets[name, number]
        }
        values = [sha256(record.value or b"").hexdigest() for record in found.records if record.topic == topic]
        entries.append(
            NewEntry(
                at=batch.now,
                actor=batch.worker.name,
                action="stream.received",
                object_type="stream",
                object_id=door_of(topic),
                details={"records": len(values), "offsets": moved},
                after_hash=digest(values),
            )
        )
    uow.audit.append(batch.worker.name, entries)


def _advance(uow: UnitOfWork, batch: _Batch, found: Continuation) -> None:
    ends = batch.reading.ends
    moved = {partition: (offset, ends.get(partition, 0)) for partition, offset in found.following.items()}
    uow.streams.advance(moved, batch.now)


def _one_by_one(batch: _Batch) -> Continuation:
    """The records each in its own transaction; the one that fails alone is a dead letter."""
    lanes = tuple({lane_of(record.topic) for record in batch.records})
    # what other doors left is worked first: were it at fault, a record must not pay for it
    for _ in range(DRAIN_BATCHES):
        if not process_batch(batch.app, replace(batch.worker, lanes=lanes)).claimed:
            break
    total = BatchResult()
    found = Continuation()
    for record in batch.records:
        single = replace(batch, records=[record], earlier=False, result=BatchResult())
        if (record.topic, record.partition) in found.again:
            continue
        try:
            one = _attempt(single)
        except Poisoned as error:
            log.error("stream.record_poisoned", place=(record.topic, record.partition, record.offset))
            one = _bury(single, record, repr(error.__cause__))
        total.add(single.result)
        found.following |= one.following
        found.again |= one.again
    batch.result = total
    return found


def _bury(batch: _Batch, record: Record, reason: str) -> Continuation:
    """Keep a record that fails alone as a dead letter, and go on behind it."""
    partition = (record.topic, record.partition)
    letter = Unreadable(record=record, reason=f"working it failed: {reason}", attempts=2)
    try:
        event = _read(record, batch.now).event
        letter = replace(letter, event_id=event.event_id, order_id=event.order_id)
    except DoorError:
        log.info("stream.unreadable", place=(*partition, record.offset))
    with batch.app.database.writing() as uow:
        offset = uow.streams.lock(batch.worker.name, [partition])[partition]
        if offset > record.offset:
            return Continuation(following={partition: offset})
        recent = _recent(uow, batch).with_more(0, 1)
        kept = bury_records(uow, [letter], batch.worker, batch.now)
        found = Continuation(following={partition: record.offset + 1})
        _advance(uow, batch, found)
    batch.result = BatchResult(dead=1, letters=kept)
    batch.reading.recent = recent
    tell_dead(kept)
    return found
