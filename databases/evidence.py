"""Evidence 证据: everything of a period as it stands in the tables, streamed for export and for verification.

Rows come back as plain mappings, not as the product's dataclasses: an exporter must show, and a verifier must be able
to name, a row that somebody has damaged, so nothing here insists on a well-formed value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
)

from databases.alert_tables import alert_steps, alerts
from databases.audit import audit_checkpoints, audit_entries, audit_heads
from databases.audit_chain import GENESIS
from databases.columns import REPEATS, UtcTime
from databases.decision_tables import decisions
from databases.files import files
from databases.order_tables import order_events, order_revisions
from databases.policies import policies
from databases.screening_exceptions import exceptions
from databases.screenings import match_queue, screenings
from databases.watchlists import watchlist_versions

Row = Mapping[str, Any]
ROWS_AT_ONCE = 500
DECIDED = "order.decided"
"""The audit action that vouches for a decision: its `after_hash` is the hash of the decision's body."""


@dataclass(frozen=True, slots=True)
class Source:
    """One table of the evidence: the record's name and the times that put a row into a period.

    `belongs` are columns that tie a row to a decision: what belongs to a decision of the period comes with it, whenever
    it was written. `standing` tables count from their first time on: what was made before is in force in the period.
    """

    record: str
    table: Table
    times: tuple[str, ...]
    belongs: tuple[str, ...] = ()
    standing: bool = False


SOURCES: Mapping[str, tuple[Source, ...]] = {
    "decisions": (Source("decision", decisions, ("as_of", "recorded_at")),),
    "orders": (
        Source("order_revision", order_revisions, ("recorded_at",), ("order_id", "revision")),
        Source("order_event", order_events, ("at",)),
    ),
    "screenings": (Source("screening", screenings, ("screened_at",), ("decision_id",)),),
    "dispositions": (
        Source("alert", alerts, ("created_at", "assigned_at", "proposed_at", "closed_at"), ("decision_id",)),
        Source("alert_step", alert_steps, ("at",)),
        Source("match", match_queue, ("found_at", "judged_at"), ("decision_id",)),
        Source("exception", exceptions, ("made_at", "approved_at", "ended_at")),
    ),
    "list_versions": (Source("list_version", watchlist_versions, ("imported_at",), standing=True),),
    "policies": (Source("policy", policies, ("made_at",), standing=True),),
}
"""Kinds of evidence and the tables they come from."""


@dataclass(frozen=True, slots=True)
class ChainSpan:
    """The entries of one audit stream from `first` to `last`; `before` is the hash that the first follows."""

    stream: str
    first: int
    last: int
    before: str
    after: str


