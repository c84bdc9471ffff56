"""What is added to a ledger in memory counts as the database would count it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases.columns import PRICE_PLACES, scaled
from databases.errors import UnstorableText
from databases.history_ledger import SAMPLE, latest
from databases.order_rows import log_price
from databases.orders import TimelineEvent

NOON = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
MINUTES = st.lists(st.integers(0, 5_000), max_size=SAMPLE + 20)


@given(known=MINUTES, fresh=st.lists(st.integers(0, 5_000), max_size=40), sqlite=st.booleans())
def test_the_latest_of_both_are_kept(known, fresh, sqlite):
    def text(minute):
        at = NOON + timedelta(minutes=minute)
        return at.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else at.isoformat()

    stored = [(f"K{minute}", text(minute)) for minute in sorted(known, reverse=True)][:SAMPLE]
    added = [(NOON + timedelta(minutes=minute), (f"F{minute}", "")) for minute in fresh]
    found = sorted(int(name[1:]) for name, _ in latest(stored, added))
    assert found == sorted(sorted([*known, *fresh], reverse=True)[:SAMPLE])


@given(st.decimals(Decimal("1e-8"), Decimal("1e15"), places=8))
def test_the_quick_logarithm_is_the_exact_one(price):
    assert scaled(log_price(price), PRICE_PLACES) == scaled(price.ln(), PRICE_PLACES)


def test_the_quick_logarithm_asks_the_exact_one_near_a_half():
    # e^(n + 0.5)·10^-8 to 28 digits: the machine's logarithm can't tell on which side of the half it lies
    for unit in range(1_000, 1_100):
        price = (Decimal(unit) * 2 + 1).scaleb(-8) / 2
        assert scaled(log_price(price.exp()), PRICE_PLACES) == scaled(price.exp().ln(), PRICE_PLACES)


@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.parametrize("text", ["a\0b", "half \ud83d pair"])
def test_text_no_column_can_hold_is_named_however_many_rows_come(database, now, text, count):
    events = [TimelineEvent(order_id="O", at=now, kind="k", actor="fine") for _ in range(count)]
    events[-1] = TimelineEvent(order_id="O", at=now, kind="k", actor=text)
    with pytest.raises(UnstorableText, match="actor"), database.writing() as unit:
        unit.orders.attach(events)
