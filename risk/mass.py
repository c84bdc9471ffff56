"""Kilograms of a goods line: which of its three quantities is a weight (handbook 04 §2)."""

from datetime import date
from decimal import Decimal

from risk.nouns.line import Line
from risk.once import once_per_object
from risk.reference import Reference

REMEMBERED_DAYS = 400
REMEMBERED_UNITS = 1000


class Factors(dict[str, Decimal | None]):
    """Kilograms in one of each unit on a day, looked up when first asked for; None when it is no unit of mass."""

    def __init__(self, reference: Reference, on: date) -> None:
        super().__init__()
        self._reference, self._on = reference, on

    def __missing__(self, unit: str) -> Decimal | None:
        """Raises KeyError when the unit table is missing."""
        factor = _factor(unit, self._reference, self._on)
        if len(self) >= REMEMBERED_UNITS:  # units are whatever a sender writes
            self.clear()
        self[unit] = factor
        return factor


def factors(reference: Reference, on: date) -> Factors:
    """The units of mass in force on a day."""
    days = _by_day(reference)
    known = days.get(on)
    if known is None:
        if len(days) >= REMEMBERED_DAYS:
            days.clear()
        known = days[on] = Factors(reference, on)
    return known


@once_per_object
def _by_day(reference: Reference) -> dict[date, Factors]:  # noqa: ARG001 - found by its identity
    """What was looked up before; every weight check asks for the same few units of every line."""
    return {}


def _factor(unit: str, reference: Reference, on: date) -> Decimal | None:
    row = reference.code("unit", unit, on) if unit else None
    if row is None or row.attributes["dimension"] != "mass":
        return None
    return Decimal(row.attributes["factor_to_base"])


def kilograms_per(unit: str, reference: Reference, on: date) -> Decimal | None:
    """Kilograms in one `unit`; None when the unit is unknown on the day or no unit of mass.

    Raises KeyError when the unit table is missing.
    """
    return factors(reference, on)[unit]


def weighed(line: Line, reference: Reference, on: date) -> tuple[Decimal | None, Decimal] | None:
    """(quantity, kilograms per unit) of the line's unit of mass, statutory before traded; None when it has none.

    A filled quantity goes before an empty one, so a missing quantity shows only when no weight is given at all.
    """
    known = factors(reference, on)
    empty = None
    for unit, quantity in (
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
        (line.unit, line.quantity),
    ):
        factor = known[unit]
        if factor is not None:
            if quantity is not None:
                return quantity, factor
            empty = empty or (None, factor)
    return empty


def line_kilograms(line: Line, reference: Reference, on: date) -> Decimal | None:
    """The line's weight in kg as its quantities state it; None when no quantity in a unit of mass is filled in."""
    found = weighed(line, reference, on)
    return None if found is None or found[0] is None else found[0] * found[1]