class Evidence:
    """Questions of the exporter and the verifier inside one unit of work. `since` inclusive, `until` exclusive."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, kind: str, since: datetime, until: datetime) -> Iterator[tuple[str, Row]]:
        """(record name, row) of a kind, by table, time and key; times are aware, bodies are bytes."""
        for source in SOURCES[kind]:
            first = source.table.c[source.times[0]]
            wanted = first < until if source.standing else _within(source.table, source.times, since, until)
            if source.belongs:
                same = (source.table.c[name] == decisions.c[name] for name in source.belongs)
                wanted = wanted | exists().where(*same, _decided(since, until))
            for row in self._read(source.table, wanted, first, *source.table.primary_key.columns):
                yield source.record, row

    def files(self, since: datetime, until: datetime) -> Iterator[Row]:
        """Uses of files added in the period, or by orders that were decided in it, by content."""
        decided = exists().where(decisions.c.order_id == files.c.order_id, _decided(since, until))
        wanted = _within(files, ("added_at",), since, until) | decided
        return self._read(files, wanted, files.c.sha256, files.c.order_id, files.c.kind)

    def _read(self, table: Table, wanted: ColumnElement[bool], *order: Column[Any]) -> Iterator[Row]:
        """Whole rows but for what only repeats them; a time that can't be read stays the text that stands there."""
        kept = [column for column in table.c if not column.info.get(REPEATS)]
        times = [column.name for column in kept if isinstance(column.type, UtcTime)]
        plain = [type_coerce(c, Text).label(c.name) if c.name in times else c for c in kept]
        for read in self._streamed(select(*plain).where(wanted).order_by(*order)):
            yield {**read, **{name: _instant(read[name]) for name in times}}

    def _streamed(self, query: Select[Any]) -> Iterator[Row]:
        """Rows a few at a time; the cursor is closed also when the reader gives up."""
        with self.connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
            for row in rows:
                yield dict(row._mapping)

    def spans(self, since: datetime, until: datetime) -> list[ChainSpan]:
        """For each stream with entries in the period, or vouching for its decisions, the range that holds them all."""
        c = audit_entries.c
        vouching = (c.action == DECIDED) & c.after_hash.in_(select(decisions.c.body_hash).where(_decided(since, until)))
        wanted = _within(audit_entries, ("at",), since, until) | vouching
        ends = select(c.stream, func.min(c.seq).label("first"), func.max(c.seq).label("last"))
        found = self.connection.execute(ends.where(wanted).group_by(c.stream).order_by(c.stream)).all()
        return [self._span(row.stream, row.first, row.last) for row in found]

    def _span(self, stream: str, first: int, last: int) -> ChainSpan:
        c = audit_entries.c
        ends = select(c.seq, c.hash).where(c.stream == stream, c.seq.in_((first - 1, last)))
        hashes = {row.seq: row.hash for row in self.connection.execute(ends)}
        return ChainSpan(stream, first, last, hashes.get(first - 1, GENESIS), hashes[last])

    def streams(self) -> list[str]:
        """Every stream that has entries or a head."""
        names = select(audit_entries.c.stream).union(select(audit_heads.c.stream))
        return sorted(str(row.stream) for row in self.connection.execute(names))

    def heads(self) -> dict[str, tuple[Any, Any]]:
        """Number and hash of each stream's head row."""
        query = select(audit_heads.c.stream, audit_heads.c.seq, audit_heads.c.hash)
        return {row.stream: (row.seq, row.hash) for row in self.connection.execute(query)}

    def entries(self, stream: str, first: int = 1, last: int | None = None) -> Iterator[Row]:
        """Audit entries of a stream in order of their number."""
        c = audit_entries.c
        wanted = c.stream == stream
        # without a bound everything is read: a number that is no number must not hide behind a comparison
        wanted = wanted & (c.seq >= first) if first > 1 else wanted
        wanted = wanted & (c.seq <= last) if last is not None else wanted
        return self._read(audit_entries, wanted, c.seq)

    def checkpoints(self) -> list[Row]:
        """All seals, oldest first, as they stand."""
        return list(self._read(audit_checkpoints, true(), audit_checkpoints.c.id))

    def decision_bodies(self, decision_ids: Sequence[str]) -> dict[str, Row]:
        """Whole rows of decisions by id, for comparison with the audit."""
        found = self._read(decisions, decisions.c.decision_id.in_(decision_ids))
        return {str(row["decision_id"]): row for row in found}

    def unaudited_decisions(self) -> Iterator[str]:
        """Decisions that no audit entry vouches for."""
        a, d = audit_entries.c, decisions.c
        vouched = exists().where(
            a.object_type == "order",
            a.object_id == d.order_id,
            a.action == DECIDED,
            a.after_hash == d.body_hash,
        )
        query = select(d.decision_id).where(~vouched).order_by(d.decision_id)
        return (str(row["decision_id"]) for row in self._streamed(query))

    def revision_bodies(self) -> Iterator[Row]:
        """Bodies and hashes of all order revisions."""
        c = order_revisions.c
        return self._streamed(select(c.id, c.order_id, c.revision, c.body, c.body_hash).order_by(c.id))


def _within(table: Table, times: Iterable[str], since: datetime, until: datetime) -> ColumnElement[bool]:
    return or_(*((table.c[name] >= since) & (table.c[name] < until) for name in times))


def _decided(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Decisions made of, or recorded in, the period."""
    return _within(decisions, ("as_of", "recorded_at"), since, until)


def _instant(value: Any) -> Any:
    """A stored time, aware: SQLite hands out its text, PostgreSQL a time. Anything else as it stands."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return value
