"""The broker as the platform sees it: messages out, records in, offsets that are ours to keep.

The offset that counts is the one in our database, advanced in the transaction that applied the records; what is
committed here only tells the broker where to start when nobody seeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from integrations.errors import Unavailable

ORDERS = "trade.orders"
ORDERS_BULK = "trade.orders.bulk"
LOGISTICS = "trade.logistics"
CUSTOMS = "trade.customs"
DEAD_LETTERS = "trade.orders.dlt"
DECISIONS = "risk.decisions"
ALERTS = "risk.alerts"
INCOMING = (ORDERS, ORDERS_BULK, LOGISTICS, CUSTOMS)
OUTGOING = (DECISIONS, ALERTS, DEAD_LETTERS)

Partition = tuple[str, int]
"""Topic and partition number."""


class Undelivered(Unavailable):
    """The broker has not confirmed a message. It may have arrived all the same: send it again, with the same id."""


class Rejected(Undelivered):
    """This very message is refused, for its size for example; the same bytes will be refused again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to send. Messages of one `key` keep their order; `headers["id"]` lets the receiver drop repeats."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A message as it came. `value` None is a tombstone; key and value are whatever the sender wrote."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    sent_at: datetime


class Producer(Protocol):
    """Sends messages; to be closed, or used in a `with` block."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send all and wait until the broker has confirmed each. Raises Undelivered, the rest then being unknown."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Consumer(Protocol):
    """Reads records of the partitions assigned to it; to be closed, or used in a `with` block."""

    def poll(self, most: int, seconds: float) -> list[Record]:
        """Up to `most` records, waiting at most `seconds` for the first. Raises Unavailable."""

    def seek(self, partition: Partition, offset: int) -> None:
        """Continue a partition at an offset. Raises Unavailable when it is not ours (any more)."""

    def commit(self, following: Mapping[Partition, int]) -> None:
        """Tell the broker the next offset of each partition. Raises Unavailable."""

    def assignment(self) -> frozenset[Partition]:
        """The partitions that are ours now; look again after each poll."""

    def partitions(self, topics: Sequence[str]) -> list[Partition]:
        """The partitions of these topics, in order; a topic that does not exist has none. Raises Unavailable."""

    def assign(self, starts: Mapping[Partition, int]) -> None:
        """Read exactly these partitions from now on, outside any group. Raises Unavailable.

        A new one starts at its offset, one that was read already goes on where it is.
        """

    def begin_offsets(self) -> Mapping[Partition, int]:
        """The first offset each assigned partition still has. Raises Unavailable."""

    def end_offsets(self) -> Mapping[Partition, int]:
        """The offset the next record of each assigned partition will get; the difference to ours is the lag."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def advise(consumer: Consumer, following: Mapping[Partition, int]) -> None:
    """Tell the broker how far we are: advice for its tools, since the offset in our database is the one that counts.

    Raises Unavailable, which costs nothing.
    """
    consumer.commit(following)
