"""What is run under one policy on orders of one direction: worked out once, as it serves thousands of orders.

Every check that is switched on has a place in the evidence and a finding that says "passed"; an order's findings begin
as a copy of these, and only what a check has to say is put over them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from risk.checks.card import Check, Parameters
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, Verdict, no_data
from risk.goods import Description, Goods, Shipment, description_of, shipment_of
from risk.nouns.line import Line
from risk.policy import CheckSetting, Policy
from risk.reference import Reference

DIRECTIONS = ("E", "I")
REMEMBERED = 16
REMEMBERED_FINDINGS = 256
REMEMBERED_GOODS = 4096
_HIT, _NO_DATA, _ERROR, _PASS = Status.HIT, Status.NO_DATA, Status.ERROR, Status.PASS
_NO_LINES = no_data("declaration.lines")
_UNPRICED = {"error": "NoSetting", "detail": "the policy in force does not know this check"}


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A check as it is run: its place among the findings, its severity and parameters, what its answers cost.

    Missing data are said in the same words again and again, so such findings are made once and remembered.
    """

    place: int
    check: Check
    severity: Severity
    parameters: Parameters
    setting: CheckSetting | None
    error: tuple[int, Outcome]
    _findings: dict[tuple[int | None, int], tuple[Verdict, Finding]] = field(default_factory=dict)
    _parts: dict[tuple[str, int, int], Contribution] = field(default_factory=dict)

    def finding(self, line: int | None, verdict: Verdict) -> Finding:
        """A verdict on the order or on a line as this check's finding."""
        if verdict.status is not _NO_DATA:
            return self._made(line, verdict)
        key = (line, id(verdict))
        known = self._findings.get(key)
        if known is not None and known[0] is verdict:  # the id of a vanished object may come back
            return known[1]
        if len(self._findings) >= REMEMBERED_FINDINGS:
            self._findings.clear()
        made = self._made(line, verdict)
        self._findings[key] = (verdict, made)
        return made

    def _made(self, line: int | None, verdict: Verdict) -> Finding:
        card = self.check.card
        return Finding(card.id, verdict.status, self.severity, line, verdict.code, verdict.seen, verdict.floor)

    def contribution(self, status: Status, demanded: Outcome, lines: int) -> Contribution:
        """What `lines` findings of one status cost, of which the strictest demands an outcome itself."""
        key = (status._value_, demanded, lines)  # by the word: a member of an enumeration hashes slowly
        known = self._parts.get(key)
        if known is None:
            points, floor = self._price(status)
            known = Contribution(self.check.card.id, status, points, max(floor, demanded), lines)
            if len(self._parts) >= REMEMBERED_FINDINGS:
                self._parts.clear()
            self._parts[key] = known
        return known

    def _price(self, status: Status) -> tuple[int, Outcome]:
        if status is _ERROR or self.setting is None:
            return self.error
        if status is _HIT:
            return self.setting.points, self.setting.floor
        return self.setting.no_data_points, self.setting.no_data_floor


Answers = tuple[tuple[Step, Verdict], ...]
Called = tuple[Step, Callable[..., Verdict], Parameters]
Said = dict[int, list[Finding]]
"""Findings that are not the plain "passed", by the place of their check."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """`passed` are the findings of an order nobody objects to; `fixed` those that are no pass whatever it holds."""

    of_order: tuple[Called, ...]
    of_goods: "AnswersOfGoods"
    of_lines: tuple[Called, ...]
    passed: tuple[Finding, ...]
    fixed: Said
    by_place: tuple[Step, ...]
    unique: bool

    def without_lines(self, said: Said) -> None:
        """The checks on lines of a declaration without any have nothing to judge, which is not the same as passing."""
        for step, _, _ in (*self.of_lines, *self.of_goods.called):
            said[step.place] = [step.finding(None, _NO_LINES)]


@dataclass(slots=True, eq=False)
class _Held:
    """Answers under one set of reference data; `number` counts the descriptions."""

    reference: Reference
    known: dict[Shipment, dict[Description, Answers]] = field(default_factory=dict)
    number: int = 0


class AnswersOfGoods:
    """What the checks on descriptions of goods said beside "passed", remembered by the description.

    The answers hang on the description, the reference data, and the policy these steps were made for, on nothing else.
    """

    def __init__(self, called: tuple[Called, ...]) -> None:
        self.called = called
        self._held = _Held(Reference())

    def of(self, facts: OrderFacts, lines: Sequence[Line]) -> list[Answers]:
        """The answers for each line of one order."""
        if not self.called:
            return [()] * len(lines)
        try:
            return self._remembered(facts, lines)
        except Exception as error:  # noqa: BLE001 - goods that cannot even be described fail every check on them
            verdict = failed(error)
            return [tuple([(step, verdict) for step, _, _ in self.called])] * len(lines)

    def _remembered(self, facts: OrderFacts, lines: Sequence[Line]) -> list[Answers]:
        held, shipment = self._held, shipment_of(facts)
        if held.reference is not facts.reference or held.number >= REMEMBERED_GOODS:
            # exchanged as a whole: another thread may judge with other reference data
            held = self._held = _Held(facts.reference)
        known = held.known.setdefault(shipment, {})
        answers: list[Answers] = []
        for line in lines:
            description = description_of(line)
            found = known.get(description)
            if found is None:
                found = self._asked(Goods._make((*description, shipment)), facts.reference)
                if not any(verdict.status is _ERROR for _, verdict in found):  # a crash may pass
                    known[description] = found
                    held.number += 1
            answers.append(found)
        return answers

    def _asked(self, goods: Goods, reference: Reference) -> Answers:
        said = [(step, asked(function, goods, reference, parameters)) for step, function, parameters in self.called]
        return tuple([(step, verdict) for step, verdict in said if verdict is not PASS])


def asked(function: Callable[..., Verdict], *given: object) -> Verdict:
    """What a check says; a crash is an answer too."""
    try:
        return function(*given)
    except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence, not a lost order
        return failed(error)


def failed(error: Exception) -> Verdict:
    """The answer of a check that crashed."""
    return Verdict(_ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


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
        of_order=tuple(one for one in called if not one[0].check.per_line),
        of_goods=AnswersOfGoods(tuple(one for one in called if one[0].check.of_goods)),
        of_lines=tuple(one for one in called if one[0].check.per_line and not one[0].check.of_goods),
        passed=tuple(passed),
        fixed=fixed,
        by_place=tuple(by_place),
        unique=len({step.check.card.id for step in by_place}) == len(by_place),
    )
