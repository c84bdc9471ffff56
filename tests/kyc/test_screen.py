"""Screening of a party: facts for the checks, exceptions, and parties that cannot be screened."""

from decimal import Decimal

import pytest

from kyc.entries import ListEntry, Subject
from kyc.index import ScreeningIndex
from kyc.screen import screen_party, to_list_match
from risk.nouns.parties import Kind, Party, Role

ENTRY = ListEntry(
    list_id="JP01",
    entry_id="7",
    names=("深圳市海岸线科技有限公司", "Haianxian"),
    kind=Kind.ORGANISATION,
    effect="refuse",
    joint_punishment=True,
)


@pytest.fixture(scope="module")
def index():
    return ScreeningIndex.build([ENTRY])


def test_a_match_carries_what_its_list_demands(index):
    screening = screen_party(Party(Role.BUYER, "深圳海岸线科技有限公司"), index)
    (match,) = screening.matches
    assert (match.list_id, match.entry_id, match.effect, match.joint_punishment) == ("JP01", "7", "refuse", True)
    assert (match.verdict, match.score, match.excepted) == ("match", Decimal("0.9700"), False)
    assert match.reasons[0][0] == "trade_equal"
    assert all(len(reason) == 3 for reason in match.reasons)
    assert (screening.role, screening.failed) == (Role.BUYER, "")


def test_nothing_found_is_a_result(index):
    screening = screen_party(Party(Role.BUYER, "广州市远洋贸易有限公司"), index)
    assert (screening.matches, screening.failed) == ((), "")


@pytest.mark.parametrize("name", ["", "   ", "有限公司", "Co., Ltd.", "---", "深圳市", "\u200b", "\ud800"])
def test_a_party_without_a_telling_name_has_not_been_screened(index, name):
    assert screen_party(Party(Role.BUYER, name), index).failed


def test_a_code_is_enough_to_screen(index):
    assert not screen_party(Party(Role.BUYER, "", uscc="91440399MAX000023X"), index).failed


def test_english_and_former_names_are_screened_too(index):
    party = Party(Role.CLIENT, "某某公司", name_en="Shenzhen Haianxian Technology Co., Ltd.")
    assert screen_party(party, index).matches
    assert screen_party(Party(Role.CLIENT, "某某公司", former_names=("深圳市海岸线科技有限公司",)), index).matches


def test_an_exception_is_marked_and_not_hidden(index):
    party = Party(Role.CLIENT, "深圳海岸线科技有限公司", uscc="91440399MAX000023X")
    key = Subject.of(party).key
    assert screen_party(party, index, exceptions={(key, "JP01", "7")}).matches[0].excepted
    assert not screen_party(party, index, exceptions={(key, "JP01", "8")}).matches[0].excepted


def test_what_was_found_different_is_no_match_even_without_a_minimum():
    party = Party(Role.CLIENT, "深圳市海岸线科技有限公司", uscc="91440399MAX000023X")
    entry = ListEntry(list_id="L", entry_id="1", names=(party.name,), identifiers={"uscc": ("91440399MAX000031Q",)})
    index = ScreeningIndex.build([entry])
    assert index.screen(Subject.of(party), minimum_score=Decimal(0))[0].verdict == "nomatch"
    assert screen_party(party, index, minimum_score=Decimal(0)).matches == ()


def test_a_candidate_says_which_names_met(index):
    (candidate,) = index.screen(Subject(name="某公司", names=("深圳海岸线科技有限公司",)))
    assert candidate.subject_name == "深圳海岸线科技有限公司"
    assert to_list_match(candidate).matched_name == "深圳市海岸线科技有限公司"


CHANGES = [
    ({"names": ("深圳市海岸线科技有限公司", "Haianxian Tech")}, True),
    ({"identifiers": {"uscc": ("91440399MAX000023X",)}}, True),
    ({"birth_dates": ("1970",)}, True),
    ({"effect": "review"}, False),
    ({"remarks": "seen again"}, False),
    ({"names": ("Haianxian", "深圳市海岸线科技有限公司")}, False),
]


@pytest.mark.parametrize(("change", "lapses"), CHANGES)
def test_an_exception_lapses_when_the_entry_changes_in_what_identifies_it(change, lapses):
    fields = {"list_id": "JP01", "entry_id": "7", "names": ENTRY.names, "kind": ENTRY.kind} | change
    assert (ListEntry(**fields).fingerprint != ENTRY.fingerprint) is lapses
