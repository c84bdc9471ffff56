"""Screenings 筛查: every one made, the empty ones too; matches as a queue; judgements; time-limited exceptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Connection, Date, Index, Integer, Table

from databases.columns import Scaled, body, metadata, number, row_id, time, words
from databases.paging import Page, PageRequest
from risk.facts import Screening

screenings = Table(
    "screenings",
    metadata,
    row_id(),
    words("order_id"),
    words("decision_id"),
    words("role"),
    words("name"),
    words("uscc"),
    words("subject_key"),
    words("lists_version"),
    words("reused_from"),
    words("failed"),
    number("match_count"),
    body("matches"),
    time("screened_at"),
    Index(None, "order_id"),
    Index(None, "subject_key", "lists_version"),
)

match_queue = Table(
    "match_queue",
    metadata,
    row_id("match_id"),
    words("order_id"),
    words("decision_id"),
    words("role"),
    words("name"),
    words("uscc"),
    words("subject_key"),
    words("list_id"),
    words("entry_id"),
    words("matched_name"),
    Column("score", Scaled(4), nullable=False),
    words("verdict"),
    words("effect"),
    Column("excepted", Integer, nullable=False),
    words("judgement"),
    words("judged_by"),
    time("judged_at", nullable=True),
    words("note"),
    time("found_at"),
    Index(None, "judgement", "found_at"),
    Index(None, "order_id"),
    Index(None, "subject_key", "list_id", "entry_id"),
)

exceptions = Table(
    "exceptions",
    metadata,
    row_id("exception_id"),
    words("subject_key"),
    words("list_id"),
    words("entry_id"),
    words("subject_fingerprint"),
    words("entry_fingerprint"),
    words("reason"),
    words("made_by"),
    time("made_at"),
    words("approved_by"),
    time("approved_at", nullable=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    words("ended_by"),
    time("ended_at", nullable=True),
    Index(None, "valid_to"),
    Index(None, "subject_key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRecord:
    """A screening of one party of an order. `subject_key` is `kyc.entries.Subject.key`.

    `lists_version` is `Watchlists.snapshot_version()` at the time; the decision's versions name each list.
    """

    order_id: str
    decision_id: str
    subject_key: str
    lists_version: str
    screened_at: datetime
    screening: Screening


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScreening(ScreeningRecord):
    """A screening as kept."""

    screening_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMatch:
    """One match waiting for (or with) an officer's judgement: same, not_same, unsure or "" (not yet judged)."""

    match_id: int
    order_id: str
    decision_id: str
    role: str
    name: str
    uscc: str
    subject_key: str
    list_id: str
    entry_id: str
    matched_name: str
    score: Decimal
    verdict: str
    effect: str
    excepted: bool
    judgement: str
    judged_by: str
    judged_at: datetime | None
    note: str
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewException:
    """A silence for one subject and one entry, to be approved by somebody else; `valid_to` is its last day.

    The fingerprints freeze both identities: when either changes the exception lapses (the screener compares them).
    """

    subject_key: str
    list_id: str
    entry_id: str
    subject_fingerprint: str
    entry_fingerprint: str
    reason: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningException(NewException):
    """An exception with its life; it works only once approved and until ended or over."""

    exception_id: int
    made_by: str
    made_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """Filters of the match queue. `judged` None = both; `include_excepted` shows what an exception silences."""

    judged: bool | None = False
    order_id: str = ""
    list_id: str = ""
    effects: tuple[str, ...] = field(default=())
    include_excepted: bool = False


class Screenings:
    """Screenings inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def record(self, batch: Sequence[ScreeningRecord]) -> None:
        """Keep screenings in bulk and queue their matches."""
        raise NotImplementedError

    def of_order(self, order_id: str) -> list[StoredScreening]:
        """All screenings of an order, oldest first."""
        raise NotImplementedError

    def reusable(self, subject_keys: Sequence[str], lists_version: str) -> Mapping[str, StoredScreening]:
        """The latest successful screening of each subject against exactly these list versions."""
        raise NotImplementedError

    def matches(self, query: MatchQuery, page: PageRequest | None = None) -> Page[QueuedMatch]:
        """The match queue; sorts: found_at (default), score."""
        raise NotImplementedError

    def match(self, match_id: int) -> QueuedMatch | None:
        """One match."""
        raise NotImplementedError

    def judge(self, match_id: int, judgement: str, by: str, note: str, now: datetime) -> None:
        """Say same, not_same or unsure. Raises StaleState when same or not_same stands already, NotFound."""
        raise NotImplementedError

    def propose_exception(self, new: NewException, by: str, now: datetime) -> int:
        """Keep an exception that waits for approval; returns its id. Raises ValueError without reason or past end."""
        raise NotImplementedError

    def approve_exception(self, exception_id: int, by: str, now: datetime) -> None:
        """Raises FourEyesViolated, StaleState, NotFound."""
        raise NotImplementedError

    def end_exception(self, exception_id: int, by: str, now: datetime) -> None:
        """End it before its day. Raises StaleState when it has ended."""
        raise NotImplementedError

    def active_exceptions(self, on: date) -> list[ScreeningException]:
        """Approved, not ended, and in force on a day."""
        raise NotImplementedError

    def exceptions(self) -> list[ScreeningException]:
        """All, newest first."""
        raise NotImplementedError
