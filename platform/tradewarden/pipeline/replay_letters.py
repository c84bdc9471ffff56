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
* An id that holds other content and is not dead is refused: it needs a higher revision and an id of its own.
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
from integrations.json_events import decode_order
from integrations.json_events.faults import faults
from risk.nouns.order import OrderEvent
from tradewarden.errors import CannotDo
from tradewarden.pipeline.intake import incoming, payload_hash, take
from tradewarden.wiring import Application

STREAM = "dead-letters"
LONGEST_REASON = 500
LONGEST_SOURCE = 64
_STEP = "Keep the event's source and id; to send another event, hand it in at a door and discard this letter."


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What somebody wants replayed. `raw` None: the bytes as they came; `door` names where the person sits."""

    letter_id: int
    actor: str
    raw: bytes | None = None
    reason: str = ""
    via: str = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of a replay. `state`: accepted, revived, duplicate, or refused with the errors (nothing changed).

    `inbox_id` is the item that holds the event now; `letters` all letters that were closed by it.
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


def decoder(letter: DeadLetter, now: datetime) -> Callable[[bytes], OrderEvent]:
    """The door's decoding for the bytes of this letter."""
    return lambda raw: decode_order(raw, letter.source[:LONGEST_SOURCE], now)


def check(letter: DeadLetter, raw: bytes, now: datetime) -> tuple[DoorError, ...]:
    """Everything wrong with these bytes if they were handed in for the letter; writes nothing."""
    return faults(raw, decoder(letter, now))


def replay(app: Application, wanted: Replay) -> Replayed:
    """Hand a letter in again. A refused one stays open and counts one more attempt.

    Raises NotFound, StaleState (somebody else closed it), StorageError.
    """
    now = app.clock()
    with app.database.writing() as uow:
        letter = uow.dead_letters.held(wanted.letter_id)
        raw = letter.raw if wanted.raw is None else wanted.raw
        try:
            result = _Attempt(uow, letter, wanted.actor, now).hand_in(decoder(letter, now)(raw))
        except DoorError as error:
            found = check(letter, raw, now) or (error,)
            uow.dead_letters.attempted(letter.letter_id)
            result = Replayed(letter_id=letter.letter_id, state="refused", errors=found)
        uow.audit.append(STREAM, [_entry(letter, raw, wanted, result, now)])
    return result


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One letter on its way back through the door, inside one transaction."""

    uow: UnitOfWork
    letter: DeadLetter
    actor: str
    now: datetime

    def hand_in(self, event: OrderEvent) -> Replayed:
        """Raises DoorError when the event can't go where the letter belongs; nothing is written then."""
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
            state = f"{item.state} since {item.finished_at or item.received_at:%Y-%m-%d %H:%M} UTC"
            expected = f"the content that {item.source}/{item.event_id} came with ({state})"
            step = "Give the change a higher revision and an event id of its own, or discard this letter."
            raise DoorError(self.letter.source, "$.event_id", f"{item.event_id}, other content", expected, step)
        self._count_as_repeat()
        return self._closed(event, "duplicate", item.inbox_id)

    def _count_as_repeat(self) -> None:
        """Only an undecodable delivery stands in the books by itself; the others are counted by their row."""
        if self.letter.inbox_id is None:
            self.uow.books.replayed_as_repeat(self.letter.source, self.now)

    def _closed(self, event: OrderEvent, state: str, inbox_id: int) -> Replayed:
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
