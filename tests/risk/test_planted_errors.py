"""A clean order is released; one with ten planted declaration errors gets exactly those ten findings."""

from dataclasses import replace

from risk.checks.catalogue import CHECKS
from risk.findings import Outcome, Status
from risk.judge import judge
from risk.nouns.declaration_parts import SupervisionDocument
from risk.policy_default import default_policy

POLICY = default_policy([check.card for check in CHECKS])


def _hits(facts):
    return {finding.check for finding in judge(CHECKS, facts, POLICY).findings if finding.status is Status.HIT}


def _with_wrong_container(facts):
    order = facts.order
    [box] = order.declaration.containers
    declaration = replace(order.declaration, containers=(replace(box, number="CSQU3054384"),))
    transport = replace(order.transport, containers=("CSQU3054384",))
    return replace(facts, order=replace(order, declaration=declaration, transport=transport))


def test_the_clean_order_is_released(clean_facts):
    judgement = judge(CHECKS, clean_facts, POLICY)
    assert judgement.outcome is Outcome.RELEASE
    assert judgement.score == 0
    assert not _hits(clean_facts)
    assert not [finding for finding in judgement.findings if finding.status is Status.ERROR]


def test_ten_planted_errors_are_those_ten_findings(clean_facts, revise):
    line = clean_facts.order.declaration.lines[0]
    elements = line.specification.split("|")
    planted = revise(
        _with_wrong_container(clean_facts),  # LC023
        header__entry_number="530420261000123456",  # LC008: the digit says import
        header__foreign_port="HKG003",  # LC111
        header__price_promises="12345",  # LC167
        header__border_date="20261310",  # LC131
        declaration__supervision_documents=(SupervisionDocument(code="c", number="1"),),  # LC085
        line__unit_price=line.unit_price + 1,  # LC050
        line__specification="|".join([elements[0], "3", *elements[2:]]),  # LC075
        line__duty_mode="3",  # LC094
        line__origin_country="JPN",  # LC113
    )
    wanted = {"LC023", "LC008", "LC111", "LC167", "LC131", "LC085", "LC050", "LC075", "LC094", "LC113"}
    assert _hits(planted) == wanted
    assert judge(CHECKS, planted, POLICY).outcome is Outcome.HOLD
