"""Which quantity of a line is its weight."""

from datetime import date
from decimal import Decimal

import pytest

from risk.mass import kilograms_per, line_kilograms, weighed
from risk.nouns.line import Line
from risk.reference import Reference

DAY = date(2026, 3, 8)


@pytest.mark.parametrize(
    ("unit", "kilograms"),
    [("035", "1"), ("036", "0.001"), ("070", "1000"), ("075", "0.5"), ("015", None), ("ZZZ", None), ("", None)],
)
def test_kilograms_in_a_unit(reference, unit, kilograms):
    assert kilograms_per(unit, reference, DAY) == (None if kilograms is None else Decimal(kilograms))


def test_statutory_weight_goes_before_the_traded_one(reference):
    line = Line(unit="070", quantity=Decimal(2), first_unit="015", first_quantity=Decimal(5))
    assert line_kilograms(line, reference, DAY) == Decimal(2000)
    statutory = Line(unit="070", quantity=Decimal(2), second_unit="035", second_quantity=Decimal(1999))
    assert line_kilograms(statutory, reference, DAY) == Decimal(1999)


def test_a_filled_quantity_goes_before_an_empty_one(reference):
    line = Line(first_unit="035", unit="036", quantity=Decimal(500))
    assert line_kilograms(line, reference, DAY) == Decimal("0.5")


def test_no_unit_of_mass_and_no_quantity_are_told_apart(reference):
    assert weighed(Line(unit="015", quantity=Decimal(5)), reference, DAY) is None
    assert weighed(Line(first_unit="070"), reference, DAY) == (None, Decimal(1000))
    assert line_kilograms(Line(first_unit="070"), reference, DAY) is None


def test_a_missing_table_is_no_answer():
    with pytest.raises(KeyError, match="unit"):
        kilograms_per("035", Reference(), DAY)
