"""`tradewarden aeo`: sealed evidence packs for the AEO assessment, and their verification."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from databases.audit_chain import NewEntry
from tradewarden.aeo.pack import ExportOrder, PackSummary, Watch, export
from tradewarden.aeo.period import Period
from tradewarden.aeo.report import Report
from tradewarden.aeo.source import DatabaseEvidence
from tradewarden.aeo.stored_files import StoredFiles
from tradewarden.aeo.verify import verify
from tradewarden.cli.output import JsonOption, counted, emit, fail, notes, warn
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application
from tradewarden.signing import signing_key
from tradewarden.wiring import Application

ACTOR = "command-line"
PACK_MARKS = ("bagit.txt", "checkpoint.json", "manifest-sha256.txt")
DAY = ["%Y-%m-%d"]
commands = typer.Typer(no_args_is_help=True, help="Evidence for the AEO assessment. AEO 证据.")


@commands.callback()
def group() -> None:
    """Evidence for the AEO assessment. AEO 证据."""


@commands.command("export")
def export_pack(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day, China time.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day, included.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to make, or a .zip.")],
    as_json: JsonOption = False,
) -> int:
    """Write a signed BagIt pack with decisions, evidence and audit of a period. 导出证据包."""
    app = open_application()
    order = ExportOrder(period=Period(first.date(), last.date()), out=out, now=app.clock(), actor=ACTOR)
    key = signing_key(app)
    with notes.status("exporting …") as status, app.database.reading() as uow:
        watch = Watch(progress=lambda kind, records: status.update(f"exporting {kind}: {counted(records, 'record')}"))
        evidence = DatabaseEvidence(uow, StoredFiles(app.storage), order.period)
        summary = export(evidence, key, order, watch, lambda made: _audit(app, order, made))
    report = verify(summary.path)
    for name in summary.absent:
        warn(f"document {name} is missing from the storage or was altered there; the pack says so")
    if as_json:
        emit(summary_record(summary) | report.as_json())
    else:
        typer.echo(
            f"{summary.path}: {counted(sum(summary.records.values()), 'record')}, signed by {summary.fingerprint}"
        )
    return 1 if summary.absent or report.problems else 0


def summary_record(summary: PackSummary) -> dict[str, object]:
    """What was exported, for machines."""
    return {
        "pack": str(summary.path),
        "files": summary.records,
        "documents": summary.documents,
        "absent": summary.absent,
        "root": summary.root,
        "pack_hash": summary.pack_hash,
    }


def _audit(app: Application, order: ExportOrder, made: PackSummary) -> None:
    entry = NewEntry(
        at=order.now,
        actor=order.actor,
        action="evidence.exported",
        object_type="evidence_pack",
        object_id=order.out.name,
        details={"from": str(order.period.first), "to": str(order.period.last), "records": dict(made.records)},
        after_hash=made.pack_hash,
    )
    with app.database.writing() as uow:
        uow.audit.append("evidence", [entry])


@commands.command("verify")
def verify_pack(
    pack: Annotated[Path, typer.Argument(help="A pack: a folder or a .zip.")],
    signer: Annotated[str, typer.Option("--key", help="Fingerprint the signer must have.")] = "",
    as_json: JsonOption = False,
) -> int:
    """Find any changed, missing or added byte of a pack and name it. 校验证据包."""
    _require_pack(pack)
    with notes.status("verifying …"):
        report = verify(pack, signer)
    return say(report, as_json)


def _require_pack(path: Path) -> None:
    """Raises CannotDo for a path that is not, and never was, an evidence pack."""
    if not path.exists():
        raise CannotDo(f"{path} does not exist. Name an evidence pack: a folder or a .zip.")
    if path.is_dir() and not any((path / name).exists() for name in PACK_MARKS):
        raise CannotDo(f"{path} is no evidence pack: it holds none of {', '.join(PACK_MARKS)}.")
    if path.is_file() and path.suffix.lower() != ".zip":
        raise CannotDo(f"{path} is no evidence pack: expected a folder or a file that ends in .zip.")


def say(report: Report, as_json: bool) -> int:
    """Print a verification; returns the exit status."""
    if as_json:
        emit(report.as_json())
    else:
        for problem in report.problems:
            zh, en = problem.sentences
            fail(f"{problem.where}: {zh} | {en}")
        typer.echo(f"{report.verdict}: {counted(report.records, 'record')}, signed by {report.signer or '(nobody)'}")
    return 0 if report.verdict == "intact" else 1
