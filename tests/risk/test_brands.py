"""Look-alike brands: skeletons, similarity, authorisation."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.brands import BrandRegister, skeleton

LEAST = Decimal("0.9")
REGISTER = BrandRegister(
    {"NIKE": ("91440399MAX000023X",), "UNDER ARMOUR": (), "三只松鼠": (), "LV": (), "555": (), "°": ()}
)


@pytest.mark.parametrize(
    ("one", "other"),
    [("NIKE", "N1KE"), ("NIKE", "nike®"), ("ADIDAS", "АDIDАS"), ("BOSS", "B0$$"), ("LILY", "1I1Y"), ("CAFÉ", "cafe")],
)
def test_look_alikes_share_a_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("NIKE", "NIKO"), ("三只松鼠", "三只老鼠"), ("PUMA", "PIMA")])
def test_other_names_do_not(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("brands", "name", "rights"),
    [
        (("NIKE",), "鞋", ["NIKE"]),
        (("nike/耐克",), "鞋", ["NIKE"]),
        ((), "N1KE鞋", ["NIKE"]),
        ((), "鞋(NIKE)", ["NIKE"]),
        ((), "MONIKER", []),
        ((), "under armour袜", ["UNDER ARMOUR"]),
        (("UNDER-ARMOR",), "袜", ["UNDER ARMOUR"]),
        ((), "三只松鼠坚果", ["三只松鼠"]),
        (("LV",), "包", ["LV"]),
        ((), "LV包", []),
        ((), "555毫米管", []),
        (("555",), "电池", ["555"]),
        (("°", "--"), "", []),
        ((), "", []),
    ],
)
def test_resemblances(brands, name, rights):
    assert sorted({one.right for one in REGISTER.resemblances(brands, name, LEAST)}) == rights


def test_similarity_is_the_officers_to_choose():
    assert not REGISTER.resemblances(("NIKO",), "", LEAST)
    (near,) = REGISTER.resemblances(("NIKO",), "", Decimal("0.75"))
    assert near.similarity == Decimal("0.75")


@pytest.mark.parametrize(
    ("right", "client", "allowed"),
    [
        ("NIKE", "91440399MAX000023X", True),
        ("NIKE", "91440399max000023x", True),
        ("NIKE", "91440399MAX0000999", False),
        ("NIKE", "", False),
        ("UNDER ARMOUR", "91440399MAX000023X", False),
        ("UNKNOWN", "91440399MAX000023X", False),
    ],
)
def test_authorisation(right, client, allowed):
    assert REGISTER.allows(right, client) is allowed


@given(st.text(max_size=20))
def test_any_text_can_be_compared_and_equals_itself(text):
    register = BrandRegister({text: ()})
    found = register.resemblances((text,), "", LEAST)
    assert not skeleton(text) or Decimal(1) in {one.similarity for one in found}
