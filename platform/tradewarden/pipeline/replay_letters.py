"""Dead letters as work: look at what is wrong, mend it, hand it in again through the ordinary door, or discard it.

One transaction holds the letter, decodes, takes the event in, closes the letter and writes the audit entry, so a kill
at any point leaves the letter open and the event not taken. Of two people who replay a letter, one waits for the
other and is then told that it is closed (StaleState).

How the books stay balanced (received = applied + duplicate + dead + pending):

* A letter that was never decoded is one received and one dead of its door. Replayed, its event passes that door again
  (received and accepted +1) and `books.replayed` takes back the second reception and the death: what came from outside
  is counted once, and what was dead is now pending. When the sender has sent the same event again in the meantime, the
  delivery becomes a duplicate instead.
* A letter whose event died in the inbox has a row there under its (source, event id). That id can't come in a second
  time, so the row is revived: pending again, with the mended bytes and their hash. Its state counts it, so it moves
  from dead to pending without an entry. The event must stay the same event: another source or id is refused.
* A status event has no queue and no dead row: its letter passes `pipeline.status` and the books as the first kind.
* An id that holds other content and is not dead is refused: it needs a higher revision and an id of its own.

Mended bytes need a reason, and when they are another order or another client's than the letter showed, somebody has to
say that this is meant.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from databases.audit_chain import NewEntry
from databases.dead_letters import DeadLetter
from databases.inbox import InboxItem
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError
from integrations.json_events import decode_order, decode_status
from integrations.json_events.clues import clues
from integrations.json_events.faults import faults
from integrations.kafka.port import CUSTOMS, LOGISTICS
from risk.nouns.order import OrderEvent
from risk.nouns.status import StatusEvent
from tradewarden.errors import CannotDo
from tradewarden.pipeline.intake import incoming, payload_hash, take
from tradewarden.pipeline.status import take as take_status
from tradewarden.wiring import Application

STREAM = "dead-letters"
LONGEST_REASON = 500
LONGEST_SOURCE = 64
FEEDS = frozenset(f"kafka:{topic}" for topic in (LOGISTICS, CUSTOMS))
"""Sources whose letters are status events."""
_REPORT = "Report this message to whoever maintains this platform."
_STEP = "Keep the event's source and id; to send another event, hand it in at a door and discard this letter."


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What somebody wants replayed. `raw` None: the bytes as they came; `via` names where the person sits.

    `other_order`: they know that the mended message is another order or client than the letter showed.
    """

    letter_id: int
    actor: str
    raw: bytes | None = None
    reason: str = ""
    via: str = "console"
    other_order: bool = False


class ReasonWanted(CannotDo):
    """Mended bytes without a word why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a mended message is about, against what its letter showed. `name`: order or client."""

    name: str
    was: str
    now: str


