"""One rule for orders and status events: the first delivery is taken, the same repeats it, another contradicts it."""

import pytest

from databases.deliveries import states_of

A, B = ("erp", "1"), ("erp", "2")
CASES = {
    "new": ([(A, "x")], {A: "x"}, {A}, ["accepted"]),
    "stored before": ([(A, "x")], {A: "x"}, set(), ["duplicate"]),
    "stored before with other content": ([(A, "y")], {A: "x"}, set(), ["conflict"]),
    "twice in one call": ([(A, "x"), (A, "x")], {A: "x"}, {A}, ["accepted", "duplicate"]),
    "twice in one call, changed": ([(A, "x"), (A, "y")], {A: "x"}, {A}, ["accepted", "conflict"]),
    "mixed": ([(A, "x"), (B, "z"), (A, "y")], {A: "x", B: "z"}, {B}, ["duplicate", "accepted", "conflict"]),
    "nothing": ([], {}, set(), []),
}


@pytest.mark.parametrize(("deliveries", "kept", "fresh", "states"), CASES.values(), ids=CASES)
def test_states(deliveries, kept, fresh, states):
    assert states_of(deliveries, kept, fresh) == states
