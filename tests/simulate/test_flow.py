"""Synthetic news: truthful feedback agrees with the order, planted differences do not; nothing comes too early."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.json_events import decode_status, encode_status
from risk.customs_comparison import Agreement, compare, told
from risk.nouns.status import StatusKind
from risk.policy import CustomsPolicy
from tradewarden.simulate.flow import SOURCES, SPOILERS, feedback, news
from tradewarden.simulate.generate import Run, simulate

LATER = datetime(2027, 1, 1, tzinfo=UTC)
ALLOWED = CustomsPolicy()


@pytest.fixture(scope="module")
def simulated():
    return list(simulate(Run(seed=8, orders=300, clients=20, fraud_share=0.0)))


def test_truthful_feedback_agrees_in_every_field(simulated):
    for item in simulated[:50]:
        assert {one.agreement for one in compare(item.order, feedback(item.order), ALLOWED)} == {Agreement.EQUAL}


@pytest.mark.parametrize("spoil", SPOILERS)
def test_each_planted_difference_is_one(simulated, spoil):
    order = simulated[0].order
    assert any(one.agreement is not Agreement.EQUAL for one in compare(order, spoil(feedback(order)), ALLOWED))


def test_a_few_orders_differ_and_most_agree(simulated):
    parted = 0
    for item in simulated:
        events = news(item.order, item.declared_at, LATER)
        said = told([(number, one.customs) for number, one in enumerate(events) if one.customs])
        parted += any(one.agreement is not Agreement.EQUAL for one in compare(item.order, said.feedback, ALLOWED))
    assert 5 <= parted <= 40


def test_news_are_valid_events_in_order_of_time_and_not_before_they_happened(simulated):
    for item in simulated[:40]:
        events = news(item.order, item.declared_at, LATER)
        assert events == news(item.order, item.declared_at, LATER)
        assert [one.occurred_at for one in events] == sorted(one.occurred_at for one in events)
        assert {one.kind for one in events} == set(StatusKind)
        assert {one.source for one in events} <= set(SOURCES.values())
        assert len({one.event_id for one in events}) == len(events)
        assert all(decode_status(encode_status(one), "x", LATER) == one for one in events)
        now = item.declared_at + timedelta(days=1)
        early = news(item.order, item.declared_at, now)
        assert early == [one for one in events if one.occurred_at <= now]
