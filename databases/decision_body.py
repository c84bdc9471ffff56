"""A decision to its canonical JSON and back.

The numbers a check saw are text, whole numbers or truths there; a decimal comes back as the text it was written as,
which says the same in every sentence and hashes to the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec

from risk.canonical import canonical
from risk.decision import Decision, SupervisionPlan
from risk.facts import Screening
from risk.findings import Contribution, Finding, Outcome, Severity, Status


@dataclass(frozen=True, slots=True)
class _Finding:
    check: str
    status: Status
    severity: Severity
    line: int | None
    code: str
    seen: Mapping[str, str | int | bool]
    floor: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    decision_id: str
    order_id: str
    revision: int
    as_of: datetime
    outcome: Outcome
    score: int
    findings: tuple[_Finding, ...]
    contributions: tuple[Contribution, ...]
    screenings: tuple[Screening, ...]
    supervision: SupervisionPlan
    policy: str
    policy_hash: str
    versions: Mapping[str, str]


REMEMBERED = 16_384
"""So many different findings and contributions are kept as text: some hundred for each policy in force."""

Part = Finding | Contribution
_NAMES = tuple(field.name for field in fields(Decision))
# by the id of the part; it is kept beside its text, so its id can't become another one's
_known: dict[int, tuple[Part, bytes]] = {}


def encoded(decision: Decision) -> bytes:
    """The canonical JSON of a decision, as `canonical` writes it.

    Most findings are the same objects in every order ("passed", "no data"), so their text is made once.
    """
    values: dict[str, Any] = {name: getattr(decision, name) for name in _NAMES}
    values["findings"] = _array(decision.findings)
    values["contributions"] = _array(decision.contributions)
    return canonical(values)


def _array(parts: Sequence[Part]) -> msgspec.Raw:
    known = _known.get
    texts = [found[1] if (found := known(id(part))) is not None else _text(part) for part in parts]
    return msgspec.Raw(b"[" + b",".join(texts) + b"]")


def _text(part: Part) -> bytes:
    text = canonical(part)
    if part.status is Status.HIT:
        return text  # its numbers are those of one order
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[id(part)] = (part, text)
    return text


_DECODER = msgspec.json.Decoder(_Decision)


def decoded(body: bytes) -> Decision:
    """The decision behind its body; encoding it again gives the same bytes. Raises msgspec.DecodeError."""
    read = _DECODER.decode(body)
    values = {name: getattr(read, name) for name in _Decision.__slots__ if name != "findings"}
    findings = tuple(
        Finding(one.check, one.status, one.severity, one.line, one.code, one.seen, one.floor) for one in read.findings
    )
    return Decision(findings=findings, **values)
