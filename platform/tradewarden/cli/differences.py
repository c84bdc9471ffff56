"""`tradewarden differences`: where trade data and customs feedback part."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from databases.customs_differences import STATES, DifferenceQuery, ListedDifference
from databases.paging import MAXIMUM_PAGE, PageRequest
from integrations.dates import EXPECTED_PERIOD, in_period
from risk.customs_comparison import field_matters, field_words
from tradewarden.cli.output import JsonOption, emit, notes, table
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application

SHANGHAI = ZoneInfo("Asia/Shanghai")


def differences(
    begin: Annotated[str, typer.Option("--from", metavar="DAY", help="Customs receipts from this day on.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="Customs receipts up to this day (inclusive).")] = "",
    every: Annotated[bool, typer.Option("--all", help="Closed and not comparable ones too.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Report differences between trade data and customs feedback; status 1 when some are open. 海关差异报告."""
    app = open_application()
    since, until = _start(begin, "--from"), _start(end, "--to")
    query = DifferenceQuery(
        states=STATES if every else ("open",), since=since, until=until + timedelta(days=1) if until else None
    )
    offset, rows = 0, []
    with app.database.reading() as uow:
        while (page := uow.differences.search(query, PageRequest(limit=MAXIMUM_PAGE, offset=offset))).items:
            rows += [_record(one) for one in page.items]
            offset += MAXIMUM_PAGE
        orders, compared = uow.differences.verified(query.since, query.until)
    open_ones = sum(row["state"] == "open" for row in rows)
    if as_json:
        for row in rows:
            emit(row)
    else:
        _print(rows)
        notes.print(f"{orders} orders with customs events, {compared} compared; {open_ones} differences open")
    return 1 if open_ones else 0


def _start(text: str, option: str) -> datetime | None:
    """The start of a day in China. Raises CannotDo."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CannotDo(f"{option}: found {text[:40]!r}; expected a day such as 2026-03-08.") from error
    if not in_period(day):
        raise CannotDo(f"{option}: found {text[:40]!r}; expected {EXPECTED_PERIOD}.")
    return datetime.combine(day, time(), SHANGHAI)


def _record(listed: ListedDifference) -> dict[str, Any]:
    one = listed.difference
    zh, en = field_words(one.field)
    return {
        "id": one.id,
        "order_id": one.order_id,
        "revision": one.revision,
        "declaration_number": listed.declaration_number,
        "client_id": listed.client_id,
        "field": one.field,
        "zh": zh,
        "en": en,
        "ours": one.ours or None,
        "theirs": one.theirs or None,
        "state": one.state,
        "matters": field_matters(one.field) and one.state != "missing",
        "customs_status": listed.status,
        "source": listed.source,
        "occurred_at": listed.occurred_at,
        "found_at": one.found_at,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by or None,
        "reason": one.reason or None,
    }


def _print(rows: list[dict[str, Any]]) -> None:
    headers = ("订单 order", "报关单 declaration", "字段 field", "我方 ours", "海关 customs", "状态 state")
    shown = (
        (
            row["order_id"],
            row["declaration_number"],
            f"{row['zh']} | {row['en']}",
            row["ours"] or "–",
            row["theirs"] or "–",
            "不可比 not comparable" if row["state"] == "missing" else row["state"],
        )
        for row in rows
    )
    table(headers, shown)


def register(app: typer.Typer) -> None:
    app.command("differences")(differences)
