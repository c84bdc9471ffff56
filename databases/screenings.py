"""Screenings 筛查: every one made, the empty ones too; their matches as a queue for the officers' judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, Row, Table, select

from databases.bulk import insert_rows
from databases.columns import Scaled, body, metadata, number, row_id, time, words
from databases.errors import NotFound, StaleState
from databases.paging import Page, PageRequest, ordered, paged
from databases.screening_exceptions import ScreeningException, ScreeningExceptions
from risk.canonical import canonical
from risk.facts import ListMatch, Screening
from risk.nouns.parties import Role

# made while one thread imports: the library does not guard the first use of a type against a second thread
_MATCHES = msgspec.json.Decoder(tuple[ListMatch, ...])

JUDGEMENTS = ("same", "not_same", "unsure")

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
class MatchQuery:
    """Filters of the match queue. `judged` None = both; `include_excepted` shows what an exception silences."""

    judged: bool | None = False
    order_id: str = ""
    list_id: str = ""
    effects: tuple[str, ...] = ()
    include_excepted: bool = False


class Screenings:
    """Screenings inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def record(self, batch: Sequence[ScreeningRecord]) -> None:
        """Keep screenings in bulk and queue their matches; a match an exception silences is queued as excepted."""
        insert_rows(self.connection, screenings, [_screening_row(record) for record in batch])
        insert_rows(
            self.connection,
            match_queue,
            [_match_row(record, match) for record in batch for match in record.screening.matches],
        )

    def of_order(self, order_id: str) -> list[StoredScreening]:
        """All screenings of an order, oldest first."""
        query = select(screenings).where(screenings.c.order_id == order_id).order_by(screenings.c.id)
        return [_stored(row) for row in self.connection.execute(query)]

    def matches(self, query: MatchQuery, page: PageRequest | None = None) -> Page[QueuedMatch]:
        """The match queue; sorts: found_at (default), score, match_id."""
        c = match_queue.c
        wanted = select(match_queue)
        if query.judged is not None:
            done = c.judgement.in_(("same", "not_same"))
            wanted = wanted.where(done if query.judged else ~done)
        wanted = wanted.where(c.order_id == query.order_id) if query.order_id else wanted
        wanted = wanted.where(c.list_id == query.list_id) if query.list_id else wanted
        wanted = wanted.where(c.effect.in_(query.effects)) if query.effects else wanted
        wanted = wanted if query.include_excepted else wanted.where(c.excepted == 0)
        sorts = {"found_at": c.found_at, "score": c.score, "match_id": c.match_id}
        return paged(self.connection, ordered(wanted, page, sorts, "found_at"), page, _match)

    def match(self, match_id: int) -> QueuedMatch | None:
        """One match."""
        row = self.connection.execute(select(match_queue).where(match_queue.c.match_id == match_id)).first()
        return None if row is None else _match(row)

    def judge(self, match_id: int, judgement: str, by: str, note: str, now: datetime) -> None:
        """Say same, not_same or unsure. Raises StaleState when same or not_same stands already, NotFound."""
        if judgement not in JUDGEMENTS:
            raise ValueError(f"judgement {judgement!r}; expected one of {', '.join(JUDGEMENTS)}")
        c = match_queue.c
        open_match = match_queue.update().where(c.match_id == match_id, c.judgement.in_(("", "unsure")))
        values = {"judgement": judgement, "judged_by": by, "judged_at": now, "note": note}
        if self.connection.execute(open_match.values(values)).rowcount:
            return
        found = self.match(match_id)
        if found is None:
            raise NotFound(f"there is no match {match_id}")
        raise StaleState(f"match {match_id} was judged {found.judgement} by {found.judged_by} already")

    def active_exceptions(self, on: date) -> list[ScreeningException]:
        """Approved, not ended, and in force on a day."""
        return ScreeningExceptions(self.connection).active(on)


def _screening_row(record: ScreeningRecord) -> dict[str, Any]:
    screening = record.screening
    return {
        "order_id": record.order_id,
        "decision_id": record.decision_id,
        "role": screening.role.value,
        "name": screening.name,
        "uscc": screening.uscc,
        "subject_key": record.subject_key,
        "lists_version": record.lists_version,
        "reused_from": screening.reused_from,
        "failed": screening.failed,
        "match_count": len(screening.matches),
        "matches": canonical(screening.matches),
        "screened_at": record.screened_at,
    }


def _match_row(record: ScreeningRecord, match: ListMatch) -> dict[str, Any]:
    return {
        "order_id": record.order_id,
        "decision_id": record.decision_id,
        "role": record.screening.role.value,
        "name": record.screening.name,
        "uscc": record.screening.uscc,
        "subject_key": record.subject_key,
        "list_id": match.list_id,
        "entry_id": match.entry_id,
        "matched_name": match.matched_name,
        "score": match.score,
        "verdict": match.verdict,
        "effect": match.effect,
        "excepted": int(match.excepted),
        "found_at": record.screened_at,
    }


def _stored(row: Row[Any]) -> StoredScreening:
    screening = Screening(
        role=Role(row.role),
        name=row.name,
        uscc=row.uscc,
        matches=_MATCHES.decode(row.matches),
        reused_from=row.reused_from,
        failed=row.failed,
    )
    return StoredScreening(
        screening_id=row.id,
        order_id=row.order_id,
        decision_id=row.decision_id,
        subject_key=row.subject_key,
        lists_version=row.lists_version,
        screened_at=row.screened_at,
        screening=screening,
    )


def _match(row: Row[Any]) -> QueuedMatch:
    values = dict(row._mapping)
    return QueuedMatch(**values | {"excepted": bool(row.excepted)})
