"""Canonical JSON: exact, sorted, one text for one value."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.canonical import canonical, digest
from risk.findings import Outcome, Status

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True, slots=True)
class Row:
    b: Decimal
    a: str
    when: datetime | date | None = None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), '"0.10"'),
        (Decimal("1234567890123456789012345678.00001"), '"1234567890123456789012345678.00001"'),
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        ({"é": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"é":1}'),
        (Row(Decimal("1.50"), "监装"), '{"a":"监装","b":"1.50","when":null}'),
        (
            Row(Decimal(1), "x", datetime(2026, 3, 8, 4, 0, tzinfo=UTC)),
            '{"a":"x","b":"1","when":"2026-03-08T04:00:00Z"}',
        ),
        (date(2026, 3, 8), '"2026-03-08"'),
        ((1, 2), "[1,2]"),
        (Status.NO_DATA, '"no_data"'),
        (Outcome.REFUSE, "3"),
        ('\u2028 " \\ \n', '"\u2028 \\" \\\\ \\n"'),
    ],
)
def test_text(value, text):
    assert canonical(value).decode("utf-8") == text


def test_decimals_keep_what_was_written():
    assert canonical(Decimal("1.0")) != canonical(Decimal("1.00"))
    assert msgspec.json.decode(canonical(Decimal("0.1")), type=Decimal) == Decimal("0.1")


def test_digest_is_sha256_of_the_text():
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [object(), {1: object()}, lambda: 1])
def test_what_json_cannot_carry_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@given(VALUES)
def test_the_same_value_is_the_same_text(value):
    assert canonical(value) == canonical(shuffled(value))


@given(VALUES)
def test_nothing_is_lost(value):
    assert plain(msgspec.json.decode(canonical(value))) == plain(value)


def shuffled(value):
    """The same value with every mapping built in another order."""
    if isinstance(value, dict):
        keys = list(value)
        Random(7).shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def plain(value):
    """What canonical JSON makes of decimals: text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
