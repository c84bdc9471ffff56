"""`tradewarden audit`: the chains of the live database."""

import typer

from tradewarden.aeo.live import verify_audit
from tradewarden.cli.output import JsonOption, emit, fail, notes
from tradewarden.setup import open_application

commands = typer.Typer(no_args_is_help=True, help="The audit log. 审计日志.")


@commands.callback()
def group() -> None:
    """The audit log. 审计日志."""


@commands.command()
def verify(as_json: JsonOption = False) -> int:
    """Recompute every audit chain; name what was changed, removed, inserted or cut off. 校验审计链."""
    app = open_application()
    report = verify_audit(app.database)
    if as_json:
        emit(report.record())
    else:
        for problem in report.problems:
            fail(f"{problem.kind}: {problem.where}")
        notes.print(f"{report.verdict}: {report.records} entries")
    return 0 if report.verdict == "intact" else 1
