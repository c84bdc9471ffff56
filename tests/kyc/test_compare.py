"""Comparison of names: own case tables, identifiers, dates, hostile input."""

import csv
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyc.compare import Named, compare
from kyc.entries import ListEntry, Subject
from kyc.matching.reasons import SENTENCES
from risk.nouns.parties import Kind

CASES = Path(__file__).parent / "cases"
KINDS = {"organisations": ("organisation", "any"), "persons": ("person", "any"), "vessels": ("vessel",)}


def table_rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((CASES / f"{table}.csv").read_text(encoding="utf-8").splitlines()))


def cases():
    for table, kinds in KINDS.items():
        for number, row in enumerate(table_rows(table), start=2):
            for kind in kinds:
                yield pytest.param(row, Kind(kind), id=f"{table}-{number}-{kind}")


@pytest.mark.parametrize(("row", "kind"), list(cases()))
def test_case(row, kind):
    comparison = compare(row["left"], row["right"], kind)
    assert comparison.verdict == row["expected"], f"{row['why']}: {comparison}"
    assert compare(row["right"], row["left"], kind).score == comparison.score


def test_every_case_has_its_own_reason_and_there_are_enough():
    rows = [row for table in KINDS for row in table_rows(table)]
    assert len(rows) >= 250
    assert all(row["why"] for row in rows)
    assert len({(row["left"], row["right"]) for row in rows}) == len(rows)


COMPANY = "深圳市海岸线科技有限公司"
ONE, SCREENED = "91440399MAX000023X", "91440399MAX000031Q"
OLD, SLIPPED, BROKEN = "91350211M0000XUF46", "91440399MAX000023Y", "91440399MAX0000283"
CODES = [
    # identifiers of both sides, names, verdict, code of the leading reason
    ({"uscc": (ONE,)}, {"uscc": (ONE,)}, "甲公司", COMPANY, "match", "uscc_equal"),
    ({"uscc": (" 91440399max000023x ",)}, {"uscc": (ONE,)}, "甲公司", COMPANY, "match", "uscc_equal"),
    ({"uscc": (ONE,)}, {"uscc": (SCREENED,)}, COMPANY, COMPANY, "nomatch", "same_name_two_codes"),
    ({"uscc": (ONE,)}, {"uscc": (SCREENED,)}, "甲公司", COMPANY, "nomatch", "uscc_differs"),
    ({"uscc": (OLD,)}, {"uscc": (OLD,)}, "甲公司", COMPANY, "match", "uscc_equal"),
    ({"uscc": (OLD,)}, {"uscc": (ONE,)}, COMPANY, COMPANY, "match", "identical"),
    ({"uscc": (SLIPPED,)}, {"uscc": (ONE,)}, "甲公司", COMPANY, "match", "organisation_code_equal"),
    ({"uscc": (BROKEN,)}, {"uscc": (ONE,)}, COMPANY, COMPANY, "match", "identical"),
    ({"uscc": (BROKEN,)}, {"uscc": (BROKEN,)}, "甲贸易公司", COMPANY, "nomatch", "trade_differs"),
    ({"uscc": (ONE,)}, {"organisation_code": ("MAX00002-3",)}, "甲公司", COMPANY, "match", "organisation_code_equal"),
    ({"uscc": (ONE,)}, {"uscc": ("MAX000023",)}, "甲公司", COMPANY, "match", "organisation_code_equal"),
    ({"imo": ("9074729",)}, {"imo": ("IMO 9074729",)}, "OCEAN GRACE", "SEA HORSE", "match", "identifier_equal"),
    ({"imo": ("9074729",)}, {"imo": ("9176187",)}, "OCEAN GRACE", "OCEAN GRACE", "nomatch", "same_name_two_codes"),
    ({"imo": ("9074728",)}, {"imo": ("9176187",)}, "OCEAN GRACE", "OCEAN GRACE", "match", "identical"),
    (
        {"passport": ("G12345678",)},
        {"passport": ("G12345678", "G7")},
        "Li Wei",
        "Zhang San",
        "match",
        "identifier_equal",
    ),
    ({"passport": ("G12345678",)}, {"passport": ("G87654321",)}, "Zhang San", "Zhang San", "match", "identical"),
    ({"passport": ("123",)}, {"passport": ("123",)}, "Li Wei", "Zhang San", "nomatch", "words_differ"),
    (
        {"identity_number": ("440399199001011234",)},
        {"identity_number": ("440399********1234",)},
        "张三",
        "张三",
        "match",
        "identical",
    ),
    (
        {"identity_number": ("440399199001011234",)},
        {"identity_number": ("440399********5678",)},
        "张三",
        "张三",
        "nomatch",
        "same_name_two_codes",
    ),
]


