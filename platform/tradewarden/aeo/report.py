"""What a verification says: intact or broken, every place that differs, and how many records were looked at."""

from dataclasses import dataclass, field
from typing import Any

from tradewarden.aeo.standalone.verify import SENTENCES


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `kind` is a word of `SENTENCES`; `where` names file, line, record or database row."""

    kind: str
    where: str

    @property
    def sentences(self) -> tuple[str, str]:
        """What it means, in Chinese and in English."""
        return SENTENCES[self.kind]


@dataclass(frozen=True, slots=True)
class Report:
    """The result. `signer` is the fingerprint of the key in the checkpoint, empty when there was none to read."""

    problems: tuple[Problem, ...]
    records: int
    signer: str = ""

    @property
    def verdict(self) -> str:
        return "broken" if self.problems else "intact"

    def record(self) -> dict[str, Any]:
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
