"""Periodic jobs: on record when they did something, and silence when all is well."""

import threading
from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from databases.alerts import AlertQuery
from tradewarden import scheduler
from tradewarden.aeo.live import verify_audit
from tradewarden.alarms import alarm_jobs
from tradewarden.scheduler import JOBS, run, run_job, seal_audit

from .conftest import NOW


def _job(app, wanted):
    return next(job for name, _, job in (*JOBS, *alarm_jobs(app.settings)) if name == wanted)


def _alerts(app):
    with app.database.reading() as uow:
        return [(alert.kind, alert.subject) for alert in uow.alerts.queue(AlertQuery()).items]


def test_every_job_has_a_name_of_its_own_and_finds_nothing_when_all_is_well(app):
    jobs = (*JOBS, *alarm_jobs(app.settings))
    assert len({name for name, _, _ in jobs}) == len(jobs)
    for name, seconds, job in jobs:
        assert seconds > 0
        assert run_job(app, name, job) == 0, name
    assert _alerts(app) == []


def test_what_starts_with_the_scheduler_has_time_to_come_up(app, monkeypatch):
    planned = {}

    class Planned:
        def __init__(self, **_):
            pass

        def add_job(self, *_, id, next_run_time, **__):
            planned[id] = next_run_time - NOW

        def start(self):
            pass

        def shutdown(self, wait):
            assert wait

    monkeypatch.setattr(scheduler, "BackgroundScheduler", Planned)
    stop = threading.Event()
    stop.set()
    scheduler.run(app, stop)
    late = {name for name, after in planned.items() if after}
    assert late == {"partition_unheld", "worker_stopped", "stream_lag"}
    assert {planned[name] for name in late} == {timedelta(minutes=3)}
    assert planned["heartbeat"] == planned["reconciliation"] == timedelta(0)


def test_a_job_that_did_something_is_on_record(app):
    later = replace(app, clock=lambda: NOW + timedelta(days=8))
    assert run_job(later, "stale_list", _job(app, "stale_list")) == 2
    assert run_job(later, "stale_list", _job(app, "stale_list")) == 0
    assert sorted(_alerts(app)) == [("stale_list", "SYN-PUNISHED"), ("stale_list", "SYN-SANCTIONS")]
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("scheduler")
    assert (entry.action, entry.object_id) == ("job.stale_list", "stale_list")


def test_sealing_hands_the_seal_to_the_witness_and_the_audit_verifies(app):
    seal_audit(app)
    assert len(list(app.settings.witnesses.glob("seal-*.json"))) == 1
    assert verify_audit(app.database).verdict == "intact"


def test_it_says_when_it_starts_and_when_it_has_stopped(app):
    stop = threading.Event()
    stop.set()
    with capture_logs() as lines:
        run(app, stop, "scheduler-a")
    told = [line["event"] for line in lines if line.get("scheduler") == "scheduler-a"]
    assert told == ["scheduler.started", "scheduler.stopped"]
