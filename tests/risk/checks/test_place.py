"""Cases of the place checks: check, changes to the clean order, expected status, code, numbers seen."""

from dataclasses import replace
from datetime import date

import pytest

from risk.checks import place, place_routes
from risk.findings import Outcome, Status
from risk.form import form_of
from risk.nouns.parties import Party, Role
from risk.places import cities_differ, nearest_office

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in (*place.CHECKS, *place_routes.CHECKS)}
ON = date(2026, 3, 8)
HEADER, LINE = "order.declaration.header.", "order.declaration.lines.0."
ARRIVAL, MODE, TRANSPORT = HEADER + "arrival_country", HEADER + "supervision_mode", HEADER + "transport_mode"
REGION, OFFICE, DESTINATION = LINE + "domestic_region", HEADER + "border_office", LINE + "final_destination"
PRODUCER_CODE = HEADER + "producer_customs_code"
TO_CHINA = {ARRIVAL: "CHN"}


def factory(*regions: str) -> dict[str, object]:
    return {"client.region_codes": regions}


def exit_by(office: str, mode: str) -> dict[str, object]:
    return {OFFICE: office, TRANSPORT: mode}


CASES = [
    ("LC110", {}, PASS, "", {}),
    ("LC110", TO_CHINA, HIT, "", {"country": "CHN", "mode": "0110"}),
    ("LC110", TO_CHINA | {MODE: "0654"}, PASS, "", {}),
    ("LC110", TO_CHINA | {MODE: "4561"}, PASS, "", {}),
    ("LC110", TO_CHINA | {TRANSPORT: "Y"}, PASS, "", {}),
    ("LC110", TO_CHINA | {TRANSPORT: ""}, HIT, "", {}),
    ("LC110", TO_CHINA | {HEADER + "direction": "I"}, PASS, "", {}),
    ("LC110", TO_CHINA | {MODE: ""}, NO_DATA, "", {}),
    ("LC110", {ARRIVAL: ""}, NO_DATA, "", {}),
    ("LC111", {}, PASS, "", {}),
    ("LC111", {HEADER + "foreign_port": "HKG003"}, HIT, "", {"port": "HKG003", "country": "USA"}),
    ("LC111", {HEADER + "foreign_port": "USA000"}, PASS, "", {}),
    ("LC111", {HEADER + "foreign_port": ""}, NO_DATA, "", {}),
    ("LC112", {}, PASS, "", {}),
    ("LC112", {DESTINATION: "IRN", ARRIVAL: "ARE"}, HIT, "", {"destination": "IRN", "country": "ARE"}),
    ("LC112", {DESTINATION: ""}, NO_DATA, "", {}),
    ("LC113", {}, PASS, "", {}),
    ("LC113", {LINE + "origin_country": "JPN"}, HIT, "", {"origin": "JPN"}),
    ("LC113", {LINE + "origin_country": "JPN", MODE: "4561"}, PASS, "", {}),
    ("LC113", {LINE + "origin_country": ""}, NO_DATA, "", {}),
    ("LC114", {}, PASS, "", {}),
    ("LC114", {HEADER + "trading_country": "USA"}, HIT, "", {"trading": "USA", "buyer": "HKG"}),
    ("LC114", {"order.contract": None}, PASS, "", {}),
    ("LC114", {"order.contract.buyer_country": "", HEADER + "trading_country": "USA"}, HIT, "", {"buyer": "HKG"}),
    ("LC114", {"order.contract": None, "order.parties": (Party(Role.BUYER, "BLU"),)}, NO_DATA, "", {}),
    ("LC114", {HEADER + "trading_country": ""}, NO_DATA, "", {}),
    ("LC115", {}, PASS, "", {}),
    ("LC115", {ARRIVAL: "DEU", DESTINATION: "DEU"}, PASS, "", {}),
    ("LC115", {ARRIVAL: "PRK"}, HIT, "", {"country": "PRK", "name_zh": "朝鲜"}),
    ("LC115", {DESTINATION: "PRK"}, HIT, "", {"country": "PRK"}),
    ("LC115", {DESTINATION: "IRN", ARRIVAL: "ARE"}, HIT, "escalate", {"country": "IRN"}),
    ("LC115", {ARRIVAL: "", DESTINATION: "PRK"}, HIT, "", {}),
    ("LC115", {ARRIVAL: "", DESTINATION: "DEU"}, NO_DATA, "", {}),
    ("LC116", {}, PASS, "", {}),
    ("LC116", {REGION: "33019"}, HIT, "", {"region": "33019", "factory": "4413"}),
    ("LC116", {REGION: "44139"} | factory("3301", "4413"), PASS, "", {}),
    ("LC116", {REGION: "32149"} | factory("3205"), PASS, "", {}),
    ("LC116", {REGION: "32149"} | factory("3201"), HIT, "", {}),
    ("LC116", {REGION: "12072"} | factory("1201"), PASS, "", {}),
    ("LC116", {REGION: "44199"}, HIT, "", {}),
    ("LC116", {REGION: "44999"}, NO_DATA, "", {}),
    ("LC116", factory(), PASS, "", {}),
    ("LC116", {PRODUCER_CODE: "3301960123"}, PASS, "", {}),
    ("LC116", {PRODUCER_CODE: "3301960123", "client": None}, HIT, "", {"factory": "3301"}),
    ("LC116", {PRODUCER_CODE: "3301960123", HEADER + "producer_uscc": "91440399MAX0000999"}, HIT, "", {}),
    ("LC116", {PRODUCER_CODE: "", "client": None}, NO_DATA, "", {}),
    ("LC116", {REGION: ""}, NO_DATA, "", {}),
    ("LC117", {}, PASS, "", {}),
    ("LC117", factory("2301") | exit_by("5316", "2"), HIT, "", {"factory": "2301", "office": "5316", "nearer": "0402"}),
    ("LC117", factory("2301", "4413") | exit_by("5316", "2"), PASS, "", {}),
    ("LC117", factory("6501") | exit_by("2248", "2"), PASS, "", {}),
    ("LC117", factory("2301") | exit_by("5301", "4"), PASS, "", {}),
    ("LC117", factory("2301") | exit_by("9999", "2"), NO_DATA, "", {}),
    ("LC117", factory("9999"), NO_DATA, "", {}),
    ("LC117", {TRANSPORT: ""}, NO_DATA, "", {}),
    ("LC117", {"client": None, PRODUCER_CODE: ""}, NO_DATA, "", {}),
    ("LC118", {}, PASS, "", {}),
    ("LC118", exit_by("5317", "5"), PASS, "", {}),
    ("LC118", exit_by("5317", "2"), HIT, "", {"expected": "5", "mode": "2"}),
    ("LC118", exit_by("7208", "3"), PASS, "", {}),
    ("LC118", exit_by("5317", "Y"), PASS, "", {}),
    ("LC118", exit_by("5300", "2"), NO_DATA, "", {}),
    ("LC118", exit_by("4200", "2"), NO_DATA, "", {}),
    ("LC118", exit_by("", ""), NO_DATA, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_place(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_the_platform_may_list_destinations_of_its_own(clean_facts):
    check = BY_ID["LC115"]
    verdict = check.function(form_of(clean_facts), clean_facts.reference, {"platform_list": ("USA",)})
    assert (verdict.status, verdict.code, verdict.floor) == (HIT, "platform", Outcome.RELEASE)
    assert check.card.sentences["platform"]


@pytest.mark.parametrize(
    ("region", "other", "expected"),
    [
        ("4413", "4413", False),
        ("4413", "4403", True),
        ("4413", "3301", True),
        ("9901", "9902", None),
        ("1101", "1199", False),
        ("3317", "3308", False),
    ],
)
def test_cities(reference, region, other, expected):
    assert cities_differ(reference, region, other, ON) is expected


@pytest.mark.parametrize(
    ("region", "office", "mode", "low", "high"),
    [("4413", "5304", "2", 50, 110), ("2301", "5316", "2", 2700, 3000), ("3301", "2233", "5", 120, 200)],
)
def test_distances_are_those_of_the_map(reference, region, office, mode, low, high):
    route = nearest_office(reference, region, office, mode, ON)
    assert route is not None
    assert low <= route.declared_km <= high
    assert route.distance_km <= route.declared_km


def test_every_office_and_city_row_is_usable(reference):
    for code, rows in reference.tables["customs_office_site"].items():
        assert reference.code("customs_district", code, ON), code
        assert set(rows[0].attributes["exit_modes"].split("|")) <= {"", *rows[0].attributes["served_modes"].split("|")}
        assert nearest_office(reference, "4403", code, "2", ON) is not None
    for region, rows in reference.tables["region_city"].items():
        assert rows[0].attributes["city"] in reference.tables["region_city"], region
    for table in ("restricted_destination", "free_trade_partner"):
        assert all(reference.code("country", code, ON) for code in reference.tables[table])


def test_without_the_tables_the_distance_is_unknown_and_not_wrong(reference):
    bare = replace(reference, tables={})
    assert nearest_office(bare, "4413", "5304", "2", ON) is None
