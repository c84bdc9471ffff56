"""What a user can set or type is written down: every setting and every command stands in the README."""

from pathlib import Path

import pytest
import typer.main

from tradewarden.auth.permissions import Role
from tradewarden.cli.main import app
from tradewarden.settings import Settings

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
ROOT = Path(__file__).parent.parent
ROOMS = ("risk", "kyc", "loading_monitor", "databases", "integrations", "platform")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_and_described(name):
    assert f"`TRADEWARDEN_{name.upper()}`" in README
    assert Settings.model_fields[name].description


def _commands():
    root = typer.main.get_command(app)
    for name, command in root.commands.items():
        children = getattr(command, "commands", {})
        yield from ((f"{name} {child}" for child in children) if children else (name,))


@pytest.mark.parametrize("command", sorted(_commands()))
def test_every_command_is_documented(command):
    group, _, child = command.partition(" ")
    assert f"tradewarden {command}" in README or (child and f"`{group} {child}`" in README)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_documented(role):
    _, _, table = README.partition("## Who works with it")
    assert f"| {role.value.replace('_', ' ')} " in table.partition("## ")[0]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_every_address_for_machines_is_documented(path):
    assert f"| `{path}` |" in README


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_page(room):
    text = (ROOT / room / "README.md").read_text(encoding="utf-8")
    assert 300 < len(text) < 12_000
