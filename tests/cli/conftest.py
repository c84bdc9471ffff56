"""Runs the command line as others do: a process of its own, with its own data folder."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

MAIN = "from tradewarden.cli.main import main; main()"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """A data folder and the command that works on it."""

    def __init__(self, data_dir: Path) -> None:
        self.environment = {**os.environ, "TRADEWARDEN_DATA_DIR": str(data_dir), "COLUMNS": "200"}

    def __call__(self, *arguments: object, stdin: bytes = b"", **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env={**self.environment, **environment},
            timeout=240,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def tradewarden(tmp_path):
    return CommandLine(tmp_path / "data")


@pytest.fixture(scope="module")
def trade(tmp_path_factory):
    """A data folder with simulated clients, a list and 60 judged orders; (command line, folder of files, decisions)."""
    folder = tmp_path_factory.mktemp("trade")
    run = CommandLine(folder / "data")
    files = folder / "files"
    assert run("simulate", "--seed", 4, "--orders", 60, "--clients", 12, "--fraud", "0.3", "--out", files).status == 0
    assert run("clients", "import", files / "clients.jsonl").status == 0
    assert run("lists", "import", "index", files / "watchlist.csv").status == 0
    decisions = run("assess", files / "orders.jsonl", "--json")
    return run, files, decisions
