"""The cards of LC060 to LC121 as a whole, what their checks do with holes, and what a clean order costs."""

import string
from dataclasses import fields, replace
from itertools import pairwise

import pytest

from risk.checks import (
    brand,
    elements,
    hs,
    hs_units,
    licence,
    licence_goods,
    place,
    place_routes,
    regime,
    regime_limits,
    transport,
)
from risk.checks.catalogue import BY_ID
from risk.checks.catalogue import CHECKS as CATALOGUE
from risk.explain import Explainer
from risk.findings import Outcome, Status
from risk.judge import contributions, run_checks
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.order import Order
from risk.policy_default import default_policy

MODULES = (
    *(hs, hs_units, elements, brand, licence, licence_goods),
    *(regime, regime_limits, place, place_routes, transport),
)
CHECKS = tuple(check for module in MODULES for check in module.CHECKS)
POLICY = default_policy([check.card for check in CHECKS])

# id, category, severity, direction and confidence of handbook 04
HANDBOOK = """
LC060 hs block IE high
LC061 hs block IE high
LC062 hs warn IE medium
LC063 hs block IE high
LC064 hs warn E medium
LC065 hs warn E medium
LC066 hs block IE high
LC067 hs block IE high
LC068 hs block IE high
LC069 hs block IE high
LC070 hs warn E medium
LC071 hs block IE high
LC072 elements block IE high
LC073 elements block IE high
LC074 elements block IE high
LC075 elements block IE high
LC076 elements block IE high
LC077 elements block E high
LC078 elements block E high
LC079 elements warn IE high
LC080 elements warn E medium
LC081 elements block IE high
LC082 licence block IE high
LC083 licence block E high
LC084 licence block I high
LC085 licence block E high
LC086 licence block E medium
LC087 licence block E high
LC088 licence block IE high
LC090 regime block IE high
LC091 regime warn IE high
LC092 regime info E medium
LC093 regime warn IE high
LC094 regime warn IE high
LC095 regime block IE high
LC096 regime warn IE medium
LC097 regime block E high
LC098 regime block E medium
LC099 regime block E policy
LC100 regime warn E medium
LC101 regime warn E low
LC110 place block E high
LC111 place warn E high
LC112 place info E high
LC113 place warn E high
LC114 place warn E high
LC115 place block E high
LC116 place warn E high
LC117 place warn E medium
LC118 place warn IE high
LC119 transport block IE high
LC120 transport warn E high
LC121 transport warn E high
"""


def test_cards_agree_with_the_handbook():
    cards = sorted((check.card for check in CHECKS), key=lambda card: card.id)
    said = [f"{card.id} {card.category} {card.severity} {card.direction} {card.confidence}" for card in cards]
    assert said == HANDBOOK.split("\n")[1:-1]


def test_the_catalogue_has_each_of_them_once():
    assert [check for check in CATALOGUE if check in CHECKS] == list(CHECKS)
    assert all(BY_ID[check.card.id] is check for check in CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.card.id)
def test_both_languages_show_the_same_numbers(check):
    for zh, en in check.card.sentences.values():
        shown = [
            {name.removesuffix(suffix) for _, name, _, _ in string.Formatter().parse(text) if name}
            for text, suffix in ((zh, "_zh"), (en, "_en"))
        ]
        assert shown[0] == shown[1]


def test_a_clean_order_has_no_hit_and_costs_nothing(clean_facts):
    findings = run_checks(CHECKS, clean_facts, POLICY)
    assert {finding.status for finding in findings} == {Status.PASS}


def test_goods_the_tariff_does_not_know_are_reviewed(clean_facts):
    reference = replace(clean_facts.reference, tariff={}, brands={})
    parts = contributions(run_checks(CHECKS, replace(clean_facts, reference=reference), POLICY), POLICY)
    assert parts
    assert {part.status for part in parts} == {Status.NO_DATA}
    priced = {part.check: part.floor for part in parts if part.points > 2 or part.floor}
    assert priced == {"LC061": Outcome.REVIEW}


@pytest.mark.parametrize("name", [f"header.{field.name}" for field in fields(Header)])
def test_a_hole_in_the_header_is_answered_by_those_who_look_there(clean_facts, revise, name):
    field = name.partition(".")[2]
    empty = "" if isinstance(getattr(clean_facts.order.declaration.header, field), str) else None
    findings = run_checks(CHECKS, revise(clean_facts, **{f"header__{field}": empty}), POLICY)
    changed = {finding.check for finding in findings if finding.status is not Status.PASS}
    imports = {check.card.id for check in CHECKS if check.card.direction == "I"} if field == "direction" else set()
    assert changed <= {check.card.id for check in CHECKS if name in check.card.inputs} | imports


@pytest.mark.parametrize("field", [field.name for field in fields(Line)])
def test_a_hole_in_the_lines_is_answered_by_those_who_look_there(clean_facts, revise, field):
    value = getattr(clean_facts.order.declaration.lines[0], field)
    empty = type(value)() if isinstance(value, str | tuple) else None
    findings = run_checks(CHECKS, revise(clean_facts, **{f"line__{field}": empty}), POLICY)
    changed = {finding.check for finding in findings if finding.status is not Status.PASS}
    assert Status.ERROR not in {finding.status for finding in findings}
    assert changed <= {check.card.id for check in CHECKS if f"line.{field}" in check.card.inputs}


@pytest.mark.parametrize("direction", ["", "E", "I"])
def test_an_empty_declaration_is_answered_and_never_released(clean_facts, direction):
    empty = Order(order_id="O-2", declaration=Declaration(header=Header(direction=direction), lines=(Line(),)))
    facts = replace(clean_facts, order=empty, client=None, history=None, screenings=())
    findings = run_checks(CHECKS, facts, POLICY)
    assert Status.ERROR not in {finding.status for finding in findings}
    answers = {finding.check: finding.status for finding in findings}
    assert {answers[check] for check in ("LC060", "LC063", "LC074", "LC090", "LC119")} == {Status.NO_DATA}
    assert max(part.floor for part in contributions(findings, POLICY)) > 0
    explainer = Explainer(CHECKS)
    for finding in findings:
        for sentence in explainer.sentence(finding):
            assert "[缺" not in sentence
            assert "[lacks" not in sentence


def test_every_line_is_judged_by_itself(clean_facts, revise):
    (line,) = clean_facts.order.declaration.lines
    lines = (line, replace(line, line_number=2, hs_code="630210"), replace(line, line_number=3, goods_name="配件"))
    findings = run_checks((BY_ID["LC060"], BY_ID["LC063"]), revise(clean_facts, declaration__lines=lines), POLICY)
    assert [(finding.check, finding.line) for finding in findings] == [("LC060", 2), ("LC063", 3)]


def test_ids_of_a_module_rise():
    for module in MODULES:
        ids = [check.card.id for check in module.CHECKS]
        assert all(one < other for one, other in pairwise(ids))
