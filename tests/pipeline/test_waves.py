"""Waves: order within a key is kept, and nothing that shares a key stands in one wave."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.order import Order, OrderEvent
from tradewarden.pipeline.waves import waves

ORDER = Order(order_id="O", declaration=Declaration(header=Header()))


def _event(order_id, client, bill, now):
    header = Header(transport_document_number=bill)
    order = replace(ORDER, order_id=order_id, client_uscc=client, declaration=Declaration(header=header))
    return OrderEvent(event_id=order_id, source="test", occurred_at=now, order_id=order_id, order=order)


KEYS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", "B1", "B2", "B3"])), max_size=40)


@given(KEYS)
def test_waves_keep_order_and_separate_sharers(keys):
    batch = [(position, _event(f"O{position}", client, bill, None)) for position, (client, bill) in enumerate(keys)]
    cut = waves(batch)
    assert sorted(position for wave in cut for position, _ in wave) == list(range(len(batch)))
    wave_of = {position: number for number, wave in enumerate(cut) for position, _ in wave}
    for wave in cut:
        clients = [keys[position][0] for position, _ in wave]
        bills = [keys[position][1] for position, _ in wave if keys[position][1]]
        assert len(clients) == len(set(clients))
        assert len(bills) == len(set(bills))
    for client in {client for client, _ in keys}:
        mine = [wave_of[position] for position, key in enumerate(keys) if key[0] == client]
        assert all(earlier < later for earlier, later in pairwise(mine))


def _cancellation(order_id):
    return OrderEvent(event_id=f"{order_id}/cancelled", source="test", occurred_at=None, order_id=order_id)


def test_what_comes_after_a_cancellation_is_judged_after_it():
    """It names no client: an order of the same client must still not be judged as if nothing had been cancelled."""
    batch = [(0, _event("O0", "a", "", None)), (1, _cancellation("O9")), (2, _event("O2", "a", "", None))]
    assert [[position for position, _ in wave] for wave in waves(batch)] == [[0], [1], [2]]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=40))
def test_cancellations_part_the_batch(keys):
    batch = [
        (n, _cancellation(f"O{client}") if cancels else _event(f"N{n}", client, "", None))
        for n, (client, cancels) in enumerate(keys)
    ]
    wave_of = {position: number for number, wave in enumerate(waves(batch)) for position, _ in wave}
    assert len(wave_of) == len(batch)
    for n, (_, cancels) in enumerate(keys):
        for m in range(n):
            if cancels != keys[m][1]:
                assert wave_of[m] < wave_of[n]
    for wave in waves(batch):
        assert len({event.order_id for _, event in wave}) == len(wave)
