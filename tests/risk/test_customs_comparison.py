"""Trade data against customs: each field with its tolerance; what is not said is never equal."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.customs_comparison import (
    WORDS,
    Agreement,
    Measured,
    compare,
    field_matters,
    field_words,
    measured,
    plain,
    source_field,
    told,
)
from risk.nouns.money import Money
from risk.nouns.status import CustomsFeedback, CustomsLine
from risk.policy import CustomsPolicy

ALLOWED = CustomsPolicy()
USD = Money(Decimal("3900.00"), "USD")
LINE = CustomsLine(line_number=1, hs_code="6302101000", quantity=Decimal(1200), unit="015", total=USD)
AGREED = CustomsFeedback(
    supervision_mode="0110",
    total=USD,
    gross_weight_kg=Decimal("1010"),
    net_weight_kg=Decimal("960.0"),
    packages=40,
    lines=(LINE,),
    containers=("csqu3054383",),
)


def line(**changes):
    return replace(AGREED, lines=(replace(LINE, **changes),))


def parted(order, said, agreement=Agreement.DIFFERENT, allowed=ALLOWED):
    return {one.field: (one.ours, one.theirs) for one in compare(order, said, allowed) if one.agreement is agreement}


def test_the_same_data_agrees_in_every_field(clean_order):
    compared = compare(clean_order, AGREED, ALLOWED)
    assert {one.agreement for one in compared} == {Agreement.EQUAL}
    assert {one.name for one in compared} == set(WORDS) - {"line"}


@pytest.mark.parametrize(
    ("said", "field", "ours", "theirs"),
    [
        (replace(AGREED, total=Money(Decimal("3900.02"), "USD")), "total", "3900 USD", "3900.02 USD"),
        (replace(AGREED, total=Money(Decimal("3900"), "EUR")), "total", "3900 USD", "3900 EUR"),
        (replace(AGREED, supervision_mode="1039"), "supervision_mode", "0110", "1039"),
        (replace(AGREED, gross_weight_kg=Decimal("1011.01")), "gross_weight_kg", "1010", "1011.01"),
        (replace(AGREED, net_weight_kg=Decimal("950")), "net_weight_kg", "960", "950"),
        (replace(AGREED, packages=41), "packages", "40", "41"),
        (
            replace(AGREED, containers=("CSQU3054383", "MSKU0000011")),
            "containers",
            "CSQU3054383",
            "CSQU3054383, MSKU0000011",
        ),
        (line(hs_code="6302109000"), "lines[1].hs_code", "6302101000", "6302109000"),
        (line(hs_code="63022210"), "lines[1].hs_code", "6302101000", "63022210"),
        (line(hs_code="6302"), "lines[1].hs_code", "6302101000", "6302"),
        (line(quantity=Decimal("1200.001")), "lines[1].quantity", "1200 [015]", "1200.001 [015]"),
        (line(quantity=Decimal(961), unit="035"), "lines[1].quantity", "960 [035]", "961 [035]"),
        (line(total=Money(Decimal(4000), "USD")), "lines[1].line_total", "3900 USD", "4000 USD"),
        (line(line_number=2), "lines[2].line", "–", "6302101000"),
    ],
)
def test_a_difference_is_found(clean_order, said, field, ours, theirs):
    assert parted(clean_order, said)[field] == (ours, theirs)


@pytest.mark.parametrize(
    "said",
    [
        replace(AGREED, total=Money(Decimal("3900.01"), "USD")),
        replace(AGREED, gross_weight_kg=Decimal("1011"), net_weight_kg=Decimal("959")),
        line(hs_code="63021010"),
        line(quantity=Decimal(960), unit="035"),
        line(quantity=Decimal("1200.00001")),
    ],
)
def test_within_the_tolerances_nothing_differs(clean_order, said):
    assert parted(clean_order, said) == {}


@pytest.mark.parametrize(
    ("said", "wider", "stricter"),
    [
        (
            replace(AGREED, total=Money(Decimal("3900.01"), "USD")),
            {"money_tolerance": Decimal("0.01")},
            {"money_tolerance": Decimal(0)},
        ),
        (
            line(total=Money(Decimal(3905), "USD")),
            {"money_tolerance": Decimal(5)},
            {"money_tolerance": Decimal("4.99")},
        ),
        (
            replace(AGREED, gross_weight_kg=Decimal(1013)),
            {"weight_tolerance_kg": Decimal(3)},
            {"weight_tolerance_kg": Decimal("2.9")},
        ),
        (
            line(quantity=Decimal("1200.5")),
            {"quantity_tolerance": Decimal("0.5")},
            {"quantity_tolerance": Decimal("0.4")},
        ),
        (line(hs_code="630210"), {"hs_digits": 6}, {"hs_digits": 7}),
    ],
)
def test_the_policy_says_how_exactly_both_sides_have_to_agree(clean_order, said, wider, stricter):
    assert parted(clean_order, said, allowed=CustomsPolicy(**wider)) == {}
    assert len(parted(clean_order, said, allowed=CustomsPolicy(**stricter))) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (replace(AGREED, total=None), "total"),
        (replace(AGREED, packages=None), "packages"),
        (replace(AGREED, containers=()), "containers"),
        (replace(AGREED, lines=()), "line"),
        (line(hs_code=""), "lines[1].hs_code"),
        (line(quantity=None), "lines[1].quantity"),
        (line(unit="011"), "lines[1].quantity"),
        (line(total=None), "lines[1].line_total"),
    ],
)
def test_what_is_not_said_is_not_comparable_and_never_equal(clean_order, said, field):
    assert set(parted(clean_order, said, Agreement.NOT_COMPARABLE)) == {field}
    assert parted(clean_order, said) == {}


def test_our_own_gaps_are_not_comparable(clean_order):
    header = replace(clean_order.declaration.header, package_count=None, gross_weight_kg=None, supervision_mode="")
    bare = replace(clean_order, declaration=replace(clean_order.declaration, header=header, lines=(), containers=()))
    missing = parted(bare, AGREED, Agreement.NOT_COMPARABLE)
    assert set(missing) == {"total", "supervision_mode", "gross_weight_kg", "packages", "containers"}
    assert parted(bare, AGREED) == {"lines[1].line": ("–", "6302101000")}


def test_a_receipt_without_figures_verifies_nothing(clean_order):
    assert compare(clean_order, CustomsFeedback(inspection_result="无异常", office="5304"), ALLOWED) == ()


def test_lines_with_bad_numbers_are_told_apart_by_place(clean_order):
    first = clean_order.declaration.lines[0]
    twice = replace(clean_order, declaration=replace(clean_order.declaration, lines=(first, first)))
    said = replace(AGREED, lines=(LINE, replace(LINE, line_number=2)))
    assert not [field for field in parted(twice, said) if field.startswith("lines[")]


def test_receipts_are_read_together_each_field_as_it_was_said_last():
    found = told(
        [
            (7, AGREED),
            (8, CustomsFeedback(inspection_result="无异常")),
            (9, CustomsFeedback(packages=41, total=Money(Decimal(1), "USD"))),
        ]
    )
    assert found.feedback == replace(AGREED, packages=41, total=Money(Decimal(1), "USD"), inspection_result="无异常")
    assert (found.by["packages"], found.by["lines"], found.by["inspection_result"]) == (9, 7, 8)


def test_fields_have_words_and_weight():
    assert field_words("lines[2].hs_code") == ("第 2 项商品编号", "HS code of line 2")
    assert field_words("total") == ("总价", "total value")
    assert [field_matters(field) for field in ("total", "lines[3].quantity", "packages")] == [True, True, False]
    assert (source_field("hs_code"), source_field("total")) == ("lines", "total")


@pytest.mark.parametrize(
    ("field", "side", "parts"),
    [
        ("lines[1].quantity", "1200 [015]", ("1200", "unit", "015")),
        ("lines[1].quantity", "1200", ("1200", "", "")),
        ("lines[1].line_total", "3900.5 EUR", ("3900.5", "currency", "EUR")),
        ("total", "3900 USD", ("3900", "currency", "USD")),
        ("total", "3900", ("3900", "", "")),
        ("supervision_mode", "0110", ("", "supervision_mode", "0110")),
        ("supervision_mode", "", ("", "supervision_mode", "")),
        ("total", "", ("", "", "")),
        ("lines[1].hs_code", "6302101000", ("6302101000", "", "")),
        ("containers", "CSQU3054383, MSKU0000011", ("CSQU3054383, MSKU0000011", "", "")),
        ("field_of_a_later_release", "1 [015]", ("1 [015]", "", "")),
    ],
)
def test_a_side_on_record_is_taken_apart_into_figure_and_code(field, side, parts):
    assert measured(field, side) == Measured(*parts)


def test_whatever_a_comparison_writes_is_taken_apart_again(clean_order):
    found = {one.field: measured(one.field, one.theirs) for one in compare(clean_order, AGREED, ALLOWED)}
    assert {field: part.code for field, part in found.items() if part.table} == {
        "total": "USD",
        "supervision_mode": "0110",
        "lines[1].quantity": "015",
        "lines[1].line_total": "USD",
    }


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=0, max_value=10**9))
def test_plain_numbers_keep_their_value(value):
    assert Decimal(plain(value)) == value
    assert "E" not in plain(value)
