"""The life of an order in one column: revisions, decisions, alerts, people's steps, readings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from databases.alert_tables import AlertQuery, AlertStep
from databases.audit import AuditQuery
from databases.decisions import StoredDecision
from databases.orders import StoredRevision
from databases.paging import PageRequest
from databases.screenings import MatchQuery
from databases.trade_events import TradeEvent
from databases.unit_of_work import UnitOfWork
from tradewarden.console import formats, order_flow
from tradewarden.console.formats import local
from tradewarden.console.i18n import Translator

READS = frozenset({"order.read", "order.exported"})
READS_SHOWN = 100
ALL_STATES = ("open", "assigned", "proposed", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened, in words; `outcome` adds its badge, `href` its record.

    News from outside names its `kind` and `tone`; `arrived` says who told it and when it came here.
    """

    at: datetime
    text: str
    outcome: str = ""
    note: str = ""
    href: str = ""
    reading: bool = False
    kind: str = ""
    tone: str = ""
    arrived: str = ""


def timeline(
    t: Translator,
    uow: UnitOfWork,
    order_id: str,
    revisions: Sequence[StoredRevision],
    decided: Sequence[StoredDecision],
    events: Sequence[TradeEvent] = (),
) -> tuple[Moment, ...]:
    """All moments of an order, oldest first; `events` are the news from outside, at the time they speak of."""
    moments = [*_revisions(t, revisions), *_decisions(t, decided), *_alerts(t, uow, order_id)]
    moments += [*_news(t, events)]
    moments += [*_judgements(t, uow, order_id), *_audited(t, uow, order_id)]
    moments += [
        Moment(at=event.at, text=t.known("event", event.kind), note=_note(event.actor, dict(event.details)))
        for event in uow.orders.timeline(order_id)
    ]
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _revisions(t: Translator, revisions: Sequence[StoredRevision]) -> Iterator[Moment]:
    for revision in revisions:
        text = t("timeline.revision", n=revision.revision, source=revision.source or "–")
        yield Moment(at=revision.recorded_at, text=text, note=t.known("revision_state", revision.state))


def _news(t: Translator, events: Sequence[TradeEvent]) -> Iterator[Moment]:
    for one in events:
        event = one.event
        yield Moment(
            at=event.occurred_at,
            text=order_flow.status_word(t, event.kind, event.status),
            note=order_flow.details_words(t, one),
            kind=event.kind.value,
            tone=order_flow.tone(event.kind, event.status),
            arrived=order_flow.arrivals(t, one),
        )


def _decisions(t: Translator, decided: Sequence[StoredDecision]) -> Iterator[Moment]:
    for stored in decided:
        decision = stored.decision
        text = t("timeline.decision", n=decision.revision, score=decision.score)
        as_of = t("order.as_of", at=formats.moment_s(decision.as_of))
        note = f"{as_of} · {decision.policy} · {stored.summary.body_hash[:12]}"
        yield Moment(at=stored.summary.recorded_at, text=text, outcome=decision.outcome.word, note=note)


def _alerts(t: Translator, uow: UnitOfWork, order_id: str) -> Iterator[Moment]:
    reasons = {reason.code: t.pick(reason.name_zh, reason.name_en) for reason in uow.alerts.reasons()}
    for alert in uow.alerts.queue(AlertQuery(states=ALL_STATES, order_id=order_id)).items:
        raised = t("timeline.alert", n=alert.alert_id, step=t("step.raised"))
        yield Moment(at=alert.created_at, text=raised, href=f"/alerts/{alert.alert_id}")
        for step in uow.alerts.steps(alert.alert_id):
            text = t("timeline.alert", n=alert.alert_id, step=t.known("step", step.step))
            note = _step_note(t, step, reasons)
            yield Moment(at=step.at, text=text, note=note, href=f"/alerts/{alert.alert_id}")


def _step_note(t: Translator, step: AlertStep, reasons: Mapping[str, str]) -> str:
    """Who did the step and how, in words; that somebody took a work item for themselves is said by the step's name."""
    said = []
    for name, value in step.details.items():
        if value in ("", None, [], {}, step.actor):
            continue
        word = t.known("disposition", str(value)) if name == "disposition" else reasons.get(str(value), str(value))
        said.append(f"{t.known('step_detail', name)}: {word}")
    return " · ".join([step.actor, *said])


def _judgements(t: Translator, uow: UnitOfWork, order_id: str) -> Iterator[Moment]:
    """Every word officers said about a name match, the corrected ones too: the audit log keeps them all."""
    for match in uow.screenings.matches(MatchQuery(judged=None, order_id=order_id, include_excepted=True)).items:
        if not match.judgement:
            continue
        said = AuditQuery(action="match.judged", object_type="match", object_id=str(match.match_id))
        for entry in uow.audit.search(said).items:
            word = t.known("judgement", str(json.loads(entry.details).get("judgement", "")))
            text = t("timeline.judged", name=match.name, entry=f"{match.list_id}/{match.entry_id}", judgement=word)
            yield Moment(at=entry.at, text=text, note=f"{entry.actor} · {entry.reason}")


def _audited(t: Translator, uow: UnitOfWork, order_id: str) -> Iterator[Moment]:
    """Who read or took out the order; what was written shows as decision or alert already."""
    found = uow.audit.search(AuditQuery(object_type="order", object_id=order_id), PageRequest(limit=READS_SHOWN))
    reads = sorted((entry for entry in found.items if entry.action in READS), key=lambda entry: entry.at)
    for (actor, action, _), alike in groupby(
        reads, key=lambda entry: (entry.actor, entry.action, local(entry.at).date())
    ):
        entries = list(alike)
        times = f" × {len(entries)}" if len(entries) > 1 else ""
        text = t("timeline.read", action=t.known("action", action)) + times
        note = f"{actor} · {entries[-1].stream} #{entries[-1].seq}"
        yield Moment(at=entries[-1].at, text=text, note=note, reading=True)


def _note(actor: str, details: dict[str, object]) -> str:
    said = [f"{name}: {value}" for name, value in details.items() if value not in ("", None, [], {})]
    return " · ".join([actor, *said]) if actor else " · ".join(said)
