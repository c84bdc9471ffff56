"""海关核对 Customs verification: differences to close, and status events that wait for their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from databases.customs_differences import SORTS, STATES, Difference, DifferenceQuery, ListedDifference
from databases.paging import PageRequest, first_rows
from databases.trade_event_keys import WHY
from databases.trade_events import TradeEvent
from databases.unit_of_work import UnitOfWork
from risk.customs_comparison import WORDS, field_words
from risk.nouns.status import StatusKind
from tradewarden.auth.refusals import Refused
from tradewarden.console import order_flow
from tradewarden.console.difference_words import Sheet, matters, names_today, reason_words, side_words, status_words
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.order_facts import Names
from tradewarden.console.pages.door import At, Id
from tradewarden.console.pages.download import EXPORT_ROWS, csv_file
from tradewarden.pipeline.moved_while_held import alarm_moved
from tradewarden.pipeline.verification import verify

DEFAULT_SORT = "-found_at"
Reason = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """A difference in the reader's words; `status` is what customs had done when it said so."""

    listed: ListedDifference
    field: str
    ours: str
    theirs: str
    matters: bool
    status: str
    reason: str

    @property
    def difference(self) -> Difference:
        return self.listed.difference


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An event that waits for its order."""

    one: TradeEvent
    status: str
    tone: str


def differences(at: At) -> Response:
    filters = Filters(at.request.query_params)
    state, query = _state(filters), _query(filters)
    with at.app.database.writing() as uow:
        found = uow.differences.search(query, filters.request(SORTS, DEFAULT_SORT))
        counts = uow.differences.counts(query)
        orders, compared = uow.differences.verified(query.since, query.until)
        waiting = sum(count.unattached for count in uow.trade_events.counts())
        shown = sorted({row.difference.order_id for row in found.items})
        names = names_today(uow, at.now, (at.t,))
        at.audited(uow, "differences.listed", "order_list", query=at.request.url.query[:500], orders=shown)
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "differences.html",
        rows=[_row(at, listed, names) for listed in found.items],
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort(DEFAULT_SORT),
        values=filters.values,
        state=state,
        states=[(word, sum(n for (kind, _), n in counts.items() if kind == word)) for word in STATES],
        fields=[(name, at.t.pick(*words)) for name, words in WORDS.items()],
        by_field=_by_field(at, counts),
        orders=orders,
        compared=compared,
        waiting=waiting,
    )


def _by_field(at: At, counts: dict[tuple[str, str], int]) -> list[tuple[str, str, int]]:
    """Open differences per field, most first: (name, words, count)."""
    open_ones = [(name, count) for (state, name), count in counts.items() if state == "open"]
    ranked = sorted(open_ones, key=lambda one: (-one[1], one[0]))
    return [(name, at.t.pick(*field_words(name)), count) for name, count in ranked]


def _state(filters: Filters) -> str:
    return filters.choice("state", (*STATES, "all")) or "open"


def _query(filters: Filters) -> DifferenceQuery:
    state = _state(filters)
    return DifferenceQuery(
        text=filters.text("q"),
        field=filters.choice("field", tuple(WORDS)),
        states=() if state == "all" else (state,),
        since=filters.moment("since"),
        until=filters.moment("until", end=True),
    )


def export(at: At) -> Response:
    """The same report as CSV, at most 20,000 rows; one audit entry names how many left the house."""
    filters = Filters(at.request.query_params)
    query, asked = _query(filters), filters.request(SORTS, DEFAULT_SORT)
    with at.app.database.writing() as uow:
        found, total = first_rows(uow.differences.search, query, asked, EXPORT_ROWS)
        sheet = Sheet(names_today(uow, at.now, (at.t,)))
        shown = at.request.url.query[:500]
        at.audited(uow, "differences.exported", "order_list", query=shown, rows=len(found), total=total)
    return csv_file("differences", at.now, sheet.header(), sheet.rows(found))


def _row(at: At, listed: ListedDifference, names: Sequence[Names]) -> DifferenceRow:
    one = listed.difference
    return DifferenceRow(
        listed=listed,
        field=at.t.pick(*field_words(one.field)),
        ours=side_words(names, one.field, one.ours),
        theirs=side_words(names, one.field, one.theirs),
        matters=matters(one),
        status=status_words(at.t, listed.status),
        reason=reason_words(at.t, one),
    )


def close(at: At, difference_id: Id, reason: Reason = "") -> Response:
    """A person settles a difference: the reason stays on record with their name."""
    said = reason.strip()
    if not said:
        raise Refused(422, "differences.reason_wanted")
    with at.app.database.writing() as uow:
        found = uow.differences.get(difference_id)
        if found is None:
            raise Refused(404, "differences.unknown", {"seen": difference_id})
        uow.differences.close(difference_id, at.username, said, at.now)
        at.audited(
            uow,
            "difference.closed",
            "order",
            found.order_id,
            reason=said,
            difference=difference_id,
            field=found.field,
            ours=found.ours,
            theirs=found.theirs,
        )
    return at.go("/differences", "difference_closed")


def waiting(at: At) -> Response:
    filters = Filters(at.request.query_params)
    kind, why = filters.choice("kind", tuple(StatusKind)), filters.choice("why", WHY)
    asked = PageRequest(limit=PAGE_SIZE, offset=(filters.page() - 1) * PAGE_SIZE)
    with at.app.database.writing() as uow:
        found = uow.trade_events.unattached(asked, kind, why)
        counts = uow.trade_events.counts()
        at.audited(uow, "status_events.listed", "order_list", query=at.request.url.query[:500])
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "status_events.html",
        rows=[_waiting(at, one) for one in found.items],
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        values=filters.values,
        kinds=list(StatusKind),
        reasons=WHY,
        counts={count.kind: count for count in counts},
    )


def _waiting(at: At, one: TradeEvent) -> WaitingRow:
    event = one.event
    word = order_flow.status_word(at.t, event.kind, event.status)
    return WaitingRow(one, word, order_flow.tone(event.kind, event.status))


def attach(at: At, event_id: Id, order_id: Annotated[str, Form(max_length=64)] = "") -> Response:
    """A person says which order an event belongs to, where the numbers alone can't."""
    wanted = order_id.strip()
    with at.app.database.writing() as uow:
        found = uow.trade_events.get(event_id)
        if found is None:
            raise Refused(404, "status_events.unknown", {"seen": event_id})
        if uow.orders.get(wanted) is None:
            raise Refused(422, "status_events.no_order", {"where": "order_id", "seen": wanted[:64] or "–"})
        _attach(at, uow, found, wanted)
    return at.go("/status-events", "attached")


def _attach(at: At, uow: UnitOfWork, found: TradeEvent, order_id: str) -> None:
    uow.trade_events.attach_by_hand(found.id, order_id, at.now)
    event = found.event
    at.audited(uow, "status_event.attached", "order", order_id, event=f"{event.source}/{event.event_id}", row=found.id)
    if event.customs is not None:
        verify(uow, [order_id], at.username, at.now)
    alarm_moved(uow, [order_id], at.username, at.now)
