"""One round of sending: the plain messages at once, the doubtful ones alone, so that nobody waits for a bad one long.

Kept here is the order of each key (a topic and a key): a message that does not go out holds back those behind it, and
a large one travels alone, because a broker that refuses one record of a request refuses its neighbours with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from databases.outbox import StoredMessage
from integrations.kafka.port import Message, Producer, Rejected, Undelivered
from tradewarden.failpoints import reach

LARGE_BYTES = 256 * 1024
"""From this payload on a message travels alone; brokers refuse from 1 MiB on unless told otherwise."""
TRIES_OF_A_TOPIC = 2
"""After so many failures of a topic without one success its other messages wait for the next round."""

Lane = tuple[str, str]
"""Topic and key: what has an order."""


@dataclass(slots=True)
class Reconnecting:
    """A producer that is replaced after each failure.

    Measured on a real broker: after one refused message the client library's producer reports every later one of that
    partition as refused too; and what could not be delivered still lies in its buffers. A new one knows neither.
    """

    connect: Callable[[], Producer]
    producer: Producer | None = None

    def open(self) -> Producer:
        """The producer in use, connected when there is none. Raises Undelivered."""
        if self.producer is None:
            self.producer = self.connect()
        return self.producer

    def renew(self) -> None:
        """Connect anew, which shows whether a broker is there: an idle producer hears of none. Raises Undelivered."""
        self.close()
        self.open()

    def send(self, messages: Sequence[Message]) -> None:
        """Raises Undelivered."""
        try:
            self.open().send(messages)
        except Undelivered:
            self.close()
            raise

    def close(self) -> None:
        """Give back the connection, if there is one."""
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.close()


class Sender(Protocol):
    """All that sending needs of a producer."""

    def send(self, messages: Sequence[Message]) -> None: ...


@dataclass(slots=True)
class Round:
    """What came of one round. `failed` failed for their own sake, `error` is the last thing the broker said."""

    sent: list[StoredMessage] = field(default_factory=list)
    failed: list[StoredMessage] = field(default_factory=list)
    error: Undelivered | None = None


@dataclass(slots=True)
class _Doubt:
    """What is known of the messages that are sent alone."""

    held: set[Lane] = field(default_factory=set)
    unclear: list[StoredMessage] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)


def send_round(producer: Sender, waiting: Sequence[StoredMessage], alone: bool = False) -> Round:
    """Send what can be sent; with `alone` every message by itself, to find out which one it is that fails.

    Raises Undelivered when the broker took nothing and no message is to blame.
    """
    round_ = Round()
    plain, doubtful = ([], waiting) if alone else _sorted_out(waiting)
    if plain:
        _send(producer, plain)
        round_.sent += plain
    _one_by_one(producer, doubtful, round_)
    if round_.error is not None and not round_.sent and not round_.failed:
        raise round_.error
    return round_


def _sorted_out(waiting: Sequence[StoredMessage]) -> tuple[Sequence[StoredMessage], Sequence[StoredMessage]]:
    """Plain messages, and those that failed before or are large together with everything behind them."""
    held: set[Lane] = set()
    plain, doubtful = [], []
    for message in waiting:
        if message.attempts or len(message.payload) >= LARGE_BYTES or _lane(message) in held:
            held.add(_lane(message))
            doubtful.append(message)
        else:
            plain.append(message)
    return plain, doubtful


def _one_by_one(producer: Sender, messages: Sequence[StoredMessage], round_: Round) -> None:
    """Whoever fails while the broker takes others of the same topic fails for its own sake."""
    doubt = _Doubt()
    taken = {message.topic for message in round_.sent}
    for message in messages:
        lost = message.topic not in taken and doubt.failures.get(message.topic, 0) >= TRIES_OF_A_TOPIC
        if lost or _lane(message) in doubt.held:
            continue
        try:
            _send(producer, [message])
        except Undelivered as error:
            _note(message, error, doubt, round_)
        else:
            taken.add(message.topic)
            round_.sent.append(message)
    round_.failed += [message for message in doubt.unclear if message.topic in taken]


def _note(message: StoredMessage, error: Undelivered, doubt: _Doubt, round_: Round) -> None:
    round_.error = error
    doubt.held.add(_lane(message))
    if isinstance(error, Rejected):
        round_.failed.append(message)
    else:
        doubt.unclear.append(message)
        doubt.failures[message.topic] = doubt.failures.get(message.topic, 0) + 1


def _send(producer: Sender, messages: Sequence[StoredMessage]) -> None:
    reach("outbox_send")
    producer.send(
        [Message(topic=item.topic, key=item.key, value=item.payload, headers=item.headers) for item in messages]
    )
    reach("outbox_send")


def _lane(message: StoredMessage) -> Lane:
    return message.topic, message.key
