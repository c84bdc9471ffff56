"""Workbooks to plain cells, read in a child process with its own bounds."""

import subprocess
import sys
from pathlib import Path

import msgspec

from integrations.errors import DoorError, LimitExceeded, Unavailable
from integrations.excel.cells import Reply, Sheet
from integrations.excel.limits import DEFAULT, Limits

_ROOT = Path(__file__).parents[2]
_ERRORS = {"DoorError": DoorError, "LimitExceeded": LimitExceeded}
_STEP = "Copy the filled rows into the empty template and send that."


def read_sheets(data: bytes, source: str, limits: Limits = DEFAULT) -> list[Sheet]:
    """All sheets of an .xlsx. Raises DoorError, LimitExceeded when the file asks for more than it may have."""
    if len(data) > limits.file_bytes:
        expected = f"at most {limits.file_bytes} bytes"
        raise LimitExceeded(source, "whole file", f"{len(data)} bytes", expected, "Split the workbook.")
    command = [sys.executable, "-P", "-m", "integrations.excel.child", msgspec.json.encode(limits).decode(), source]
    # A fresh environment: the child needs no settings and no secrets, only the way to this package.
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603  # our own module, no shell; the file travels by standard input
            command, input=data, capture_output=True, timeout=limits.seconds * 2, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        expected = f"a workbook that can be read in {limits.seconds} seconds"
        raise LimitExceeded(source, "whole file", "too slow", expected, _STEP) from error
    except OSError as error:
        raise Unavailable(
            source, "reading process", str(error), "a process that can start", "Try again later."
        ) from error
    if done.returncode:
        raise _unfinished(done, source, limits)
    reply = msgspec.msgpack.decode(done.stdout, type=Reply)
    if reply.error:
        name, *parts = reply.error
        refusal = _ERRORS[name](*parts)
        refusal.value = parts[2]  # already shortened by the child
        raise refusal
    return reply.sheets


def _unfinished(done: subprocess.CompletedProcess[bytes], source: str, limits: Limits) -> DoorError:
    """Ended by a signal or out of memory: the file asked for too much. Anything else is a fault of ours."""
    last = done.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
    shown = f"exit {done.returncode} {last}"
    if done.returncode < 0 or "MemoryError" in last:
        expected = f"a workbook that can be read within {limits.memory_bytes} bytes and {limits.seconds} seconds"
        return LimitExceeded(source, "whole file", shown, expected, _STEP)
    return Unavailable(source, "reading process", shown, "it to finish", "Try again; report this message if it stays.")
