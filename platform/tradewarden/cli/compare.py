"""`tradewarden compare`: pairs of names to verdicts with reasons, in the order of the input."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from kyc.compare import Comparison, Named, compare
from kyc.entries import Subject
from risk.nouns.parties import Kind
from tradewarden.cli.output import JsonOption, emit, fail, progress
from tradewarden.cli.tables import csv_rows


def compare_command(
    file: Annotated[Path, typer.Option("--file", help="CSV: left,right and optionally id,left_uscc,right_uscc,kind.")],
    as_json: JsonOption = False,
) -> int:
    """Compare pairs of names and say why. 名称比对."""
    wrong = 0
    with progress("pairs", None) as advance:
        for number, row in enumerate(csv_rows(file, required=("left", "right")), start=1):
            try:
                record = comparison_record(number, row)
            except ValueError as error:
                wrong += 1
                record = {"error": f"{file.name}: row {number}: {error}", "source": file.name, "where": f"row {number}"}
            _show(record, as_json)
            advance(1)
    return 1 if wrong else 0


def comparison_record(number: int, row: Mapping[str, str]) -> dict[str, Any]:
    """One row of the contract. Raises ValueError for an unknown kind."""
    kind = kind_of(row)
    result = compare(
        Named.of_subject(Subject(name=row["left"], uscc=row.get("left_uscc") or "", kind=kind)),
        Named.of_subject(Subject(name=row["right"], uscc=row.get("right_uscc") or "", kind=kind)),
        kind,
    )
    return {
        "id": row.get("id") or str(number),
        "left": row["left"],
        "right": row["right"],
        "score": result.score,
        "verdict": result.verdict,
        "reasons": reasons_of(result),
    }


def reasons_of(result: Comparison) -> list[dict[str, str]]:
    return [{"code": reason.code, "zh": reason.zh, "en": reason.en} for reason in result.reasons]


def kind_of(row: Mapping[str, str]) -> Kind:
    """The kind of a row, `any` when it says nothing. Raises ValueError naming value and choices."""
    text = (row.get("kind") or Kind.ANY).strip().lower()
    try:
        return Kind(text)
    except ValueError:
        raise ValueError(f"kind {text!r} is not known; expected one of {', '.join(Kind)}") from None


def _show(record: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        emit(record)
    elif "error" in record:
        fail(record["error"])
    else:
        reasons = "; ".join(f"{reason['zh']} | {reason['en']}" for reason in record["reasons"])
        typer.echo(f"{record['verdict']:8} {record['score']}  {record['left']} ~ {record['right']}  {reasons}")


def register(app: typer.Typer) -> None:
    app.command("compare")(compare_command)
