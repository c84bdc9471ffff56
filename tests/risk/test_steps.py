"""The quick way of running checks says exactly what the plain one says: check by check, line by line, in order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.checks.card import check
from risk.checks.catalogue import CHECKS
from risk.findings import PASS, Finding, Outcome, Severity, Status, Verdict, hit, no_data
from risk.judge import MAXIMUM_SCORE, contributions, judge
from risk.policy import CheckSetting, Policy
from risk.policy_default import default_policy
from risk.steps import steps_of

ANSWERS = {
    "pass": lambda: PASS,
    "equal_to_pass": lambda: Verdict(Status.PASS),
    "hit": lambda: hit(n=1),
    "refusing": lambda: hit("", Outcome.REFUSE, n=2),
    "no_data": lambda: no_data("header.x"),
    "no_data_held": lambda: Verdict(Status.NO_DATA, "", {"missing": "header.y"}, Outcome.HOLD),
    "crash": lambda: {}["nothing"],
}
SAID = st.sampled_from(sorted(ANSWERS))
KINDS = st.tuples(st.booleans(), st.sampled_from(["E", "I", "IE"]), st.lists(SAID, min_size=4, max_size=4))
SETTINGS = st.none() | st.builds(
    CheckSetting,
    severity=st.sampled_from(list(Severity)),
    points=st.integers(0, 40),
    floor=st.sampled_from(list(Outcome)),
    no_data_points=st.integers(0, 40),
    no_data_floor=st.sampled_from(list(Outcome)),
    enabled=st.booleans(),
)


def made(number, per_line, direction, said):
    """A check that says `said[0]` of the order and `said[n]` of the line numbered n."""

    def body(_, *rest):
        """测试 | Test"""
        return ANSWERS[said[rest[0].line_number or 0] if per_line else said[0]]()

    card = {"category": "test", "inputs": "", "source": "test", "zh": "{n}", "en": "{n}"}
    return check(f"T{number}", Severity.WARN, direction=direction, per_line=per_line, **card)(body)


def with_lines(facts, numbers, direction):
    declaration = facts.order.declaration
    lines = tuple(replace(declaration.lines[0], line_number=number) for number in numbers)
    header = replace(declaration.header, direction=direction)
    return replace(facts, order=replace(facts.order, declaration=replace(declaration, header=header, lines=lines)))


def answer(function, *given):
    try:
        return function(*given)
    except Exception as error:  # noqa: BLE001 - the same rule as the judge's
        return Verdict(Status.ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def plainly(checks, facts, policy):
    """All findings as the rules say them, without anything prepared or remembered."""
    header, lines = facts.order.declaration.header, facts.order.declaration.lines
    for one in checks:
        name, setting = one.card.id, policy.checks.get(one.card.id)
        if setting is None:
            seen = {"error": "NoSetting", "detail": "the policy in force does not know this check"}
            yield Finding(name, Status.ERROR, one.card.severity, seen=seen)
            continue
        if not setting.enabled:
            continue
        verdicts = []
        if header.direction in {"E", "I"} and header.direction not in one.card.direction:
            pass
        elif not one.per_line:
            verdicts = [(None, answer(one.function, facts, setting.parameters))]
        elif not lines:
            verdicts = [(None, no_data("declaration.lines"))]
        else:
            for place, line in enumerate(lines, start=1):
                number = place if line.line_number is None else line.line_number
                verdicts.append((number, answer(one.function, facts, line, setting.parameters)))
        told = [(number, verdict) for number, verdict in verdicts if verdict is not PASS]
        for number, said in told:
            yield Finding(name, said.status, setting.severity, number, said.code, said.seen, said.floor)
        if not told:
            yield Finding(name, Status.PASS, setting.severity)


def same(checks, facts, policy):
    """The judgement, after its findings and contributions were compared with the plain ones."""
    judgement = judge(checks, facts, policy)
    assert judgement.findings == tuple(plainly(checks, facts, policy))
    assert judgement.contributions == contributions(judgement.findings, policy)
    assert judgement.score == min(MAXIMUM_SCORE, sum(part.points for part in judgement.contributions))
    assert judgement.outcome >= max((part.floor for part in judgement.contributions), default=Outcome.RELEASE)
    return judgement


@given(
    kinds=st.lists(KINDS, max_size=6),
    settings=st.lists(SETTINGS, min_size=6, max_size=6),
    numbers=st.lists(st.sampled_from([None, 1, 2, 3]), max_size=4),
    direction=st.sampled_from(["E", "I", "", "X"]),
)
def test_prepared_steps_say_what_the_rules_say(clean_facts, kinds, settings, numbers, direction):
    checks = tuple(made(number, *kind) for number, kind in enumerate(kinds))
    known = {one.card.id: setting for one, setting in zip(checks, settings, strict=False) if setting is not None}
    policy = Policy(name="any", version=1, checks=known)
    facts = with_lines(clean_facts, numbers, direction)
    assert same(checks, facts, policy) == same(checks, facts, policy)


@pytest.mark.parametrize("direction", ["E", "I", "", "X"])
@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 3), (None, 7, 7)])
def test_the_whole_catalogue_says_what_the_rules_say(clean_facts, numbers, direction):
    policy = default_policy([one.card for one in CHECKS])
    for facts in (clean_facts, replace(clean_facts, client=None, history=None, screenings=())):
        same(CHECKS, with_lines(facts, numbers, direction), policy)


def test_missing_data_in_the_same_words_are_the_same_finding(clean_facts):
    policy = default_policy([one.card for one in CHECKS])
    facts = replace(clean_facts, client=None)
    again = zip(judge(CHECKS, facts, policy).findings, judge(CHECKS, facts, policy).findings, strict=True)
    assert all(first is second for first, second in again if first.status is Status.NO_DATA)


def test_no_more_findings_are_remembered_than_allowed(clean_facts):
    checks = (made(1, False, "IE", ["no_data"] * 4),)
    (step,) = steps_of(checks, default_policy([checks[0].card]), "E").by_place
    for number in range(1000):
        assert step.finding(number, no_data("header.x")).line == number
        assert step.contribution(Status.HIT, Outcome.RELEASE, number).lines == number
    assert len(step._findings) <= 256
    assert len(step._parts) <= 256


def test_a_changed_policy_is_not_answered_from_the_old_one(clean_facts):
    checks = (made(1, False, "IE", ["hit"] * 4),)
    for points in (3, 30):
        policy = default_policy([checks[0].card])
        setting = replace(policy.checks["T1"], points=points)
        assert judge(checks, clean_facts, replace(policy, checks={"T1": setting})).score == points
