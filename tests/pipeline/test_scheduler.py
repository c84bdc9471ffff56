"""Periodic jobs: alarms once, on record, and silence when all is well."""

from dataclasses import replace
from datetime import timedelta

from databases.alerts import AlertQuery
from tradewarden.aeo.live import verify_audit
from tradewarden.scheduler import JOBS, run_job, seal_audit

from .conftest import NOW

JOB = {name: job for name, _, job in JOBS}


def _alerts(app):
    with app.database.reading() as uow:
        return [(alert.kind, alert.subject) for alert in uow.alerts.queue(AlertQuery()).items]


def test_fresh_lists_raise_nothing(app):
    assert run_job(app, "stale_lists", JOB["stale_lists"]) == 0
    assert _alerts(app) == []


def test_stale_lists_alarm_once(app):
    later = replace(app, clock=lambda: NOW + timedelta(days=8))
    assert run_job(later, "stale_lists", JOB["stale_lists"]) == 2
    assert run_job(later, "stale_lists", JOB["stale_lists"]) == 0
    assert sorted(_alerts(app)) == [("stale_list", "SYN-PUNISHED"), ("stale_list", "SYN-SANCTIONS")]
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("scheduler")
    assert (entry.action, entry.object_id) == ("job.stale_lists", "stale_lists")


def test_balanced_books_raise_nothing(app):
    assert run_job(app, "books", JOB["books"]) == 0


def test_sealing_hands_the_seal_to_the_witness_and_the_audit_verifies(app):
    seal_audit(app)
    assert len(list(app.settings.witnesses.glob("seal-*.json"))) == 1
    assert verify_audit(app.database).verdict == "intact"
