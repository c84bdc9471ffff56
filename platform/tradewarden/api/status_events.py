"""Status events over REST: what happened to orders, one or many; all of a body or nothing of it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import JSONResponse, Response

from databases.trade_events import StatusAcceptance
from databases.unit_of_work import UnitOfWork
from integrations.json_events import read_status_document, read_status_lines
from risk.nouns.status import StatusEvent
from tradewarden.api.bodies import DOOR, decoded
from tradewarden.api.problems import problem
from tradewarden.api.repeats import Body, Key, check_key, once
from tradewarden.console.desk import Desk, desk
from tradewarden.pipeline.status import take

At = Annotated[Desk, Depends(desk)]


def submit(at: At, body: Body, idempotency_key: Key = "") -> Response:
    """接收状态事件(报关、物流、退税、结算、信保):202;尚无对应订单的先保留待挂接;内容冲突 409;有错 422,一条不收。 |
    Take status events in. 202; events without a known order are kept and wait for it; 409 on a conflict; 422 with
    every error and nothing taken."""
    check_key(idempotency_key)
    events = decoded(at, body, read_status_document, read_status_lines)
    return once(at, idempotency_key, body, partial(_taken, at, events))


def _taken(at: Desk, events: Sequence[StatusEvent], uow: UnitOfWork) -> Response:
    accepted = take(uow, events, DOOR, at.username, at.now)
    rows = [_row(answer) for answer in accepted]
    if any(answer.state == "conflict" for answer in accepted):
        return problem(
            409,
            "同一事件编号已有不同内容,已保留供核查 | this event id came with other content before; both are kept",
            next_step="更正请另用新的事件编号 | send a correction under a new event id",
            events=rows,
        )
    return JSONResponse({"events": rows}, status_code=202)


def _row(answer: StatusAcceptance) -> dict[str, Any]:
    known = {"location": f"/api/v1/orders/{quote(answer.order_id, safe='')}"} if answer.order_id else {}
    return {
        "event_id": answer.event_id,
        "source": answer.source,
        "state": answer.state,
        "order_id": answer.order_id or None,
        "attached": bool(answer.order_id),
    } | known
