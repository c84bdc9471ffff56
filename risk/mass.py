"""Kilograms of a goods line: which of its three quantities is a weight (handbook 04 §2)."""

from datetime import date
from decimal import Decimal

from risk.nouns.line import Line
from risk.once import once_per_object
from risk.reference import Reference

REMEMBERED = 10_000


def kilograms_per(unit: str, reference: Reference, on: date) -> Decimal | None:
    """Kilograms in one `unit`; None when the unit is unknown on the day or no unit of mass.

    Raises KeyError when the unit table is missing.
    """
    if not unit:
        return None
    known = _factors(reference)
    if (unit, on) not in known:
        if len(known) >= REMEMBERED:  # units are whatever a sender writes
            known.clear()
        known[unit, on] = _factor(unit, reference, on)
    return known[unit, on]


def _factor(unit: str, reference: Reference, on: date) -> Decimal | None:
    row = reference.code("unit", unit, on)
    if row is None or row.attributes["dimension"] != "mass":
        return None
    return Decimal(row.attributes["factor_to_base"])


@once_per_object
def _factors(reference: Reference) -> dict[tuple[str, date], Decimal | None]:  # noqa: ARG001 - found by its identity
    """What was looked up before; every weight check asks for the same few units of every line."""
    return {}


def weighed(line: Line, reference: Reference, on: date) -> tuple[Decimal | None, Decimal] | None:
    """(quantity, kilograms per unit) of the line's unit of mass, statutory before traded; None when it has none.

    A filled quantity goes before an empty one, so a missing quantity shows only when no weight is given at all.
    """
    empty = None
    for unit, quantity in (
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
        (line.unit, line.quantity),
    ):
        factor = kilograms_per(unit, reference, on)
        if factor is not None:
            if quantity is not None:
                return quantity, factor
            empty = empty or (None, factor)
    return empty


def line_kilograms(line: Line, reference: Reference, on: date) -> Decimal | None:
    """The line's weight in kg as its quantities state it; None when no quantity in a unit of mass is filled in."""
    found = weighed(line, reference, on)
    return None if found is None or found[0] is None else found[0] * found[1]
