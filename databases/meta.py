"""Small facts about the installation itself: key and value."""

from sqlalchemy import Connection, Table, select

from databases.bulk import upsert
from databases.columns import metadata, words

meta = Table("meta", metadata, words("key", primary_key=True), words("value"))


class Meta:
    """Key-value facts inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, key: str) -> str | None:
        """The value, or None."""
        return self.connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def set(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        statement = upsert(self.connection, meta).values(key=key, value=value)
        replaced = statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
        self.connection.execute(replaced)
