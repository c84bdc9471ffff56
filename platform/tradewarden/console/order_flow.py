"""What happened to an order around its declaration: five stages at a glance, and each event as a moment of its life."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from databases.trade_events import TradeEvent
from risk.customs_comparison import plain
from risk.nouns.money import Money
from risk.nouns.status import ADVERSE, FINAL, StatusKind
from tradewarden.console import formats
from tradewarden.console.i18n import Translator

AMOUNTS = {
    StatusKind.DECLARATION: ("total",),
    StatusKind.LOGISTICS: (),
    StatusKind.REFUND: ("amount",),
    StatusKind.SETTLEMENT: ("amount",),
    StatusKind.INSURANCE: ("indemnity", "insured", "premium"),
}
"""The figure a stage shows beside its status, the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the five services: its latest status; `tone` is good, late (bad news), info or quiet (nothing yet)."""

    kind: str
    status: str
    tone: str
    at: datetime | None
    figure: str
    events: int


def stages(t: Translator, events: Sequence[TradeEvent]) -> tuple[Stage, ...]:
    """The five stages in their order; `events` as they happened."""
    return tuple(_stage(t, kind, [one for one in events if one.event.kind is kind]) for kind in StatusKind)


def _stage(t: Translator, kind: StatusKind, events: Sequence[TradeEvent]) -> Stage:
    if not events:
        return Stage(kind=kind.value, status="", tone="quiet", at=None, figure="", events=0)
    last = events[-1].event
    figures = (_figure(one, kind) for one in reversed(events))
    return Stage(
        kind=kind.value,
        status=status_word(t, kind, last.status),
        tone=tone(kind, last.status),
        at=last.occurred_at,
        figure=next((figure for figure in figures if figure), ""),
        events=len(events),
    )


def _figure(one: TradeEvent, kind: StatusKind) -> str:
    values = (getattr(one.event.details, name, None) for name in AMOUNTS[kind])
    return next((money(value) for value in values if isinstance(value, Money)), "")


def tone(kind: StatusKind, status: str) -> str:
    if status in ADVERSE[kind]:
        return "late"
    return "good" if status in FINAL[kind] else "info"


def status_word(t: Translator, kind: StatusKind, status: str) -> str:
    return t.known(f"trade_status.{kind.value}", status)


def money(value: Money) -> str:
    return f"{formats.amount(value.amount)} {value.currency}"


def details_words(t: Translator, one: TradeEvent) -> str:
    """What came with an event, in words: numbers first, then the details of its kind."""
    event = one.event
    given = [(name, getattr(event, name)) for name in ("declaration_number", "transport_document", "container")]
    if event.details is not None:
        given += [(field.name, getattr(event.details, field.name)) for field in fields(event.details)]
    return " · ".join(f"{t.known('event_field', name)} {_value(t, value)}" for name, value in given if _said(value))


def _said(value: Any) -> bool:
    return value not in (None, "", ())


def _value(t: Translator, value: Any) -> str:
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, tuple):
        return ", ".join(value) if isinstance(value[0], str) else t("stage.lines", n=len(value))
    return str(value)


def arrivals(t: Translator, one: TradeEvent) -> str:
    """Who told it and when it came here."""
    return t("stage.arrived", source=one.event.source, at=formats.moment_s(one.received_at))
