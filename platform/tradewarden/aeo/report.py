"""What a verification says: intact or broken, every place that differs, and how many records were looked at."""

from dataclasses import dataclass, field
from typing import Any

from tradewarden.aeo.standalone.verify import SENTENCES

LIVE_SENTENCES = {
    "audit_rewritten": ("审计链在签封前被重写", "the audit chain was written anew before this seal"),
    "head_missing": ("审计链缺少链头记录", "the audit chain has no head row"),
    "head_changed": ("审计链头记录与末条不符", "the head row does not fit the last entry"),
    "seal_malformed": ("签封无法读取", "the seal can't be read"),
    "seal_changed": ("签封的列与其声明不符", "the seal's columns do not fit its statement"),
    "seal_missing": ("数据库缺少此签封(旧备份或分叉)", "the database lacks this seal: an old backup or a fork"),
    "witness_damaged": ("见证副本损坏", "the witnessed copy of a seal is damaged"),
    "decision_missing": ("缺少已审计的决定", "a decision that the audit vouches for is missing"),
    "decision_changed": ("决定与审计记录不符", "the decision is not the one that was recorded"),
    "decision_added": ("决定没有审计记录", "no audit entry vouches for the decision"),
    "order_changed": ("订单修订版与其哈希不符", "the order revision does not fit its hash"),
}
"""Kinds of problems that only the live database can have."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `kind` is a word of `SENTENCES` or `LIVE_SENTENCES`; `where` names file, line or row."""

    kind: str
    where: str

    @property
    def sentences(self) -> tuple[str, str]:
        """What it means, in Chinese and in English."""
        return SENTENCES.get(self.kind) or LIVE_SENTENCES[self.kind]


@dataclass(frozen=True, slots=True)
class Report:
    """The result. `signer` is the fingerprint of the key in the checkpoint, empty when there was none to read."""

    problems: tuple[Problem, ...]
    records: int
    signer: str = ""

    @property
    def verdict(self) -> str:
        return "broken" if self.problems else "intact"

    def as_json(self) -> dict[str, Any]:
        """The line that the command line prints."""
        problems = [{"kind": problem.kind, "where": problem.where} for problem in self.problems]
        return {"verdict": self.verdict, "problems": problems, "records": self.records, "signer": self.signer}


@dataclass(slots=True)
class Findings:
    """Problems while they are being found, each once, in order."""

    _found: dict[Problem, None] = field(default_factory=dict)

    def add(self, kind: str, where: str) -> None:
        printable = where.encode("utf-8", "backslashreplace").decode()
        self._found[Problem(kind, printable)] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._found)
