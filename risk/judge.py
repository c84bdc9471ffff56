"""From facts to judgement: run every check, then reduce the findings to score and outcome. Pure.

Fail closed: a check that crashes becomes an `error` finding that the policy prices; it never disappears and never
stops the others.
"""

from collections.abc import Iterable, Iterator, Sequence

from risk.checks.card import Check
from risk.decision import Judgement
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, Verdict
from risk.nouns.line import Line
from risk.policy import CheckSetting, Policy

MAXIMUM_SCORE = 100
DIRECTIONS = ("E", "I")
_UNPRICED = {"error": "NoSetting", "detail": "the policy in force does not know this check"}


def run_checks(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings in the order of the catalogue. A check that passes on every line gives one `pass` finding."""
    direction = facts.order.declaration.header.direction
    findings: list[Finding] = []
    for check in checks:
        setting = policy.checks.get(check.card.id)
        if setting is None:
            # a check the policy has never heard of: fail closed instead of skipping it
            findings.append(Finding(check.card.id, Status.ERROR, check.card.severity, seen=_UNPRICED))
            continue
        if not setting.enabled:
            continue
        if direction in DIRECTIONS and direction not in check.card.direction:
            findings.append(Finding(check.card.id, Status.PASS, setting.severity))
            continue
        answers = _per_line(check, facts, setting) if check.per_line else _once(check, facts, setting)
        findings.extend(_condensed(check.card.id, setting.severity, answers))
    return tuple(findings)


def _once(check: Check, facts: OrderFacts, setting: CheckSetting) -> Iterator[tuple[int | None, Verdict]]:
    try:
        yield None, check.function(facts, setting.parameters)
    except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence, not a lost order
        yield None, _crashed(error)


def _per_line(check: Check, facts: OrderFacts, setting: CheckSetting) -> Iterator[tuple[int | None, Verdict]]:
    for position, line in enumerate(facts.order.declaration.lines, start=1):
        try:
            verdict = check.function(facts, line, setting.parameters)
        except Exception as error:  # noqa: BLE001 - as above
            verdict = _crashed(error)
        if verdict is not PASS:
            yield _number(line, position), verdict


def _number(line: Line, position: int) -> int:
    return position if line.line_number is None else line.line_number


def _crashed(error: Exception) -> Verdict:
    return Verdict(Status.ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def _condensed(check: str, severity: Severity, answers: Iterable[tuple[int | None, Verdict]]) -> Iterator[Finding]:
    silent = True
    for line, verdict in answers:
        silent = False
        yield Finding(check, verdict.status, severity, line, verdict.code, verdict.seen, verdict.floor)
    if silent:
        yield Finding(check, Status.PASS, severity)


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
