"""Trade data against what customs said: field by field, as exactly as the policy asks; missing data never agrees.

Pure: the order in force, the customs feedback and the tolerances in, comparisons out. Customs speaks in several
receipts; `told` reads them together, each field as it was said last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from risk.nouns.line import Line
from risk.nouns.money import Money
from risk.nouns.order import Order
from risk.nouns.status import CustomsFeedback, CustomsLine
from risk.policy import CustomsPolicy

WORDS: Mapping[str, tuple[str, str]] = {
    "total": ("总价", "total value"),
    "supervision_mode": ("监管方式", "supervision mode"),
    "gross_weight_kg": ("毛重(千克)", "gross weight (kg)"),
    "net_weight_kg": ("净重(千克)", "net weight (kg)"),
    "packages": ("件数", "packages"),
    "containers": ("集装箱号", "containers"),
    "line": ("商品项", "goods line"),
    "hs_code": ("商品编号", "HS code"),
    "quantity": ("成交数量", "quantity"),
    "line_total": ("商品总价", "line total"),
}
"""Every field that is compared, Chinese and English."""

MATTERS = frozenset({"total", "line", "hs_code", "quantity", "line_total"})
"""Value, classification and quantity: what duty, rebate and receipt of payment hang on; a difference is an alert."""

LINE_PARTS = ("line", "hs_code", "quantity", "line_total")


class Agreement(StrEnum):
    """How two values stand to each other. `not_comparable`: one side, or both, did not say."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One field of both sides as text (empty = not said), and how they agree. `line` counts from 1; None = header."""

    name: str
    line: int | None = None
    ours: str
    theirs: str
    agreement: Agreement

    @property
    def field(self) -> str:
        """The field as it is stored, e.g. `total` or `lines[2].hs_code`."""
        return self.name if self.line is None else f"lines[{self.line}].{self.name}"

    @property
    def matters(self) -> bool:
        return self.agreement is Agreement.DIFFERENT and self.name in MATTERS


@dataclass(frozen=True, slots=True)
class Told:
    """What customs has said of a declaration so far; `by` names, per field, the receipt that said it last."""

    feedback: CustomsFeedback
    by: Mapping[str, int]


def told(receipts: Sequence[tuple[int, CustomsFeedback]]) -> Told:
    """Receipts (number, feedback) in the order in which they happened, read as one: the latest word on each field."""
    values: dict[str, object] = {}
    by: dict[str, int] = {}
    for number, feedback in receipts:
        for field in fields(CustomsFeedback):
            value = getattr(feedback, field.name)
            if value not in (None, "", ()):
                values[field.name] = value
                by[field.name] = number
    return Told(CustomsFeedback(**values), by)  # type: ignore[arg-type]  # each value came from the field it goes to


def compare(order: Order, said: CustomsFeedback, allowed: CustomsPolicy) -> tuple[Comparison, ...]:
    """Every field both could have said. Empty when customs has told no figure at all: then nothing is verified."""
    header = tuple(_header(order, said, allowed))
    lines = tuple(_lines(order, said.lines, allowed))
    return (*header, *lines) if any(one.theirs for one in (*header, *lines)) else ()


def source_field(name: str) -> str:
    """The field of the feedback that a compared field was read from."""
    return "lines" if name in LINE_PARTS else name


def field_words(field: str) -> tuple[str, str]:
    """A stored field in words: `lines[2].hs_code` is 第 2 项商品编号 / HS code of line 2."""
    place, _, name = field.rpartition(".")
    zh, en = WORDS.get(name, (name, name))
    if not place:
        return zh, en
    number = place.removeprefix("lines[").removesuffix("]")
    return f"第 {number} 项{zh}", f"{en} of line {number}"


@dataclass(frozen=True, slots=True)
class Measured:
    """A recorded side taken apart: a figure and the code it stands in; `table` is the code table, "" without code."""

    figure: str
    table: str = ""
    code: str = ""


def measured(field: str, side: str) -> Measured:
    """What stands in a side of a stored field: `1200 [015]` is 1200 of unit 015, `3900 USD` an amount in USD.

    A bare code has no figure; a side without code, or in a form this release never wrote, is all figure.
    """
    name = field.rpartition(".")[2]
    if name == "supervision_mode":
        return Measured("", name, side)
    table, ends = {"total": ("currency", ""), "line_total": ("currency", ""), "quantity": ("unit", "]")}.get(
        name, ("", "")
    )
    figure, blank, code = side.removesuffix(ends).rpartition(" [" if ends else " ")
    if not table or not blank or not side.endswith(ends):
        return Measured(side)
    return Measured(figure, table, code)


def field_matters(field: str) -> bool:
    """Whether a difference in a stored field is one that matters."""
    return field.rpartition(".")[2] in MATTERS


