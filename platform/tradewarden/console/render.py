"""The template environment: autoescaping, strict about missing names, with the format filters."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tradewarden.console import formats
from tradewarden.console.assets import pinned
from tradewarden.console.i18n import Translator

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


def environment() -> Environment:
    """A new environment over the template folder."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        moment=formats.moment,
        moment_s=formats.moment_s,
        clock_time=formats.clock_time,
        day=formats.day,
        plain_date=formats.plain_date,
        number=formats.number,
        amount=formats.amount,
        usd=formats.usd,
        short=formats.short,
        pair=_pair,
    )
    made.globals.update(static=static_address, htmx=htmx_address())
    return made


def _pair(code: str, family: str, t: Translator) -> tuple[str, str]:
    """A code with its text, for a list of choices."""
    return code, t.known(family, code)


def static_address(name: str) -> str:
    """The address of an own asset, with its content hash so that browsers may keep it."""
    return _ADDRESSES[name]


def htmx_address() -> str:
    """The address of htmx, empty when it was not fetched: the pages then load as a whole."""
    asset = pinned()[0]
    return f"/static/vendor/{asset.file}" if (STATIC / "vendor" / asset.file).exists() else ""


def _addresses() -> Mapping[str, str]:
    own = [path for path in sorted(STATIC.iterdir()) if path.is_file()]
    return {path.name: f"/static/{path.name}?v={_hash(path)}" for path in own}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


_ADDRESSES = _addresses()
ENVIRONMENT = environment()


def page(template: str, context: Mapping[str, Any]) -> str:
    """The rendered template. Raises jinja2.UndefinedError for a name the context lacks."""
    return ENVIRONMENT.get_template(template).render(context)
