"""What is run under one policy on orders of one direction: worked out once, as it serves thousands of orders.

Every check that is switched on has a place in the evidence and a finding that says "passed"; an order's findings begin
as a copy of these, and only what a check has to say is put over them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from risk.answers import AnswersOfForm, AnswersOfGoods, Called, Step
from risk.checks.card import Check
from risk.findings import Finding, Status, no_data
from risk.policy import Policy

DIRECTIONS = ("E", "I")
REMEMBERED = 16
_ERROR, _PASS = Status.ERROR, Status.PASS
_NO_LINES = no_data("declaration.lines")
_UNPRICED = {"error": "NoSetting", "detail": "the policy in force does not know this check"}

Said = dict[int, list[Finding]]
"""Findings that are not the plain "passed", by the place of their check."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """`passed` are the findings of an order nobody objects to; `fixed` those that are no pass whatever it holds."""

    of_order: tuple[Called, ...]
    of_form: AnswersOfForm
    of_goods: AnswersOfGoods
    of_lines: tuple[Called, ...]
    passed: tuple[Finding, ...]
    fixed: Said
    by_place: tuple[Step, ...]
    unique: bool

    def without_lines(self, said: Said) -> None:
        """The checks on lines of a declaration without any have nothing to judge, which is not the same as passing."""
        for step, _, _ in (*self.of_lines, *self.of_goods.called):
            said[step.place] = [step.finding(None, _NO_LINES)]


_Known = tuple[tuple[Check, ...], Policy, Steps]
_known_steps: dict[tuple[int, int, str], _Known] = {}


def steps_of(checks: Sequence[Check], policy: Policy, direction: str) -> Steps:
    """The steps for a catalogue, a policy and a direction; remembered when the catalogue is a tuple."""
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


def _planned(checks: Sequence[Check], policy: Policy, direction: str) -> Steps:
    passed: list[Finding] = []
    fixed: Said = {}
    by_place: list[Step] = []
    run: list[Step] = []
    for check in checks:
        card, setting = check.card, policy.checks.get(check.card.id)
        if setting is not None and not setting.enabled:
            continue
        severity = card.severity if setting is None else setting.severity
        parameters = {} if setting is None else setting.parameters
        place = len(by_place)
        step = Step(place, check, severity, parameters, setting, (policy.error_points, policy.error_floor))
        by_place.append(step)
        passed.append(Finding(card.id, _PASS, severity))
        if setting is None:
            # a check the policy has never heard of: fail closed instead of skipping it
            fixed[place] = [Finding(card.id, _ERROR, severity, seen=_UNPRICED)]
        elif direction not in DIRECTIONS or direction in card.direction:
            run.append(step)
    called = [(step, step.check.function, step.parameters) for step in run]
    return Steps(
        of_order=tuple(one for one in called if not one[0].check.per_line and not one[0].check.of_form),
        of_form=AnswersOfForm(tuple(one for one in called if one[0].check.of_form)),
        of_goods=AnswersOfGoods(tuple(one for one in called if one[0].check.of_goods)),
        of_lines=tuple(one for one in called if one[0].check.per_line and not one[0].check.of_goods),
        passed=tuple(passed),
        fixed=fixed,
        by_place=tuple(by_place),
        unique=len({step.check.card.id for step in by_place}) == len(by_place),
    )
