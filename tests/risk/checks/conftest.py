"""Fixtures for tables of check cases: change the clean facts by paths, run one check, read its sentence."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from risk.checks.card import Check
from risk.explain import Explainer
from risk.facts import OrderFacts
from risk.findings import Finding, Status
from risk.judge import run_checks
from risk.policy_default import default_policy


def changed(thing: Any, path: str, value: Any) -> Any:
    """A copy of nested dataclasses, tuples and mappings with the part at a dotted path exchanged."""
    head, _, rest = path.partition(".")
    if isinstance(thing, tuple):
        part = changed(thing[int(head)], rest, value) if rest else value
        return (*thing[: int(head)], part, *thing[int(head) + 1 :])
    if isinstance(thing, Mapping):
        return {**thing, head: changed(thing[head], rest, value) if rest else value}
    return replace(thing, **{head: changed(getattr(thing, head), rest, value) if rest else value})


@pytest.fixture(scope="session")
def put(clean_facts: OrderFacts) -> Callable[[Mapping[str, Any]], OrderFacts]:
    """The clean facts with parts exchanged: `put({"order.contract.signed_on": day, "client": None})`."""

    def build(changes: Mapping[str, Any]) -> OrderFacts:
        facts = clean_facts
        for path, value in changes.items():
            facts = changed(facts, path, value)
        return facts

    return build


@pytest.fixture(scope="session")
def answer() -> Callable[[Check, OrderFacts], Finding]:
    """The one finding of one check under the default policy; a hit must read well in both languages."""

    def run(check: Check, facts: OrderFacts) -> Finding:
        findings = run_checks((check,), facts, default_policy([check.card]))
        assert len(findings) == 1, findings
        finding = findings[0]
        if finding.status is Status.HIT:
            assert finding.code in check.card.sentences
            assert not any(isinstance(value, float) for value in finding.seen.values())
            for sentence in Explainer((check,)).sentence(finding):
                assert "[缺" not in sentence
                assert "[lacks" not in sentence
                assert not set("{}") & set(sentence)
        return finding

    return run
