"""Streams 消息流: how far each partition has been applied, who reads it now, and which workers live.

The offset here is the one that counts: it is advanced in the transaction that applied the records.
"""

from sqlalchemy import Connection, Table

from databases.columns import metadata, number, time, words

stream_partitions = Table(
    "stream_partitions",
    metadata,
    words("topic", primary_key=True),
    number("partition", primary_key=True, autoincrement=False),
    # the offset of the first record that has not been applied
    number("next_offset"),
    # the offset the next record will get, as last seen; the difference is the lag
    number("end_offset"),
    words("holder"),
    time("held_until", nullable=True),
    time("applied_at", nullable=True),
    time("seen_at", nullable=True),
)

stream_workers = Table(
    "stream_workers",
    metadata,
    words("name", primary_key=True),
    time("started_at"),
    time("seen_until"),
    words("state"),
    words("reason"),
)


class Streams:
    """Offsets, leases and living workers inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
