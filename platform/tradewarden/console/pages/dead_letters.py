"""死信 Dead letters: what could not be read or processed; looked at, mended, checked, replayed or discarded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from databases.audit import AuditQuery
from databases.dead_letters import DeadLetter, LetterCount, LetterQuery
from databases.errors import StaleState
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError, printable
from tradewarden.auth.permissions import Action
from tradewarden.auth.refusals import Refused
from tradewarden.console import letter_words
from tradewarden.console.desk import Desk
from tradewarden.console.door_words import in_chinese
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.formats import moment
from tradewarden.console.marked_text import layout, marked
from tradewarden.console.pages.door import At, Id
from tradewarden.pipeline.replay_letters import (
    Change,
    OtherOrder,
    ReasonWanted,
    Replay,
    check,
    discard,
    of_feed,
    replay,
)

STATES = ("open", "replayed", "discarded")
SORTS = ("received_at",)
LARGEST_EDITED = 500_000
"""Bytes; larger messages are mended with the command line."""
READING = frozenset({"dead_letter.read", "dead_letters.listed"})
LONGEST_TEXT = 4 * LARGEST_EDITED
Text = Annotated[str, Form(max_length=LONGEST_TEXT)]
Why = Annotated[str, Form(max_length=500)]
Sure = Annotated[str, Form(max_length=1)]


@dataclass(frozen=True, slots=True)
class Fault:
    """One error in the reader's words."""

    where: str
    value: str
    expected: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Row:
    """A letter of the list, its place and reason in the reader's words."""

    letter: DeadLetter
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fate:
    """Where the event of a replayed letter is now: its state, its order, or the letter it died into again."""

    state: str
    order_id: str
    letter_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote and what is to be said about it. `checked`: they asked for a check and it was done.

    `changes`: where it is another order or client than the letter showed, which they have to confirm.
    """

    text: str | None = None
    reason: str = ""
    errors: tuple[DoorError, ...] | None = None
    checked: bool = False
    problem: Refused | None = None
    changes: tuple[Change, ...] = ()


def dead_letters(at: At) -> Response:
    filters = Filters(at.request.query_params)
    state = filters.choice("state", (*STATES, "all")) or "open"
    query = LetterQuery(
        state="" if state == "all" else state,
        source=filters.text("source"),
        reason=filters.text("reason"),
        order=filters.text("order"),
    )
    with at.app.database.writing() as uow:
        found = uow.dead_letters.search(query, filters.request(SORTS, "-received_at"))
        tally = uow.dead_letters.tally()
        at.audited(uow, "dead_letters.listed", "dead_letter", letters=[letter.letter_id for letter in found.items])
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    waiting = [one for one in tally if one.state == "open"]
    return at.page(
        "dead_letters.html",
        rows=[Row(letter, *_said(at, letter)) for letter in found.items],
        age=lambda since: age(at, at.now - since),
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        state=state,
        states=[(word, _counted(tally, word)) for word in (*STATES, "all")],
        sources=sorted({one.source for one in tally}),
        waiting=waiting,
        values=filters.values,
    )


def _said(at: Desk, letter: DeadLetter) -> tuple[str, str]:
    return letter_words.place(at.t, letter.place), letter_words.reason(at.t, letter)


def _counted(tally: Sequence[LetterCount], state: str) -> int:
    return sum(one.count for one in tally if state in (one.state, "all"))


def age(at: Desk, span: timedelta) -> str:
    """A span in the largest unit that says enough: minutes, hours or days."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 120:
        return at.t("dead.minutes", n=minutes)
    return at.t("dead.hours", n=minutes // 60) if minutes < 72 * 60 else at.t("dead.days", n=minutes // (24 * 60))


def dead_letter(at: At, letter_id: Id) -> Response:
    """One letter; its raw bytes are shown as text in which nothing invisible hides, and never interpreted."""
    return _letter_page(at, letter_id, Draft())


def check_letter(at: At, letter_id: Id, text: Text = "", reason: Why = "") -> Response:
    """What would be wrong with the mended message; nothing is written but that somebody looked."""
    letter = _found(at, letter_id)
    errors = check(letter, _given(letter, text), at.now) if letter.state == "open" else ()
    return _letter_page(at, letter_id, Draft(text=_plain(text), reason=reason, errors=errors, checked=True))


def replay_letter(at: At, letter_id: Id, text: Text = "", reason: Why = "", other_order: Sure = "") -> Response:
    """Hand it in; a change needs a reason, and another order or client a second step."""
    letter = _found(at, letter_id)
    wanted = Replay(letter_id=letter_id, actor=at.username, raw=_given(letter, text), reason=reason)
    draft = Draft(text=_plain(text), reason=reason, errors=())
    try:
        result = replay(at.app, replace(wanted, other_order=bool(other_order)))
    except StaleState:
        return _closed_by_another(at, letter_id, _plain(text))
    except ReasonWanted:
        return _letter_page(at, letter_id, replace(draft, problem=Refused(422, "dead.mend_reason_wanted")))
    except OtherOrder as error:
        return _letter_page(at, letter_id, replace(draft, changes=error.changes))
    if not result.done:
        return _letter_page(at, letter_id, replace(draft, errors=result.errors))
    return at.go(f"/dead-letters/{letter_id}", "replayed")


def discard_letter(at: At, letter_id: Id, reason: Why = "") -> Response:
    if not reason.strip():
        return _letter_page(at, letter_id, Draft(problem=Refused(422, "dead.reason_wanted")))
    _found(at, letter_id)
    try:
        discard(at.app, letter_id, at.username, reason)
    except StaleState:
        return _closed_by_another(at, letter_id, "")
    return at.go(f"/dead-letters/{letter_id}", "discarded")


def _closed_by_another(at: Desk, letter_id: int, text: str) -> Response:
    letter = _found(at, letter_id)
    values = {"who": letter.closed_by, "when": moment(letter.closed_at), "what": at.t(f"dead_state.{letter.state}")}
    return _letter_page(at, letter_id, Draft(text=text, problem=Refused(409, "dead.overtaken", values)))


def _found(at: Desk, letter_id: int) -> DeadLetter:
    with at.app.database.reading() as uow:
        return _known(uow, letter_id)


def _known(uow: UnitOfWork, letter_id: int) -> DeadLetter:
    letter = uow.dead_letters.get(letter_id)
    if letter is None:
        raise Refused(404, "dead.unknown", {"seen": letter_id})
    return letter


def _plain(text: str) -> str:
    """A form sends its line ends as CR LF; what it was filled with had LF."""
    return text.replace("\r\n", "\n")


def _given(letter: DeadLetter, text: str) -> bytes:
    """The bytes somebody hands in; untouched text means the bytes as they came, not our layout of them."""
    plain = _plain(text)
    return letter.raw if plain == editable(letter) else plain.encode("utf-8", "surrogatepass")


def editable(letter: DeadLetter) -> str:
    """The message as text to edit, JSON laid out; what is invisible or no text stands there as an escape."""
    if len(letter.raw) > LARGEST_EDITED:
        return ""
    text = layout(letter.raw) or letter.raw.decode("utf-8", "backslashreplace")
    return "\n".join(printable(line, limit=len(text)) for line in _plain(text).split("\n"))


def _letter_page(at: Desk, letter_id: int, draft: Draft) -> Response:
    with at.app.database.writing() as uow:
        letter = _known(uow, letter_id)
        at.audited(uow, "dead_letter.read", "dead_letter", str(letter_id))
        fate = _fate(uow, letter)
        known = bool(letter.order_id) and uow.orders.get(letter.order_id) is not None
        history = uow.audit.search(AuditQuery(object_type="dead_letter", object_id=str(letter_id))).items
    is_open = letter.state == "open"
    may_work = is_open and at.can(Action.DEAD_LETTERS_WORK)
    too_large = len(letter.raw) > LARGEST_EDITED
    errors = draft.errors if draft.errors is not None else check(letter, letter.raw, at.now) if is_open else ()
    text = editable(letter) if draft.text is None else draft.text
    seen = letter.raw if draft.text is None or draft.text == editable(letter) else draft.text.encode(errors="replace")
    return at.page(
        "dead_letter.html",
        _status(draft),
        letter=letter,
        order_known=known,
        said=Row(letter, *_said(at, letter)),
        age=age(at, at.now - letter.received_at),
        draft=draft,
        text=text,
        too_large=too_large,
        edited=seen != letter.raw,
        faults=_faults(at, errors),
        marked=marked(seen, errors, whole=too_large or not may_work),
        fate=fate,
        history=[entry for entry in history if entry.action not in READING],
        may_work=may_work,
    )


def _status(draft: Draft) -> int:
    if draft.problem is not None:
        return draft.problem.status
    return 422 if draft.changes or (draft.errors and not draft.checked) else 200


def _faults(at: Desk, errors: Sequence[DoorError]) -> list[Fault]:
    """The errors in the reader's language; what has no Chinese yet stays as the door said it."""
    told = [Fault(error.where, error.value, error.expected, error.next_step) for error in errors]
    if at.t.language != "zh":
        return told
    return [
        Fault(letter_words.where(at.t, one.where), one.value, in_chinese(one.expected), in_chinese(one.next_step))
        for one in told
    ]


def _fate(uow: UnitOfWork, letter: DeadLetter) -> Fate | None:
    if letter.replayed_as is None:
        return None
    if of_feed(letter):
        event = uow.trade_events.get(letter.replayed_as)
        return None if event is None else Fate("attached" if event.order_id else "waiting", event.order_id)
    item = uow.inbox.by_id(letter.replayed_as)
    if item is None:
        return None
    known = uow.orders.get(item.order_id) is not None
    again = uow.dead_letters.latest_of(item.inbox_id) if item.state == "dead" else None
    return Fate(item.state, item.order_id if known else "", again)
