"""The cards of LC130 to LC168 as a whole, and what their checks do with holes in an order."""

import string
from dataclasses import replace

import pytest

from risk.checks import client_volume, dates, documents_goods, documents_money, duties, listed, loading
from risk.checks.catalogue import CHECKS as CATALOGUE
from risk.explain import Explainer
from risk.findings import Outcome, Status
from risk.judge import judge, run_checks
from risk.nouns.declaration import Declaration
from risk.nouns.documents import (
    Contract,
    Invoice,
    Loading,
    LoadingMedia,
    PackingList,
    Receipt,
    TransportDocument,
    VatInvoice,
)
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.order import Order
from risk.policy_default import default_policy

CHECKS = tuple(
    check
    for module in (dates, documents_goods, documents_money, client_volume, loading, listed, duties)
    for check in module.CHECKS
)
POLICY = default_policy([check.card for check in CHECKS])

# id, category, severity, direction and confidence of handbook 04
HANDBOOK = """
LC130 date warn E high
LC131 date block IE high
LC132 date warn E high
LC133 date warn I high
LC134 date block E high
LC135 date warn E high
LC140 document warn E high
LC141 document block E high
LC142 document block E high
LC143 document warn E high
LC144 document warn E high
LC145 document block E high
LC146 document block E high
LC147 document warn E high
LC148 document block E high
LC149 document warn E high
LC150 document warn E medium
LC151 document warn E high
LC152 document warn E medium
LC153 loading block E high
LC154 loading warn E high
LC155 loading block E high
LC156 loading block E medium
LC160 policy block IE high
LC161 policy block E high
LC162 policy block E policy
LC163 policy block E high
LC164 policy block E high
LC165 policy block E high
LC166 policy info E high
LC167 policy warn IE medium
LC168 policy warn E high
"""

# what a hit of these demands is decided by the list or the row that was met, and imports are no way round them
OURS = {"LC161": "LC161 policy block IE policy", "LC163": "LC163 policy block IE policy"}


def test_cards_are_those_of_the_handbook():
    cards = [check.card for check in CHECKS]
    found = [f"{c.id} {c.category} {c.severity} {c.direction} {c.confidence}" for c in cards]
    assert found == [OURS.get(row[:5], row) for row in HANDBOOK.split("\n")[1:-1]]


def test_the_catalogue_lists_them_in_this_order():
    ours = {check.card.id for check in CHECKS}
    assert [check.card.id for check in CATALOGUE if check.card.id in ours] == [check.card.id for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.card.id)
def test_both_languages_show_the_same_numbers(check):
    for zh, en in check.card.sentences.values():
        shown_zh, shown_en = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en))
        assert {name.replace("_zh", "_en") for name in shown_zh} == shown_en


EMPTY_PAPERS = {
    "contract": Contract(number=""),
    "invoice": Invoice(number=""),
    "packing_list": PackingList(),
    "transport": TransportDocument(number=""),
    "vat_invoices": (VatInvoice(number="V-1"),),
    "receipts": (Receipt(number="R-1"),),
    "loading": Loading(media=(LoadingMedia(evidence=""),)),
}


@pytest.mark.parametrize("papers", [{}, EMPTY_PAPERS], ids=["no papers", "empty papers"])
@pytest.mark.parametrize("direction", ["", "E", "I"])
def test_an_empty_order_is_answered(clean_facts, direction, papers):
    """Nothing given: no check crashes, every sentence reads well, and the machine does not release it."""
    empty = Order(
        order_id="O-2", declaration=Declaration(header=Header(direction=direction), lines=(Line(),)), **papers
    )
    facts = replace(clean_facts, order=empty, client=None, history=None, screenings=(), supervision_ratio=None)
    judgement = judge(CHECKS, facts, POLICY)
    assert Status.ERROR not in {finding.status for finding in judgement.findings}
    assert judgement.outcome >= Outcome.HOLD
    explainer = Explainer(CHECKS)
    for finding in judgement.findings:
        for sentence in explainer.sentence(finding):
            assert "[缺" not in sentence
            assert "[lacks" not in sentence


PAPERS = ["contract", "invoice", "packing_list", "transport"]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_missing_paper_is_never_cheaper(clean_facts, revise, paper):
    with_it = judge(CHECKS, clean_facts, POLICY)
    without = judge(CHECKS, revise(clean_facts, **{f"order__{paper}": None}), POLICY)
    assert without.score > with_it.score
    assert without.outcome >= with_it.outcome


def test_the_clean_order_is_released_without_a_point(clean_facts):
    judgement = judge(CHECKS, clean_facts, POLICY)
    assert (judgement.outcome, judgement.score) == (Outcome.RELEASE, 0)
    assert not [finding for finding in judgement.findings if finding.status in (Status.HIT, Status.ERROR)]


def test_findings_come_in_the_order_of_the_catalogue(clean_facts):
    order = [finding.check for finding in run_checks(CHECKS, clean_facts, POLICY)]
    assert order == [check.card.id for check in CHECKS]
