"""The evidence of the database, as a pack wants it: canonical lines, audit spans, documents."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol

import msgspec

from databases.audit_chain import stamp
from databases.evidence import Evidence
from databases.unit_of_work import UnitOfWork
from risk.canonical import canonical
from risk.findings import Outcome
from tradewarden.aeo.evidence import AUDIT, Document, Head, Span
from tradewarden.aeo.period import Period
from tradewarden.errors import CannotDo

HASHED = {"decision": ("body", "facts"), "order_revision": ("body",), "policy": ("body",)}
"""Columns of stored bytes whose hash stands beside them."""
BODY_NAMES = {"decision": "decision", "order_revision": "order", "policy": "policy"}
"""What the `body` of a record is called in the pack."""


FILE_FACTS = ("name", "media_type", "added_by", "added_at")


class FileStore(Protocol):
    """The store of documents by their SHA-256."""

    def pieces(self, sha256: str) -> Iterator[bytes] | None:
        """The bytes of a file in pieces, or None when it is not there."""


@dataclass(frozen=True, slots=True)
class DatabaseEvidence:
    """One period as one reading unit of work sees it: everything in the pack is of the same moment."""

    uow: UnitOfWork
    store: FileStore
    period: Period

    @property
    def _questions(self) -> Evidence:
        return Evidence(self.uow.connection)

    def records(self, kind: str) -> Iterator[bytes]:
        """Canonical JSON lines. Raises CannotDo for a row whose hash does not fit: evidence is not made of it."""
        if kind == AUDIT:
            return self._audit()
        rows = self._questions.rows(kind, self.period.start, self.period.end)
        return (_line(record, row) for record, row in rows)

    def _audit(self) -> Iterator[bytes]:
        for span in self._questions.spans(self.period.start, self.period.end):
            for entry in self._questions.entries(span.stream, span.first, span.last):
                at = entry["at"]
                yield canonical({**entry, "at": stamp(at) if isinstance(at, datetime) else str(at)})

    def spans(self) -> Mapping[str, Span]:
        """Both ends of every chain with entries in the period."""
        return {
            span.stream: Span(Head(span.first - 1, span.before), Head(span.last, span.after))
            for span in self._questions.spans(self.period.start, self.period.end)
        }

    def documents(self) -> Iterator[Document]:
        """Each content once; its facts name every order and kind it serves."""
        found = self._questions.files(self.period.start, self.period.end)
        for sha256, alike in groupby(found, key=lambda use: str(use["sha256"])):
            rows = list(alike)
            facts: dict[str, str | int] = {name: str(_plain(rows[0][name])) for name in FILE_FACTS}
            uses = ", ".join(f"{row['kind']} {row['order_id']}".strip() for row in rows)
            yield Document(sha256, {**facts, "size": int(rows[0]["size"]), "uses": uses})

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """The stored bytes, or None."""
        return self.store.pieces(sha256)


def _line(record: str, row: Mapping[str, Any]) -> bytes:
    """A row as canonical JSON with the record's name; hashed bytes become part of it exactly as they were hashed."""
    hashed = HASHED.get(record, ())
    fields: dict[str, Any] = {"record": record}
    for name, value in row.items():
        shown = BODY_NAMES.get(record, name) if name == "body" else name
        fields[shown] = _intact(record, row, name) if name in hashed and value is not None else _plain(value)
    if isinstance(row.get("outcome"), int):
        fields["outcome"] = Outcome(row["outcome"]).word
    return canonical(fields)


def _intact(record: str, row: Mapping[str, Any], name: str) -> msgspec.Raw:
    content: bytes = row[name]
    promised = row["hash"] if record == "policy" else row[f"{name}_hash"]
    if hashlib.sha256(content).hexdigest() != promised:
        keys = ("decision_id", "order_id", "revision", "name", "version")
        key = " ".join(str(row[part]) for part in keys if part in row)
        raise CannotDo(
            f"The {name} of {record} {key} does not fit its hash {str(promised)[:16]}…: it was changed after it was "
            "recorded. Run `tradewarden audit verify`, and restore the row from the last good backup."
        )
    return msgspec.Raw(content)


def _plain(value: Any) -> Any:
    """A column's value as JSON: stored JSON is taken in, other bytes are shown in hexadecimal, decimals are text."""
    if isinstance(value, bytes):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value.hex()
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
