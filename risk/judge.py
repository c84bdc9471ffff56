"""From facts to judgement: run every check, then reduce the findings to score and outcome. Pure.

Fail closed: a check that crashes becomes an `error` finding that the policy prices; it never disappears and never
stops the others.
"""

from collections.abc import Iterable, Iterator, Sequence

from risk.answers import failed
from risk.checks.card import Check
from risk.decision import Judgement
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Status
from risk.nouns.line import Line
from risk.policy import Policy
from risk.steps import Said, Steps, steps_of

MAXIMUM_SCORE = 100
_PASSED, _ERROR, _HIT = Status.PASS, Status.ERROR, Status.HIT


def judge(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> Judgement:
    """Run the checks and reduce: score = capped sum of points, outcome = highest of score band and floors."""
    steps = steps_of(checks, policy, facts.order.declaration.header.direction)
    said = _said(steps, facts)
    findings = _in_order(steps, said)
    parts = tuple(_parts(steps, said)) if steps.unique else contributions(findings, policy)
    score = min(MAXIMUM_SCORE, sum([part.points for part in parts]))
    floor = max([part.floor for part in parts], default=Outcome.RELEASE)
    return Judgement(outcome=max(floor, _band(score, policy)), score=score, findings=findings, contributions=parts)


def run_checks(checks: Sequence[Check], facts: OrderFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings in the order of the catalogue. A check that passes on every line gives one `pass` finding.

    A check on lines of a declaration without lines has nothing to judge, which is not the same as passing.
    """
    steps = steps_of(checks, policy, facts.order.declaration.header.direction)
    return _in_order(steps, _said(steps, facts))


def _said(steps: Steps, facts: OrderFacts) -> Said:
    """What the checks have to say beside "passed", each check's findings in the order of the lines."""
    said = dict(steps.fixed)
    for step, function, parameters in steps.of_order:
        try:
            verdict = function(facts, parameters)
        except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence
            verdict = failed(error)
        if verdict is not PASS:
            said[step.place] = [step.finding(None, verdict)]
    for step, verdict in steps.of_form.of(facts):
        said[step.place] = [step.finding(None, verdict)]
    lines = facts.order.declaration.lines
    if lines:
        _on_lines(steps, facts, lines, said)
    else:
        steps.without_lines(said)
    return said


def _on_lines(steps: Steps, facts: OrderFacts, lines: Sequence[Line], said: Said) -> None:
    numbered = [
        (position if line.line_number is None else line.line_number, line)
        for position, line in enumerate(lines, start=1)
    ]
    for (number, _), answers in zip(numbered, steps.of_goods.of(facts, lines), strict=True):
        for step, verdict in answers:
            said.setdefault(step.place, []).append(step.finding(number, verdict))
    for step, function, parameters in steps.of_lines:
        for number, line in numbered:
            try:
                verdict = function(facts, line, parameters)
            except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence
                verdict = failed(error)
            if verdict is not PASS:
                said.setdefault(step.place, []).append(step.finding(number, verdict))


def _in_order(steps: Steps, said: Said) -> tuple[Finding, ...]:
    findings = list(steps.passed)
    for place in sorted(said, reverse=True):  # from the end, so that the places before keep their numbers
        findings[place : place + 1] = said[place]
    return tuple(findings)


def _parts(steps: Steps, said: Said) -> Iterator[Contribution]:
    """The same as `contributions` of all findings, from those that may cost something."""
    for place in sorted(said):
        found = said[place]
        if len(found) == 1:
            groups: Iterable[Sequence[Finding]] = (found,)
        else:
            groups = _alike(found).values()
        for alike in groups:
            first = alike[0]
            if first.status is not _PASSED:
                yield steps.by_place[place].contribution(first.status, _demanded(alike), len(alike))


def contributions(findings: Iterable[Finding], policy: Policy) -> tuple[Contribution, ...]:
    """What each check's answers cost. Several lines with the same answer cost once; the lines are counted."""
    counted = _alike(finding for finding in findings if finding.status is not _PASSED)
    return tuple(_priced(alike[0].check, alike[0].status, alike, policy) for alike in counted.values())


def _alike(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """Findings of one check and status together, in order of appearance."""
    # by the word of the status: a member of an enumeration hashes slowly
    counted: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        counted.setdefault((finding.check, finding.status._value_), []).append(finding)
    return counted


def _demanded(alike: Sequence[Finding]) -> Outcome:
    return alike[0].floor if len(alike) == 1 else max([finding.floor for finding in alike])


def _priced(check: str, status: Status, alike: Sequence[Finding], policy: Policy) -> Contribution:
    demanded = _demanded(alike)
    if status is _ERROR or check not in policy.checks:
        return Contribution(check, status, policy.error_points, max(policy.error_floor, demanded), len(alike))
    setting = policy.checks[check]
    if status is _HIT:
        return Contribution(check, status, setting.points, max(setting.floor, demanded), len(alike))
    return Contribution(check, status, setting.no_data_points, max(setting.no_data_floor, demanded), len(alike))


def _band(score: int, policy: Policy) -> Outcome:
    if score >= policy.thresholds.hold:
        return Outcome.HOLD
    return Outcome.REVIEW if score >= policy.thresholds.review else Outcome.RELEASE
