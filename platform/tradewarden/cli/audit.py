"""`tradewarden audit`: the chains of the live database, and their seals."""

from pathlib import Path
from typing import Annotated

import typer

from tradewarden.aeo.live import Expected, verify_audit
from tradewarden.aeo.sealing import seal
from tradewarden.cli.aeo import say
from tradewarden.cli.output import JsonOption, counted, notes
from tradewarden.setup import open_application
from tradewarden.signing import signing_key
from tradewarden.wiring import Application

commands = typer.Typer(no_args_is_help=True, help="The audit log. 审计日志.")
WitnessOption = Annotated[Path | None, typer.Option("--witness", help="Folder of seals kept by a second custodian.")]


@commands.callback()
def group() -> None:
    """The audit log. 审计日志."""


@commands.command()
def verify(
    signer: Annotated[str, typer.Option("--key", help="Fingerprint the signer must have.")] = "",
    witness: WitnessOption = None,
    as_json: JsonOption = False,
) -> int:
    """Recompute every audit chain; name what was changed, removed, inserted or cut off. 校验审计链."""
    app = open_application()
    with notes.status("verifying …") as status:
        report = verify_audit(
            app.database,
            Expected(signer=signer, witness=_witness(app, witness)),
            lambda entries: status.update(f"verifying: {counted(entries, 'entry', 'entries')}"),
        )
    return say(report, as_json)


@commands.command("seal")
def seal_log(witness: WitnessOption = None) -> None:
    """Sign what was written since the last seal. 封存审计日志."""
    app = open_application()
    made = seal(app.database, signing_key(app), app.clock(), witness or app.settings.witnesses)
    typer.echo("nothing new to seal" if made is None else f"sealed: {made.hash}")


def _witness(app: Application, named: Path | None) -> Path | None:
    """The folder named, else the one of the settings once a seal was handed there."""
    return named or (app.settings.witnesses if app.settings.witnesses.exists() else None)
