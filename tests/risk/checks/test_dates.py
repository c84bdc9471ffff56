"""Cases of the date checks: check, changes to the clean facts by path, expected status and sentence code."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from risk.checks import dates
from risk.days import china_day, clock, compact_day
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.documents import Loading, LoadingMedia
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in dates.CHECKS}
DECLARED = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # noon of the 8th in Shanghai
ACCEPTED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def film(*moments):
    return Loading(ended_at=DECLARED, media=tuple(LoadingMedia(evidence="E3", recorded_at=at) for at in moments))


CASES = [
    ("LC130", {}, PASS, ""),
    ("LC130", {"order.contract.signed_on": date(2026, 3, 5)}, PASS, ""),
    ("LC130", {"order.contract.signed_on": date(2026, 3, 6)}, HIT, ""),
    ("LC130", {"order.invoice.issued_on": date(2026, 3, 9)}, HIT, "declared_before_invoice"),
    ("LC130", {"order.invoice": None, "order.contract.signed_on": date(2026, 3, 9)}, HIT, "declared_before_contract"),
    ("LC130", {"order.loading": Loading(ended_at=DECLARED + timedelta(days=1))}, PASS, ""),
    ("LC130", {"order.loading": Loading(ended_at=DECLARED + timedelta(days=1, hours=12))}, HIT, "loaded_late"),
    ("LC130", {"order.contract": None}, NO_DATA, ""),
    ("LC130", {"order.invoice.issued_on": None}, NO_DATA, ""),
    # 17:00 UTC on the 7th is already the 8th in Shanghai: an invoice of the 8th is not younger than the declaration
    (
        "LC130",
        {"order.invoice.issued_on": date(2026, 3, 8), "order.declared_at": datetime(2026, 3, 7, 17, tzinfo=UTC)},
        PASS,
        "",
    ),
    (
        "LC130",
        {"order.invoice.issued_on": date(2026, 3, 8), "order.declared_at": datetime(2026, 3, 7, 15, tzinfo=UTC)},
        HIT,
        "declared_before_invoice",
    ),
    ("LC131", {}, PASS, ""),
    ("LC131", {"order.declaration.header.border_date": "20260310"}, PASS, ""),
    ("LC131", {"order.declaration.header.border_date": "20261310"}, HIT, ""),
    ("LC131", {"order.declaration.header.departure_date": "2026-03-10"}, HIT, ""),
    ("LC131", {"order.declaration.header.discharge_date": "20260229"}, HIT, ""),
    ("LC131", {"order.declaration.header.declaration_date": "２０２６０３１０"}, HIT, ""),
    ("LC132", {}, PASS, ""),
    ("LC132", {"order.transport.arrived_at": DECLARED}, PASS, ""),
    ("LC132", {"order.transport.arrived_at": DECLARED + timedelta(seconds=1)}, HIT, ""),
    (
        "LC132",
        {"order.transport.arrived_at": DECLARED + timedelta(days=1), "order.advance_declaration": True},
        PASS,
        "",
    ),
    ("LC132", {"order.transport.vessel_loading_at": DECLARED + timedelta(hours=24)}, PASS, ""),
    ("LC132", {"order.transport.vessel_loading_at": DECLARED + timedelta(hours=23)}, HIT, "late"),
    ("LC132", {"order.transport.arrived_at": None}, NO_DATA, ""),
    ("LC132", {"order.transport.arrived_at": None, "order.advance_declaration": True}, PASS, ""),
    ("LC132", {"order.transport.vessel_loading_at": None}, NO_DATA, ""),
    ("LC132", {"order.transport": None}, NO_DATA, ""),
    ("LC132", {"order.declared_at": None}, NO_DATA, ""),
    ("LC133", {}, PASS, ""),
    ("LC133", {"order.declaration.header.direction": "I"}, PASS, ""),
    (
        "LC133",
        {"order.declaration.header.direction": "I", "order.transport.arrived_at": DECLARED - timedelta(days=14)},
        PASS,
        "",
    ),
    (
        "LC133",
        {"order.declaration.header.direction": "I", "order.transport.arrived_at": DECLARED - timedelta(days=15)},
        HIT,
        "",
    ),
    (
        "LC133",
        {
            "order.declaration.header.direction": "I",
            "order.transport": None,
            "order.declaration.header.border_date": "20260216",
        },
        HIT,
        "",
    ),
    ("LC133", {"order.declaration.header.direction": "I", "order.transport": None}, NO_DATA, ""),
    ("LC134", {}, PASS, ""),
    ("LC134", {"client.agreement_valid_to": date(2026, 3, 8)}, PASS, ""),
    ("LC134", {"client.agreement_valid_to": date(2026, 3, 7)}, HIT, ""),
    ("LC134", {"client.admission": "suspended"}, HIT, "admission"),
    ("LC134", {"client.admission": "applied", "client.agreement_valid_to": None}, HIT, "admission"),
    ("LC134", {"client.agreement_valid_to": None}, NO_DATA, ""),
    ("LC134", {"client.admission": ""}, NO_DATA, ""),
    ("LC134", {"client": None}, NO_DATA, ""),
    ("LC135", {}, NO_DATA, ""),
    ("LC135", {"order.loading": Loading()}, NO_DATA, ""),
    ("LC135", {"order.loading": film(ACCEPTED, DECLARED, DECLARED + timedelta(hours=24))}, PASS, ""),
    ("LC135", {"order.loading": film(DECLARED, ACCEPTED - timedelta(days=21))}, HIT, ""),
    ("LC135", {"order.loading": film(DECLARED + timedelta(hours=25))}, HIT, "late"),
    ("LC135", {"order.loading": film(None)}, HIT, "undated"),
    ("LC135", {"order.loading": film(DECLARED), "order.accepted_at": None}, NO_DATA, ""),
    ("LC135", {"order.loading": film(DECLARED), "order.declared_at": None}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "status", "code"), CASES)
def test_case(put, answer, check, changes, status, code):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in dates.CHECKS for code in check.card.sentences}


def test_late_fee_counts_days_beyond_the_limit(put, answer):
    changes = {"order.declaration.header.direction": "I", "order.transport.arrived_at": DECLARED - timedelta(days=20)}
    seen = answer(BY_ID["LC133"], put(changes)).seen
    assert (seen["late_days"], str(seen["fee_percent"])) == (6, "0.30")


def test_a_naive_time_is_an_error_not_a_guess(put, answer):
    naive = put({"order.declared_at": datetime(2026, 3, 8, 12)})  # noqa: DTZ001 - the fault under test
    assert answer(BY_ID["LC130"], naive).status is Status.ERROR


def test_days_are_shanghai_days():
    assert china_day(datetime(2026, 3, 7, 16, 0, tzinfo=UTC)) == date(2026, 3, 8)
    assert china_day(datetime(2026, 3, 8, 1, 0, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 3, 8)
    assert clock(datetime(2026, 3, 7, 16, 0, tzinfo=UTC)) == "2026-03-08T00:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260310", date(2026, 3, 10)),
        ("20240229", date(2024, 2, 29)),
        ("20260229", None),
        ("", None),
        ("2026031", None),
    ],
)
def test_compact_day(text, day):
    assert compact_day(text) == day


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in dates.CHECKS])
    for finding in run_checks(dates.CHECKS, clean_facts, policy):
        free = finding.status is NO_DATA and not policy.checks[finding.check].no_data_points
        assert finding.status is PASS or free, finding
