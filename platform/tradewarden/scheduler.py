"""Periodic work: alarms, pruning, events that wait for their order, customs differences, forgetting ended sessions.

Legal deadlines come from rows and an injected clock, never from a job's schedule: a job that ran late finds the same.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from databases.audit_chain import NewEntry
from databases.errors import DatabaseUnavailable
from databases.streams import ENDED, Superseded
from databases.unit_of_work import UnitOfWork
from tradewarden.aeo.sealing import seal
from tradewarden.alarms import FIRST_LOOK, alarm_jobs
from tradewarden.backlog import outbox_jobs
from tradewarden.heartbeat import EVERY_SECONDS, Heartbeat
from tradewarden.pipeline.moved_while_held import look_again
from tradewarden.pipeline.verification import attach_waiting_events, verify_customs
from tradewarden.signing import signing_key
from tradewarden.wiring import Application

STREAM = "scheduler"
log = structlog.get_logger()


def forget_sessions(uow: UnitOfWork, now: datetime) -> int:
    """Sessions past their end leave the database."""
    return uow.users.forget_expired(now)


Job = Callable[[UnitOfWork, datetime], int]
JOBS: tuple[tuple[str, int, Job], ...] = (
    ("sessions", 60 * 60, forget_sessions),
    ("trade_events", 15, attach_waiting_events),
    ("customs", 60, verify_customs),
    ("moved_while_held", 60, look_again),
)
"""Name, period in seconds, job; the alarms and the outbox bring their own."""
SEAL_SECONDS = 60 * 60


def run_job(app: Application, name: str, job: Job) -> int:
    """Run one job in its own transaction and put on record what it did; returns how many things it did."""
    now = app.clock()
    with app.database.writing() as uow:
        done = job(uow, now)
        if done:
            entry = NewEntry(
                at=now, actor=STREAM, action=f"job.{name}", object_type="job", object_id=name, details={"done": done}
            )
            uow.audit.append(STREAM, [entry])
    log.log(logging.INFO if done else logging.DEBUG, "job.done", job=name, done=done)
    return done


def seal_audit(app: Application) -> None:
    """Sign what was written to the audit since the last seal."""
    made = seal(app.database, signing_key(app), app.clock(), app.settings.witnesses)
    log.info("audit.sealed", seal=made.hash if made else "nothing new")


def run(app: Application, stop: threading.Event, name: str = STREAM, started_at: datetime | None = None) -> None:
    """Run every job now (those of FIRST_LOOK later) and then periodically until `stop` is set.

    A failing job is logged and comes again. Raises Superseded when the name was claimed at `started_at` and is
    another's now.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    heart, lost = Heartbeat(app, name, started_at), list[Superseded]()

    def beat() -> None:
        try:
            heart.beat()
        except Superseded as error:
            lost.append(error)
            stop.set()

    scheduler.add_job(beat, "interval", seconds=EVERY_SECONDS, id="heartbeat", next_run_time=app.clock())
    for job_name, seconds, job in (*JOBS, *alarm_jobs(app.settings), *outbox_jobs(app.settings)):
        scheduler.add_job(
            run_job,
            "interval",
            args=(app, job_name, job),
            seconds=seconds,
            id=job_name,
            next_run_time=app.clock() + FIRST_LOOK.get(job_name, timedelta(0)),
            max_instances=1,
            coalesce=True,
        )
    scheduler.add_job(seal_audit, "interval", args=(app,), seconds=SEAL_SECONDS, id="seal", next_run_time=app.clock())
    log.info("scheduler.started", scheduler=name)
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
    if lost:
        raise lost[0]
    with suppress(DatabaseUnavailable):  # a heartbeat that can't be ended runs out by itself
        heart.beat(ENDED, at_once=True)
    log.info("scheduler.stopped", scheduler=name)
