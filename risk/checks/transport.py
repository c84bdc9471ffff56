"""Transport checks: data of a sea shipment, transport document and vehicle against the rest (LC119 to LC121)."""

import re
import unicodedata

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.reference import Reference

SEA, ROAD = "2", "4"
SHARED_DOCUMENT = "transport_document"
_BETWEEN_PLATES = re.compile(r"[/\\,;、，；\s]+")
_NOT_IN_PLATE = re.compile(r"[·•.\-\s]")


@check(
    "LC119",
    Severity.BLOCK,
    category="transport",
    inputs="header.transport_mode header.means_of_transport free_text.voyage_number header.transport_document_number",
    source="declaration software rules, handbook 02 §2",
    zh="水路运输缺少:{missing}(TrafName 船名、VoyNo 航次号、BillNo 提运单号)",
    en="Sea shipment lacks {missing} (TrafName vessel, VoyNo voyage, BillNo bill of lading)",
    of_form=True,
)
def sea_shipment_is_described(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """水运三要素 | Water transport data"""
    if not form.transport_mode:
        return no_data("header.transport_mode")
    if form.transport_mode != SEA:
        return PASS
    stated = (("TrafName", form.vessel), ("VoyNo", form.voyage), ("BillNo", form.transport_document))
    missing = [element for element, given in stated if not given]
    return hit(missing=", ".join(missing)) if missing else PASS


@check(
    "LC120",
    Severity.WARN,
    category="transport",
    inputs="header.transport_document_number containers.lcl_flag shared_uses",
    source="handbook 04",
    zh="提运单号 {number} 已被另一客户 {client} 的订单 {order} 使用",
    en="Transport document {number} is used by order {order} of another client {client}",
    direction="E",
    parameters={"modes_with_document": ("2", "3", "5"), "shared_master_bill_if_lcl": True},
)
def transport_document_is_our_own(facts: OrderFacts, p: Parameters) -> Verdict:
    """提单号重复 | Duplicate B/L"""
    declaration = facts.order.declaration
    header = declaration.header
    number = header.transport_document_number
    if not number:
        late = header.transport_mode in p["modes_with_document"]
        return no_data("header.transport_document_number") if late else PASS
    ours = {facts.order.client_uscc, facts.client.client_id if facts.client is not None else ""}
    for use in facts.shared_uses:
        if use.kind != SHARED_DOCUMENT or use.order_id == facts.order.order_id or use.client_id in ours:
            continue
        if p["shared_master_bill_if_lcl"] and _all_lcl(facts):
            continue
        return hit(number=number, client=use.client_id, order=use.order_id)
    return no_data("shared_uses") if "shared_uses" in facts.unavailable else PASS


def _all_lcl(facts: OrderFacts) -> bool:
    """Whether every container carries the goods of several shippers, who then share one master bill."""
    containers = facts.order.declaration.containers
    return bool(containers) and all(container.lcl_flag == "1" for container in containers)


def _plate(text: str) -> str:
    return _NOT_IN_PLATE.sub("", unicodedata.normalize("NFKC", text)).upper()


@check(
    "LC121",
    Severity.WARN,
    category="transport",
    inputs="header.transport_mode header.means_of_transport loading.plate",
    source="handbook 04, handbook 08 §1 (E4)",
    zh="报关运输工具 {declared} 与监装车牌 {loaded} 不一致",
    en="Declared vehicle {declared} differs from the plate {loaded} of the loading record",
    direction="E",
    no_data_matters=False,  # the loading comes later in the order's life
)
def vehicle_is_the_loaded_one(facts: OrderFacts, p: Parameters) -> Verdict:
    """车牌一致 | Plate equals loading plate"""
    header = facts.order.declaration.header
    if header.transport_mode and header.transport_mode != ROAD:
        return PASS
    loading = facts.order.loading
    if not header.transport_mode or not header.means_of_transport or loading is None or not loading.plate:
        return no_data("header.transport_mode", "header.means_of_transport", "loading.plate")
    # tractor and trailer, or mainland and Hong Kong plate, may stand in one field
    declared = {_plate(part) for part in _BETWEEN_PLATES.split(header.means_of_transport)}
    loaded = {_plate(part) for part in _BETWEEN_PLATES.split(loading.plate)}
    if (declared & loaded) - {""} or _plate(header.means_of_transport) == _plate(loading.plate):
        return PASS
    return hit(declared=header.means_of_transport, loaded=loading.plate)


CHECKS = (sea_shipment_is_described, transport_document_is_our_own, vehicle_is_the_loaded_one)
