"""The outbox relay: what was written with a decision goes out at least once, in order of its key, under one id.

claim (short transaction) → send (no transaction) → mark (short transaction). No lock is held while a broker answers,
so a broker that is away stops no worker. Killed in between, the same messages go out again with the same ids. One relay
sends at a time: it holds a lease in the database and renews it with every batch; others stand by. A relay that slept
past its lease may repeat messages, but each relay begins with the oldest unsent one, so whoever drops repeated ids sees
every key in order.

A message that fails for its own sake (too large) holds back its key until it has failed SET_ASIDE_AFTER times; then it
is set aside with an alert and the ones behind it go out. `tradewarden relay --again` puts it back, behind them.

Messages are never dropped to keep the backlog small: each is a decision somebody waits for. What bounds the outbox is
that sent rows are deleted after a while, and an alarm long before the disk is full (see backlog.py).
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.errors import DatabaseUnavailable
from databases.outbox import SET_ASIDE_AFTER, StoredMessage
from databases.streams import ENDED, RUNNING, WAITING
from integrations.kafka.port import Producer, Undelivered
from tradewarden.heartbeat import Heartbeat
from tradewarden.sending import Reconnecting, Round, Sender, send_round
from tradewarden.tracing import traced
from tradewarden.wiring import Application

BATCH = 500
BATCH_ALONE = 50
LEASE = timedelta(seconds=90)
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 30.0
SET_ASIDE_DUE = timedelta(hours=8)
LOOK_SECONDS = 15.0
"""A relay that had nothing to send for so long looks whether its broker is still there, or it would call itself ready
until the next message."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """What a batch did. `standby`: another relay holds the lease. `held`: something could not be sent this time."""

    sent: int = 0
    set_aside: int = 0
    standby: bool = False
    held: bool = False


@traced("relay.batch")
def relay_batch(app: Application, producer: Sender, name: str = "relay", alone: bool = False) -> Relayed:
    """Send the oldest messages and mark them sent; `alone` sends each by itself, fewer at a time.

    Raises Undelivered when the broker takes nothing; the messages stay, and no attempt is counted against them.
    """
    with app.database.reading() as uow:
        if not uow.outbox.pending(1):
            return Relayed()
    now = app.clock()
    with app.database.writing() as uow:
        if not uow.outbox.lease(name, now, now + LEASE):
            return Relayed(standby=True)
        waiting = uow.outbox.pending(BATCH_ALONE if alone else BATCH)
    round_ = send_round(producer, waiting, alone)
    if round_.error is not None:
        log.warning("relay.held", sent=len(round_.sent), failed=len(round_.failed), detail=str(round_.error)[:300])
    aside = _mark(app, round_, name)
    return Relayed(sent=len(round_.sent), set_aside=len(aside), held=round_.error is not None)


def _mark(app: Application, round_: Round, name: str) -> Sequence[StoredMessage]:
    now = app.clock()
    with app.database.writing() as uow:
        uow.outbox.mark_sent([message.message_id for message in round_.sent], now)
        aside = uow.outbox.mark_failed([message.message_id for message in round_.failed])
        if aside:
            uow.alerts.raise_many([_alert(message, now) for message in aside], now)
            uow.audit.append(name, [_entry(message, name, now) for message in aside])
    for message in aside:
        log.error("relay.set_aside", topic=message.topic, message=message.message_id, detail=str(round_.error)[:300])
    return aside


def _alert(message: StoredMessage, now: datetime) -> NewAlert:
    details = {"bytes": len(message.payload), "id": message.headers.get("id", ""), "attempts": SET_ASIDE_AFTER}
    subject = f"{message.topic} {message.message_id}"
    return NewAlert(kind="outbox_message", subject=subject, due_at=now + SET_ASIDE_DUE, details=details)


def _entry(message: StoredMessage, name: str, now: datetime) -> NewEntry:
    return NewEntry(
        at=now,
        actor=name,
        action="outbox.set_aside",
        object_type="message",
        object_id=message.headers.get("id", "") or str(message.message_id),
        details={"topic": message.topic, "bytes": len(message.payload), "attempts": SET_ASIDE_AFTER},
    )


@dataclass(slots=True)
class Relay:
    """The loop around `relay_batch`: a producer that failed is thrown away, and what is away is waited for."""

    app: Application
    connect: Callable[[], Producer]
    stop: threading.Event
    name: str = "relay"
    started_at: datetime | None = None
    retry_seconds: float = field(default=FIRST_RETRY_SECONDS, init=False)
    alone: bool = field(default=False, init=False)
    _look_at: float = field(default=0.0, init=False)

    def run(self) -> None:
        """Relay until `stop` is set; the batch in hand is finished first.

        Raises Superseded when its name was claimed at `started_at` and is another's now.
        """
        heart = Heartbeat(self.app, self.name, self.started_at)
        producer = Reconnecting(self.connect)
        log.info("relay.started", relay=self.name)
        try:
            while not self.stop.is_set():
                try:
                    state, reason = self._turn(producer)
                    heart.beat(state, reason)
                except DatabaseUnavailable as error:
                    self._hold(error)
        finally:
            producer.close()
        with suppress(DatabaseUnavailable):  # a lease and a heartbeat that can't be given back run out by themselves
            self._give_back()
            heart.beat(ENDED, "", at_once=True)
        log.info("relay.stopped", relay=self.name)

    def _turn(self, producer: Reconnecting) -> tuple[str, str]:
        try:
            producer.open()
            done = relay_batch(self.app, producer, self.name, self.alone)
            self._look(producer, done)
        except Undelivered as error:
            self.alone = True
            self._hold(error)
            return WAITING, f"broker: {error}"[:300]
        self.alone = False
        if done.held:
            self._pause()
        else:
            self.retry_seconds = FIRST_RETRY_SECONDS
        if not done.sent and not done.held:
            self.stop.wait(self.app.settings.idle_seconds)
        return RUNNING, "standing by for another relay" if done.standby else ""

    def _look(self, producer: Reconnecting, done: Relayed) -> None:
        """Raises Undelivered when nothing was sent for a while and no broker answers."""
        now = time.monotonic()
        if done.sent or not self._look_at:
            self._look_at = now + LOOK_SECONDS
        elif now >= self._look_at:
            producer.renew()
            self._look_at = now + LOOK_SECONDS

    def _hold(self, error: Exception) -> None:
        log.error("relay.waiting", error=type(error).__name__, detail=str(error)[:300], retry=self.retry_seconds)
        self._pause()

    def _pause(self) -> None:
        self.stop.wait(self.retry_seconds)
        self.retry_seconds = min(2 * self.retry_seconds, LONGEST_RETRY_SECONDS)

    def _give_back(self) -> None:
        now = self.app.clock()
        with self.app.database.writing() as uow:
            if uow.outbox.lease(self.name, now, now):
                log.debug("relay.lease_returned", relay=self.name)
