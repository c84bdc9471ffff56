"""Facts are frozen; the one copy that is made of them keeps what was worked out."""

from dataclasses import FrozenInstanceError, replace

import pytest

from risk.facts import PriceBand


def test_the_class_is_the_only_difference(clean_facts):
    facts = replace(clean_facts)
    total, day = facts.total_usd, facts.declared_on
    classed = facts.of_class("L")
    assert classed == replace(facts, order_class="L")
    assert (classed.total_usd, classed.declared_on) == (total, day)
    assert (facts.order_class, classed.order_class) == ("S", "L")
    with pytest.raises(FrozenInstanceError):
        classed.order_class = "S"


def test_what_is_worked_out_of_a_copy_is_not_the_originals(clean_facts):
    facts = replace(clean_facts)
    facts.of_class("L").total_usd  # noqa: B018 - worked out and remembered there
    assert "total_usd" not in vars(facts)


@pytest.mark.parametrize(("number", "samples"), [(1, 10), (2, 20), (3, None), (None, None)])
def test_a_line_has_its_own_band(clean_facts, number, samples):
    bands = tuple(PriceBand(line_number=one, scope="client", unit="035", samples=10 * one) for one in (2, 1))
    found = replace(clean_facts, prices=bands).price_band(number)
    assert (found.samples if found else None) == samples
