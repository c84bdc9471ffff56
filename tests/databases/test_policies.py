"""Policies: exact types after storage, one live version, two people."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from databases.errors import FourEyesViolated, StaleState, StorageError
from databases.policies import policies, policy_from
from risk.canonical import canonical
from risk.checks.catalogue import CHECKS
from risk.policy import CustomsPolicy, Thresholds
from risk.policy_default import default_policy

POLICY = default_policy(check.card for check in CHECKS)


def version(number, hold=60):
    return replace(POLICY, version=number, thresholds=Thresholds(review=20, hold=hold))


def test_a_policy_survives_storage_with_its_types():
    again = policy_from(canonical(POLICY))
    assert again == POLICY
    assert again.hash == POLICY.hash
    for check_id, setting in POLICY.checks.items():
        for name, value in setting.parameters.items():
            assert type(again.checks[check_id].parameters[name]) is type(value), (check_id, name)


def stored_by_an_older_release(unit, policy, now, *parts):
    """Put a policy in force whose text lacks `parts`; its hash."""
    unit.policies.publish(policy, "system", "setup", now)
    content = json.loads(canonical(policy))
    body = json.dumps({name: value for name, value in content.items() if name not in parts}, sort_keys=True).encode()
    old_hash = hashlib.sha256(body).hexdigest()
    unit.connection.execute(policies.update().where(policies.c.state == "live").values(body=body, hash=old_hash))
    return old_hash


def test_a_policy_of_an_older_release_still_loads_with_the_parts_it_lacks_at_their_defaults(database, now):
    with database.writing() as unit:
        old_hash = stored_by_an_older_release(unit, version(1), now, "customs")
        assert unit.policies.live() == version(1)
        assert unit.policies.customs() == (old_hash, CustomsPolicy())
        assert unit.policies.by_hash(old_hash).hash == old_hash != version(1).hash
        unit.policies.publish(version(2), "system", "setup", now)
        assert unit.policies.by_hash(old_hash).state == "retired"


def test_how_exactly_customs_is_compared_is_read_alone(database, now):
    stricter = CustomsPolicy(money_tolerance=Decimal("0.005"), hs_digits=10, due_hours=4)
    with database.writing() as unit:
        assert unit.policies.customs() == ("", CustomsPolicy())
        unit.policies.publish(replace(version(1), customs=stricter), "system", "setup", now)
        policy_hash, found = unit.policies.customs()
        assert (policy_hash, found) == (unit.policies.live_hash(), stricter)
        assert type(found.money_tolerance) is Decimal
        unit.connection.execute(policies.update().values(body=canonical(version(1))))
        with pytest.raises(StorageError, match="behind the program's back"):
            unit.policies.customs()


def test_parameters_of_a_check_that_is_gone_stay_as_text():
    gone = replace(POLICY.checks["LC010"], parameters={"limit": Decimal("1.5"), "words": ("a",)})
    again = policy_from(canonical(replace(POLICY, checks={"LC999": gone})))
    assert again.checks["LC999"].parameters == {"limit": "1.5", "words": ["a"]}


def test_publishing(database, now):
    with database.writing() as unit:
        assert unit.policies.live() is None
        assert unit.policies.next_version("default") == 1
        first = unit.policies.publish(version(1), "system", "setup", now)
        assert unit.policies.live() == first.policy == version(1)
        second = unit.policies.publish(version(2, hold=50), "wang", "li", now + timedelta(days=1), "sharper")
        assert unit.policies.live() == version(2, hold=50)
        assert unit.policies.next_version("default") == 3
        assert [(one.state, one.policy.version) for one in unit.policies.all()] == [("live", 2), ("retired", 1)]
        old = unit.policies.by_hash(first.hash)
        assert (old.policy, old.retired_at) == (version(1), now + timedelta(days=1))
        assert (second.made_by, second.approved_by, second.note) == ("wang", "li", "sharper")
        assert unit.policies.by_hash("unknown") is None


def test_from_draft_to_live(database, now):
    with database.writing() as unit:
        unit.policies.publish(version(1), "system", "setup", now)
        unit.policies.draft(version(2), "wang", now, "try")
        assert unit.policies.live().version == 1
        live = unit.policies.publish(version(2), "wang", "li", now)
        assert (live.state, live.made_by, live.approved_by, live.note) == ("live", "wang", "li", "try")
        assert unit.policies.by_hash(version(2).hash) == live


@pytest.mark.parametrize(("by", "approved_by"), [("wang", "wang"), ("wang", ""), ("", "li")])
def test_one_person_alone_publishes_nothing(database, now, by, approved_by):
    with pytest.raises(FourEyesViolated, match="a second person has to approve it"), database.writing() as unit:
        unit.policies.publish(version(1), by, approved_by, now)


def test_who_made_the_draft_cannot_approve_it_under_anothers_name(database, now):
    with database.writing() as unit:
        unit.policies.draft(version(2), "wang", now)
    with pytest.raises(FourEyesViolated, match="was made by wang"), database.writing() as unit:
        unit.policies.publish(version(2), "li", "wang", now)


def test_a_refused_publication_leaves_the_live_one(database, now):
    with database.writing() as unit:
        unit.policies.publish(version(1), "system", "setup", now)
        unit.policies.publish(version(2), "wang", "li", now)
    with pytest.raises(StaleState, match=r"is retired.*make a new version"), database.writing() as unit:
        unit.policies.publish(version(1), "wang", "li", now)
    with pytest.raises(StaleState, match="version 2 exists already"), database.writing() as unit:
        unit.policies.draft(version(2, hold=1), "wang", now)
    with database.reading() as unit:
        assert unit.policies.live() == version(2)


def test_a_policy_changed_behind_our_back_is_not_used(database, now):
    with database.writing() as unit:
        unit.policies.publish(version(1), "system", "setup", now)
        body = canonical(version(1, hold=99))
        unit.connection.execute(policies.update().values(body=body))
    with pytest.raises(StorageError, match="behind the program's back"), database.reading() as unit:
        unit.policies.live()
