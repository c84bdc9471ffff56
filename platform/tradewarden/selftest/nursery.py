"""The nursery: a process that has imported everything and forks children that do real work and get killed.

It runs apart (`python -m tradewarden.selftest.nursery`), without threads or connections, so that forking it is safe and
a kill costs no new start of the program. When its parent is gone it kills its children, by their ids, and ends.
"""

import gc
import os
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Literal, Self

import msgspec

from tradewarden.errors import CannotDo
from tradewarden.selftest.children import Task, carry_out

Status = Literal["running", "held", "killed", "done", "failed"]


class _Start(msgspec.Struct, tag=True):
    task: Task


class _Wait(msgspec.Struct, tag=True):
    pid: int
    seconds: float


_Request = _Start | _Wait
_REQUEST = msgspec.json.Decoder(_Request)


@dataclass(slots=True)
class Child:
    """A running child; signals go to its id, which stays its own until `wait` has told of its end."""

    nursery: "Nursery"
    pid: int
    status: Status = "running"

    def wait(self, seconds: float) -> Status:
        """How it is, as soon as it is no longer just running, at the latest after `seconds`."""
        if self.status in {"running", "held"}:
            self.status = self.nursery.wait(self.pid, seconds)
        return self.status

    def send(self, signal_number: signal.Signals) -> None:
        """Send it a signal; does nothing when its end is known."""
        if self.status in {"running", "held"}:
            os.kill(self.pid, signal_number)

    def kill(self) -> Status:
        """SIGKILL, and wait for the end."""
        self.send(signal.SIGKILL)
        return self._ended()

    def stop(self) -> Status:
        """SIGTERM, and wait for the end; one that does not end within 30 s is killed and counts as failed."""
        self.send(signal.SIGTERM)
        return self.stopped()

    def stopped(self) -> Status:
        """How a child ended that was sent SIGTERM (a second one would make it leave at once)."""
        if self.wait(30) == "running":
            self.kill()
            self.status = "failed"
        return self.status

    def go_on(self) -> None:
        """Let a held child continue."""
        self.send(signal.SIGCONT)
        self.status = "running"

    def _ended(self) -> Status:
        while self.wait(5) in {"running", "held"}:
            pass
        return self.status


class Nursery:
    """The parent's side. `with Nursery() as nursery` starts and ends the process and whatever it still has."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, task: Task) -> Child:
        """Fork a child for the task."""
        return Child(self, int(self._ask(_Start(task))))

    def wait(self, pid: int, seconds: float) -> Status:
        found: Status = msgspec.convert(self._ask(_Wait(pid, seconds)), Status)
        return found

    def _ask(self, request: _Request) -> str:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise CannotDo("The nursery is not running; use it in a with block.")
        self._process.stdin.write(msgspec.json.encode(request) + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise CannotDo("The nursery of the self-test's workers ended unexpectedly. Run the self-test again.")
        return answer.decode().strip()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tradewarden.selftest.nursery"]
        self._process = subprocess.Popen(  # noqa: S603  # this very program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=10)


def serve() -> None:
    """The nursery's side: answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    try:
        for line in sys.stdin.buffer:
            request = _REQUEST.decode(line)
            answer = str(_fork(request.task)) if isinstance(request, _Start) else _look(request, alive)
            if isinstance(request, _Start):
                alive.add(int(answer))
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()
    finally:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _fork(task: Task) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        return pid
    status = 1
    try:
        os.close(0)
        carry_out(task)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is goes to the child's log, and never back into the nursery's loop
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _look(request: _Wait, alive: set[int]) -> Status:
    deadline = time.monotonic() + request.seconds
    while True:
        pid, status = os.waitpid(request.pid, os.WNOHANG | os.WUNTRACED)
        if pid and os.WIFSTOPPED(status):
            return "held"
        if pid:
            alive.discard(pid)
            if os.WIFSIGNALED(status):
                return "killed" if os.WTERMSIG(status) == signal.SIGKILL else "failed"
            return "failed" if os.WEXITSTATUS(status) else "done"
        if time.monotonic() >= deadline:
            return "running"
        time.sleep(0.005)


if __name__ == "__main__":
    serve()
