"""Waves: a batch cut so that no two orders of a wave can tell a check something about each other.

Orders of one client, or sharing a transport document or a container, are judged one after the other, in the order they
came; each sees what the earlier ones recorded. So a batch decides exactly what one-by-one work would decide.

A cancellation takes away what an order added for its client, its document and its containers, and names none of them.
So everything before it is judged before it, and everything after it, after it.
"""

from collections.abc import Iterator, Sequence

from databases.inbox import InboxItem
from risk.nouns.order import OrderEvent
from tradewarden.pipeline.gather import client_of

Arrived = tuple[InboxItem, OrderEvent]


def waves(batch: Sequence[Arrived]) -> list[list[Arrived]]:
    """The waves in order; each event is in the first wave after every earlier event it shares a key with.

    Cancellations that follow one another make a wave of their own.
    """
    last: dict[str, int] = {}
    cut: list[list[Arrived]] = []
    floor = 0
    for item, event in batch:
        keys = set(_keys(event))
        position = max((last[key] + 1 for key in keys if key in last), default=0)
        if event.order is None:
            joins = floor == len(cut) > 0
            position = max(position, floor - 1 if joins else len(cut))
            floor = position + 1
        else:
            position = max(position, floor)
        if position == len(cut):
            cut.append([])
        cut[position].append((item, event))
        last.update(dict.fromkeys(keys, position))
    return cut


def _keys(event: OrderEvent) -> Iterator[str]:
    yield f"order:{event.order_id}"
    if event.order is None:
        return
    yield f"client:{client_of(event.order)}"
    declaration = event.order.declaration
    if declaration.header.transport_document_number:
        yield f"bill:{declaration.header.transport_document_number}"
    for box in declaration.containers:
        if box.number:
            yield f"box:{box.number}"
