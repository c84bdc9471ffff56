"""工作台 Workbench: the figures of today and of seven days, each a link to its records; the latest decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from databases.decision_figures import Bucket as Counted
from databases.decision_figures import Figures
from databases.order_search import OrderSummary, RecentOrder
from databases.unit_of_work import UnitOfWork
from integrations.watchlists.registry import registry
from risk.canonical import digest
from risk.findings import Outcome
from tradewarden.auth.permissions import Action
from tradewarden.console import charts
from tradewarden.console.desk import Desk
from tradewarden.console.formats import local
from tradewarden.console.pages.door import At
from tradewarden.console.pages.flow import moved_notes, notes
from tradewarden.console.pages.lists import missing
from tradewarden.console.tiers import tiers_of

LATEST = 12
TOP_CHECKS = 7
FRESH = timedelta(seconds=10)
PERIODS: Mapping[str, timedelta] = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of today and of seven days. `outcome` is empty for the sum of all."""

    key: str
    outcome: str
    today: int
    today_href: str
    week: int
    week_href: str
    share: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the strip below, with its records."""

    key: str
    value: str
    href: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Latest:
    """A row of the latest decisions."""

    recent: RecentOrder
    tier: str
    fresh: bool

    @property
    def summary(self) -> OrderSummary:
        return self.recent.summary


def workbench(at: At, period: Annotated[str, Query(max_length=5)] = "24h") -> Response:
    chosen = period if period in PERIODS else "24h"
    midnight = local(at.now).replace(hour=0, minute=0, second=0, microsecond=0)
    week = midnight - timedelta(days=6)
    until = at.now + timedelta(seconds=1)
    with at.app.database.reading() as uow:  # sums name nobody, and counting must not hold the workers up
        today = uow.decisions.figures(midnight, until)
        seven = uow.decisions.figures(week, until)
        charted = uow.decisions.figures(_beginning(at.now, chosen), until)
        strip = _strip(at, uow)
        warnings = missing(uow.watchlists.versions()) if at.can(Action.LISTS_READ) else []
        alarms = notes(at, uow)
        moved = moved_notes(at, uow)
    with at.app.database.writing() as uow:
        rows = _latest(at, uow)
        at.audited(uow, "workbench.read", "order_list", view="workbench", orders=_ids(rows))
    return at.page(
        "workbench.html",
        figures=_figures(today, midnight, seven, week),
        strip=strip,
        warnings=warnings,
        alarms=alarms,
        moved=moved,
        chart=_chart(charted, chosen),
        chosen=chosen,
        top_checks=_top_checks(at, seven, week),
        latest=rows,
        newest=_seen(rows),
    )


def latest(at: At, after: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The polled part. Nothing new: 204 without a trace. Something new: the rows, and an audit entry of them."""
    with at.app.database.reading() as uow:
        rows = _latest(at, uow)
    if _seen(rows) == after:
        return Response(status_code=204)
    with at.app.database.writing() as uow:
        at.audited(uow, "workbench.read", "order_list", view="latest", orders=_ids(rows))
    return at.page("_latest.html", latest=rows, newest=_seen(rows))


def _latest(at: Desk, uow: UnitOfWork) -> list[Latest]:
    found = uow.orders.latest(LATEST)
    tiers = tiers_of(uow, (recent.summary.client_id for recent in found), local(at.now).date())
    return [
        Latest(recent, tiers.get(recent.summary.client_id, ""), at.now - recent.recorded_at < FRESH) for recent in found
    ]


def _seen(rows: list[Latest]) -> str:
    """A short word that changes with anything shown in the rows."""
    return digest([[row.summary.order_id, row.summary.revision, row.summary.state] for row in rows])[:16]


def _ids(rows: list[Latest]) -> list[str]:
    return [row.summary.order_id for row in rows]


def records(**filters: object) -> str:
    """The address of the decisions behind a number."""
    return "/decisions?" + urlencode({name: value for name, value in filters.items() if value not in (None, "")})


def _beginning(now: datetime, period: str) -> datetime:
    begin = local(now - PERIODS[period]).replace(minute=0, second=0, microsecond=0)
    return begin + timedelta(hours=1) if period == "24h" else begin.replace(hour=0) + timedelta(days=1)


