"""Cases of the transport checks: check, changes to the clean order, expected status, code, numbers seen."""

import pytest

from risk.checks import transport
from risk.facts import SharedUse
from risk.findings import Status
from risk.nouns.declaration_parts import Container, FreeText
from risk.nouns.documents import Loading

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in transport.CHECKS}
HEADER, FREE_TEXT = "order.declaration.header.", "order.declaration.free_text"
BILL, VESSEL, MODE = HEADER + "transport_document_number", HEADER + "means_of_transport", HEADER + "transport_mode"
FACTORY, OTHER = "91440399MAX000023X", "91440399MAX0000999"


def shared(kind: str = "transport_document", client: str = OTHER, order: str = "O-118") -> dict[str, object]:
    return {"shared_uses": (SharedUse(kind=kind, value="COSU6123456780", order_id=order, client_id=client),)}


def truck(declared: str, loaded: str) -> dict[str, object]:
    return {MODE: "4", VESSEL: declared, "order.loading": Loading(plate=loaded)}


LCL = {"order.declaration.containers": (Container(number="CSQU3054383", lcl_flag="1"),)}
UNSEEN = {"unavailable": ("shared_uses",)}

CASES = [
    ("LC119", {}, PASS, "", {}),
    ("LC119", {BILL: ""}, HIT, "", {"missing": "BillNo"}),
    ("LC119", {VESSEL: ""}, HIT, "", {"missing": "TrafName"}),
    ("LC119", {FREE_TEXT: FreeText()}, HIT, "", {"missing": "VoyNo"}),
    ("LC119", {FREE_TEXT: None, BILL: "", VESSEL: ""}, HIT, "", {"missing": "TrafName, VoyNo, BillNo"}),
    ("LC119", {MODE: "5", BILL: ""}, PASS, "", {}),
    ("LC119", {MODE: ""}, NO_DATA, "", {}),
    ("LC120", {}, PASS, "", {}),
    ("LC120", shared(), HIT, "", {"order": "O-118", "client": OTHER}),
    ("LC120", shared(client=FACTORY), PASS, "", {}),
    ("LC120", shared(kind="container"), PASS, "", {}),
    ("LC120", shared(order="O-1"), PASS, "", {}),
    ("LC120", shared() | LCL, PASS, "", {}),
    ("LC120", shared() | UNSEEN, HIT, "", {}),
    ("LC120", UNSEEN, NO_DATA, "", {"missing": "shared_uses"}),
    ("LC120", {BILL: ""}, NO_DATA, "", {}),
    ("LC120", {BILL: "", MODE: "4"}, PASS, "", {}),
    ("LC121", {}, PASS, "", {}),
    ("LC121", truck("粤B12345", "粤B12345"), PASS, "", {}),
    ("LC121", truck("粤B·12345", "粤b 12345"), PASS, "", {}),
    ("LC121", truck("粤B12345/HK5678", "粤B12345"), PASS, "", {}),
    ("LC121", truck("粤B12345", "粤B54321"), HIT, "", {"declared": "粤B12345", "loaded": "粤B54321"}),
    ("LC121", truck("粤B12345", ""), NO_DATA, "", {}),
    ("LC121", {MODE: "4"}, NO_DATA, "", {}),
    ("LC121", truck("", "粤B12345"), NO_DATA, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_transport(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_a_truck_before_loading_costs_nothing():
    assert not BY_ID["LC121"].card.no_data_matters
