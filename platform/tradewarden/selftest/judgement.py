"""What a case cost: counted from what was sent, what the topics and the database hold, and a run without faults."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from risk.nouns.status import StatusEvent
from tradewarden.pipeline import status
from tradewarden.pipeline.intake import payload_hash
from tradewarden.selftest.evidence import Evidence, Key
from tradewarden.selftest.traffic import Sent

APPLIED = {"applied", "stored_older", "cancelled"}
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What stands at the door of the platform: on the topics, or what an inbox door was given.

    `places` are where undecodable records lie (`topic[partition]@offset`), `total` counts all records, `told` are the
    status events in the order in which they are to be worked.
    """

    events: frozenset[Key]
    contradictions: frozenset[tuple[Key, str]]
    places: tuple[str, ...]
    total: int
    told: tuple[StatusEvent, ...] = ()
    news_contradictions: frozenset[tuple[Key, str]] = frozenset()


@dataclass(slots=True)
class Verdict:
    """The count; `notes` name the first few of what was found."""

    lost: int = 0
    doubled: int = 0
    wrongly_released: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrongly_released)

    def add(self, other: "Verdict") -> None:
        """Count another one in."""
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrongly_released += other.wrongly_released
        self.notes += other.notes

    def lose(self, what: str, items: Iterable[object]) -> None:
        self.lost += self._note(f"lost: {what}", items)

    def double(self, what: str, items: Iterable[object]) -> None:
        self.doubled += self._note(f"doubled: {what}", items)

    def release(self, what: str, items: Iterable[object]) -> None:
        self.wrongly_released += self._note(what, items)

    def _note(self, what: str, items: Iterable[object]) -> int:
        found = [str(item) for item in items]
        if found:
            shown = "; ".join(sorted(found)[:SHOWN])
            self.notes.append(f"{what}: {shown}{f' and {len(found) - SHOWN} more' if len(found) > SHOWN else ''}")
        return len(found)


def key_of(sent: Sent) -> Key | None:
    """The identity of the order event in a message; None for poison and news."""
    return Key(sent.event.source, sent.event.event_id) if sent.event is not None else None


def contradiction_of(sent: Sent) -> tuple[Key, str] | None:
    """What must be kept of a message that contradicts an earlier one: its id and the hash of its content."""
    if sent.event is None or sent.kind != "conflict":
        return None
    return Key(sent.event.source, sent.event.event_id), payload_hash(sent.event)


def news_contradiction_of(sent: Sent) -> tuple[Key, str] | None:
    """The same of a status event."""
    if sent.status is None or sent.kind != "conflict":
        return None
    return news_key(sent.status), status.payload_hash(sent.status)


def news_key(event: StatusEvent) -> Key:
    """The identity of a status event."""
    return Key(event.source, event.event_id)


def judge_case(sent: Sequence[Sent], arrived: Arrived, found: Evidence, clean: Evidence) -> Verdict:
    """Count what was lost, doubled and wrongly decided; all zero is the promise."""
    verdict = Verdict()
    _events(verdict, sent, arrived, found)
    _news(verdict, sent, arrived, found)
    _news_effects(verdict, found, clean)
    _letters(verdict, arrived, found)
    _decisions(verdict, found, clean)
    _books(verdict, arrived, found)
    _released(verdict, found, clean)
    return verdict


def _events(verdict: Verdict, sent: Sequence[Sent], arrived: Arrived, found: Evidence) -> None:
    mine = {key for message in sent if (key := key_of(message)) is not None}
    contradicted = {item for message in sent if (item := contradiction_of(message)) is not None}
    finished = {key for key, state in found.inbox if state in APPLIED}
    verdict.lose("events never at the door", mine - arrived.events)
    verdict.lose("events without effect", (mine & arrived.events) - finished)
    verdict.lose("events whose revision is not kept", (mine & finished) - set(found.revisions))
    verdict.lose("contradictions not kept", (contradicted & arrived.contradictions) - set(found.contradictions))
    verdict.double("events in the inbox", repeated(key for key, _ in found.inbox))
    verdict.double("revisions kept", repeated(found.revisions))
    verdict.double("contradictions kept", repeated(found.contradictions))


def _news(verdict: Verdict, sent: Sequence[Sent], arrived: Arrived, found: Evidence) -> None:
    mine = {news_key(message.status) for message in sent if message.status is not None}
    contradicted = {item for message in sent if (item := news_contradiction_of(message)) is not None}
    came = {news_key(event) for event in arrived.told}
    kept = [key for key, _ in found.news]
    verdict.lose("status events never at the door", mine - came)
    verdict.lose("status events not kept", (mine & came) - set(kept))
    verdict.lose(
        "contradictions of status events not kept",
        (contradicted & arrived.news_contradictions) - set(found.news_contradictions),
    )
    verdict.double("status events kept", repeated(kept))
    verdict.double("contradictions of status events kept", repeated(found.news_contradictions))


def _news_effects(verdict: Verdict, found: Evidence, clean: Evidence) -> None:
    at, expected = dict(found.news), dict(clean.news)
    moved = sorted(key for key in at.keys() & expected if at[key] != expected[key])
    verdict.lose(
        "status events that stand at another order than without faults",
        (f"{key}: {at[key]!r} instead of {expected[key]!r}" for key in moved),
    )
    verdict.lose("differences to customs", (Counter(clean.differences) - Counter(found.differences)).elements())
    verdict.double("differences to customs", (Counter(found.differences) - Counter(clean.differences)).elements())


def _letters(verdict: Verdict, arrived: Arrived, found: Evidence) -> None:
    letters = Counter(letter.place for letter in found.letters)
    poison = Counter(arrived.places)
    verdict.lose("undecodable records without a dead letter", (poison - letters).elements())
    verdict.double("dead letters", (letters - poison).elements())


def _decisions(verdict: Verdict, found: Evidence, clean: Evidence) -> None:
    expected = set(clean.decided)
    verdict.lose("decisions", expected - set(found.decided))
    verdict.lose("audit entries of decisions", set(found.decided) - set(found.audited))
    verdict.lose("audit entries of cancellations", set(clean.cancelled) - set(found.cancelled))
    verdict.double("decisions", repeated(found.decided))
    verdict.double("audit entries of decisions", repeated(found.audited))
    verdict.double("audit entries of cancellations", repeated(found.cancelled))
    verdict.double("audited, but not decided", set(found.audited) - set(found.decided))
    verdict.lose("alerts", (Counter(clean.alerts) - Counter(found.alerts)).elements())
    verdict.double("alerts", (Counter(found.alerts) - Counter(clean.alerts)).elements())
    verdict.double("outgoing messages", repeated((message.topic, message.id) for message in found.outgoing))


def _books(verdict: Verdict, arrived: Arrived, found: Evidence) -> None:
    verdict.lose("records not counted as received", range(arrived.total - found.received))
    verdict.double("records counted as received", range(found.received - arrived.total))


def _released(verdict: Verdict, found: Evidence, clean: Evidence) -> None:
    verdict.release(
        "decided otherwise than without faults",
        (
            f"{order_id}: {found.orders.get(order_id)} instead of {clean.orders.get(order_id)}"
            for order_id in sorted(found.orders.keys() | clean.orders.keys())
            if found.orders.get(order_id) != clean.orders.get(order_id)
        ),
    )


def repeated(items: Iterable[Hashable]) -> list[Hashable]:
    """Each item once for every time too many."""
    return [item for item, times in Counter(items).items() for _ in range(times - 1)]
