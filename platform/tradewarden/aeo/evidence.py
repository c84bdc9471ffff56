"""What an evidence pack is made of, as a port: the database stands behind it, or a list in memory.

Everything comes as streams, so a pack of millions of records needs no more memory than a small one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from databases.audit_chain import GENESIS


@dataclass(frozen=True, slots=True)
class Kind:
    """One file of records: its name in the pack, its titles, and the AEO items (handbook 09) it is evidence for."""

    name: str
    title_zh: str
    title_en: str
    items: str

    @property
    def path(self) -> str:
        return f"data/{self.name}.jsonl"


KINDS = (
    Kind("decisions", "风控决定及检查结果", "Decisions with findings", "TSP-ADV-3, TSP-ADV-5 (EV018, EV037)"),
    Kind("orders", "订单各修订版", "Orders, every revision", "TSP-ADV-4, TSP-ADV-6 (EV025, EV044)"),
    Kind("screenings", "名单筛查记录", "Name screenings, also without a match", "TSP-ADV-7.3 (EV054)"),
    Kind("dispositions", "预警及处置", "Alerts and their handling", "TSP-ADV-3, TSP-ADV-8.1 (EV015, EV066)"),
    Kind("list_versions", "名单版本", "Versions of the watchlists", "TSP-ADV-7.3 (EV054)"),
    Kind("policies", "风控策略版本", "Versions of the policy", "TSP-ADV-3, TSP-ADV-8.1 (EV018, EV065)"),
    Kind("documents", "单证清单", "Documents", "TSP-ADV-4 (EV025)"),
    Kind("audit", "审计日志", "Audit entries", "TSP-ADV-5, TSP-ADV-6 (EV030, EV041)"),
)
"""Every file of records, in the order in which it is written."""

DOCUMENTS, AUDIT = "documents", "audit"
AUDIT_PATH = "data/audit.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    """A place in an audit chain: the number and hash of its last entry."""

    seq: int
    hash: str


EMPTY_CHAIN = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Span:
    """The part of one audit chain that a pack holds: the head before its first entry and the head at its last."""

    before: Head
    after: Head


@dataclass(frozen=True, slots=True)
class Document:
    """A file that belongs to the period. `facts` are plain values for its record (order, name, media type ...)."""

    sha256: str
    facts: Mapping[str, str | int]


class EvidenceSource(Protocol):
    """Reads the evidence of one period from one unchanging view of the data."""

    def records(self, kind: str) -> Iterator[bytes]:
        """Canonical JSON of every record of a kind but `documents`, without line ends, in a stable order.

        Records of decisions hold at least order_id, revision, as_of, outcome (a word), score, policy, policy_hash,
        decision_id, and the whole `decision` as it was hashed.
        """

    def spans(self) -> Mapping[str, Span]:
        """For every audit stream with entries in the period, where the exported part begins and ends."""

    def documents(self) -> Iterator[Document]:
        """The files of the period, each once, in a stable order."""

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """The bytes of a stored file in pieces, or None when the storage does not have it."""
