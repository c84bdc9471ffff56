"""Brokers and databases that die under a living worker, which must go on by itself when they are back."""

import signal
from functools import partial

from tradewarden.failpoints import FailPoint
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.case_workers import shares
from tradewarden.selftest.lab import Lab, Stage
from tradewarden.selftest.nursery import Child
from tradewarden.selftest.places import Engine
from tradewarden.selftest.postgres import Postgres
from tradewarden.selftest.table import Row

ORDERS_PER_FAULT = 30
RECOVERY_SECONDS = 60
PAUSE_SECONDS = 3.0
MIDST: tuple[FailPoint, ...] = ("begin", "apply", "audit", "offset", "commit")
MOST_HITS = 4


def database_killed(lab: Lab, server: Postgres, kills: int) -> Row:
    """The postmaster killed while a worker stands in the middle of a batch; started again on the same data."""
    case = "database killed in mid-batch"
    stage = lab.stage(case, "postgres")
    rng = lab.rng(case)
    killed = 0
    for number, messages in enumerate(shares(lab.traffic(case, ORDERS_PER_FAULT * kills), kills)):
        stage.feed(messages)
        point = MIDST[number % len(MIDST)]
        child = stage.start(stage.task(fail_point=point, hits=rng.randint(1, MOST_HITS), held=True))
        if (status := child.wait(RECOVERY_SECONDS)) != "held":
            stage.problem(f"{point} was not reached: the worker was {status}")
        server.kill()
        killed += status == "held"
        server.start()
        child.go_on()
        stage.survived(child, RECOVERY_SECONDS)
    stage.drain()
    return stage.row(killed)


def broker_faulted(lab: Lab, broker: Broker, engine: Engine, fault: str, times: int) -> Row:
    """The broker killed, restarted or paused while one side writes and the other reads."""
    case = f"broker {fault} in mid-stream"
    stage = lab.stage(case, engine)
    pieces = shares(lab.traffic(case, ORDERS_PER_FAULT * (times + 1)), 2 * times + 1)
    child = stage.start(stage.task())
    stage.feed(pieces[0])
    for number in range(times):
        stage.until(partial(_under_way, stage), RECOVERY_SECONDS)
        _break(broker, fault, stage)
        stage.feed(pieces[2 * number + 1])
        stage.feed(pieces[2 * number + 2])
    if child.wait(0) != "running":
        stage.problem("the worker did not outlive the broker")
    stage.drain_with([child])
    return stage.row(times)


def _under_way(stage: Stage) -> bool:
    """Some of what was sent is applied, so that the fault falls between two batches or into one."""
    return stage.door.waiting() < len(stage.sent)


def _break(broker: Broker, fault: str, stage: Stage) -> None:
    if fault == "killed":
        broker.kill()
        broker.start()
    elif fault == "restarted":
        broker.restart()
    else:
        broker.pause()
        stage.rest(PAUSE_SECONDS)
        broker.resume()


def zombie(lab: Lab, engine: Engine, point: FailPoint, times: int) -> Row:
    """A worker held past its lease while another takes over; let go, it must write nothing twice."""
    case = f"zombie worker held at {point}"
    stage = lab.stage(case, engine)
    pieces = shares(lab.traffic(case, ORDERS_PER_FAULT * times), 2 * times)
    held = 0
    for number in range(times):
        stage.feed(pieces[2 * number])
        first = stage.start(stage.task(f"first-{number}", fail_point=point, hits=2 * number + 2, held=True))
        if (status := first.wait(RECOVERY_SECONDS)) != "held":
            stage.problem(f"{point} was not reached: the worker was {status}")
            first.kill()
            continue
        held += 1
        second = stage.start(stage.task(f"second-{number}"))
        stage.feed(pieces[2 * number + 1])
        taken = stage.until(lambda: stage.door.waiting() <= 0, RECOVERY_SECONDS)
        if not taken:
            stage.problem("nobody took over from the worker that was held")
        first.go_on()
        _stop_both(stage, first, second)
    stage.drain()
    return stage.row(held)


def _stop_both(stage: Stage, first: Child, second: Child) -> None:
    stage.rest(1.0)  # the zombie gets time to try
    for child in (first, second):
        if (status := child.wait(0)) != "running":
            stage.problem(f"a worker that was to go on was {status}")
        child.send(signal.SIGTERM)
    for child in (first, second):
        if (status := child.stopped()) != "done":
            stage.problem(f"a worker asked to stop ended as {status}")
