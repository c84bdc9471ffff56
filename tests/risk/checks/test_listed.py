"""Cases of the screening checks: what a match demands, and that nothing unscreened or stale is released."""

from decimal import Decimal

import pytest

from risk.checks import listed
from risk.facts import ListMatch, Screening
from risk.findings import Outcome, Status
from risk.judge import judge, run_checks
from risk.nouns.parties import Party, Role
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
RELEASE, REVIEW, HOLD, REFUSE = Outcome.RELEASE, Outcome.REVIEW, Outcome.HOLD, Outcome.REFUSE
BY_ID = {check.card.id: check for check in listed.CHECKS}
CLIENT = Screening(role=Role.CLIENT, name="惠州市锦澜纺织有限公司", uscc="91440399MAX000023X")
BUYER = "BLU PRECISION LIMITED"


def match(effect, verdict="match", list_id="SA01", score="0.95", **more):
    return ListMatch(
        list_id=list_id,
        entry_id="110",
        name=BUYER,
        matched_name="BLU PRECISION",
        score=Decimal(score),
        verdict=verdict,
        effect=effect,
        **more,
    )


def found(*matches, **more):
    return {"screenings": (CLIENT, Screening(role=Role.BUYER, name=BUYER, matches=matches, **more))}


def joint(verdict, **more):
    return match("refuse", verdict, list_id="JP03", joint_punishment=True, **more)


CASES = [
    ("LC160", {}, PASS, "", RELEASE),
    ("LC160", found(joint("match")), HIT, "", REFUSE),
    ("LC160", found(joint("review")), HIT, "possible", HOLD),
    ("LC160", found(joint("review"), joint("match", score="0.80")), HIT, "", REFUSE),
    ("LC160", found(joint("match", excepted=True)), PASS, "", RELEASE),
    ("LC160", found(joint("nomatch")), PASS, "", RELEASE),
    ("LC160", found(match("refuse")), PASS, "", RELEASE),
    ("LC160", found(failed="list database did not answer"), NO_DATA, "", HOLD),
    ("LC160", {"screenings": ()}, NO_DATA, "", HOLD),
    ("LC161", {}, PASS, "", RELEASE),
    ("LC161", found(match("refuse")), HIT, "", REFUSE),
    ("LC161", found(match("block")), HIT, "", REFUSE),
    ("LC161", found(match("escalate", list_id="SA02")), HIT, "", HOLD),
    ("LC161", found(match("hold")), HIT, "", HOLD),
    ("LC161", found(match("review")), HIT, "", REVIEW),
    ("LC161", found(match("warn")), HIT, "", RELEASE),
    ("LC161", found(match("unheard-of")), HIT, "", HOLD),
    ("LC161", found(match("refuse", "review")), HIT, "possible", HOLD),
    ("LC161", found(match("escalate", "review")), HIT, "possible", REVIEW),
    ("LC161", found(match("escalate", "review"), match("refuse", "review")), HIT, "possible", HOLD),
    ("LC161", found(match("refuse", excepted=True)), PASS, "", RELEASE),
    ("LC161", found(joint("match")), PASS, "", RELEASE),
    ("LC161", {"stale_lists": ("SA01", "SA02")}, NO_DATA, "", REVIEW),
    ("LC161", {**found(match("escalate")), "stale_lists": ("SA01",)}, HIT, "", HOLD),
    ("LC161", found(failed="list database did not answer"), NO_DATA, "", HOLD),
    ("LC161", {"screenings": (CLIENT,)}, NO_DATA, "", HOLD),
    ("LC161", {"screenings": ()}, NO_DATA, "", HOLD),
    ("LC161", {"screenings": (), "order.parties": ()}, NO_DATA, "", HOLD),
    ("LC161", {"order.parties": (Party(Role.NOTIFY, "OTHER LIMITED"),)}, NO_DATA, "", HOLD),
    ("LC161", {"order.parties": (Party(Role.PRODUCER, "锦澜厂", uscc="91440399MAX000023X"),)}, PASS, "", RELEASE),
    ("LC161", {"order.declaration.header.overseas_consignee_name": "GREY TRADE FZE"}, NO_DATA, "", HOLD),
    ("LC161", {"order.declaration.header.overseas_consignee_name": "Blu Precision Ltd."}, PASS, "", RELEASE),
    ("LC161", {"order.declaration.header.overseas_consignee_name": "NO"}, PASS, "", RELEASE),
    (
        "LC161",
        {
            "order.declaration.header.direction": "I",
            "order.declaration.header.overseas_consignor_name": "GREY TRADE FZE",
        },
        NO_DATA,
        "",
        HOLD,
    ),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "floor"), CASES)
def test_case(put, answer, check, changes, status, code, floor):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code, finding.floor) == (status, code, floor), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code, _ in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in listed.CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, RELEASE),
        (found(joint("match")), REFUSE),
        (found(joint("review")), HOLD),
        (found(match("refuse")), REFUSE),
        (found(match("escalate")), HOLD),
        (found(match("escalate", "review")), REVIEW),
        (found(match("warn")), REVIEW),
        ({"stale_lists": ("SA01",)}, REVIEW),
        ({"screenings": ()}, HOLD),
    ],
)
def test_outcome_under_the_default_policy(put, changes, outcome):
    policy = default_policy([check.card for check in listed.CHECKS])
    assert judge(listed.CHECKS, put(changes), policy).outcome is outcome


@pytest.mark.parametrize("direction", ["E", "I", ""])
def test_no_direction_escapes_screening(put, direction):
    facts = put({**found(match("refuse"), joint("match")), "order.declaration.header.direction": direction})
    findings = run_checks(listed.CHECKS, facts, default_policy([check.card for check in listed.CHECKS]))
    assert [finding.status for finding in findings] == [HIT, HIT]


def test_the_worst_match_is_shown_and_all_are_counted(put, answer):
    seen = answer(BY_ID["LC161"], put(found(match("warn", list_id="WL01"), match("refuse"), match("review")))).seen
    assert (seen["list"], seen["matches"], seen["score"]) == ("SA01", 3, Decimal("0.95"))


def test_many_unscreened_names_stay_readable(put, answer):
    parties = tuple(Party(Role.SHAREHOLDER, f"SHAREHOLDER {number} LTD") for number in range(40))
    missing = answer(BY_ID["LC161"], put({"order.parties": parties})).seen["missing"]
    assert missing.endswith("35 more")
