"""What the self-test sends: a function of the seed, so it is known exactly what must be found afterwards.

All orders are synthetic. They happened more than a year ago, so that no price band is made of them and what is decided
depends on the order of events per client only, which is what a stream keeps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Literal
from zlib import crc32

from integrations.json_events import encode
from integrations.kafka.port import ORDERS, ORDERS_BULK
from risk.nouns.order import EventType, Order, OrderEvent
from risk.nouns.status import StatusEvent
from tradewarden.selftest.poison import POISONS
from tradewarden.simulate.clients import Factory
from tradewarden.simulate.generate import Run, factories, one

SOURCE = "selftest"
OLDEST_DAYS, SPAN_DAYS = 398, 25
CLIENTS = 25
BULK_SHARE = 5
TROUBLED = 0.25
"""Share of orders with planted trouble, so that all outcomes occur."""
Addressed = tuple[str, OrderEvent]
"""The client whose order it is, also where the event does not name it, and the event."""
Kind = Literal["event", "duplicate", "conflict", "poison"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Shares (0..1) of what makes a stream hard; `disorder` is by how many places an event may be displaced."""

    duplicates: float = 0.15
    revisions: float = 0.25
    cancellations: float = 0.06
    conflicts: float = 0.03
    poison: float = 0.03
    disorder: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message: of an order (`event`) or of a feed (`status`); poison is neither, `what` then names it.

    A conflict has the id of an earlier event.
    """

    topic: str
    key: str
    value: bytes | None
    kind: Kind
    event: OrderEvent | None = None
    status: StatusEvent | None = None
    what: str = ""


def clients(today: date) -> list[Factory]:
    """The synthetic clients that trade; the same for every seed."""
    return factories(Run(seed=1, orders=1, clients=CLIENTS, begin=today - timedelta(days=OLDEST_DAYS)))


def traffic(seed: str, orders: int, today: date, trouble: Trouble) -> list[Sent]:
    """The messages in the order they are sent."""
    rng = Random(f"traffic {seed}")  # noqa: S311 - synthetic data, reproducible on purpose
    events: list[Addressed] = []
    population = clients(today)
    begin = datetime(today.year, today.month, today.day, 2, tzinfo=UTC) - timedelta(days=OLDEST_DAYS)
    for number in range(1, orders + 1):
        factory, moment = rng.choice(population), begin + timedelta(days=SPAN_DAYS) * number / orders
        order = one(rng, number, factory, moment, TROUBLED).order
        # the id tells seeds apart
        order = replace(order, order_id=f"{order.order_id}-{crc32(seed.encode()):08x}")
        events += [(factory.profile.uscc, event) for event in _history(order, moment, trouble, rng)]
    events = _displaced(events, trouble.disorder, rng)
    sent: list[Sent] = []
    late: list[tuple[float, Sent]] = []
    for position, (client, event) in enumerate(events):
        sent.append(_message(client, event, "event"))
        # copies come later than what they copy, or nobody could say which of the two came first
        if rng.random() < trouble.duplicates:
            late.append((position + rng.randint(1, 30), _message(client, event, "duplicate")))
        if rng.random() < trouble.conflicts:
            late.append((position + rng.randint(1, 30), _message(client, _contradicted(event), "conflict")))
        if event.order is not None and rng.random() < trouble.poison:
            late.append((position, _poisoned(client, event, rng)))
    return interleaved(sent, late)


def all_poisons(seed: str, orders: int, today: date) -> list[Sent]:
    """Sound orders with every kind of poison among them once."""
    rng = Random(f"poison {seed}")  # noqa: S311 - synthetic data
    sound = traffic(seed, orders, today, Trouble(duplicates=0, conflicts=0, poison=0))
    late = []
    for name, spoil in POISONS:
        victim = rng.choice([message for message in sound if message.event and message.event.order])
        value = spoil(victim.value or b"", rng)
        late.append((rng.randrange(len(sound)), replace(victim, value=value, kind="poison", event=None, what=name)))
    return interleaved(sound, late)


def chunks(sent: Sequence[Sent], size: int) -> Iterator[Sequence[Sent]]:
    """The messages in pieces."""
    return (sent[start : start + size] for start in range(0, len(sent), size))


def _history(order: Order, moment: datetime, trouble: Trouble, rng: Random) -> list[OrderEvent]:
    revisions = 1
    while revisions < 3 and rng.random() < trouble.revisions:
        revisions += 1
    events = [
        OrderEvent(
            event_id=f"{order.order_id}/{revision}",
            source=SOURCE,
            occurred_at=moment + timedelta(minutes=revision),
            order_id=order.order_id,
            revision=revision,
            order=replace(order, revision=revision, ecommerce_order_number=f"R{revision}"),
        )
        for revision in range(1, revisions + 1)
    ]
    if rng.random() < trouble.cancellations:
        last = events[-1]
        events.append(
            OrderEvent(
                event_id=f"{order.order_id}/cancelled",
                source=SOURCE,
                type=EventType.CANCELLED,
                occurred_at=last.occurred_at + timedelta(minutes=1),
                order_id=order.order_id,
                revision=last.revision,
            )
        )
    return events


def _displaced(events: Sequence[Addressed], most: int, rng: Random) -> list[Addressed]:
    places = [(position + rng.uniform(0, most), position) for position in range(len(events))]
    return [events[position] for _, position in sorted(places)]


def interleaved(sent: Sequence[Sent], late: Sequence[tuple[float, Sent]]) -> list[Sent]:
    """The late messages where they belong among the others."""
    places: list[tuple[float, int, Sent]] = [(position, 0, message) for position, message in enumerate(sent)]
    places += [(position, 1, message) for position, message in late]
    return [message for _, _, message in sorted(places, key=lambda place: place[:2])]


def _contradicted(event: OrderEvent) -> OrderEvent:
    """Another content under the same id."""
    if event.order is None:
        return replace(event, revision=event.revision + 1)
    return replace(event, order=replace(event.order, ecommerce_order_number="CONTRADICTION"))


def _message(client: str, event: OrderEvent, kind: Kind) -> Sent:
    return Sent(topic=_lane(client), key=client, value=encode(event), kind=kind, event=event)


def _poisoned(client: str, event: OrderEvent, rng: Random) -> Sent:
    name, spoil = rng.choice(POISONS)
    return Sent(topic=_lane(client), key=client, value=spoil(encode(event), rng), kind="poison", what=name)


def _lane(key: str) -> str:
    """A client's orders all go one way, or their order would be lost."""
    return ORDERS_BULK if crc32(key.encode()) % BULK_SHARE == 0 else ORDERS


def today_in_utc(now: datetime) -> date:
    """The day the traffic is counted back from."""
    return now.astimezone(UTC).date()
