"""Orders over REST: one or many in, each with a place to look; what was decided; all of a body or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import JSONResponse, Response

from databases.inbox import Acceptance
from databases.unit_of_work import UnitOfWork
from integrations.json_events import read_document, read_lines
from risk.canonical import canonical
from risk.nouns.order import OrderEvent
from tradewarden.api.bodies import DOOR, decoded
from tradewarden.api.problems import problem
from tradewarden.api.repeats import Body, Key, check_key, once
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk, desk
from tradewarden.pipeline.intake import take
from tradewarden.records import decision_record

At = Annotated[Desk, Depends(desk)]


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted event beside what became of it."""

    event: OrderEvent
    acceptance: Acceptance

    @property
    def location(self) -> str:
        return f"/api/v1/orders/{quote(self.event.order_id, safe='')}"

    def row(self) -> dict[str, Any]:
        return {
            "order_id": self.event.order_id,
            "revision": self.event.revision,
            "event_id": self.event.event_id,
            "state": self.acceptance.state,
            "location": self.location,
        }


def submit(at: At, body: Body, idempotency_key: Key = "") -> Response:
    """接收订单:202 并给出每单的查询地址;内容冲突 409;有错 422,列出全部错误且一条不收。 |
    Take orders in. 202 with a place to look for each; 409 on a conflict; 422 with every error and nothing taken."""
    check_key(idempotency_key)
    events = decoded(at, body, read_document, read_lines)
    return once(at, idempotency_key, body, partial(_answered, at, events))


def _answered(at: Desk, events: Sequence[OrderEvent], uow: UnitOfWork) -> Response:
    return _answer(_taken(at, uow, events))


def _taken(at: Desk, uow: UnitOfWork, events: Sequence[OrderEvent]) -> list[Taken]:
    accepted = take(uow, events, DOOR, at.username, at.now, "live" if len(events) < 50 else "bulk")
    return [Taken(event, acceptance) for event, acceptance in zip(events, accepted, strict=True)]


def _answer(taken: Sequence[Taken]) -> Response:
    rows = [one.row() for one in taken]
    conflicts = [row for row in rows if row["state"] == "conflict"]
    if conflicts:
        return problem(
            409,
            "同一事件编号已有不同内容,已保留供核查 | this event id came with other content before; both are kept",
            next_step="更改内容请提高版本号 | to change an order, send it with a higher revision",
            orders=rows,
        )
    return JSONResponse({"orders": rows}, status_code=202, headers={"Location": taken[0].location})


def order_status(at: At, order_id: str) -> Response:
    """订单现状:排队时为 pending,之后为状态与最新判定。 |
    Where an order stands: pending while it waits, then its state with the latest decision."""
    with at.app.database.writing() as uow:
        stored = uow.orders.get(order_id)
        waiting = [item for item in uow.inbox.of_order(order_id) if item.state == "pending"]
        dead = [] if stored or waiting else _dead_reasons(uow, order_id)
        if stored is None and not waiting and not dead:
            raise Refused(404, "order.unknown", {"seen": order_id[:80]})
        decided = uow.decisions.get(stored.summary.decision_id) if stored and stored.summary.decision_id else None
        at.audited(uow, "order.read", "order", order_id, via="rest")
    record = {
        "order_id": order_id,
        "state": stored.summary.state if stored else "dead" if dead else "pending",
        "revision": stored.summary.revision if stored else dead[-1][0] if dead else waiting[-1].revision,
        "pending_revisions": [item.revision for item in waiting],
        "decision": decision_record(decided.decision, at.app.explainer) if decided else None,
    }
    if dead:
        record["reason"] = dead[-1][1]
    return Response(canonical(record), media_type="application/json")


def _dead_reasons(uow: UnitOfWork, order_id: str) -> list[tuple[int, str]]:
    """(revision, reason) of every event of an order that could not be judged, in order of arrival."""
    items = [item for item in uow.inbox.of_order(order_id) if item.state == "dead"]
    return [(item.revision, uow.dead_letters.reason_of(item.inbox_id)) for item in items]


def decision(at: At, decision_id: str) -> Response:
    """一条判定:发现、分值、名单匹配与监装方案。 |
    One decision with findings, contributions, matches and the supervision plan."""
    with at.app.database.writing() as uow:
        stored = uow.decisions.get(decision_id)
        if stored is None:
            raise Refused(404, "decision.unknown", {"seen": decision_id[:80]})
        at.audited(uow, "order.read", "order", stored.decision.order_id, via="rest", decision=decision_id)
    return Response(canonical(decision_record(stored.decision, at.app.explainer)), media_type="application/json")
