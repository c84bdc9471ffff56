"""The answers of checks under one policy, and the memory of those that come again and again.

Goods are described and declarations filled in alike, order after order. Checks that are shown nothing but such a
description are asked once for each, for each set of reference data; the memory belongs to the steps of one policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from risk.checks.card import Check, Parameters
from risk.facts import OrderFacts
from risk.findings import PASS, Contribution, Finding, Outcome, Severity, Status, Verdict
from risk.form import form_of
from risk.goods import Description, Goods, Shipment, description_of, shipment_of
from risk.nouns.line import Line
from risk.policy import CheckSetting
from risk.reference import Reference

REMEMBERED_FINDINGS = 256
REMEMBERED_GOODS = 4096
REMEMBERED_FORMS = 4096
_HIT, _NO_DATA, _ERROR = Status.HIT, Status.NO_DATA, Status.ERROR


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


Called = tuple[Step, Callable[..., Verdict], Parameters]
Answers = tuple[tuple[Step, Verdict], ...]
"""What checks said beside "passed"."""


def failed(error: Exception) -> Verdict:
    """The answer of a check that crashed."""
    return Verdict(_ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def _answer(function: Callable[..., Verdict], *given: object) -> Verdict:
    try:
        return function(*given)
    except Exception as error:  # noqa: BLE001 - whatever a check does wrong must become evidence, not a lost order
        return failed(error)


def _asked(called: tuple[Called, ...], shown: object, reference: Reference) -> Answers:
    said = [(step, _answer(function, shown, reference, parameters)) for step, function, parameters in called]
    return tuple([(step, verdict) for step, verdict in said if verdict is not PASS])


def _lasting(answers: Answers) -> bool:
    """Whether the answers hang on what was shown alone; a crash may pass."""
    return not any(verdict.status is _ERROR for _, verdict in answers)


@dataclass(slots=True, eq=False)
class _Held:
    """What is known under one set of reference data; `number` counts shipments and descriptions of goods.

    Exchanged as a whole: another thread may judge with other data.
    """

    reference: Reference
    known: dict[Any, Any] = field(default_factory=dict)
    number: int = 0


class AnswersOfForm:
    """What the checks on the codes of a declaration said."""

    def __init__(self, called: tuple[Called, ...]) -> None:
        self.called = called
        self._held = _Held(Reference())

    def of(self, facts: OrderFacts) -> Answers:
        """The answers for one order."""
        if not self.called:
            return ()
        try:
            return self._remembered(facts)
        except Exception as error:  # noqa: BLE001 - a form that cannot even be read fails every check on it
            verdict = failed(error)
            return tuple([(step, verdict) for step, _, _ in self.called])

    def _remembered(self, facts: OrderFacts) -> Answers:
        held, form = self._held, form_of(facts)
        if held.reference is not facts.reference or len(held.known) >= REMEMBERED_FORMS:
            held = self._held = _Held(facts.reference)
        found: Answers | None = held.known.get(form)
        if found is None:
            found = _asked(self.called, form, facts.reference)
            if _lasting(found):
                held.known[form] = found
        return found


class AnswersOfGoods:
    """What the checks on descriptions of goods said."""

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
            held = self._held = _Held(facts.reference)
        known = self._of_shipment(held, shipment)
        answers: list[Answers] = []
        for line in lines:
            description = description_of(line)
            found = known.get(description)
            if found is None:
                found = _asked(self.called, Goods._make((*description, shipment)), facts.reference)
                if _lasting(found):
                    known[description] = found
                    held.number += 1
            answers.append(found)
        return answers

    @staticmethod
    def _of_shipment(held: _Held, shipment: Shipment) -> dict[Description, Answers]:
        known: dict[Description, Answers] | None = held.known.get(shipment)
        if known is None:
            known = held.known[shipment] = {}
            held.number += 1
        return known
