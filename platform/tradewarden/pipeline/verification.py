"""Verification 海关核对: what customs has said of an order against the order in force; differences kept, and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.customs_differences import Difference, DifferenceState, InForce, NewDifference
from databases.unit_of_work import UnitOfWork
from risk.customs_comparison import Agreement, Comparison, Told, compare, source_field, told
from risk.nouns.status import CustomsFeedback
from tradewarden.pipeline.moved_while_held import alarm_moved

ACTOR = "scheduler"
STREAM = "verification"
ALERT = "customs_difference"
PERIOD = timedelta(days=90)
"""How long back amended orders are looked for; receipts never compared are found however old they are."""
PER_RUN = 200
ATTACH_PER_RUN = 1000
CURSOR = "trade_events.attach_after"
AGREES, SUPERSEDED = "agrees", "superseded"
"""Why a difference closed by itself: both sides agree now, or customs has said something newer about the field."""

STATES: Mapping[Agreement, DifferenceState] = {
    Agreement.DIFFERENT: "open",
    Agreement.NOT_COMPARABLE: "missing",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What one verification did: orders compared, differences newly open, and closed because both sides agree."""

    orders: int = 0
    opened: int = 0
    settled: int = 0


def verify(uow: UnitOfWork, order_ids: Sequence[str], actor: str, now: datetime, stream: str = "") -> Verified:
    """Compare these orders with what customs has said of them. Repeating it changes nothing.

    A difference that matters raises one alert per order. One that a person closed stays closed until a value changes.
    `stream` is the audit chain to write to; a worker names its own, so that workers don't queue for one.
    """
    ids = list(dict.fromkeys(order_ids))
    if not ids:
        return Verified()
    receipts = uow.differences.feedback(ids)
    standing = uow.differences.in_force(list(receipts))
    found = _compared(uow, receipts, standing, now) if standing else _Found("")
    for reason, numbers in found.settled.items():
        uow.differences.settle(numbers, reason, now)
    uow.differences.put(found.fresh, now)
    uow.alerts.raise_many(found.alerts, now)
    silent = [order_id for order_id in ids if order_id not in receipts]
    uow.differences.mark_verified({order_id: head.revision for order_id, head in standing.items()}, silent)
    if found.fresh or any(found.settled.values()):
        uow.audit.append(stream or STREAM, [_entry(found, actor, now)])
    return Verified(len(ids), sum(one.state == "open" for one in found.fresh), len(found.settled[AGREES]))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a comparison by the policy with this hash asks to be recorded; `settled` are records by why they close."""

    policy: str
    fresh: list[NewDifference] = field(default_factory=list)
    settled: dict[str, list[int]] = field(default_factory=lambda: {AGREES: [], SUPERSEDED: []})
    alerts: list[NewAlert] = field(default_factory=list)


def _compared(
    uow: UnitOfWork,
    receipts: Mapping[str, Sequence[tuple[int, CustomsFeedback]]],
    standing: Mapping[str, InForce],
    now: datetime,
) -> _Found:
    policy_hash, allowed = uow.policies.customs()
    recorded: dict[str, list[Difference]] = {}
    for one in uow.differences.of_orders(list(receipts)):
        recorded.setdefault(one.order_id, []).append(one)
    found = _Found(policy_hash)
    for order_id, head in standing.items():
        if head.order is None:
            continue
        said = told(receipts[order_id])
        compared = compare(head.order, said.feedback, allowed)
        fresh = _fresh(order_id, head, said, compared, recorded.get(order_id, ()))
        found.fresh.extend(fresh)
        for reason, numbers in _resolved(compared, said, recorded.get(order_id, ())).items():
            found.settled[reason].extend(numbers)
        matters = {one.field for one in compared if one.matters}
        if grave := sorted(one.field for one in fresh if one.field in matters):
            found.alerts.append(_alert(order_id, head, grave, now + timedelta(hours=allowed.due_hours)))
    return found


def _fresh(
    order_id: str, head: InForce, said: Told, compared: Sequence[Comparison], recorded: Sequence[Difference]
) -> list[NewDifference]:
    """Comparisons that are no agreement and not on record with these very values."""
    known = {(one.trade_event_id, one.field): one for one in recorded}
    still_open = {one.field for one in recorded if one.state == "open"}
    latest = max(said.by.values(), default=0)
    found = []
    for one in compared:
        if one.agreement is Agreement.EQUAL or not (one.ours or one.theirs):
            continue  # agreed, or nobody has said anything there could be to compare
        if one.agreement is Agreement.NOT_COMPARABLE and one.field in still_open:
            continue  # a figure taken away makes no difference less open
        row = said.by.get(source_field(one.name), latest)
        old = known.get((row, one.field))
        state = STATES[one.agreement]
        if old and (old.ours, old.theirs) == (one.ours, one.theirs) and _stands(old, state):
            continue
        found.append(
            NewDifference(
                trade_event_id=row,
                order_id=order_id,
                revision=head.revision,
                field=one.field,
                ours=one.ours,
                theirs=one.theirs,
                state=state,
            )
        )
    return found


def _stands(old: Difference, state: str) -> bool:
    """Whether a record about the same values is still what it should be: as found, or closed by a person."""
    return old.state == state or (old.state == "closed" and old.closed_by != "system")


def _resolved(compared: Sequence[Comparison], said: Told, recorded: Sequence[Difference]) -> dict[str, list[int]]:
    """Records that later data resolved. Missing data resolves nothing: what was different stays open."""
    now = {one.field: one for one in compared}
    latest = max(said.by.values(), default=0)
    found: dict[str, list[int]] = {AGREES: [], SUPERSEDED: []}
    for old in recorded:
        one = now.get(old.field)
        if old.state == "closed":
            continue
        if one is None:
            # the line or the gap is gone: the field is compared no more, or line by line now
            if compared and (old.state == "missing" or old.field.startswith("lines[")):
                found[SUPERSEDED].append(old.id)
        elif one.agreement is Agreement.EQUAL:
            found[AGREES].append(old.id)
        elif old.trade_event_id != said.by.get(source_field(one.name), latest) and (
            one.agreement is Agreement.DIFFERENT or old.state == "missing"
        ):
            found[SUPERSEDED].append(old.id)
    return found


def _alert(order_id: str, head: InForce, fields: Sequence[str], due_at: datetime) -> NewAlert:
    return NewAlert(
        kind=ALERT,
        subject=order_id,
        order_id=order_id,
        revision=head.revision,
        client_id=head.client_id,
        due_at=due_at,
        details={"fields": list(fields)},
    )


def _entry(found: _Found, actor: str, now: datetime) -> NewEntry:
    fields: dict[str, list[str]] = {}
    for one in found.fresh:
        fields.setdefault(one.order_id, []).append(f"{one.field}: {one.state}")
    return NewEntry(
        at=now,
        actor=actor,
        action="customs.verified",
        object_type="customs_differences",
        object_id="",
        details={"found": fields, "settled": found.settled, "policy": found.policy},
    )


def catch_up(uow: UnitOfWork, arrived: Sequence[str], amended: Sequence[str], worker: str, now: datetime) -> None:
    """Events that waited for these orders are attached, and customs' word on them and on amended ones is compared.

    What is stopped now and had moved before raises its alert. Costs one small question when nothing waits and nothing
    was amended.
    """
    attached = uow.trade_events.attach_waiting(arrived, now) if uow.trade_events.any_waiting() else []
    touched = [*attached, *amended]
    verify(uow, touched, worker, now, worker)
    alarm_moved(uow, touched, worker, now, worker)


def verify_customs(uow: UnitOfWork, now: datetime) -> int:
    """The periodic verification: at most PER_RUN orders a run; returns how many differences were opened or closed."""
    done = verify(uow, uow.differences.to_verify(now - PERIOD, PER_RUN), ACTOR, now)
    return done.opened + done.settled


def attach_waiting_events(uow: UnitOfWork, now: datetime) -> int:
    """Try events that wait for their order again, ATTACH_PER_RUN a run; returns how many orders got some."""
    after = int(uow.meta.get(CURSOR) or 0)
    order_ids, cursor = uow.trade_events.attach_after(after, ATTACH_PER_RUN, now)
    if cursor != after:
        uow.meta.set(CURSOR, str(cursor))
    alarm_moved(uow, order_ids, ACTOR, now)
    return len(order_ids)