def _header(order: Order, said: CustomsFeedback, allowed: CustomsPolicy) -> Iterator[Comparison]:
    header = order.declaration.header
    currencies = order.declaration.currencies
    total = order.declaration.total
    ours = Money(total, currencies[0]) if total is not None and len(currencies) == 1 else None
    yield _money("total", None, (ours, said.total), allowed)
    yield _compared(
        "supervision_mode",
        header.supervision_mode,
        said.supervision_mode,
        header.supervision_mode == said.supervision_mode,
    )
    for name in ("gross_weight_kg", "net_weight_kg"):
        yield _measured(name, None, (getattr(header, name), getattr(said, name)), allowed.weight_tolerance_kg)
    counts = tuple(None if count is None else Decimal(count) for count in (header.package_count, said.packages))
    yield _measured("packages", None, (counts[0], counts[1]), Decimal(0))
    boxes = _boxes(container.number for container in order.declaration.containers)
    theirs = _boxes(said.containers)
    yield _compared("containers", ", ".join(boxes), ", ".join(theirs), boxes == theirs)


def _boxes(numbers: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({number.strip().upper() for number in numbers if number.strip()}))


def _lines(order: Order, theirs: Sequence[CustomsLine], allowed: CustomsPolicy) -> Iterator[Comparison]:
    if not theirs:
        yield _compared("line", str(len(order.declaration.lines) or ""), "", same=False)
        return
    numbers = [line.line_number for line in order.declaration.lines]
    numbered = None not in numbers and len(set(numbers)) == len(numbers)
    ours = {
        (line.line_number or 0) if numbered else place: line
        for place, line in enumerate(order.declaration.lines, start=1)
    }
    said = {line.line_number: line for line in theirs}
    for number in sorted(ours.keys() | said.keys()):
        mine, other = ours.get(number), said.get(number)
        if mine is None or other is None:
            names = (mine.hs_code if mine else "–", other.hs_code if other else "–")
            yield Comparison(
                name="line", line=number, ours=names[0] or "?", theirs=names[1] or "?", agreement=Agreement.DIFFERENT
            )
        else:
            yield from _line_parts(number, mine, other, allowed)


def _line_parts(number: int, mine: Line, other: CustomsLine, allowed: CustomsPolicy) -> Iterator[Comparison]:
    length = max(allowed.hs_digits, min(len(mine.hs_code), len(other.hs_code)))
    yield _compared(
        "hs_code", mine.hs_code, other.hs_code, mine.hs_code[:length] == other.hs_code[:length], line=number
    )
    ours, unit = _in_unit(mine, other.unit)
    quantity = _measured("quantity", number, (ours, other.quantity), allowed.quantity_tolerance)
    yield quantity if not unit else _with_unit(quantity, unit)
    yield _money("line_total", number, (mine.value, other.total), allowed)


def _in_unit(line: Line, unit: str) -> tuple[Decimal | None, str]:
    """Our quantity in their unit, and the unit; without a unit told, the traded quantity as it stands."""
    measures = (
        (line.unit, line.quantity),
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
    )
    if not unit:
        return line.quantity, ""
    return next((quantity for ours, quantity in measures if ours == unit), None), unit


def _with_unit(one: Comparison, unit: str) -> Comparison:
    sides = [f"{side} [{unit}]" if side else "" for side in (one.ours, one.theirs)]
    return Comparison(name=one.name, line=one.line, ours=sides[0], theirs=sides[1], agreement=one.agreement)


def _money(name: str, line: int | None, sides: tuple[Money | None, Money | None], allowed: CustomsPolicy) -> Comparison:
    ours, theirs = sides
    same = (
        ours is not None
        and theirs is not None
        and ours.currency == theirs.currency
        and abs(ours.amount - theirs.amount) <= allowed.money_tolerance
    )
    texts = ["" if money is None else f"{plain(money.amount)} {money.currency}" for money in sides]
    return _compared(name, texts[0], texts[1], same, line=line)


def _measured(
    name: str, line: int | None, values: tuple[Decimal | None, Decimal | None], tolerance: Decimal
) -> Comparison:
    ours, theirs = values
    same = ours is not None and theirs is not None and abs(ours - theirs) <= tolerance
    texts = ["" if value is None else plain(value) for value in values]
    return _compared(name, texts[0], texts[1], same, line=line)


def _compared(name: str, ours: str, theirs: str, same: bool, *, line: int | None = None) -> Comparison:
    agreement = Agreement.EQUAL if same else Agreement.DIFFERENT
    if not ours or not theirs:
        agreement = Agreement.NOT_COMPARABLE
    return Comparison(name=name, line=line, ours=ours, theirs=theirs, agreement=agreement)


def plain(value: Decimal) -> str:
    """A number without exponent and without zeros that say nothing.

    >>> plain(Decimal("3900.00")), plain(Decimal("1E+3"))
    ('3900', '1000')
    """
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
