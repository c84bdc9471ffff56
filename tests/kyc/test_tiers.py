"""Tiers and admission: the tables of handbook 06."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc.tiers import ADMISSION, TIERS, Record, allowed, effective_tier, tier_for, worse
from risk.facts import ClientProfile

BEST = {"score": 90, "months": 14, "orders": 30, "site_verified": True}
GRADES = [
    (BEST, "A"),
    (BEST | {"clean_months": 24}, "A"),
    (BEST | {"clean_months": 23}, "B"),
    (BEST | {"months": 11}, "B"),
    (BEST | {"orders": 23}, "B"),
    (BEST | {"score": 84}, "B"),
    (BEST | {"score": 69}, "C"),
    (BEST | {"site_verified": False}, "C"),
    (BEST | {"score": 49}, "D"),
    (BEST | {"open_case": True}, "D"),
    (BEST | {"joint_punishment": True}, "D"),
]


@pytest.mark.parametrize(("record", "tier"), GRADES)
def test_tier_for(record, tier):
    assert tier_for(Record(**record)) == tier


EFFECTIVE = [
    (None, "D"),
    ({"tier": "A", "admission": "approved"}, "A"),
    ({"tier": "", "admission": "approved"}, "C"),
    ({"tier": "A", "admission": "suspended"}, "D"),
    ({"tier": "A", "admission": ""}, "D"),
    ({"tier": "Z", "admission": "approved"}, "D"),
]


@pytest.mark.parametrize(("profile", "tier"), EFFECTIVE)
def test_effective_tier(profile, tier):
    assert effective_tier(profile and ClientProfile(client_id="1", name="某", **profile)) == tier


@given(st.sampled_from("ABCD"), st.sampled_from("ABCD"))
def test_the_worse_of_two_is_neither_better_than_the_other(one, other):
    assert worse(one, other) == max(one, other) == worse(other, one)


def test_a_way_leads_to_approval_and_none_around_the_visit():
    way = ["applied", "documents_checked", "screened", "site_visit_done", "scored", "approved"]
    assert all(allowed(one, other) for one, other in itertools.pairwise(way))
    assert not allowed("screened", "approved")
    assert not allowed("suspended", "approved")
    assert not allowed("approved", "approved")
    with pytest.raises(KeyError):
        allowed("approved", "forgotten")


def test_every_state_that_may_follow_is_a_state():
    assert set().union(*ADMISSION.values()) <= ADMISSION.keys()
    assert [tier.name for tier in TIERS] == ["A", "B", "C", "D"]
