"""Documents by content: what is known of each file; the bytes live in the file store under their SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Index, Table, select

from databases.bulk import upsert
from databases.columns import metadata, number, time, words

files = Table(
    "files",
    metadata,
    words("sha256", primary_key=True),
    words("order_id", primary_key=True),
    words("kind", primary_key=True),
    words("name"),
    words("media_type"),
    number("size"),
    words("added_by"),
    time("added_at"),
    Index(None, "order_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file's metadata. `size` in bytes; the same content may serve several orders and kinds."""

    sha256: str
    name: str
    media_type: str
    size: int
    kind: str
    added_by: str
    added_at: datetime
    order_id: str = ""


class Files:
    """File metadata inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, file: StoredFile) -> bool:
        """Keep the metadata; False when this content, order and kind was known."""
        fresh = upsert(self.connection, files).on_conflict_do_nothing(index_elements=["sha256", "order_id", "kind"])
        values = {name: getattr(file, name) for name in StoredFile.__slots__}
        return self.connection.execute(fresh.values(**values).returning(files.c.sha256)).first() is not None

    def get(self, sha256: str) -> Sequence[StoredFile]:
        """Every use of a content."""
        return self._found(files.c.sha256 == sha256)

    def of_order(self, order_id: str) -> Sequence[StoredFile]:
        """The files of an order, oldest first."""
        return self._found(files.c.order_id == order_id)

    def between(self, since: datetime, until: datetime) -> Sequence[StoredFile]:
        """Files added in a period, for the evidence pack."""
        return self._found((files.c.added_at >= since) & (files.c.added_at < until))

    def _found(self, wanted: ColumnElement[bool]) -> Sequence[StoredFile]:
        query = select(files).where(wanted).order_by(files.c.added_at, files.c.sha256, files.c.kind)
        return [StoredFile(**row._mapping) for row in self.connection.execute(query)]
