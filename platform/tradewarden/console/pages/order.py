"""One order: what it says, what the machine said, what people did with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.responses import Response

from databases.alert_tables import Alert, AlertQuery
from databases.decisions import StoredDecision
from databases.orders import StoredOrder
from databases.paging import PageRequest
from databases.screenings import MatchQuery
from databases.unit_of_work import UnitOfWork
from integrations.watchlists.registry import registry
from kyc.entries import ListEntry
from loading_monitor.sentences import plan_sentence
from risk.canonical import canonical
from risk.customs_comparison import field_words
from risk.decision import SupervisionPlan
from risk.facts import Screening
from risk.findings import Status
from tradewarden.auth import masking
from tradewarden.auth.refusals import Refused
from tradewarden.console import charts, codes, order_facts, order_flow, order_grounds
from tradewarden.console.alarm_words import sentence
from tradewarden.console.desk import Desk
from tradewarden.console.difference_words import names_today, side_words
from tradewarden.console.formats import local
from tradewarden.console.order_timeline import Moment, timeline
from tradewarden.console.pages.door import At
from tradewarden.console.tiers import profiles_of
from tradewarden.pipeline.moved_while_held import ALERT as MOVED

SECTIONS = ("grounds", "screening", "goods", "facts", "parties", "documents", "timeline")
ALL_STATES = ("open", "assigned", "proposed", "closed")
MATCHES = PageRequest(limit=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The latest decision's head."""

    decision_id: str
    outcome: str
    score: int
    as_of: datetime
    recorded_at: datetime
    policy: str
    policy_hash: str
    bar: charts.ScoreBar


