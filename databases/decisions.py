"""Decisions 判定: what the machine said about each revision, for ever."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.exc import IntegrityError

from databases.bulk import chunks, insert_rows, streamed
from databases.decision_answers import answered, hit_checks, written
from databases.decision_body import decoded, encoded
from databases.decision_figures import Figures, figures
from databases.decision_state import settled
from databases.decision_tables import check_hits, decisions
from databases.errors import StaleState
from databases.order_tables import orders
from databases.paging import Page, PageRequest, ordered, paged
from risk.decision import Decision
from risk.findings import Outcome


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """A decision to be kept. `facts` is the canonical JSON of the evidence facts, exactly as it shall be hashed."""

    decision: Decision
    client_id: str
    facts: bytes

    @cached_property
    def body(self) -> bytes:
        """The canonical JSON of the decision, made once for the row and for every hash over it."""
        return encoded(self.decision)

    @cached_property
    def body_hash(self) -> str:
        """SHA-256 of the body, hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @cached_property
    def facts_hash(self) -> str:
        """SHA-256 of the facts, hexadecimal."""
        return hashlib.sha256(self.facts).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSummary:
    """One row of a list of decisions."""

    decision_id: str
    order_id: str
    revision: int
    client_id: str
    as_of: datetime
    recorded_at: datetime
    outcome: Outcome
    score: int
    order_class: str
    supervision: str
    policy: str
    policy_hash: str
    body_hash: str
    facts_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision as recorded: the exact bytes hashed (`body`, `facts`) and the decision decoded from them.

    Decimals among the numbers seen come back as text, as they stand in the canonical JSON.
    """

    summary: DecisionSummary
    decision: Decision
    body: bytes
    facts: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuery:
    """Filters; empty means any. `check` finds decisions with a finding of that check, of `status` if given."""

    order_id: str = ""
    client_id: str = ""
    outcome: Outcome | None = None
    check: str = ""
    status: str = ""
    policy_hash: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Decisions:
    """Decisions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def record(self, batch: Sequence[DecisionRecord], now: datetime, *, settle: bool = True) -> None:
        """Keep decisions in bulk and set outcome, score and state of their orders (if still at that revision).

        `settle` False: the orders' rows were written with their decisions already. Findings are in the body; of
        those that did not pass the check is in `answers`. Raises StaleState when a revision was decided before.
        """
        rows = [_row(record, now) for record in batch]
        try:
            insert_rows(self.connection, decisions, rows)
        except (IntegrityError, psycopg.errors.UniqueViolation) as error:
            named = ", ".join(f"{r.decision.order_id} revision {r.decision.revision}" for r in batch[:3])
            raise StaleState(
                f"a decision of this batch ({named} ...) exists already; nothing of the batch is recorded"
            ) from error
        hits = [
            {"check_id": check, "decision_id": row["decision_id"]}
            for row in rows
            for check in hit_checks(row["answers"])
        ]
        insert_rows(self.connection, check_hits, hits)
        if settle:
            self._settle(batch)

    def _settle(self, batch: Sequence[DecisionRecord]) -> None:
        c = orders.c
        in_force = (c.order_id == bindparam("key")) & (c.revision == bindparam("at")) & (c.state != "cancelled")
        names = ("outcome", "score", "decision_id", "order_class", "supervision", "state")
        statement = orders.update().where(in_force).values({name: bindparam(f"new_{name}") for name in names})
        rows = [
            {"key": record.decision.order_id, "at": record.decision.revision}
            | {f"new_{name}": value for name, value in settled(record.decision).items()}
            for record in batch
        ]
        if rows:
            self.connection.execute(statement, rows)

    def get(self, decision_id: str) -> StoredDecision | None:
        """One decision."""
        row = self.connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).first()
        return None if row is None else _stored(row)

    def of_order(self, order_id: str) -> Sequence[StoredDecision]:
        """All decisions of an order, oldest revision first."""
        wanted = select(decisions).where(decisions.c.order_id == order_id).order_by(decisions.c.revision)
        return [_stored(row) for row in self.connection.execute(wanted)]

    def between(self, since: datetime, until: datetime) -> Iterator[StoredDecision]:
        """Decisions with since <= as_of < until in order of time; streamed, for export and replay."""
        c = decisions.c
        wanted = select(decisions).where(c.as_of >= since, c.as_of < until).order_by(c.as_of, c.decision_id)
        return (_stored(row) for row in streamed(self.connection, wanted, batch=200))

    def list(self, query: DecisionQuery, page: PageRequest | None = None) -> Page[DecisionSummary]:
        """Decisions that meet the filters; sorts: as_of (default), score, order_id, outcome."""
        c = decisions.c
        wanted = select(*(c[name] for name in DecisionSummary.__slots__))
        for name in ("order_id", "client_id", "policy_hash"):
            if value := getattr(query, name):
                wanted = wanted.where(c[name] == value)
        wanted = wanted.where(c.outcome == int(query.outcome)) if query.outcome is not None else wanted
        wanted = wanted.where(c.as_of >= query.since) if query.since else wanted
        wanted = wanted.where(c.as_of < query.until) if query.until else wanted
        if query.check:
            wanted = wanted.where(answered(query.check, query.status))
        sorts = {name: c[name] for name in ("as_of", "score", "order_id", "outcome")}
        return paged(self.connection, ordered(wanted, page, sorts, "as_of"), page, _summary)

    def summaries(self, decision_ids: Sequence[str]) -> dict[str, DecisionSummary]:
        """Summaries by id, for a page of orders or alerts."""
        c = decisions.c
        query = select(*(c[name] for name in DecisionSummary.__slots__))
        return {
            row.decision_id: _summary(row)
            for piece in chunks(list(dict.fromkeys(decision_ids)))
            for row in self.connection.execute(query.where(c.decision_id.in_(piece)))
        }

    def figures(self, since: datetime, until: datetime, zone: str = "Asia/Shanghai") -> Figures:
        """The workbench's numbers over decisions with since <= as_of < until."""
        return figures(self.connection, since, until, ZoneInfo(zone))


def _stored(row: Row[Any]) -> StoredDecision:
    return StoredDecision(summary=_summary(row), decision=decoded(row.body), body=row.body, facts=row.facts)


def _row(record: DecisionRecord, now: datetime) -> dict[str, Any]:
    decision = record.decision
    return {
        "decision_id": decision.decision_id,
        "order_id": decision.order_id,
        "revision": decision.revision,
        "client_id": record.client_id,
        "as_of": decision.as_of,
        "recorded_at": now,
        "outcome": int(decision.outcome),
        "score": decision.score,
        "order_class": decision.supervision.order_class,
        "supervision": decision.supervision.kind,
        "policy": decision.policy,
        "policy_hash": decision.policy_hash,
        "body": record.body,
        "body_hash": record.body_hash,
        "facts": record.facts,
        "facts_hash": record.facts_hash,
        "answers": written(decision.findings),
    }


def _summary(row: Row[Any]) -> DecisionSummary:
    values = {name: row._mapping[name] for name in DecisionSummary.__slots__}
    return DecisionSummary(**values | {"outcome": Outcome(row.outcome)})
