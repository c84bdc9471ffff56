"""Cases of the loading checks: nothing before the loading, strict once it has ended."""

from datetime import UTC, datetime

import pytest

from risk.checks import loading
from risk.facts import SharedUse
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.documents import Loading, LoadingMedia
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in loading.CHECKS}
ENDED = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
ALL = tuple(f"E{number}" for number in range(1, 10))


def ended(**facts):
    return {"order.loading": Loading(ended_at=ENDED, **facts)}


def running(**facts):
    return {"order.loading": Loading(**facts)}


def media(*kinds, **facts):
    return tuple(LoadingMedia(evidence=kind, **facts) for kind in kinds)


CASES = [
    ("LC153", {}, NO_DATA, ""),
    ("LC153", ended(containers=("CSQU 305438 3",)), PASS, ""),
    ("LC153", ended(containers=("CBHU3202732",)), HIT, ""),
    ("LC153", ended(containers=("CSQU3054383", "CBHU3202732")), HIT, ""),
    ("LC153", ended(), HIT, ""),
    ("LC153", running(), NO_DATA, ""),
    ("LC153", running(containers=("CBHU3202732",)), HIT, ""),
    ("LC153", {**ended(), "order.declaration.containers": ()}, PASS, ""),
    ("LC154", {}, NO_DATA, ""),
    ("LC154", ended(seals=("seal 0001",)), PASS, ""),
    ("LC154", ended(seals=("SEAL0002",)), HIT, ""),
    ("LC154", ended(), HIT, ""),
    ("LC154", running(), NO_DATA, ""),
    ("LC154", running(seals=("SEAL0002",)), HIT, ""),
    ("LC154", {**ended(seals=("SEAL0001",)), "order.transport.seals": ()}, NO_DATA, ""),
    ("LC154", {**ended(seals=("SEAL0001",)), "order.transport": None}, NO_DATA, ""),
    ("LC155", {}, NO_DATA, ""),
    ("LC155", ended(media=media("E1", "E2", "E3", "e4")), PASS, ""),
    ("LC155", ended(media=media("E1", "E2", "E3")), HIT, ""),
    ("LC155", ended(), HIT, ""),
    ("LC155", running(media=media("E1")), NO_DATA, ""),
    ("LC155", {**ended(media=media(*ALL[:4])), "order_class": "F"}, HIT, ""),
    ("LC155", {**ended(media=media(*ALL[:7])), "order_class": "F"}, PASS, ""),
    ("LC155", {**ended(media=media(*ALL[:8])), "order_class": "L"}, HIT, ""),
    ("LC155", {**ended(media=media(*ALL)), "order_class": "L"}, PASS, ""),
    ("LC155", {**ended(media=media(*ALL[:7])), "order_class": "H"}, HIT, ""),
    ("LC155", {**ended(media=media(*ALL)), "order_class": ""}, NO_DATA, ""),
    ("LC156", {}, NO_DATA, ""),
    ("LC156", ended(media=media("E1", "E3")), PASS, ""),
    ("LC156", ended(media=media("E3", reused_from="O-118")), HIT, ""),
    ("LC156", ended(media=media("E3", reused_from="O-1")), PASS, ""),
    (
        "LC156",
        {
            **ended(media=media("E3")),
            "shared_uses": (SharedUse(kind="media", value="ab12", order_id="O-118", client_id="C-2"),),
        },
        HIT,
        "",
    ),
    (
        "LC156",
        {
            **ended(media=media("E3")),
            "shared_uses": (SharedUse(kind="container", value="CSQU3054383", order_id="O-118", client_id="C-2"),),
        },
        PASS,
        "",
    ),
]


@pytest.mark.parametrize(("check", "changes", "status", "code"), CASES)
def test_case(put, answer, check, changes, status, code):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in loading.CHECKS for code in check.card.sentences}


def test_what_is_lacking_is_named(put, answer):
    finding = answer(BY_ID["LC155"], put({**ended(media=media("E1", "E2", "E3")), "order_class": "S"}))
    assert finding.seen == {"order_class": "S", "lacking": "E4"}


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in loading.CHECKS])
    for finding in run_checks(loading.CHECKS, clean_facts, policy):
        assert finding.status is NO_DATA
        assert policy.checks[finding.check].no_data_points == 0
