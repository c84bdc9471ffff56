"""`tradewarden screen`: names to list matches with explanations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from kyc.entries import Subject
from kyc.screen import ScreeningIndex, to_list_match
from risk.facts import ListMatch
from tradewarden.cli.compare import kind_of
from tradewarden.cli.output import JsonOption, emit, fail, notes, progress
from tradewarden.cli.tables import csv_rows
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application

ORDER = {"match": 0, "review": 1, "nomatch": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a run screens with."""

    index: ScreeningIndex
    minimum_score: Decimal
    top: int
    as_of: date
    list_versions: Mapping[str, str]


def screen(
    names: Annotated[list[str] | None, typer.Argument(help="Names to screen.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="CSV: name and optionally id,uscc,kind,country,birth_date.")
    ] = None,
    min_score: Annotated[
        str, typer.Option("--min-score", help="Lowest score shown, 0..1; default: the policy's.")
    ] = "",
    top: Annotated[int, typer.Option("--top", min=1, help="At most so many matches for each name.")] = 10,
    lists: Annotated[str, typer.Option("--lists", help="Only these lists, comma separated.")] = "",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Entries in force on a day.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Screen names against the lists in force. 名单筛查."""
    if not names and file is None:
        raise CannotDo("Nothing to screen: give names, or --file with a CSV.")
    search = _search(lists, min_score, top, as_of)
    wrong = 0
    with progress("names", None) as advance:
        for number, row in enumerate(_rows(names or (), file), start=1):
            record = _record(number, row, search)
            wrong += "error" in record
            _show(record, as_json)
            advance(1)
    return 1 if wrong else 0


def _search(lists: str, min_score: str, top: int, as_of: datetime | None) -> Search:
    app = open_application()
    wanted = tuple(part.strip() for part in lists.split(",") if part.strip())
    with app.database.reading() as uow:
        versions = uow.watchlists.versions()
        if not versions:
            raise CannotDo("No list has been imported, so nothing can be said. Run `tradewarden lists import`.")
        unknown = [name for name in wanted if name not in versions]
        if unknown:
            raise CannotDo(f"--lists {', '.join(unknown)}: not imported. Imported: {', '.join(sorted(versions))}.")
        policy = uow.policies.live()
        with notes.status("building the index …"):
            index = ScreeningIndex.build(uow.watchlists.current_entries(wanted))
    default = policy.screening.minimum_score if policy else Decimal(0)
    return Search(
        index=index,
        minimum_score=_share(min_score) if min_score else Decimal(default),
        top=top,
        as_of=(as_of or app.clock()).date(),
        list_versions={name: versions[name] for name in (wanted or versions)},
    )


def _share(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise CannotDo(f"--min-score {text!r} is no number; expected 0 to 1, for example 0.8.") from error
    if not 0 <= value <= 1:
        raise CannotDo(f"--min-score {text} is out of bounds; expected 0 to 1.")
    return value


def _rows(names: Sequence[str], file: Path | None) -> Iterator[Mapping[str, str]]:
    yield from ({"name": name} for name in names)
    if file is not None:
        yield from csv_rows(file, required=("name",))


def _record(number: int, row: Mapping[str, str], search: Search) -> dict[str, Any]:
    try:
        demand_text(row["name"])
        subject = Subject(
            name=row["name"],
            kind=kind_of(row),
            uscc=row.get("uscc", ""),
            country=row.get("country", ""),
            birth_date=row.get("birth_date", ""),
        )
    except ValueError as error:
        where = f"row {number}"
        return {"error": f"{where}: {error}", "source": "screen", "where": where}
    found = search.index.screen(subject, search.minimum_score, search.top, search.as_of)
    matches = [to_list_match(candidate) for candidate in found]
    return {
        "id": row.get("id") or str(number),
        "name": row["name"],
        "verdict": min((match.verdict for match in matches), key=ORDER.__getitem__, default="nomatch"),
        "list_versions": search.list_versions,
        "matches": [_match(match) for match in matches],
    }


def demand_text(name: str) -> None:
    """Raises ValueError for bytes that are no text (they reach an argument as lone surrogates)."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"name {name[:40]!a} is no valid UTF-8 text; correct the input") from error


def _match(match: ListMatch) -> dict[str, Any]:
    return {
        "list": match.list_id,
        "entry_id": match.entry_id,
        "name": match.name,
        "matched_name": match.matched_name,
        "score": match.score,
        "verdict": match.verdict,
        "effect": match.effect,
        "joint_punishment": match.joint_punishment,
        "reasons": [{"code": code, "zh": zh, "en": en} for code, zh, en in match.reasons],
    }


def _show(record: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        emit(record)
        return
    if "error" in record:
        fail(record["error"])
        return
    typer.echo(f"{record['verdict']:8} {record['name']}")
    for match in record["matches"]:
        typer.echo(
            f"  {match['score']} {match['verdict']:7} {match['list']} {match['entry_id']} "
            f"{match['name']} ({match['effect']})"
        )
        for reason in match["reasons"]:
            typer.echo(f"      {reason['zh']} | {reason['en']}")


def register(app: typer.Typer) -> None:
    app.command("screen")(screen)
