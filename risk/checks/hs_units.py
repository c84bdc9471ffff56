"""Unit checks: statutory units, equal units, conversions, weight of a piece, number of lines (LC066 to LC071)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.measures import measure
from risk.nouns.line import Line
from risk.once import once_per_object
from risk.reference import Code, Reference

EMPTY = "-"
"""What evidence shows for an empty code."""


@check(
    "LC066",
    Severity.BLOCK,
    category="hs",
    inputs="line.first_unit line.hs_code reference.tariff.unit1",
    source="tariff of the year, handbook 03 §7",
    zh="法定第一计量单位 {unit} 与税则规定的 {expected} 不符",
    en="First statutory unit {unit} differs from the tariff's {expected}",
    no_data_matters=False,  # the tariff at hand may be a part of the whole
    of_goods=True,
)
def first_unit_follows_tariff(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """法定第一单位 | First statutory unit"""
    row = reference.tariff_row(goods.hs_code, goods.shipment.on)
    if row is None or not row.unit1:
        return no_data(f"reference.tariff.unit1[{goods.hs_code}]")
    if goods.first_unit == row.unit1:
        return PASS
    return hit(unit=goods.first_unit or EMPTY, expected=row.unit1)


@check(
    "LC067",
    Severity.BLOCK,
    category="hs",
    inputs="line.second_unit line.second_quantity line.hs_code reference.tariff.unit2",
    source="tariff of the year, handbook 03 §7",
    zh="法定第二计量单位应为 {expected} 且数量大于0,现为 {unit} / {quantity}",
    en="Second statutory unit must be {expected} with a quantity above 0, not {unit} / {quantity}",
    more={
        "surplus": (
            "该编号没有法定第二计量单位,却填报了 {unit} / {quantity}",
            "This code has no second statutory unit, yet {unit} / {quantity} is declared",
        )
    },
    no_data_matters=False,  # as LC066
    per_line=True,
)
def second_unit_follows_tariff(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """法定第二单位数量 | Second statutory unit"""
    row = facts.reference.tariff_row(line.hs_code, facts.declared_on)
    if row is None or not row.unit1:
        return no_data(f"reference.tariff.unit2[{line.hs_code}]")
    unit, quantity = line.second_unit, line.second_quantity
    shown = EMPTY if quantity is None else quantity
    if row.unit2:
        if unit == row.unit2 and quantity is not None and quantity > 0:
            return PASS
        return hit(expected=row.unit2, unit=unit or EMPTY, quantity=shown)
    return hit("surplus", unit=unit or EMPTY, quantity=shown) if unit or quantity else PASS


def _stated(line: Line) -> tuple[tuple[str, Decimal | None], ...]:
    """(unit, quantity) of the first, the second and the traded unit, as given."""
    return (
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
        (line.unit, line.quantity),
    )


@check(
    "LC068",
    Severity.BLOCK,
    category="hs",
    inputs="line.unit line.quantity line.first_unit line.first_quantity line.second_unit line.second_quantity",
    source="handbook 04 §2 (quantities carry five decimals)",
    zh="计量单位同为 {unit},数量却分别为 {quantity} 和 {other}",
    en="The unit is {unit} twice, but the quantities are {quantity} and {other}",
    parameters={"tolerance": Decimal("0.00001")},
    per_line=True,
)
def same_unit_same_quantity(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """单位相同数量相同 | Same unit, same quantity"""
    if not line.unit or line.quantity is None or not line.first_unit or line.first_quantity is None:
        return no_data("line.unit", "line.quantity", "line.first_unit", "line.first_quantity")
    stated = [(line.unit, line.quantity), (line.first_unit, line.first_quantity)]
    if line.second_unit and line.second_quantity is not None:
        stated.append((line.second_unit, line.second_quantity))
    for (unit, quantity), (other_unit, other) in combinations(stated, 2):
        if unit == other_unit and quantity != other and abs(quantity - other) > p["tolerance"]:
            return hit(unit=unit, quantity=quantity, other=other)
    return PASS


@check(
    "LC069",
    Severity.BLOCK,
    category="hs",
    inputs="line.unit line.quantity line.first_unit line.first_quantity line.second_unit line.second_quantity",
    source="unit table with factors, handbook 03 §7",
    zh="成交数量 {quantity}({unit})折合 {expected}({other_unit}),法定数量却申报 {other}",
    en="Traded {quantity} ({unit}) makes {expected} ({other_unit}), but {other} is declared",
    parameters={"tolerance": Decimal("0.001")},
    per_line=True,
)
def statutory_quantity_follows_from_traded(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """单位换算 | Unit conversion"""
    if not line.unit or line.quantity is None or not line.first_unit or line.first_quantity is None:
        return no_data("line.unit", "line.quantity", "line.first_unit", "line.first_quantity")
    if line.first_unit == line.unit and not line.second_unit:
        return PASS  # nothing to convert
    unknown = ""
    for other_unit, other in ((line.first_unit, line.first_quantity), (line.second_unit, line.second_quantity)):
        if other_unit == line.unit or not other_unit or other is None:
            continue
        traded = measure(facts.reference, line.unit, facts.declared_on)
        statutory = measure(facts.reference, other_unit, facts.declared_on)
        if traded is None or statutory is None:
            unknown = line.unit if traded is None else other_unit
        elif traded.converts_to(statutory):
            in_base, declared = line.quantity * traded.factor, other * statutory.factor
            if abs(in_base - declared) > p["tolerance"] * abs(declared):
                expected = (in_base / statutory.factor).quantize(Decimal("0.00001"))
                return hit(
                    quantity=line.quantity, unit=line.unit, expected=expected, other=other, other_unit=other_unit
                )
    return no_data(f"reference.unit[{unknown}]") if unknown else PASS


Band = tuple[Decimal, Decimal]


class _PieceWeights:
    """Kilograms of one piece by code prefix; the longest prefix in force speaks."""

    def __init__(self, rows: Mapping[str, Sequence[Code]]) -> None:
        self._rows = rows
        self._lengths = sorted({len(prefix) for prefix in rows}, reverse=True)
        self.band = lru_cache(maxsize=4096)(self._band)

    def _band(self, hs_code: str, on: date) -> Band | None:
        for length in self._lengths:
            for row in self._rows.get(hs_code[:length], ()):
                if row.valid_from <= on <= row.valid_to:
                    return Decimal(row.attributes["minimum_kg"]), Decimal(row.attributes["maximum_kg"])
        return None


_piece_weights = once_per_object(_PieceWeights)


def _pieces_and_kg(facts: OrderFacts, line: Line, piece_bases: tuple[str, ...]) -> tuple[Decimal, Decimal] | None:
    """(pieces, net kg) of a line; the packing list helps out when no unit of the line is a mass."""
    pieces = kg = None
    for unit, quantity in _stated(line):  # statutory units first: a traded set may hold many pieces
        known = measure(facts.reference, unit, facts.declared_on)
        if known is None or quantity is None:
            continue
        if known.dimension == "mass":
            kg = quantity * known.factor if kg is None else kg
        elif known.base in piece_bases and pieces is None:
            pieces = quantity * known.factor
        if pieces is not None and kg is not None:
            break
    packing = facts.order.packing_list
    if kg is None and packing is not None:
        kg = next((one.net_weight_kg for one in packing.lines if one.line_number == line.line_number), None)
    return None if pieces is None or kg is None or pieces <= 0 else (pieces, kg)


@check(
    "LC070",
    Severity.WARN,
    category="hs",
    inputs="line.hs_code line.quantity line.first_quantity line.second_quantity packing_list.lines",
    source="table of piece weights, handbook 04",
    zh="单件净重 {kg_each} 千克,超出该编号常见范围 {minimum_kg} 至 {maximum_kg} 千克",
    en="One piece weighs {kg_each} kg, outside the usual {minimum_kg} to {maximum_kg} kg of this code",
    confidence="medium",
    direction="E",
    parameters={"piece_units": ("001", "006", "007", "008", "011", "012", "015", "016", "019", "025", "026")},
    no_data_matters=False,  # most codes have no band, many lines no count
    per_line=True,
)
def piece_weight_is_plausible(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """单件重量合理 | Weight per piece is plausible"""
    table = facts.reference.tables.get("piece_weight")
    band = _piece_weights(table).band(line.hs_code, facts.declared_on) if table else None
    if band is None:
        return no_data(f"reference.piece_weight[{line.hs_code}]")
    known = _pieces_and_kg(facts, line, p["piece_units"])
    if known is None:
        return no_data("line.pieces", "line.net_weight_kg")
    pieces, kg = known
    if band[0] * pieces <= kg <= band[1] * pieces:
        return PASS
    return hit(kg_each=(kg / pieces).quantize(Decimal("0.0001")), minimum_kg=band[0], maximum_kg=band[1])


@check(
    "LC071",
    Severity.BLOCK,
    category="hs",
    inputs="lines",
    source="single-window message specification, handbook 02 §1",
    zh="本报关单有 {lines} 项商品,最多 {maximum} 项,请分单",
    en="The declaration has {lines} lines; at most {maximum} are allowed, split it",
    parameters={"maximum": 50},
)
def line_count_is_allowed(facts: OrderFacts, p: Parameters) -> Verdict:
    """项数上限 | Line count"""
    lines = len(facts.order.declaration.lines)
    if not lines:
        return no_data("lines")
    return hit(lines=lines, maximum=p["maximum"]) if lines > p["maximum"] else PASS


CHECKS = (
    first_unit_follows_tariff,
    second_unit_follows_tariff,
    same_unit_same_quantity,
    statutory_quantity_follows_from_traded,
    piece_weight_is_plausible,
    line_count_is_allowed,
)
