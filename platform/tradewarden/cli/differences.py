"""`tradewarden differences`: where trade data and customs feedback part."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from databases.audit_chain import NewEntry
from databases.customs_differences import STATES, DifferenceQuery, ListedDifference
from databases.paging import PageRequest, first_rows
from integrations.dates import EXPECTED_PERIOD, in_period
from risk.customs_comparison import field_words
from tradewarden.cli.output import JsonOption, counted, emit, notes, table
from tradewarden.console import spreadsheet
from tradewarden.console.difference_words import Sheet, matters, names_today, side_words
from tradewarden.console.i18n import LANGUAGES, Translator
from tradewarden.console.order_facts import Names
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application

SHANGHAI = ZoneInfo("Asia/Shanghai")
ACTOR, STREAM = "command-line", "evidence"


def differences(
    begin: Annotated[str, typer.Option("--from", metavar="DAY", help="Customs receipts from this day on.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="Customs receipts up to this day (inclusive).")] = "",
    every: Annotated[bool, typer.Option("--all", help="Closed and not comparable ones too.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the report there as CSV.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Report differences between trade data and customs feedback; status 1 when some are open. 海关差异报告."""
    app = open_application()
    since, until = _start(begin, "--from"), _start(end, "--to")
    query = DifferenceQuery(
        states=STATES if every else ("open",), since=since, until=until + timedelta(days=1) if until else None
    )
    with app.database.reading() as uow:
        found, _ = first_rows(uow.differences.search, query, PageRequest())
        names = names_today(uow, app.clock(), [Translator(language) for language in LANGUAGES])
        orders, compared = uow.differences.verified(query.since, query.until)
    if csv is not None:
        _write(csv, Sheet(names), found)
        with app.database.writing() as uow:
            uow.audit.append(STREAM, [_exported(csv, query, len(found), app.clock())])
    open_ones = sum(one.difference.state == "open" for one in found)
    if as_json:
        for one in found:
            emit(_record(one))
    else:
        if csv is None:
            _print(found, names)
        else:
            notes.print(f"{csv}: {counted(len(found), 'row')}")
        notes.print(
            f"{counted(orders, 'order')} with customs events, {compared} compared; "
            f"{counted(open_ones, 'difference')} open"
        )
    return 1 if open_ones else 0


def _write(file: Path, sheet: Sheet, found: list[ListedDifference]) -> None:
    """Raises CannotDo."""
    try:
        with file.open("wb") as stream:
            stream.writelines(spreadsheet.rows(sheet.header(), sheet.rows(found)))
    except OSError as error:
        raise CannotDo(f"{file} can't be written ({error.strerror}). Check the path and its permissions.") from error


def _exported(file: Path, query: DifferenceQuery, rows: int, now: datetime) -> NewEntry:
    asked = {"states": list(query.states), "since": str(query.since or ""), "until": str(query.until or "")}
    return NewEntry(
        at=now,
        actor=ACTOR,
        action="differences.exported",
        object_type="order_list",
        object_id=file.name,
        details={"query": asked, "rows": rows},
    )


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
        "matters": matters(one),
        "customs_status": listed.status,
        "source": listed.source,
        "occurred_at": listed.occurred_at,
        "found_at": one.found_at,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by or None,
        "reason": one.reason or None,
    }


def _print(found: list[ListedDifference], names: tuple[Names, ...]) -> None:
    headers = ("订单 order", "报关单 declaration", "字段 field", "我方 ours", "海关 customs", "状态 state")
    shown = (
        (
            one.difference.order_id,
            one.declaration_number,
            " | ".join(field_words(one.difference.field)),
            side_words(names, one.difference.field, one.difference.ours) or "–",
            side_words(names, one.difference.field, one.difference.theirs) or "–",
            "不可比 not comparable" if one.difference.state == "missing" else one.difference.state,
        )
        for one in found
    )
    table(headers, shown)


def register(app: typer.Typer) -> None:
    app.command("differences")(differences)
