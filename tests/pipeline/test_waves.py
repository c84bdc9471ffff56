"""Waves: order within a key is kept, and nothing that shares a key stands in one wave."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases.shared_use import Held
from risk.nouns.declaration import Declaration
from risk.nouns.declaration_parts import Container
from risk.nouns.documents import TransportDocument
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
    cut = waves(batch, {})
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
    assert [[position for position, _ in wave] for wave in waves(batch, {})] == [[0], [1], [2]]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=40))
def test_cancellations_part_the_batch(keys):
    batch = [
        (n, _cancellation(f"O{client}") if cancels else _event(f"N{n}", client, "", None))
        for n, (client, cancels) in enumerate(keys)
    ]
    wave_of = {position: number for number, wave in enumerate(waves(batch, {})) for position, _ in wave}
    assert len(wave_of) == len(batch)
    for n, (_, cancels) in enumerate(keys):
        for m in range(n):
            if cancels != keys[m][1]:
                assert wave_of[m] < wave_of[n]
    for wave in waves(batch, {}):
        assert len({event.order_id for _, event in wave}) == len(wave)


def test_a_document_named_only_on_the_bill_itself_parts_too():
    """It is recorded as the order's document, so whoever names it on the declaration must find it."""
    one = _event("O0", "a", "", None)
    one = replace(one, order=replace(one.order, transport=TransportDocument(number="B1")))
    assert len(waves([(0, one), (1, _event("O1", "b", "B1", None))], {})) == 2


@pytest.mark.parametrize(
    "held",
    [
        Held("z", "B1", ()),
        Held("a", "B2", ()),
        Held("z", "", ("C1",)),
    ],
)
def test_what_a_revision_lets_go_of_parts_those_who_share_it(held):
    header = Header(transport_document_number="B1")
    boxed = Declaration(header=header, containers=(Container(number="C1"),))
    other = _event("O1", "a", "B1", None)
    other = replace(other, order=replace(other.order, declaration=boxed))
    revision = replace(_event("O0", "c", "B3", None), revision=2)
    for batch in ([(0, revision), (1, other)], [(0, other), (1, revision)]):
        assert [[n for n, _ in wave] for wave in waves(batch, {"O0": held})] == [[0], [1]]
        assert len(waves(batch, {})) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from("OPQRS"), st.sampled_from("abc"), st.sampled_from(["", "B1", "B2"]), st.booleans()),
    max_size=25,
)


@given(STEPS, st.dictionaries(st.sampled_from("OPQRS"), st.tuples(st.sampled_from("abc"), st.sampled_from(["", "B1"]))))
def test_each_event_sees_what_it_would_see_one_by_one(steps, standing):
    """A model of shared use: whatever is revised, dropped or cancelled, a wave shows each order the same others."""
    batch = [
        (n, _cancellation(order_id) if ends else replace(_event(order_id, client, bill, None), revision=n + 1))
        for n, (order_id, client, bill, ends) in enumerate(steps)
    ]
    held = {order_id: Held(client, bill) for order_id, (client, bill) in standing.items()}
    alone = _seen([[one] for one in batch], standing)
    assert _seen(waves(batch, held), standing) == alone


def _seen(cut, standing):
    """For each submission, which others share its client or bill as its wave begins."""
    stands, seen = dict(standing), {}
    for wave in cut:
        for n, event in wave:
            if event.order is not None:
                client, bill = event.order.client_uscc, event.order.declaration.header.transport_document_number
                seen[n] = {
                    order_id: known
                    for order_id, known in stands.items()
                    if order_id != event.order_id and (known[0] == client or (bill and known[1] == bill))
                }
        for _, event in wave:
            if event.order is None:
                stands.pop(event.order_id, None)
            else:
                header = event.order.declaration.header
                stands[event.order_id] = (event.order.client_uscc, header.transport_document_number)
    return seen
