"""The two doors the self-test sends through: the topics of a real broker, or the inbox where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import text

from integrations.kafka.port import INCOMING, Partition
from risk.nouns.order import OrderEvent
from tradewarden.pipeline import status
from tradewarden.pipeline.intake import take
from tradewarden.selftest.judgement import Arrived, contradiction_of, key_of, news_contradiction_of
from tradewarden.selftest.places import Place
from tradewarden.selftest.topics import Seen, Topics
from tradewarden.selftest.traffic import SOURCE, Sent

BEGINNER = "selftest"


class Door(Protocol):
    """Where messages go in."""

    name: str

    def feed(self, messages: Sequence[Sent]) -> None:
        """Send messages and wait until they are taken."""

    def waiting(self, final: bool = False) -> int:
        """How many have not been applied; `final` asks the broker again where its topics end."""

    def arrived(self) -> tuple[Arrived, list[OrderEvent]]:
        """What stands at the door, and the events in the order in which they are to be worked."""


@dataclass(slots=True)
class InboxDoor:
    """Orders put into the inbox and news kept, as the API and the files do; poison never gets that far there."""

    place: Place
    name: str = "inbox"
    _taken: list[Sent] = field(default_factory=list)

    def feed(self, messages: Sequence[Sent]) -> None:
        sound = [message for message in messages if not _is_poison(message)]
        events = [message.event for message in sound if message.event is not None]
        told = [message.status for message in sound if message.status is not None]
        now = self.place.app.clock()
        with self.place.app.database.writing() as uow:
            take(uow, events, SOURCE, SOURCE, now)
            status.take(uow, told, SOURCE, SOURCE, now)
        self._taken += sound

    def waiting(self, final: bool = False) -> int:  # noqa: ARG002  # nobody else puts anything in
        with self.place.app.database.reading() as uow:
            return sum(uow.inbox.pending().values())

    def arrived(self) -> tuple[Arrived, list[OrderEvent]]:
        return _arrived(self._taken, (), len(self._taken))


@dataclass(slots=True)
class StreamDoor:
    """The topics for orders and feeds; the place begins where they end now: earlier cases are none of its business."""

    place: Place
    topics: Topics
    name: str = "kafka"
    begin: Mapping[Partition, int] = field(default_factory=dict)
    _ends: dict[Partition, int] = field(default_factory=dict)
    _sent: dict[bytes | None, Sent] = field(default_factory=dict)
    _handed: int = 0

    def __post_init__(self) -> None:
        self.begin = self.topics.ends()
        self._ends = {where: end for where, end in self.begin.items() if where[0] in INCOMING}
        now = self.place.app.clock()
        with self.place.app.database.writing() as uow:
            uow.streams.lease(BEGINNER, list(self._ends), now, now)
            uow.streams.advance({where: (end, end) for where, end in self._ends.items()}, now)
            uow.streams.release(BEGINNER)

    def feed(self, messages: Sequence[Sent]) -> None:
        self._sent.update({message.value: message for message in messages})
        self._handed += len(messages)
        self.topics.send(messages)

    def waiting(self, final: bool = False) -> int:
        if final:
            self._ends = self.topics.ends(INCOMING)
        began = sum(self.begin[where] for where in self._ends)
        with self.place.app.database.reading() as uow:
            rows = uow.connection.execute(text("SELECT topic, partition, next_offset FROM stream_partitions"))
            applied: int = sum(row.next_offset for row in rows if (row.topic, row.partition) in self._ends)
        return (sum(self._ends.values()) if final else began + self._handed) - applied

    def arrived(self) -> tuple[Arrived, list[OrderEvent]]:
        records = self.topics.read(self.begin, INCOMING)
        known = [self._sent[record.value] for record in records]
        poison = [place_of(record) for record, sent in zip(records, known, strict=True) if _is_poison(sent)]
        return _arrived(known, poison, len(records))


def _is_poison(sent: Sent) -> bool:
    return sent.event is None and sent.status is None


def place_of(record: Seen) -> str:
    """How a dead letter names the record."""
    return f"{record.partition[0]}[{record.partition[1]}]@{record.offset}"


def _arrived(known: Sequence[Sent], poison: Sequence[str], total: int) -> tuple[Arrived, list[OrderEvent]]:
    arrived = Arrived(
        events=frozenset(key for sent in known if (key := key_of(sent)) is not None),
        contradictions=frozenset(item for sent in known if (item := contradiction_of(sent)) is not None),
        places=tuple(poison),
        total=total,
        told=tuple(sent.status for sent in known if sent.status is not None),
        news_contradictions=frozenset(item for sent in known if (item := news_contradiction_of(sent)) is not None),
    )
    return arrived, [sent.event for sent in known if sent.event is not None]
