"""Screening exceptions 例外: a time-limited, reasoned, approved silence for one subject and one list entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, Index, Row, Select, Table, select

from databases.columns import metadata, row_id, time, words
from databases.errors import FourEyesViolated, NotFound, StaleState

exceptions = Table(
    "screening_exceptions",
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


class ScreeningExceptions:
    """Screening exceptions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def propose(self, new: NewException, by: str, now: datetime) -> int:
        """Keep an exception that waits for approval; returns its id.

        Raises ValueError without a reason, or when its last day lies before its first or before `now`.
        """
        if not new.reason.strip():
            raise ValueError(f"exception for {new.subject_key}: a reason is required")
        if new.valid_to < max(new.valid_from, now.date()):
            raise ValueError(
                f"exception for {new.subject_key}: last day {new.valid_to} lies before {new.valid_from} or today; "
                "an exception needs an end in the future"
            )
        row = {name: getattr(new, name) for name in NewException.__slots__}
        statement = exceptions.insert().values(row | {"made_by": by, "made_at": now})
        return int(self.connection.execute(statement.returning(exceptions.c.exception_id)).scalar_one())

    def approve(self, exception_id: int, by: str, now: datetime) -> None:
        """Put it to work, by a second person. Raises FourEyesViolated, StaleState, NotFound."""
        found = self._one(exception_id)
        if found.made_by == by:
            raise FourEyesViolated(f"exception {exception_id} was made by {by}; a second person has to approve it")
        self._step(exception_id, {"approved_by": by, "approved_at": now}, approved=False)

    def end(self, exception_id: int, by: str, now: datetime) -> None:
        """End it (or withdraw the proposal) before its day. Raises StaleState when it has ended, NotFound."""
        self._one(exception_id)
        self._step(exception_id, {"ended_by": by, "ended_at": now}, approved=None)

    def _step(self, exception_id: int, values: dict[str, Any], approved: bool | None) -> None:
        c = exceptions.c
        wanted = exceptions.update().where(c.exception_id == exception_id, c.ended_at.is_(None))
        if approved is False:
            wanted = wanted.where(c.approved_at.is_(None))
        if not self.connection.execute(wanted.values(values)).rowcount:
            raise StaleState(f"exception {exception_id} has been approved or ended meanwhile; look at it again")

    def _one(self, exception_id: int) -> ScreeningException:
        found = self._found(select(exceptions).where(exceptions.c.exception_id == exception_id))
        if not found:
            raise NotFound(f"there is no exception {exception_id}")
        return found[0]

    def active(self, on: date) -> list[ScreeningException]:
        """Approved, not ended, and in force on a day."""
        c = exceptions.c
        query = select(exceptions).where(c.approved_at.is_not(None), c.ended_at.is_(None))
        return self._found(query.where(c.valid_from <= on, c.valid_to >= on).order_by(c.exception_id))

    def all(self) -> list[ScreeningException]:
        """Every exception, newest first."""
        return self._found(select(exceptions).order_by(exceptions.c.exception_id.desc()))

    def _found(self, query: Select[Any]) -> list[ScreeningException]:
        rows: Sequence[Row[Any]] = self.connection.execute(query).all()
        return [ScreeningException(**row._mapping) for row in rows]
