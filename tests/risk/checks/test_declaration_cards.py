"""The cards of LC001 to LC058 as a whole, and what their checks do with holes in a declaration."""

import string
from dataclasses import fields, replace

import pytest

from risk.checks import container, fee_required, fee_values, identity, packing, price, price_history, weight
from risk.checks.catalogue import CHECKS as CATALOGUE
from risk.explain import Explainer
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.order import Order
from risk.policy_default import default_policy

CHECKS = tuple(
    check
    for module in (identity, weight, packing, container, fee_required, fee_values, price, price_history)
    for check in module.CHECKS
)
POLICY = default_policy([check.card for check in CHECKS])

# id, category, severity, direction and confidence of handbook 04
HANDBOOK = """
LC001 identity block IE high
LC002 identity warn IE high
LC003 identity block IE high
LC004 identity block E high
LC005 identity block E high
LC006 identity block E high
LC007 identity info IE medium
LC008 identity warn IE high
LC009 identity warn E medium
LC010 weight block IE high
LC011 weight block IE high
LC012 weight block IE high
LC013 weight block IE high
LC014 weight warn IE high
LC015 packing block IE high
LC016 packing block IE high
LC017 packing block IE high
LC018 packing warn IE high
LC019 packing warn IE medium
LC020 weight warn IE medium
LC021 weight warn IE high
LC022 packing warn IE medium
LC023 container warn IE high
LC024 container block IE high
LC025 container warn IE high
LC026 container warn E high
LC027 container warn E medium
LC028 container warn IE high
LC029 container warn E medium
LC030 container warn IE medium
LC031 fee warn I high
LC032 fee block I high
LC033 fee block I high
LC034 fee block I high
LC035 fee block I high
LC036 fee block E high
LC037 fee block E high
LC038 fee block E high
LC039 fee warn E high
LC040 fee warn E medium
LC041 fee block IE high
LC042 fee block IE high
LC043 fee info IE high
LC044 fee warn E medium
LC045 fee block E medium
LC050 price block IE high
LC051 price block IE high
LC052 price block IE high
LC053 price warn IE medium
LC054 price warn E medium
LC055 price warn E medium
LC056 price warn E medium
LC057 price info E low
LC058 price block E high
"""


def test_cards_are_those_of_the_handbook():
    cards = [check.card for check in CHECKS]
    found = [f"{c.id} {c.category} {c.severity} {c.direction} {c.confidence}" for c in cards]
    assert sorted(found) == sorted(HANDBOOK.split("\n")[1:-1])


def test_the_catalogue_lists_them_by_category():
    ours = {check.card.id for check in CHECKS}
    assert [check.card.id for check in CATALOGUE if check.card.id in ours] == [check.card.id for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.card.id)
def test_both_languages_show_the_same_numbers(check):
    for zh, en in check.card.sentences.values():
        shown_zh, shown_en = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en))
        assert shown_zh == shown_en


@pytest.mark.parametrize("name", [f"header.{field.name}" for field in fields(Header)])
def test_a_hole_in_the_header_is_answered(clean_facts, revise, name):
    field = name.partition(".")[2]
    empty = "" if isinstance(getattr(clean_facts.order.declaration.header, field), str) else None
    facts = revise(clean_facts, **{f"header__{field}": empty})
    findings = run_checks(CHECKS, facts, POLICY)
    assert not [finding for finding in findings if finding.status is Status.ERROR]
    named = {check.card.id for check in CHECKS if name in check.card.inputs}
    changed = {finding.check for finding in findings if finding.status is not Status.PASS} - {"LC054", "LC055"}
    assert changed <= named | ({check.card.id for check in fee_required.CHECKS} if field == "direction" else set())


@pytest.mark.parametrize("field", [field.name for field in fields(Line)])
def test_a_hole_in_the_lines_is_answered(clean_facts, revise, field):
    value = getattr(clean_facts.order.declaration.lines[0], field)
    empty = type(value)() if isinstance(value, str | tuple) else None
    findings = run_checks(CHECKS, revise(clean_facts, **{f"line__{field}": empty}), POLICY)
    assert not [finding for finding in findings if finding.status is Status.ERROR]


@pytest.mark.parametrize("direction", ["", "E", "I"])
def test_an_empty_declaration_is_answered(clean_facts, direction):
    """Nothing given: no check crashes, none is content with missing weights, and every sentence reads well."""
    empty = Order(order_id="O-2", declaration=Declaration(header=Header(direction=direction), lines=(Line(),)))
    facts = replace(clean_facts, order=empty, client=None, history=None, screenings=())
    findings = run_checks(CHECKS, facts, POLICY)
    answers = {finding.check: finding.status for finding in findings}
    assert Status.ERROR not in answers.values()
    assert {answers[check] for check in ("LC001", "LC003", "LC010", "LC015", "LC017", "LC050", "LC052")} == {
        Status.NO_DATA
    }
    explainer = Explainer(CHECKS)
    for finding in findings:
        for sentence in explainer.sentence(finding):
            assert "[缺" not in sentence
            assert "[lacks" not in sentence
