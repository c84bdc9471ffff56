"""The composition root: the only place that knows which adapter stands behind which port."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from databases.engine import Database
from integrations.storage.local import LocalStorage
from risk.checks.card import Check
from risk.checks.catalogue import CHECKS
from risk.explain import Explainer
from tradewarden.errors import CannotStart
from tradewarden.settings import Settings
from tradewarden.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything a use case needs, wired once per process."""

    settings: Settings
    database: Database
    storage: LocalStorage
    checks: tuple[Check, ...]
    explainer: Explainer
    standing: Standing
    clock: Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Application:
    """Wire the application. Raises CannotStart when the data folder can't be used."""
    _prepare(settings.data_dir)
    database = Database(settings.url)
    return Application(
        settings=settings,
        database=database,
        storage=LocalStorage(settings.files_dir),
        checks=CHECKS,
        explainer=Explainer(CHECKS),
        standing=Standing(draw_secret=draw_secret(settings.keys_dir)),
        clock=clock,
    )


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} can't be made ({error.strerror}). Make it writable or set TRADEWARDEN_DATA_DIR."
        ) from error


def draw_secret(keys_dir: Path) -> bytes:
    """The secret behind the supervision draw; made once, readable by the owner only.

    Raises CannotStart when the folder is not writable or the file is damaged.
    """
    path = keys_dir / "draw.secret"
    try:
        keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_private(path, secrets.token_bytes(32))
        secret = path.read_bytes()
    except OSError as error:
        raise CannotStart(
            f"The draw secret {path} can't be read or made ({error.strerror}). Make {keys_dir} writable."
        ) from error
    if len(secret) != 32:
        raise CannotStart(f"The draw secret {path} has {len(secret)} bytes instead of 32. Restore it from the backup.")
    return secret


def _write_private(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.rename(path)
