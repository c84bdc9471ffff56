"""A decision back from its canonical JSON.

The numbers a check saw are text, whole numbers or truths there; a decimal comes back as the text it was written as,
which says the same in every sentence and hashes to the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

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


_DECODER = msgspec.json.Decoder(_Decision)


def decoded(body: bytes) -> Decision:
    """The decision behind its body; encoding it again gives the same bytes. Raises msgspec.DecodeError."""
    read = _DECODER.decode(body)
    values = {name: getattr(read, name) for name in _Decision.__slots__ if name != "findings"}
    findings = tuple(
        Finding(one.check, one.status, one.severity, one.line, one.code, one.seen, one.floor) for one in read.findings
    )
    return Decision(findings=findings, **values)