@pytest.mark.parametrize(("left", "right", "one", "other", "verdict", "reason"), CODES)
def test_codes_come_first(left, right, one, other, verdict, reason):
    comparison = compare(Named((one,), left), Named((other,), right))
    assert (comparison.verdict, comparison.reasons[0].code) == (verdict, reason)


def test_an_invalid_code_is_said_and_not_used():
    comparison = compare(Named((COMPANY,), {"uscc": (BROKEN,)}), Named((COMPANY,), {"uscc": (ONE,)}))
    assert "uscc_invalid" in {reason.code for reason in comparison.reasons}


DATES = [
    (("1970-05-01",), ("1970-05-01",), "match", "birth_date_equal"),
    (("1970-05-01",), ("1970",), "match", "birth_date_equal"),
    (("1970-05-01",), ("1970-01-05",), "match", "birth_date_equal"),
    (("1970-05-01",), ("1969", "1971", "1970-05"), "match", "birth_date_equal"),
    (("1970-05-01",), ("1971",), "review", "birth_date_differs"),
    (("1970-05-01",), ("1985-05-01",), "review", "birth_date_differs"),
    (("about 1970",), ("1985",), "match", ""),
]


@pytest.mark.parametrize(("left", "right", "verdict", "reason"), DATES)
def test_birth_dates(left, right, verdict, reason):
    one, other = Named(("Ivan Petrov",), birth_dates=left), Named(("PETROV, Ivan",), birth_dates=right)
    comparison = compare(one, other, Kind.PERSON)
    found = {each.code for each in comparison.reasons if each.code.startswith("birth")}
    assert found == ({reason} if reason else set())
    assert (comparison.verdict == "nomatch") is False
    assert comparison.verdict == (
        "review" if reason == "birth_date_differs" and verdict == "review" else comparison.verdict
    )


def test_countries_are_told_and_not_weighed():
    alone = compare("Ivan Petrov", "PETROV, Ivan", Kind.PERSON)
    told = compare(
        Named(("Ivan Petrov",), countries=("RUS",)), Named(("PETROV, Ivan",), countries=("BLR",)), Kind.PERSON
    )
    assert told.score == alone.score
    assert told.reasons[-1].code == "country_differs"


def test_the_best_of_several_names_counts():
    entry = ListEntry(list_id="SA02", entry_id="1", names=("RASSVET TRADING LLC", "ZARYA TRADING LLC"))
    subject = Subject(name="某公司", names=("Zarya Trading LLC",))
    assert compare(Named.of_subject(subject), Named.of_entry(entry)).verdict == "match"


@pytest.mark.parametrize("kind", list(Kind))
@given(left=st.text(max_size=60), right=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_compared_the_same_both_ways(kind, left, right):
    one, other = compare(left, right, kind), compare(right, left, kind)
    assert one.score == other.score
    assert Decimal(0) <= one.score <= Decimal(1)
    assert one.score.as_tuple().exponent == -4


@given(st.text(alphabet="深圳市海天有限公司()（）贸易厂行第二原曾用名: ABC.&/-'", max_size=40))
@settings(max_examples=200, deadline=None)
def test_a_name_never_differs_from_itself_unless_it_says_nothing(text):
    comparison = compare(text, text)
    assert comparison.verdict == "match" or comparison.reasons[0].code in {"nothing_distinctive", "short_name"}


HOSTILE = [
    "深" * 10_000,
    "A" * 10_000,
    "A B " * 5_000,
    "(" * 10_000,
    "ﷺ" * 10_000,
    "\ud800" * 5_000,
    "<b>" * 4_000,
    "有限公司" * 3_000,
    "1" * 10_000,
    "A.B." * 3_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:4]))
def test_long_and_broken_texts_cost_little(text):
    start = time.process_time()
    comparison = compare(text, "深圳市华强贸易有限公司")
    compare(text, text + "x")
    assert comparison.verdict == "nomatch"
    assert time.process_time() - start < 0.5


def test_long_names_that_only_begin_alike_are_no_match():
    assert compare("深圳市" + "海" * 2_000, "深圳市" + "海" * 2_000 + "天").verdict != "match"


def test_every_reason_has_both_languages():
    assert all(zh and en and zh.count("{") == en.count("{") for zh, en in SENTENCES.values())