def _figures(today: Figures, midnight: datetime, seven: Figures, week: datetime) -> list[Figure]:
    made = [_figure("workbench.judged", "", today.decisions, midnight, seven.decisions, week, 0)]
    for outcome in Outcome:
        counts = today.outcomes.get(outcome, 0), seven.outcomes.get(outcome, 0)
        key = f"outcome.{outcome.word}"
        made.append(_figure(key, outcome.word, counts[0], midnight, counts[1], week, seven.decisions))
    return made


def _figure(
    key: str, outcome: str, today: int, midnight: datetime, week: int, week_begin: datetime, total: int
) -> Figure:
    return Figure(
        key=key,
        outcome=outcome,
        today=today,
        today_href=records(outcome=outcome, since=midnight.date()),
        week=week,
        week_href=records(outcome=outcome, since=week_begin.date()),
        share=f"{week * 100 / total:.1f}%" if total else "",
    )


def _strip(at: Desk, uow: UnitOfWork) -> list[Reading]:
    made = []
    if at.can(Action.ALERTS_READ):
        counts = uow.alerts.counts(at.now)
        waiting = sum(counts.get(state, 0) for state in ("open", "assigned"))
        overdue, proposed = counts.get("overdue", 0), counts.get("proposed", 0)
        made += [
            Reading("workbench.open_alerts", str(waiting), "/alerts"),
            Reading("workbench.overdue", str(overdue), "/alerts?overdue=1", overdue > 0),
            Reading("workbench.to_approve", str(proposed), "/approvals"),
        ]
    inbox = uow.inbox.counts()
    made.append(Reading("workbench.received", f"{inbox.received:,}", "/flow", not inbox.balanced))
    made.append(Reading("workbench.pending", f"{inbox.pending:,}", "/flow"))
    if at.can(Action.DEAD_LETTERS_READ):
        dead = uow.dead_letters.open_count()
        made.append(Reading("workbench.dead", str(dead), "/dead-letters", dead > 0))
    if at.can(Action.LISTS_READ):
        imported = uow.watchlists.status()
        oldest = min((status.latest.checked_at for status in imported), default=None)
        policy = uow.policies.live()
        days = policy.screening.list_max_age_days if policy else 7
        late = oldest is None or at.now - oldest > timedelta(days=days)
        value = at.t("workbench.no_lists") if oldest is None else at.t("workbench.age", hours=_hours(at.now - oldest))
        made.append(Reading("workbench.lists", value, "/lists", late))
        ids = {status.latest.list_id for status in imported}
        never = len(registry().keys() - ids)
        counted = at.t("workbench.lists_counted", imported=len(ids), never=never)
        made.append(Reading("nav.lists", counted, "/lists", bool(missing(ids))))
    return made


def _hours(span: timedelta) -> int:
    return max(0, int(span.total_seconds() // 3600))


def _chart(figures: Figures, period: str) -> charts.Chart:
    hourly = period == "24h"
    counted = figures.by_hour if hourly else figures.by_day
    if not figures.decisions:
        return charts.stacked(())
    return charts.stacked([_bucket(bucket, hourly) for bucket in counted], labels=12 if hourly else 10)


def _bucket(counted: Counted, hourly: bool) -> charts.Bucket:
    start = local(counted.start)
    end = start + timedelta(hours=1) if hourly else start  # a bare date as end means that whole day
    written = "%Y-%m-%dT%H:%M" if hourly else "%Y-%m-%d"
    since, until = start.strftime(written), end.strftime(written)
    return charts.Bucket(
        label=start.strftime("%H" if hourly else "%m-%d"),
        title=start.strftime("%m-%d %H:00" if hourly else "%Y-%m-%d"),
        hrefs={word: records(outcome=word, since=since, until=until) for word in charts.OUTCOMES},
        counts={outcome.word: count for outcome, count in counted.outcomes.items()},
    )


def _top_checks(at: Desk, figures: Figures, since: datetime) -> list[dict[str, object]]:
    hits = [count for count in figures.top_checks if count.status == "hit"][:TOP_CHECKS]
    cards = at.app.explainer.cards
    return [
        {
            "check": count.check,
            "title": at.t.pick(cards[count.check].title_zh, cards[count.check].title_en)
            if count.check in cards
            else count.check,
            "count": count.decisions,
            "href": records(check=count.check, status="hit", since=since.date()),
        }
        for count in hits
    ]
