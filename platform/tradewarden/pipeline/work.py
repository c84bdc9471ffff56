"""Work: one batch of readable events from facts to record, round by round, in the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from databases.audit_chain import NewEntry
from databases.inbox import Finished, InboxItem
from databases.orders import OrderHead, RevisionRecord, described_rows
from databases.unit_of_work import UnitOfWork
from risk.nouns.order import EventType, OrderEvent
from tradewarden.pipeline.assess import Assessed, assess
from tradewarden.pipeline.gather import Gathering, decision_id_of
from tradewarden.pipeline.record import Recorder
from tradewarden.pipeline.rounds import Wave, rounds
from tradewarden.pipeline.verification import catch_up
from tradewarden.pipeline.waves import Arrived, waves
from tradewarden.wiring import Application


@dataclass(slots=True)
class Worked:
    """How many events of a batch ended how."""

    decided: int = 0
    cancelled: int = 0
    older: int = 0


def work(uow: UnitOfWork, app: Application, recorder: Recorder, arrived: Sequence[Arrived]) -> Worked:
    """Judge and record events in the order given; exactly what taking them one by one would record."""
    worked = Worked()
    heads = uow.orders.heads([event.order_id for _, event in arrived])
    revised = [event.order_id for _, event in arrived if event.order is not None and event.order_id in heads]
    held = uow.orders.held(revised) if revised else {}
    for number, one in enumerate(rounds(waves(arrived, held), heads)):
        if number:
            heads = uow.orders.heads([event.order_id for _, event in chain(*one)])
        _round(uow, app, recorder, one, heads, worked)
    app.standing.count_decided(worked.decided)
    submitted = [event for _, event in arrived if event.order is not None]
    amended = [event.order_id for event in submitted if event.revision > 1]
    catch_up(uow, [event.order_id for event in submitted], amended, recorder.actor, recorder.now)
    return worked


def _round(
    uow: UnitOfWork,
    app: Application,
    recorder: Recorder,
    one: Sequence[Wave],
    heads: Mapping[str, OrderHead],
    worked: Worked,
) -> None:
    events = list(chain(*one))
    applied = [(item, event) for item, event in events if not _is_older(event, heads)]
    submitted = [event for _, event in applied if event.order is not None]
    gathering = Gathering(uow, submitted, app.standing, recorder.context, recorder.now)
    assessed: list[Assessed] = []
    records: list[RevisionRecord] = []
    for wave in one:
        judged = list(_judged(app, recorder, gathering, wave, heads))
        written = {item.decision.order_id: item for item in judged}
        for item, event in wave:
            record = recorder.revision(event, item)
            verdict = written.get(event.order_id)
            if verdict is not None:
                record = replace(record, decision=verdict.decision, rows=described_rows(record))
                gathering.add(record)
            records.append(record)
        assessed.extend(judged)
    uow.orders.record(records, heads)
    recorder.decisions(uow, assessed, heads)
    cancelled = [event for _, event in applied if event.order is None]
    _cancel(uow, cancelled, recorder)
    uow.inbox.mark_applied(list(_ends(events, heads)), recorder.now)
    worked.decided += len(assessed)
    worked.cancelled += len(cancelled)
    worked.older += len(events) - len(applied)


def _judged(
    app: Application, recorder: Recorder, gathering: Gathering, wave: Wave, heads: Mapping[str, OrderHead]
) -> Iterator[Assessed]:
    for _, event in wave:
        if event.order is not None and not _is_older(event, heads):
            yield assess(app.checks, gathering.gathered(event), recorder.context)


def _is_older(event: OrderEvent, heads: Mapping[str, OrderHead]) -> bool:
    """Whether something at least as new stands already; a cancellation ranks just above its own revision."""
    head = heads.get(event.order_id)
    standing = 2 * event.revision + (event.type is EventType.CANCELLED)
    return head is not None and head.standing >= standing


def _ends(events: Sequence[Arrived], heads: Mapping[str, OrderHead]) -> Iterator[Finished]:
    """How the items end whose rows don't say so yet."""
    for item, event in events:
        end = _finished(item, event, heads)
        if (end.state, end.decision_id) != (item.state, item.decision_id):
            yield replace(end, was=item.state)


def _finished(item: InboxItem, event: OrderEvent, heads: Mapping[str, OrderHead]) -> Finished:
    if _is_older(event, heads):
        return Finished(item.inbox_id, "stored_older")
    if event.order is None:
        return Finished(item.inbox_id, "cancelled")
    return Finished(item.inbox_id, "applied", decision_id_of(event.order_id, event.revision))


def _cancel(uow: UnitOfWork, events: Sequence[OrderEvent], recorder: Recorder) -> None:
    if not events:
        return
    uow.alerts.supersede([event.order_id for event in events], recorder.now)
    uow.audit.append(
        recorder.stream,
        [
            NewEntry(
                at=recorder.now,
                actor=recorder.actor,
                action="order.cancelled",
                object_type="order",
                object_id=event.order_id,
                details={"revision": event.revision, "source": event.source, "event_id": event.event_id},
            )
            for event in events
        ],
    )
