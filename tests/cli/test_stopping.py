"""Starting, stopping and going on: usage errors, SIGTERM, an assess that was killed, a lost signing key."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from .conftest import MAIN

USAGE = [
    ("assess",),
    ("assess", "--nope", "x"),
    ("no-such-command",),
    ("lists", "import", "SA02"),
    ("aeo", "export", "--from", "2026-13-01", "--to", "2026-12-01", "--out", "x"),
    ("screen", "--top", "0", "A"),
    ("simulate", "--orders", "-1", "--out", "x"),
    ("lists", "diff", "SA02", "1", "two"),
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_usage_error_is_said_with_status_2(tradewarden, arguments):
    done = tradewarden(*arguments)
    assert done.status == 2
    assert "Traceback" not in done.err
    assert done.out == ""


def test_what_is_no_pack_is_said(tradewarden, tmp_path):
    for path in (tmp_path / "none", tmp_path, tmp_path / "file.txt"):
        if path.name == "file.txt":
            path.write_text("text", encoding="utf-8")
        done = tradewarden("aeo", "verify", path)
        assert done.status == 2
        assert str(path) in done.err


def test_bytes_that_are_no_text_are_one_bad_row(trade):
    run, *_ = trade
    done = run("screen", b"\xed\xa0\x80abc".decode("utf-8", "surrogateescape"), "--json")
    assert done.status == 1
    assert "UTF-8" in done.records[0]["error"]


def test_a_lost_signing_key_is_not_replaced(tradewarden, tmp_path):
    assert tradewarden("audit", "seal").status == 0
    assert list((tmp_path / "data" / "witness").glob("seal-*.json"))
    (tmp_path / "data" / "keys" / "evidence.key").unlink()
    done = tradewarden("aeo", "export", "--from", "2026-01-01", "--to", "2026-01-02", "--out", tmp_path / "pack")
    assert done.status == 2
    assert "missing" in done.err


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_until_alive(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def test_sigterm_stops_the_server_cleanly(tradewarden):
    port = _free_port()
    environment = {**tradewarden.environment, "TRADEWARDEN_PORT": str(port)}
    server = subprocess.Popen(
        [sys.executable, "-c", MAIN, "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_until_alive(port)
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait()
    assert server.returncode == 0, err
    assert "First account: admin" in out
    assert "One-time password: " in out
    assert "worker.stopped" in err
    assert err.count(f"Listening on http://127.0.0.1:{port} ") == 1


def test_an_assess_that_was_killed_is_finished_by_the_next(tradewarden, tmp_path):
    files = tmp_path / "files"
    assert tradewarden("simulate", "--seed", 2, "--orders", 700, "--clients", 9, "--out", files).status == 0
    orders = files / "orders.jsonl"
    first = subprocess.Popen(
        [sys.executable, "-c", MAIN, "assess", str(orders), "--json"],
        env=tradewarden.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert first.stdout is not None
    first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    done = tradewarden("assess", orders, "--json")
    assert done.status == 0, done.err[-500:]
    assert len({record["decision_id"] for record in done.records}) == 700