@dataclass(frozen=True, slots=True)
class DifferenceWords:
    """An open difference to customs, the field in words."""

    field: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Everything the order page shows."""

    order_id: str
    revision: int
    state: str
    client_name: str
    client_href: str
    tier: str
    released: str
    verdict: Verdict | None
    sections: tuple[str, ...]
    findings: tuple[order_grounds.FindingRow, ...]
    unknown: tuple[order_grounds.FindingRow, ...]
    silent: tuple[order_grounds.FindingRow, ...]
    no_grounds: str
    checks_run: int
    hits: int
    contributions: tuple[order_grounds.ContributionRow, ...]
    screenings: tuple[order_grounds.ScreeningRow, ...]
    match_count: int
    supervision: SupervisionPlan | None
    supervision_words: str
    versions: tuple[tuple[str, str], ...]
    total: str
    lines: tuple[order_facts.LineRow, ...]
    lines_hidden: int
    facts: tuple[tuple[str, str], ...]
    parties: tuple[order_facts.PartyRow, ...]
    documents: tuple[order_facts.DocumentRow, ...]
    alerts: tuple[Alert, ...]
    letters: tuple[tuple[int, str], ...]
    moved: tuple[str, ...]
    timeline: tuple[Moment, ...]
    stages: tuple[order_flow.Stage, ...]
    declaration_numbers: tuple[str, ...]
    differences: tuple[DifferenceWords, ...]


def order(at: At, order_id: str) -> Response:
    with at.app.database.writing() as uow:
        stored = _stored(uow, order_id)
        at.audited(uow, "order.read", "order", order_id, revision=stored.summary.revision)
        page = _page(at, uow, stored)
    return at.page("order.html", page=page)


def raw(at: At, order_id: str) -> Response:
    """The order in force and its latest decision as canonical JSON, for the one who must argue with it."""
    with at.app.database.writing() as uow:
        stored = _stored(uow, order_id)
        decided = uow.decisions.of_order(order_id)
        at.audited(uow, "order.exported", "order", order_id, revision=stored.summary.revision)
    body = canonical({"order": stored.order, "decision": decided[-1].decision if decided else None})
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in order_id)[:60]
    headers = {"Content-Disposition": f'attachment; filename="order-{name}.json"'}
    return Response(body, media_type="application/json", headers=headers)


def _stored(uow: UnitOfWork, order_id: str) -> StoredOrder:
    stored = uow.orders.get(order_id)
    if stored is None:
        raise Refused(404, "order.unknown", {"seen": order_id[:80]})
    return stored


def _page(at: Desk, uow: UnitOfWork, stored: StoredOrder) -> OrderPage:
    summary = stored.summary
    decided = uow.decisions.of_order(summary.order_id)
    alerts = tuple(uow.alerts.queue(AlertQuery(states=ALL_STATES, order_id=summary.order_id)).items)
    client = profiles_of(uow, [summary.client_id], local(at.now).date()).get(summary.client_id)
    events = uow.trade_events.of_order(summary.order_id)
    moments = timeline(at.t, uow, summary.order_id, uow.orders.revisions(summary.order_id), decided, events)
    numbers = (summary.entry_number, *(one.event.declaration_number for one in events))
    return OrderPage(
        order_id=summary.order_id,
        revision=summary.revision,
        state=summary.state,
        client_name=summary.client_name or summary.client_id,
        client_href=f"/clients/{client.client_id}" if client else "",
        tier=client.tier if client else "",
        released=next((alert.closed_by for alert in alerts if alert.disposition == "release" and alert.closed_by), ""),
        alerts=alerts,
        letters=uow.dead_letters.of_order(summary.order_id),
        moved=tuple(sentence(at.t, one) for one in alerts if one.kind == MOVED and one.state != "closed"),
        timeline=moments,
        stages=order_flow.stages(at.t, events),
        declaration_numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        differences=_differences(at, uow, summary.order_id),
        sections=SECTIONS,
        **_grounds(at, uow, decided[-1] if decided else None),
        **_facts(at, uow, stored),
    )


def _differences(at: Desk, uow: UnitOfWork, order_id: str) -> tuple[DifferenceWords, ...]:
    found = [one for one in uow.differences.of_orders([order_id]) if one.state == "open"]
    if not found:
        return ()
    names = names_today(uow, at.now, (at.t,))
    return tuple(
        DifferenceWords(
            at.t.pick(*field_words(one.field)),
            side_words(names, one.field, one.ours),
            side_words(names, one.field, one.theirs),
        )
        for one in found
    )


def _grounds(at: Desk, uow: UnitOfWork, decided: StoredDecision | None) -> dict[str, Any]:
    if decided is None:
        names = ("findings", "unknown", "silent", "contributions", "screenings", "versions")
        empty: dict[str, Any] = dict.fromkeys(names, ())
        return empty | {
            "verdict": None,
            "no_grounds": order_grounds.no_grounds(None),
            "checks_run": 0,
            "hits": 0,
            "match_count": 0,
            "supervision": None,
            "supervision_words": "",
        }
    decision = decided.decision
    reader = order_grounds.Reader(at.app.explainer, at.t, list_names(), personal=masking.sees_personal_data(at.role))
    policy = uow.policies.by_hash(decision.policy_hash)
    queued = uow.screenings.matches(MatchQuery(judged=None, order_id=decision.order_id, include_excepted=True), MATCHES)
    findings = order_grounds.finding_rows(decision, reader)
    entries = list_entries(uow, decision.screenings)
    screened = order_grounds.screening_rows(decision.screenings, queued.items, reader, entries)
    return {
        "verdict": Verdict(
            decision_id=decision.decision_id,
            outcome=decision.outcome.word,
            score=decision.score,
            as_of=decision.as_of,
            recorded_at=decided.summary.recorded_at,
            policy=decision.policy,
            policy_hash=decision.policy_hash,
            bar=order_grounds.bar(decision, policy.policy if policy else None, reader),
        ),
        "findings": findings.speaking,
        "unknown": findings.unknown,
        "silent": findings.passed,
        "no_grounds": order_grounds.no_grounds(decision),
        "checks_run": len({finding.check for finding in decision.findings}),
        "hits": len({finding.check for finding in decision.findings if finding.status is Status.HIT}),
        "contributions": order_grounds.contribution_rows(decision.contributions, reader),
        "screenings": screened,
        "match_count": sum(len(row.matches) for row in screened),
        "supervision": decision.supervision,
        "supervision_words": at.t.pick(*plan_sentence(decision.supervision)),
        "versions": order_grounds.version_pairs(decision.versions),
    }


def _facts(at: Desk, uow: UnitOfWork, stored: StoredOrder) -> dict[str, Any]:
    order = stored.order
    if order is None:
        empty: dict[str, Any] = dict.fromkeys(("lines", "facts", "parties", "documents"), ())
        return empty | {"total": "–", "lines_hidden": 0}
    on = local(order.declared_at or at.now).date()
    names = order_facts.Names(codes.reference(uow, on), on, at.t)
    lines = order.declaration.lines
    return {
        "total": order_facts.total(order),
        "lines": order_facts.line_rows(lines, names),
        "lines_hidden": max(0, len(lines) - order_facts.LINES_SHOWN),
        "facts": tuple(order_facts.header_facts(order, names)),
        "parties": order_facts.party_rows(order, names, personal=masking.sees_personal_data(at.role)),
        "documents": order_facts.document_rows(order, names),
    }


def list_entries(uow: UnitOfWork, screenings: Sequence[Screening]) -> dict[tuple[str, str], ListEntry]:
    """The entries that were matched, as their lists have them now; an entry nobody kept is left out."""
    keys = {(match.list_id, match.entry_id) for screening in screenings for match in screening.matches}
    found = {key: uow.watchlists.entry(*key) for key in sorted(keys)}
    return {key: entry for key, entry in found.items() if entry is not None}


def list_names() -> Mapping[str, tuple[str, str]]:
    """Chinese and English names of the known lists."""
    return {source.id: (source.name_zh, source.name_en) for source in registry().values()}
