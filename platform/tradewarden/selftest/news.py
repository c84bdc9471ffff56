"""Status events among the orders of the self-test: what customs, carrier, bank and others say, as hard as the orders.

Each is keyed by its order, so that a contradiction comes after what it contradicts. Events that would name a bill of
lading alone name their order as well: two orders may share a bill, and then what is told first decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from integrations.json_events import encode_status
from integrations.kafka.port import CUSTOMS, LOGISTICS
from risk.nouns.status import StatusEvent, StatusKind
from tradewarden.selftest.poison import POISONS, Spoil
from tradewarden.selftest.traffic import Kind, Sent, Trouble, interleaved
from tradewarden.simulate.flow import news

TOLD_SHARE = 0.35
"""Of the later news of an order; the first, which names order and declaration number, is always told."""
AROUND = 15
"""By how many messages news may come before or after its order."""
SOUND_FOR_NEWS = frozenset({"no order in a submission"})
NEWS_POISONS: tuple[tuple[str, Spoil], ...] = tuple(one for one in POISONS if one[0] not in SOUND_FOR_NEWS)


def with_news(seed: str, orders: Sequence[Sent], now: datetime, trouble: Trouble) -> list[Sent]:
    """The messages of `orders` with news of them in between; `now` is up to when things happened."""
    rng = Random(f"news {seed}")  # noqa: S311 - synthetic data, reproducible on purpose
    late: list[tuple[float, Sent]] = []
    poison = 0
    for position, event in _told(orders, now, rng):
        place = position + rng.uniform(-AROUND, AROUND)
        late.append((place, _message(event, "event")))
        if rng.random() < trouble.duplicates:
            late.append((place + rng.randint(1, 30), _message(event, "duplicate")))
        if rng.random() < trouble.conflicts:
            late.append((place + rng.randint(1, 30), _message(_contradicted(event), "conflict")))
        if rng.random() < trouble.poison:
            late.append((place, _poisoned(event, poison, rng)))
            poison += 1
    return interleaved(orders, late)


def _told(orders: Sequence[Sent], now: datetime, rng: Random) -> Iterator[tuple[int, StatusEvent]]:
    for position, message in enumerate(orders):
        event = message.event
        if message.kind != "event" or event is None or event.order is None or event.revision != 1:
            continue
        for number, one in enumerate(news(event.order, event.occurred_at, now)):
            if number == 0 or rng.random() < TOLD_SHARE:
                yield position, replace(one, order_id=event.order_id) if one.transport_document else one


def _message(event: StatusEvent, kind: Kind) -> Sent:
    return Sent(topic=_feed(event), key=_key(event), value=encode_status(event), kind=kind, status=event)


def _contradicted(event: StatusEvent) -> StatusEvent:
    """Another content under the same id."""
    return replace(event, occurred_at=event.occurred_at + timedelta(seconds=1))


def _poisoned(event: StatusEvent, number: int, rng: Random) -> Sent:
    name, spoil = NEWS_POISONS[number % len(NEWS_POISONS)]
    return Sent(topic=_feed(event), key=_key(event), value=spoil(encode_status(event), rng), kind="poison", what=name)


def _key(event: StatusEvent) -> str:
    """The order it tells of: the ids of synthetic news begin with it."""
    return event.event_id.partition("/")[0]


def _feed(event: StatusEvent) -> str:
    return CUSTOMS if event.kind in {StatusKind.DECLARATION, StatusKind.REFUND} else LOGISTICS
