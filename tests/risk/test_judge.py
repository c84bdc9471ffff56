"""The reduction from findings to a decision: fail closed, exact sums, monotone, in the order of the catalogue."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.checks.card import check
from risk.checks.catalogue import CHECKS
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, hit, no_data
from risk.judge import MAXIMUM_SCORE, contributions, judge, run_checks
from risk.policy import CheckSetting, Policy, Thresholds
from risk.policy_default import default_policy

RELEASE, REVIEW, HOLD, REFUSE = Outcome


def made(identifier, function, severity=Severity.WARN, **more):
    """A check around a plain function."""

    def body(facts, *rest):
        """测试 | Test"""
        return function(facts, *rest)

    card = {"category": "test", "inputs": "", "source": "test", "zh": "命中 {n}", "en": "Hit {n}", **more}
    return check(identifier, severity, **card)(body)


def setting(points=8, floor=RELEASE, no_data_points=2, no_data_floor=RELEASE, **more):
    return CheckSetting(
        severity=Severity.WARN,
        points=points,
        floor=floor,
        no_data_points=no_data_points,
        no_data_floor=no_data_floor,
        **more,
    )


def policy(*checks, **settings):
    known = {one.card.id: settings.get(one.card.id, setting()) for one in checks}
    return Policy(name="test", version=1, checks=known)


def raising(error):
    def crash(*_):
        raise error

    return crash


HITTING = made("T1", lambda *_: hit(n=1))
PASSING = made("T2", lambda *_: PASS)
UNKNOWING = made("T3", lambda *_: no_data("header.x", "header.y"))
CRASHING = made("T4", raising(ZeroDivisionError("a" * 500)))
LINEWISE = made("T5", lambda _, line, __: hit(n=line.line_number) if line.line_number != 2 else PASS, per_line=True)


def three_lines(facts, numbers=(1, 2, 3)):
    line = facts.order.declaration.lines[0]
    lines = tuple(replace(line, line_number=number) for number in numbers)
    return replace(facts, order=replace(facts.order, declaration=replace(facts.order.declaration, lines=lines)))


def test_a_crash_is_evidence_and_stops_nobody(clean_facts):
    checks = (CRASHING, PASSING)
    judgement = judge(checks, clean_facts, policy(*checks))
    crashed, passed = judgement.findings
    assert (crashed.status, crashed.seen["error"]) == (Status.ERROR, "ZeroDivisionError")
    assert len(crashed.seen["detail"]) == 200
    assert passed.status is Status.PASS
    assert judgement.outcome >= REVIEW
    assert judgement.score == 20


def test_a_crash_on_one_line_leaves_the_others(clean_facts):
    def uneven(_, line, __):
        return hit(n=1) if line.line_number == 3 else 1 / (2 - line.line_number) and PASS

    linewise = made("T6", uneven, per_line=True)
    findings = run_checks((linewise,), three_lines(clean_facts), policy(linewise))
    assert [(finding.line, finding.status) for finding in findings] == [(2, Status.ERROR), (3, Status.HIT)]


@pytest.mark.parametrize("crash", [MemoryError(), RecursionError(), KeyError("table"), ArithmeticError(), TypeError()])
def test_no_kind_of_crash_releases(clean_facts, crash):
    broken = made("T7", raising(crash))
    assert judge((broken,), clean_facts, policy(broken)).outcome >= REVIEW


def test_a_check_without_a_price_is_an_error_not_a_gap(clean_facts):
    judgement = judge((HITTING,), clean_facts, policy())
    assert [finding.status for finding in judgement.findings] == [Status.ERROR]
    assert judgement.outcome >= REVIEW


def test_a_check_switched_off_says_nothing(clean_facts):
    off = policy(HITTING, T1=setting(enabled=False))
    judgement = judge((HITTING,), clean_facts, off)
    assert (judgement.findings, judgement.score, judgement.outcome) == ((), 0, RELEASE)


def test_contributions_add_up(clean_facts):
    checks = (HITTING, PASSING, UNKNOWING, CRASHING)
    judgement = judge(checks, clean_facts, policy(*checks, T1=setting(points=7, floor=RELEASE)))
    assert judgement.contributions == (
        Contribution("T1", Status.HIT, 7, RELEASE),
        Contribution("T3", Status.NO_DATA, 2, RELEASE),
        Contribution("T4", Status.ERROR, 20, REVIEW),
    )
    assert judgement.score == 29


def test_alike_lines_cost_once_and_are_counted(clean_facts):
    judgement = judge((LINEWISE,), three_lines(clean_facts), policy(LINEWISE))
    assert [finding.line for finding in judgement.findings] == [1, 3]
    assert judgement.contributions == (Contribution("T5", Status.HIT, 8, RELEASE, 2),)


def test_lines_without_a_number_count_by_position(clean_facts):
    everywhere = made("T8", lambda *_: hit(n=1), per_line=True)
    findings = run_checks((everywhere,), three_lines(clean_facts, (None, None, 9)), policy(everywhere))
    assert [finding.line for finding in findings] == [1, 2, 9]


def test_the_score_is_capped(clean_facts):
    checks = tuple(made(f"C{n}", lambda *_: hit(n=1)) for n in range(5))
    costly = policy(*checks, **{f"C{n}": setting(points=40) for n in range(5)})
    assert judge(checks, clean_facts, costly).score == MAXIMUM_SCORE


@pytest.mark.parametrize(
    ("points", "outcome"), [(0, RELEASE), (19, RELEASE), (20, REVIEW), (59, REVIEW), (60, HOLD), (100, HOLD)]
)
def test_the_score_alone_never_refuses(clean_facts, points, outcome):
    judgement = judge((HITTING,), clean_facts, policy(HITTING, T1=setting(points=points)))
    assert judgement.outcome is outcome


@pytest.mark.parametrize(
    ("demanded", "floor", "outcome"),
    [
        (RELEASE, RELEASE, RELEASE),
        (REFUSE, RELEASE, REFUSE),
        (RELEASE, REFUSE, REFUSE),
        (REVIEW, HOLD, HOLD),
    ],
)
def test_the_higher_floor_wins(clean_facts, demanded, floor, outcome):
    demanding = made("T1", lambda *_: hit("", demanded, n=1))
    judgement = judge((demanding,), clean_facts, policy(demanding, T1=setting(points=0, floor=floor)))
    assert judgement.outcome is outcome


@pytest.mark.parametrize(
    ("direction", "applies", "status"),
    [("E", "E", Status.HIT), ("I", "E", Status.PASS), ("I", "IE", Status.HIT), ("", "I", Status.HIT)],
)
def test_direction(clean_facts, revise, direction, applies, status):
    directed = made("T9", lambda *_: hit(n=1), direction=applies)
    facts = revise(clean_facts, header__direction=direction)
    assert [finding.status for finding in run_checks((directed,), facts, policy(directed))] == [status]


def test_evidence_stands_in_the_order_of_the_catalogue(clean_facts):
    order = {one.card.id: position for position, one in enumerate(CHECKS)}
    findings = run_checks(CHECKS, clean_facts, default_policy([one.card for one in CHECKS]))
    positions = [order[finding.check] for finding in findings]
    assert positions == sorted(positions)
    assert set(positions) == set(order.values())


def test_ids_are_unique():
    assert len({one.card.id for one in CHECKS}) == len(CHECKS)


IDS = ("A", "B", "C")
OUTCOMES = st.sampled_from(list(Outcome))
SETTINGS = st.builds(
    CheckSetting,
    severity=st.just(Severity.WARN),
    points=st.integers(0, 60),
    floor=OUTCOMES,
    no_data_points=st.integers(0, 60),
    no_data_floor=OUTCOMES,
)
POLICIES = st.builds(
    Policy,
    name=st.just("any"),
    version=st.just(1),
    checks=st.fixed_dictionaries(dict.fromkeys(IDS, SETTINGS)),
    thresholds=st.builds(Thresholds, review=st.integers(1, 50), hold=st.integers(51, 100)),
)
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from(IDS),
    status=st.sampled_from(list(Status)),
    severity=st.just(Severity.WARN),
    line=st.integers(1, 5),
    floor=OUTCOMES,
)


def judged(findings, rules):
    """(sum of points, highest floor) of findings."""
    parts = contributions(findings, rules)
    return sum(part.points for part in parts), max((part.floor for part in parts), default=RELEASE)


@given(st.lists(FINDINGS, max_size=8), FINDINGS, POLICIES)
def test_one_more_finding_never_lowers(findings, another, rules):
    score, floor = judged(findings, rules)
    more_score, more_floor = judged([*findings, another], rules)
    assert more_score >= score
    assert more_floor >= floor


@given(st.lists(FINDINGS, max_size=8), POLICIES)
def test_no_data_never_lowers(findings, rules):
    answered = [finding for finding in findings if finding.status is not Status.NO_DATA]
    score, floor = judged(findings, rules)
    answered_score, answered_floor = judged(answered, rules)
    assert score >= answered_score
    assert floor >= answered_floor


@given(statuses=st.lists(st.sampled_from(["hit", "no_data", "error", "pass"]), max_size=6), rules=POLICIES)
def test_the_whole_judgement_is_monotone(clean_facts, statuses, rules):
    answers = {"hit": lambda *_: hit(n=1), "no_data": lambda *_: no_data("x"), "pass": lambda *_: PASS}
    answers["error"] = raising(ValueError("x"))
    checks = [made(IDS[n % 3], answers[status]) for n, status in enumerate(statuses)]
    steps = [judge(checks[:count], clean_facts, rules) for count in range(len(checks) + 1)]
    for before, after in pairwise(steps):
        assert after.score >= before.score
        assert after.outcome >= before.outcome
    assert all(step.score <= MAXIMUM_SCORE for step in steps)
    assert all(step.outcome >= max((part.floor for part in step.contributions), default=RELEASE) for step in steps)
