"""Reading declaration elements: templates, brands, compositions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.declared_elements import blank_required, brand_of, composition_of, percent_totals, values_of

TEMPLATE = (
    "品牌类型",
    "出口享惠情况",
    "用途",
    "成分含量",
    "品牌(中文或外文名称)",
    "割绒请注明",
    "GTIN",
    "CAS号",
    "其他",
)
OPTIONAL = ("其他", "GTIN", "CAS", "请注明")


@pytest.mark.parametrize(
    ("text", "total", "parts"),
    [
        ("棉100%", "100", ["100"]),
        ("100%棉", "100", ["100"]),
        ("棉65％涤35％", "100", ["100"]),
        ("棉 99.5 %", "99.5", ["99.5"]),
        ("面料:棉65%,涤35%;里料:涤100%", "200", ["100", "100"]),
        ("棉:65%,涤:35%", "100", ["65", "35"]),
        ("棉60%/涤40%", "100", ["60", "40"]),
        ("棉", "0", []),
        ("", "0", []),
    ],
)
def test_percentages(text, total, parts):
    assert percent_totals(text) == (Decimal(total), tuple(map(Decimal, parts)))


@pytest.mark.parametrize(
    ("declared", "blank"),
    [
        ("0|0|衣|棉|无|||", ()),
        ("0|0|衣|棉|无", ()),
        ("0|0| |棉|无", ((2, "用途"),)),
        ("0|0", ((2, "用途"), (3, "成分含量"), (4, "品牌(中文或外文名称)"))),
        ("", tuple(enumerate(TEMPLATE))[:5]),
    ],
)
def test_blank_required(declared, blank):
    assert blank_required(declared, TEMPLATE, OPTIONAL) == blank


@pytest.mark.parametrize(
    ("declared", "template", "brand", "composition"),
    [
        ("1|0|衣|棉100%| 锦澜 ", TEMPLATE, "锦澜", "棉100%"),
        ("1|0|衣", TEMPLATE, "", ""),
        ("1|0|衣", ("品牌类型", "出口享惠情况", "用途"), None, None),
        ("1|0|100%|棉60%", (), None, "100%"),
        ("1|0|衣", (), None, ""),
    ],
)
def test_brand_and_composition(declared, template, brand, composition):
    assert brand_of(declared, template) == brand
    assert composition_of(declared, template) == composition


@given(st.lists(st.text("棉0%：；", max_size=5), min_size=1, max_size=12))
def test_values_come_back_as_declared(values):
    text = "|".join(values)
    assert values_of(text) == (tuple(values) if text else ())


@given(st.lists(st.integers(0, 100), max_size=8))
def test_the_parts_add_up_to_the_total(numbers):
    total, parts = percent_totals("、".join(f"料{number}%" for number in numbers))
    assert total == sum(parts) == sum(numbers)
