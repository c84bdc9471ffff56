"""From facts to judgement: run every check, then reduce the findings to score and outcome. Pure.

Fail closed: a check that crashes becomes an `error` finding that the policy prices; it never disappears and never
stops the others.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from risk.checks.card import Check
from risk.decision import Judgement
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, Verdict, no_data
from risk.nouns.line import Line
from risk.policy import CheckSetting, Policy

MAXIMUM_SCORE = 100
DIRECTIONS = ("E", "I")
_NO_LINES = no_data("declaration.lines")
_UNPRICED = {"error": "NoSetting", "detail": "the policy in force does not know this check"}


def run_checks(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings in the order of the catalogue. A check that passes on every line gives one `pass` finding.

    A check on lines of a declaration without lines has nothing to judge, which is not the same as passing.
    """
    direction = facts.order.declaration.header.direction
    findings: list[Finding] = []
    for check in checks:
        card = check.card
        setting = policy.checks.get(card.id)
        if setting is None:
            # a check the policy has never heard of: fail closed instead of skipping it
            findings.append(Finding(card.id, Status.ERROR, card.severity, seen=_UNPRICED))
        elif not setting.enabled:
            continue
        elif direction in DIRECTIONS and direction not in card.direction:
            findings.append(_passed(card.id, setting.severity))
        elif check.per_line:
            findings.extend(_on_lines(check, facts, setting))
        else:
            findings.append(_finding(card.id, setting.severity, None, _answer(check, setting, facts)))
    return tuple(findings)


def _on_lines(check: Check, facts: OrderFacts, setting: CheckSetting) -> list[Finding]:
    name, severity = check.card.id, setting.severity
    lines = facts.order.declaration.lines
    if not lines:
        return [_finding(name, severity, None, _NO_LINES)]
    findings = []
    for position, line in enumerate(lines, start=1):
        verdict = _answer(check, setting, facts, line)
        if verdict is not PASS:
            findings.append(_finding(name, severity, _number(line, position), verdict))
    return findings or [_passed(name, severity)]


def _answer(check: Check, setting: CheckSetting, *subject: OrderFacts | Line) -> Verdict:
    try:
        return check.function(*subject, setting.parameters)
    except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence, not a lost order
        return Verdict(Status.ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def _number(line: Line, position: int) -> int:
    return position if line.line_number is None else line.line_number


def _finding(check: str, severity: Severity, line: int | None, verdict: Verdict) -> Finding:
    if verdict is PASS:
        return _passed(check, severity)
    return Finding(check, verdict.status, severity, line, verdict.code, verdict.seen, verdict.floor)


@cache
def _passed(check: str, severity: Severity) -> Finding:
    """Most answers are this one; there are as many of them as checks."""
    return Finding(check, Status.PASS, severity)


def contributions(findings: Iterable[Finding], policy: Policy) -> tuple[Contribution, ...]:
    """What each check's answers cost. Several lines with the same answer cost once; the lines are counted."""
    counted: dict[tuple[str, Status], list[Finding]] = {}
    for finding in findings:
        if finding.status is not Status.PASS:
            counted.setdefault((finding.check, finding.status), []).append(finding)
    return tuple(_priced(check, status, alike, policy) for (check, status), alike in counted.items())


def _priced(check: str, status: Status, alike: Sequence[Finding], policy: Policy) -> Contribution:
    demanded = max(finding.floor for finding in alike)
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