class OtherOrder(CannotDo):
    """The mended message is another order or another client's, and nobody has said that this is meant."""

    def __init__(self, letter_id: int, changes: tuple[Change, ...]) -> None:
        self.changes = changes
        told = "; ".join(f"{one.name} {one.was} in the letter, {one.now} in the mended message" for one in changes)
        super().__init__(
            f"dead letter {letter_id}: {told}. Nothing was changed. If this is meant, say so (--other-order); to send "
            "another order hand it in at a door and discard this letter."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of a replay. `state`: accepted, revived, duplicate, or refused with the errors (nothing changed).

    `inbox_id` is the inbox item (of a status event: the trade event) that holds the event now; `letters` are all that
    were closed by it.
    """

    letter_id: int
    state: str
    source: str = ""
    event_id: str = ""
    order_id: str = ""
    inbox_id: int | None = None
    letters: tuple[int, ...] = ()
    errors: tuple[DoorError, ...] = ()

    @property
    def done(self) -> bool:
        return self.state != "refused"


def of_feed(letter: DeadLetter) -> bool:
    """Whether the letter comes from a feed of status events; all others are orders."""
    return letter.source in FEEDS


def decoder(letter: DeadLetter, now: datetime) -> Callable[[bytes], OrderEvent | StatusEvent]:
    """The door's decoding for the bytes of this letter. What breaks the decoder itself is told as DoorError, too."""

    def decode(raw: bytes) -> OrderEvent | StatusEvent:
        try:
            if of_feed(letter):
                return decode_status(raw, letter.source, now)
            return decode_order(raw, letter.source[:LONGEST_SOURCE], now)
        except (DoorError, MemoryError):
            raise
        except Exception as error:  # such a message is exactly what lies here, and a page must show it
            expected = f"a message the decoder does not fail on ({type(error).__name__})"
            raise DoorError(letter.source, "whole message", raw, expected, _REPORT) from error

    return decode


def check(letter: DeadLetter, raw: bytes, now: datetime) -> tuple[DoorError, ...]:
    """Everything wrong with these bytes if they were handed in for the letter; writes nothing."""
    return faults(raw, decoder(letter, now))


def replay(app: Application, wanted: Replay) -> Replayed:
    """Hand a letter in again. A refused one stays open and counts one more attempt.

    Raises NotFound, StaleState (somebody else closed it), StorageError; ReasonWanted and OtherOrder, then nothing is
    changed.
    """
    now = app.clock()
    try:
        with app.database.writing() as uow:
            letter = uow.dead_letters.held(wanted.letter_id)
            raw = letter.raw if wanted.raw is None else wanted.raw
            event = decoder(letter, now)(raw)
            other = () if raw == letter.raw else changes(letter, event)
            _demand_grounds(letter, raw, wanted, other)
            result = _Attempt(uow, letter, wanted.actor, now).hand_in(event)
            entry = _entry(letter, raw, wanted, result, now)
            was = {f"{one.name}_was": one.was for one in other}
            uow.audit.append(STREAM, [replace(entry, details={**entry.details, **was})])
        return result
    except DoorError as error:  # everything above is undone
        return _refused(app, wanted, error, now)


def changes(letter: DeadLetter, event: OrderEvent | StatusEvent) -> tuple[Change, ...]:
    """Where a mended event is another order or another client's than the letter showed.

    What the letter did not show can't differ; what the event leaves out, as a cancellation its client, doesn't.
    """
    seen = clues(letter.raw)
    order = event.order if isinstance(event, OrderEvent) else None
    pairs = (
        Change("order", letter.order_id or seen.order_id, event.order_id),
        Change("client", seen.client, (order.client_uscc or order.client_name) if order else ""),
    )
    return tuple(one for one in pairs if one.was and one.now and one.was != one.now)


def _demand_grounds(letter: DeadLetter, raw: bytes, wanted: Replay, other: tuple[Change, ...]) -> None:
    if raw != letter.raw and not wanted.reason.strip():
        raise ReasonWanted(
            f"dead letter {letter.letter_id}: the message was changed, so say why (--reason). Nothing was changed."
        )
    if other and not wanted.other_order:
        raise OtherOrder(letter.letter_id, other)


def _refused(app: Application, wanted: Replay, error: DoorError, now: datetime) -> Replayed:
    with app.database.writing() as uow:
        letter = uow.dead_letters.held(wanted.letter_id)
        raw = letter.raw if wanted.raw is None else wanted.raw
        result = Replayed(letter_id=letter.letter_id, state="refused", errors=check(letter, raw, now) or (error,))
        uow.dead_letters.attempted(letter.letter_id)
        uow.audit.append(STREAM, [_entry(letter, raw, wanted, result, now)])
    return result


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One letter on its way back through the door, inside one transaction."""

    uow: UnitOfWork
    letter: DeadLetter
    actor: str
    now: datetime

    def hand_in(self, event: OrderEvent | StatusEvent) -> Replayed:
        """Raises DoorError when the event can't go where the letter belongs; the transaction has to be undone then."""
        return self._status(event) if isinstance(event, StatusEvent) else self._order(event)

    def _status(self, event: StatusEvent) -> Replayed:
        [answer] = take_status(self.uow, [event], self.letter.source, self.actor, self.now)
        if answer.state == "conflict":
            raise self._other_content(event, "kept")
        self.uow.books.replayed(self.letter.source, self.now)
        return replace(self._closed(event, answer.state, answer.row), order_id=answer.order_id)

    def _order(self, event: OrderEvent) -> Replayed:
        item = self.uow.inbox.status(event.source, event.event_id)
        if self.letter.inbox_id is not None and (item is None or item.inbox_id != self.letter.inbox_id):
            raise self._other_event(event)
        if item is None:
            [acceptance] = take(self.uow, [event], self.letter.source, self.actor, self.now)
            self.uow.books.replayed(self.letter.source, self.now)
            return self._closed(event, "accepted", acceptance.inbox_id)
        if item.state == "dead":
            return self._revived(event, item)
        return self._repeated(event, item)

    def _revived(self, event: OrderEvent, item: InboxItem) -> Replayed:
        self.uow.books.revive(item.inbox_id, incoming(event))
        self._count_as_repeat()
        result = self._closed(event, "revived", item.inbox_id)
        also = self.uow.dead_letters.mark_item_replayed(item.inbox_id, self.actor, self.now)
        return replace(result, letters=(*result.letters, *also))

    def _repeated(self, event: OrderEvent, item: InboxItem) -> Replayed:
        if item.payload_hash != payload_hash(event):
            raise self._other_content(event, item.state)
        self._count_as_repeat()
        return self._closed(event, "duplicate", item.inbox_id)

    def _count_as_repeat(self) -> None:
        """Only an undecodable delivery stands in the books by itself; the others are counted by their row."""
        if self.letter.inbox_id is None:
            self.uow.books.replayed_as_repeat(self.letter.source, self.now)

    def _other_content(self, event: OrderEvent | StatusEvent, state: str) -> DoorError:
        expected = f"an event id of its own: this one came with other content and is {state}"
        step = "A change of an order wants a higher revision, too; what needs no replay is discarded."
        return DoorError(self.letter.source, "$.event_id", event.event_id, expected, step)

    def _closed(self, event: OrderEvent | StatusEvent, state: str, inbox_id: int) -> Replayed:
        self.uow.dead_letters.mark_replayed(self.letter.letter_id, self.actor, self.now, inbox_id)
        return Replayed(
            letter_id=self.letter.letter_id,
            state=state,
            source=event.source,
            event_id=event.event_id,
            order_id=event.order_id,
            inbox_id=inbox_id,
            letters=(self.letter.letter_id,),
        )

    def _other_event(self, event: OrderEvent) -> DoorError:
        item = self.uow.inbox.by_id(self.letter.inbox_id or 0)
        source, event_id = (item.source, item.event_id) if item else (self.letter.source, self.letter.event_id)
        seen, path, kept = event.event_id, "$.event_id", event_id
        if source != event.source:
            seen, path, kept = event.source, "$.source", source
        return DoorError(self.letter.source, path, seen, f"{kept}, as it came", _STEP)


def _entry(letter: DeadLetter, raw: bytes, wanted: Replay, result: Replayed, now: datetime) -> NewEntry:
    details = {
        "source": letter.source,
        "place": letter.place,
        "via": wanted.via,
        "edited": raw != letter.raw,
        "state": result.state,
        "event_id": result.event_id,
        "order": result.order_id,
        "inbox_id": result.inbox_id,
        "letters": list(result.letters),
        "errors": [error.where for error in result.errors],
    }
    return NewEntry(
        at=now,
        actor=wanted.actor,
        action="dead_letter.replayed" if result.done else "dead_letter.replay_refused",
        object_type="dead_letter",
        object_id=str(letter.letter_id),
        details={name: value for name, value in details.items() if value not in ("", None, [])},
        before_hash=hashlib.sha256(letter.raw).hexdigest(),
        after_hash=hashlib.sha256(raw).hexdigest(),
        reason=wanted.reason.strip()[:LONGEST_REASON],
    )


def discard(app: Application, letter_id: int, actor: str, reason: str, via: str = "console") -> None:
    """Close a letter in which there is nothing to save; it is kept, and stays counted as dead.

    Raises CannotDo without a reason, NotFound, StaleState.
    """
    if not reason.strip():
        raise CannotDo(f"dead letter {letter_id}: discarding needs a reason; nothing was changed.")
    now = app.clock()
    with app.database.writing() as uow:
        letter = uow.dead_letters.held(letter_id)
        uow.dead_letters.discard(letter_id, actor, now)
        entry = NewEntry(
            at=now,
            actor=actor,
            action="dead_letter.discarded",
            object_type="dead_letter",
            object_id=str(letter_id),
            details={"source": letter.source, "place": letter.place, "via": via},
            before_hash=hashlib.sha256(letter.raw).hexdigest(),
            reason=reason.strip()[:LONGEST_REASON],
        )
        uow.audit.append(STREAM, [entry])
