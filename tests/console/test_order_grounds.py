"""A match on the page: the list's own numbers beside ours, an equal one marked."""

from decimal import Decimal

from kyc.entries import ListEntry
from risk.checks.catalogue import CHECKS
from risk.explain import Explainer
from risk.facts import ListMatch, Screening
from risk.nouns.parties import Role
from tradewarden.console import order_grounds
from tradewarden.console.i18n import Translator

CODE = "91440399MAX000023X"
READER = order_grounds.Reader(Explainer(CHECKS), Translator("zh"), {})


def row(uscc, identifiers):
    match = ListMatch(
        list_id="SYN", entry_id="7", name="ACME", matched_name="ACME", score=Decimal(1), verdict="match", effect="hold"
    )
    screening = Screening(role=Role.BUYER, name="ACME", uscc=uscc, matches=(match,))
    entries = {("SYN", "7"): ListEntry(list_id="SYN", entry_id="7", names=("ACME",), identifiers=identifiers)}
    return order_grounds.screening_rows([screening], (), READER, entries)[0].matches[0]


def test_an_equal_code_of_the_list_is_shown_and_marked():
    match = row(CODE, {"uscc": (CODE.lower(),), "passport": ("P1",)})
    assert [(one.sort, one.equal) for one in match.identifiers] == [("passport", False), ("uscc", True)]
    assert match.same_identifier


def test_numbers_of_identity_papers_are_masked():
    assert [one.value for one in row("", {"passport": ("P12345678901",)}).identifiers] == ["P12*******01"]


def test_no_code_of_ours_equals_nothing():
    match = row("", {"uscc": ("",)})
    assert not match.same_identifier
