"""From facts to judgement: run every check, then reduce the findings to score and outcome. Pure.

Fail closed: a check that crashes becomes an `error` finding that the policy prices; it never disappears and never
stops the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from risk.checks.card import Check, Parameters
from risk.decision import Judgement
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, Verdict, no_data
from risk.nouns.line import Line
from risk.policy import Policy

MAXIMUM_SCORE = 100
DIRECTIONS = ("E", "I")
_NO_LINES = no_data("declaration.lines")
REMEMBERED = 16
_NEVER = Finding("", Status.ERROR, Severity.BLOCK)
_UNPRICED = {"error": "NoSetting", "detail": "the policy in force does not know this check"}


@dataclass(frozen=True, slots=True)
class _Step:
    """A check as it is run under one policy on orders of one direction; `fixed` is its finding whatever they hold."""

    name: str
    severity: Severity
    function: Callable[..., Verdict]
    parameters: Parameters
    per_line: bool
    passed: Finding
    fixed: Finding | None = None


def run_checks(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings in the order of the catalogue. A check that passes on every line gives one `pass` finding.

    A check on lines of a declaration without lines has nothing to judge, which is not the same as passing.
    """
    declaration = facts.order.declaration
    findings: list[Finding] = []
    for step in _steps(checks, policy, declaration.header.direction):
        if step.fixed is not None:
            findings.append(step.fixed)
        elif step.per_line:
            _on_lines(step, facts, declaration.lines, findings)
        else:
            try:
                verdict = step.function(facts, step.parameters)
            except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence
                verdict = _failed(error)
            findings.append(step.passed if verdict is PASS else _finding(step, None, verdict))
    return tuple(findings)


def _on_lines(step: _Step, facts: OrderFacts, lines: Sequence[Line], findings: list[Finding]) -> None:
    if not lines:
        findings.append(_finding(step, None, _NO_LINES))
        return
    before = len(findings)
    for position, line in enumerate(lines, start=1):
        try:
            verdict = step.function(facts, line, step.parameters)
        except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence, not a lost order
            verdict = _failed(error)
        if verdict is not PASS:
            findings.append(_finding(step, position if line.line_number is None else line.line_number, verdict))
    if len(findings) == before:
        findings.append(step.passed)


def _failed(error: Exception) -> Verdict:
    return Verdict(Status.ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def _finding(step: _Step, line: int | None, verdict: Verdict) -> Finding:
    return Finding(step.name, verdict.status, step.severity, line, verdict.code, verdict.seen, verdict.floor)


_Known = tuple[tuple[Check, ...], Policy, tuple[_Step, ...]]
_known_steps: dict[tuple[int, int, str], _Known] = {}


def _steps(checks: Sequence[Check], policy: Policy, direction: str) -> tuple[_Step, ...]:
    """What to run, worked out once for a catalogue, a policy and a direction: they serve thousands of orders."""
    if not isinstance(checks, tuple):
        return _planned(checks, policy, direction)
    key = (id(checks), id(policy), direction if direction in DIRECTIONS else "")
    known = _known_steps.get(key)
    if known is not None and known[0] is checks and known[1] is policy:  # the id of a vanished object may come back
        return known[2]
    if len(_known_steps) >= REMEMBERED:
        _known_steps.clear()
    steps = _planned(checks, policy, direction)
    _known_steps[key] = (checks, policy, steps)
    return steps


def _planned(checks: Sequence[Check], policy: Policy, direction: str) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    for check in checks:
        card = check.card
        setting = policy.checks.get(card.id)
        if setting is None:
            # a check the policy has never heard of: fail closed instead of skipping it
            fixed: Finding | None = Finding(card.id, Status.ERROR, card.severity, seen=_UNPRICED)
            steps.append(_Step(card.id, card.severity, check.function, {}, check.per_line, _NEVER, fixed))
        elif setting.enabled:
            passed = Finding(card.id, Status.PASS, setting.severity)
            fixed = passed if direction in DIRECTIONS and direction not in card.direction else None
            parameters = setting.parameters
            steps.append(_Step(card.id, setting.severity, check.function, parameters, check.per_line, passed, fixed))
    return tuple(steps)


def contributions(findings: Iterable[Finding], policy: Policy) -> tuple[Contribution, ...]:
    """What each check's answers cost. Several lines with the same answer cost once; the lines are counted."""
    # by the word of the status: a member of an enumeration hashes slowly
    counted: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.status is not Status.PASS:
            counted.setdefault((finding.check, finding.status._value_), []).append(finding)
    return tuple(_priced(alike[0].check, alike[0].status, alike, policy) for alike in counted.values())


def _priced(check: str, status: Status, alike: Sequence[Finding], policy: Policy) -> Contribution:
    demanded = alike[0].floor if len(alike) == 1 else max(finding.floor for finding in alike)
    if status is Status.ERROR:
        return Contribution(check, status, policy.error_points, max(policy.error_floor, demanded), len(alike))
    setting = policy.checks[check]
    if status is Status.HIT:
        return Contribution(check, status, setting.points, max(setting.floor, demanded), len(alike))
    return Contribution(check, status, setting.no_data_points, max(setting.no_data_floor, demanded), len(alike))


def judge(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> Judgement:
    """Run the checks and reduce: score = capped sum of points, outcome = highest of score band and floors."""
    findings = run_checks(checks, facts, policy)
    parts = contributions(findings, policy)
    score = min(MAXIMUM_SCORE, sum(part.points for part in parts))
    floor = max((part.floor for part in parts), default=Outcome.RELEASE)
    return Judgement(outcome=max(floor, _band(score, policy)), score=score, findings=findings, contributions=parts)


def _band(score: int, policy: Policy) -> Outcome:
    if score >= policy.thresholds.hold:
        return Outcome.HOLD
    return Outcome.REVIEW if score >= policy.thresholds.review else Outcome.RELEASE
