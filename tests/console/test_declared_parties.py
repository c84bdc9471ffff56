"""Two statements about one role: the declaration's header and the order's parties."""

from dataclasses import replace
from datetime import date

import pytest

from risk.nouns.header import Header
from risk.nouns.parties import Party, Role
from tradewarden.console import order_facts
from tradewarden.console.declared_parties import declared_parties
from tradewarden.console.i18n import Translator

CODE, OTHER = "91440399MAX000023X", "91440399MAX0000153"
HEADER = Header(direction="E", producer_name="深圳甲有限公司", producer_uscc=CODE, overseas_consignee_name="BLU LTD")


@pytest.mark.parametrize(
    ("name", "uscc", "differs"),
    [
        ("深圳甲有限公司", CODE, False),
        ("深圳乙有限公司", CODE, False),
        ("深圳甲有限公司", OTHER, True),
        ("深圳甲有限责任公司", "", False),
        ("深圳乙有限公司", "", True),
        ("", "", False),
    ],
)
def test_code_decides_before_the_name(name, uscc, differs):
    producer = next(party for party in declared_parties(HEADER) if party.role is Role.PRODUCER)
    assert producer.differs_from(Party(Role.PRODUCER, name, uscc=uscc)) is differs


def test_the_code_no_is_no_code():
    producer = declared_parties(Header(producer_name="个体户甲", producer_uscc="NO"))[0]
    assert not producer.differs_from(Party(Role.PRODUCER, "个体户甲", uscc=CODE))


def test_on_import_the_overseas_party_is_the_consignor():
    header = Header(direction="I", overseas_consignor_name="RED LTD", overseas_consignee_name="BLU LTD")
    assert [(party.name, party.role) for party in declared_parties(header)] == [("RED LTD", None)]


def test_rows_mark_what_is_declared_otherwise_and_what_only_the_declaration_says(clean_order):
    order = replace(
        clean_order,
        parties=(Party(Role.PRODUCER, "深圳乙有限公司", uscc=OTHER),),
        declaration=replace(clean_order.declaration, header=HEADER),
    )
    names = order_facts.Names(None, date(2026, 3, 8), Translator("zh"))
    producer, consignee = order_facts.party_rows(order, names, personal=False)
    assert producer.declared == f"深圳甲有限公司 · {CODE}"
    assert not producer.only_declared
    assert (consignee.role, consignee.name, consignee.only_declared) == (Role.CONSIGNEE, "BLU LTD", True)
