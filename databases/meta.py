"""Small facts about the installation itself: key and value."""

from sqlalchemy import Connection, Table

from databases.columns import metadata, words

meta = Table("meta", metadata, words("key", primary_key=True), words("value"))


class Meta:
    """Key-value facts inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, key: str) -> str | None:
        """The value, or None."""
        raise NotImplementedError

    def set(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        raise NotImplementedError
