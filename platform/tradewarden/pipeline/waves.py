"""Waves: a batch cut so that no two orders of a wave can tell a check something about each other.

Orders of one client, or sharing a transport document or a container, are judged one after the other, in the order they
came; each sees what the earlier ones recorded. So a batch decides exactly what one-by-one work would decide.

A revision may name another client, document or container than the order stood with; whoever shares what it lets go of
is judged in its turn as well. So a revision counts under all its order was found by, in the database and in the batch.

A cancellation takes away what an order added for its client, its document and its containers, and names none of them.
So everything before it is judged before it, and everything after it, after it.
"""

from collections.abc import Iterator, Mapping, Sequence

from databases.inbox import InboxItem
from databases.order_rows import containers, transport_document
from databases.shared_use import Held
from risk.nouns.order import OrderEvent
from tradewarden.pipeline.gather import client_of

Arrived = tuple[InboxItem, OrderEvent]


def waves(batch: Sequence[Arrived], held: Mapping[str, Held]) -> list[list[Arrived]]:
    """The waves in order; each event is in the first wave after every earlier event it shares a key with.

    `held` is what those orders stand with that the database knows and the batch has a submission of. Cancellations that
    follow one another make a wave of their own.
    """
    last: dict[str, int] = {}
    known = {order_id: set(_held_keys(one)) for order_id, one in held.items()}
    cut: list[list[Arrived]] = []
    floor = 0
    for item, event in batch:
        keys = set(_keys(event))
        if event.order is not None:
            keys |= known.get(event.order_id, set())
            known[event.order_id] = keys
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
    yield from _held_keys(Held(client_of(event.order), transport_document(event.order), containers(event.order)))


def _held_keys(one: Held) -> Iterator[str]:
    yield f"client:{one.client_id}"
    if one.transport_document:
        yield f"bill:{one.transport_document}"
    for number in one.containers:
        yield f"box:{number}"
