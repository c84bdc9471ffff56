"""An order out of a declaration: its id, its client, its parties."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integrations.errors import DoorError
from integrations.single_window import declaration_to_order
from risk.nouns.declaration import Declaration
from risk.nouns.declaration_parts import Signature
from risk.nouns.order import BusinessMode
from risk.nouns.parties import Kind, Role


def changed(declaration: Declaration, **header) -> Declaration:
    return replace(declaration, header=replace(declaration.header, **header))


def test_export_of_a_client_factory(clean_order):
    order = declaration_to_order(changed(clean_order.declaration, declaration_date="20260308"))
    header = clean_order.declaration.header
    assert order.order_id == "202603081234567890"
    assert (order.client_uscc, order.client_name) == (header.producer_uscc, header.producer_name)
    assert order.business_mode is BusinessMode.AGENCY_REFUND
    assert order.declared_at == datetime(2026, 3, 8, 4, tzinfo=UTC)
    assert order.party(Role.CONSIGNOR).uscc == header.domestic_party_uscc
    assert order.party(Role.PRODUCER).uscc == header.producer_uscc
    assert order.party(Role.DECLARANT).customs_code == header.declarant_customs_code
    assert (order.party(Role.BUYER).name, order.party(Role.BUYER).country) == (
        header.overseas_consignee_name, header.trading_country
    )  # fmt: skip
    vessel = order.party(Role.VESSEL)
    assert (vessel.name, vessel.kind) == (header.means_of_transport, Kind.VESSEL)
    assert order.declaration.lines == clean_order.declaration.lines


def test_import_has_the_foreign_party_as_consignor(clean_order):
    header = {"direction": "I", "overseas_consignor_name": "FAR AWAY MILLS", "transport_mode": "5"}
    order = declaration_to_order(changed(clean_order.declaration, **header))
    assert order.party(Role.CONSIGNOR).name == "FAR AWAY MILLS"
    assert order.party(Role.CONSIGNEE).uscc == clean_order.declaration.header.domestic_party_uscc
    assert order.business_mode is BusinessMode.UNKNOWN
    assert order.party(Role.VESSEL) is None


@pytest.mark.parametrize(
    ("producer", "domestic", "mode", "client"),
    [
        ("91440399MAX000023X", "91440399MAX0000153", BusinessMode.AGENCY_REFUND, "91440399MAX000023X"),
        ("91440399MAX0000153", "91440399MAX0000153", BusinessMode.PURE_SERVICE, "91440399MAX0000153"),
        ("NO", "91440399MAX0000153", BusinessMode.UNKNOWN, ""),
        ("", "91440399MAX0000153", BusinessMode.UNKNOWN, ""),
    ],
)
def test_business_mode(clean_order, producer, domestic, mode, client):
    order = declaration_to_order(changed(clean_order.declaration, producer_uscc=producer, domestic_party_uscc=domestic))
    assert (order.business_mode, order.client_uscc) == (mode, client)


def test_one_domestic_party_is_the_client(clean_order):
    header = {"producer_uscc": "NO", "producer_name": "NO", "producer_customs_code": ""}
    order = declaration_to_order(changed(clean_order.declaration, **header))
    assert order.client_uscc == clean_order.declaration.header.domestic_party_uscc
    assert order.party(Role.PRODUCER) is None


@pytest.mark.parametrize(
    ("client_number", "unified", "contract", "order_id"),
    [("C-1", "U-1", "K-1", "C-1"), ("", "U-1", "K-1", "U-1")],
)
def test_order_id(clean_order, client_number, unified, contract, order_id):
    declaration = changed(clean_order.declaration, unified_number=unified, contract_number=contract)
    declaration = replace(declaration, signature=Signature(client_number=client_number))
    assert declaration_to_order(declaration).order_id == order_id


def test_declarations_under_one_contract_are_orders_of_their_own(clean_order):
    numbers = {"unified_number": "", "entry_number": "", "contract_number": "K-1"}
    first = replace(changed(clean_order.declaration, **numbers), signature=None)
    second = changed(first, package_count=99)
    ids = [declaration_to_order(one).order_id for one in (first, second, first)]
    assert ids[0] == ids[2] != ids[1]
    assert all(one.startswith("K-1-") for one in ids)
    assert declaration_to_order(changed(first, entry_number="531620260160000001")).order_id == "531620260160000001"


@pytest.mark.parametrize("name", ["declaration_date", "border_date"])
@pytest.mark.parametrize("text", ["00010101", "99991231"])
def test_day_of_another_age_is_refused(clean_order, name, text):
    with pytest.raises(DoorError, match="from 2000-01-01 to 2100-01-01"):
        declaration_to_order(changed(clean_order.declaration, **{name: text}))


@pytest.mark.parametrize("contract", ["", "with space", "x" * 65])
def test_message_without_a_usable_number_is_refused(clean_order, contract):
    declaration = replace(changed(clean_order.declaration, contract_number=contract), signature=None)
    with pytest.raises(DoorError, match="ClientSeqNo"):
        declaration_to_order(declaration, "message.xml")


@pytest.mark.parametrize(("text", "given"), [("20260230", None), ("", None), ("2026", None), ("yesterday", None)])
def test_bad_declaration_date_is_left_to_the_checks(clean_order, text, given):
    fallback = datetime(2026, 3, 1, tzinfo=UTC)
    declaration = changed(clean_order.declaration, declaration_date=text)
    assert declaration_to_order(declaration, declared_at=fallback).declared_at == fallback
    assert declaration_to_order(declaration).declared_at is given
