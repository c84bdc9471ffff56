"""Units of measure with their dimension and factor, for conversions inside one dimension (handbook 03 §7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from risk.once import once_per_object
from risk.reference import Code, Reference


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit: `factor` base units make one. Count units convert only within one base (打 and 个, not 台 and 个)."""

    dimension: str
    base: str
    factor: Decimal
    valid_from: date
    valid_to: date

    def converts_to(self, other: "Measure") -> bool:
        return self.base == other.base and self.dimension == other.dimension


def _measures(rows: Mapping[str, Sequence[Code]]) -> dict[str, Measure | tuple[Measure, ...]]:
    """The units by code: the unit itself when it is in force for ever, which most are, else its versions."""
    measures = {code: tuple(_measure(row) for row in versions) for code, versions in rows.items()}
    return {code: versions[0] if _for_ever(versions) else versions for code, versions in measures.items()}


def _for_ever(versions: Sequence[Measure]) -> bool:
    return len(versions) == 1 and (versions[0].valid_from, versions[0].valid_to) == (date.min, date.max)


def _measure(row: Code) -> Measure:
    return Measure(
        dimension=row.attributes["dimension"],
        base=row.attributes["base_unit_code"] or row.code,
        factor=Decimal(row.attributes["factor_to_base"]),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


_of_table = once_per_object(_measures)


def measure(reference: Reference, unit: str, on: date) -> Measure | None:
    """The unit of a code on a day, None when unknown. Raises KeyError when the unit table is missing."""
    known = _of_table(reference.tables["unit"]).get(unit)
    if isinstance(known, Measure):
        return known
    return next((one for one in known or () if one.valid_from <= on <= one.valid_to), None)
