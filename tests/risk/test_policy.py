"""The policy's hash: the same for the same numbers, another for every number changed; defaults by certainty."""

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum

import msgspec
import pytest

from risk.canonical import canonical
from risk.checks.catalogue import CHECKS
from risk.findings import Outcome, Severity
from risk.policy import CheckSetting, Policy
from risk.policy_default import completed, default_policy

CARDS = [check.card for check in CHECKS]
POLICY = default_policy(CARDS)


def changed(value):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return next(member for member in type(value) if member is not value)
    if isinstance(value, int | Decimal):
        return value + 1
    return f"{value}x"


def variants(value, path):
    """(path, a copy with one leaf changed) for every leaf below `value`."""
    if is_dataclass(value):
        for field in fields(value):
            for where, part in variants(getattr(value, field.name), f"{path}.{field.name}"):
                yield where, replace(value, **{field.name: part})
    elif isinstance(value, dict):
        for key, item in value.items():
            for where, part in variants(item, f"{path}.{key}"):
                yield where, {**value, key: part}
    elif isinstance(value, tuple):
        yield path, (*value, "one more")
    else:
        yield path, changed(value)


SMALL = replace(POLICY, checks={name: POLICY.checks[name] for name in ("LC010", "LC011", "LC155", "LC162")})
VARIANTS = list(variants(SMALL, "policy"))


@pytest.mark.parametrize("variant", [variant for _, variant in VARIANTS], ids=[path for path, _ in VARIANTS])
def test_every_number_changes_the_hash(variant):
    assert variant.hash != SMALL.hash


def test_no_two_changes_share_a_hash():
    assert len({variant.hash for _, variant in VARIANTS}) == len(VARIANTS) > 50


def test_the_hash_is_stable():
    assert default_policy(CARDS).hash == POLICY.hash
    assert default_policy(reversed(CARDS)).hash == POLICY.hash
    assert len(POLICY.hash) == 64


def test_what_a_hash_is_taken_over_is_pinned():
    """Whoever changes how policies are written must see here that stored hashes no longer fit."""
    setting = CheckSetting(
        severity=Severity.WARN,
        points=8,
        floor=Outcome.REVIEW,
        no_data_points=2,
        no_data_floor=Outcome.RELEASE,
        parameters={"share": Decimal("0.10"), "codes": ("E1", "E2")},
    )
    assert canonical(setting) == (
        b'{"enabled":true,"floor":1,"no_data_floor":0,"no_data_points":2,'
        b'"parameters":{"codes":["E1","E2"],"share":"0.10"},"points":8,"severity":"warn"}'
    )


def test_a_stored_policy_comes_back_with_its_hash():
    stored = msgspec.json.decode(canonical(POLICY), type=Policy)
    assert completed(stored, CARDS).hash == POLICY.hash


def test_completing_adds_what_is_new_and_keeps_what_was_set():
    stricter = replace(POLICY.checks["LC010"], points=77)
    old = replace(POLICY, checks={"LC010": stricter})
    whole = completed(old, CARDS)
    assert set(whole.checks) == {card.id for card in CARDS}
    assert whole.checks["LC010"].points == 77


def test_a_parameter_that_does_not_fit_is_named():
    bent = replace(POLICY.checks["LC011"], parameters={"minimum_kg": "heavy"})
    with pytest.raises(ValueError, match=r"LC011\.minimum_kg"):
        completed(replace(POLICY, checks={"LC011": bent}), CARDS)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_only_certain_blocks_hold_by_default(card):
    setting = POLICY.checks[card.id]
    certain_block = card.severity is Severity.BLOCK and card.confidence == "high"
    assert (setting.floor is Outcome.HOLD) is certain_block
    assert setting.floor < Outcome.REFUSE
    if not card.no_data_matters:
        assert (setting.no_data_points, setting.no_data_floor) == (0, Outcome.RELEASE)
    elif certain_block:
        assert setting.no_data_floor is Outcome.REVIEW


def test_missing_data_of_a_check_that_matters_always_costs():
    free = [card.id for card in CARDS if card.no_data_matters and POLICY.checks[card.id].no_data_points < 1]
    assert not free


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        POLICY.checks["LC010"].points = 0
    assert isinstance(POLICY.checks["LC010"], CheckSetting)
