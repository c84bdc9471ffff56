"""The evidence of a period on both engines: what is in it, what is not, and that pack and seals verify."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from databases.alerts import NewAlert
from databases.audit_chain import GENESIS, NewEntry
from databases.decisions import DecisionRecord
from databases.evidence import SOURCES, Evidence
from databases.files import StoredFile
from databases.orders import RevisionRecord
from databases.screenings import ScreeningRecord
from risk.canonical import canonical, digest
from risk.checks.catalogue import CHECKS
from risk.decision import Decision, SupervisionPlan
from risk.facts import Screening
from risk.findings import Finding, Outcome, Severity, Status
from risk.nouns.parties import Role
from risk.policy_default import default_policy
from tradewarden.aeo.keys import load_key
from tradewarden.aeo.live import Expected, verify_audit
from tradewarden.aeo.pack import ExportOrder, export
from tradewarden.aeo.period import Period
from tradewarden.aeo.sealing import seal
from tradewarden.aeo.source import DatabaseEvidence
from tradewarden.aeo.verify import verify
from tradewarden.errors import CannotDo

FEBRUARY = datetime(2026, 2, 20, 4, 0, tzinfo=UTC)
MARCH = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC)
APRIL = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
PAPER = b"synthetic packing list"
PAPER_SHA256 = hashlib.sha256(PAPER).hexdigest()


@dataclass
class Store:
    kept: dict[str, bytes] = field(default_factory=lambda: {PAPER_SHA256: PAPER})

    def pieces(self, sha256: str) -> Iterator[bytes] | None:
        return iter([self.kept[sha256]]) if sha256 in self.kept else None


def decision(order_id: str, at: datetime) -> Decision:
    return Decision(
        decision_id=f"D-{order_id}",
        order_id=order_id,
        revision=1,
        as_of=at,
        outcome=Outcome.REVIEW,
        score=25,
        findings=(Finding("LC001", Status.HIT, Severity.WARN, seen={"name": "=1+1 合成"}),),
        contributions=(),
        screenings=(),
        supervision=SupervisionPlan(kind="media", reason="synthetic", order_class="S"),
        policy="default v1",
        policy_hash=default_policy([check.card for check in CHECKS]).hash,
        versions={"SA01": "3"},
    )


def happen(uow, order, order_id: str, at: datetime, recorded: datetime | None = None) -> None:
    """One order with everything that comes of it, recorded at once or later."""
    made, at_once = decision(order_id, at), recorded or at
    uow.orders.record(
        [
            RevisionRecord(
                order_id=order_id,
                revision=1,
                client_id="C-1",
                order=replace(order, order_id=order_id),
                occurred_at=at,
                as_of=at,
            )
        ]
    )
    uow.decisions.record([DecisionRecord(decision=made, client_id="C-1", facts=canonical({"of": order_id}))], at_once)
    uow.screenings.record(
        [
            ScreeningRecord(
                order_id=order_id,
                decision_id=made.decision_id,
                subject_key="k",
                lists_version="v",
                screened_at=at_once,
                screening=Screening(role=Role.BUYER, name="合成买家"),
            )
        ]
    )
    alert = NewAlert(kind="decision", due_at=at_once, order_id=order_id, decision_id=made.decision_id)
    uow.alerts.raise_many([replace(alert, outcome=made.outcome)], at_once)
    facts_hash = hashlib.sha256(canonical({"of": order_id})).hexdigest()
    uow.audit.append(
        "worker-1",
        [
            NewEntry(
                at=at_once,
                actor="worker-1",
                action="order.decided",
                object_type="order",
                object_id=order_id,
                details={"decision": made.decision_id, "facts": facts_hash},
                after_hash=digest(made),
            )
        ],
    )


@pytest.fixture
def filled(database, clean_order):
    """February, two in March (one in its last moment), April; a policy; a document used twice."""
    policy = default_policy([check.card for check in CHECKS])
    with database.writing() as uow:
        uow.policies.publish(policy, "system", "setup", FEBRUARY)
        for order_id, at in (("O-2", FEBRUARY), ("O-3", MARCH), ("O-3b", LAST_MOMENT), ("O-4", APRIL)):
            happen(uow, clean_order, order_id, at)
        for order_id in ("O-3", "O-3b"):
            uow.files.add(
                StoredFile(
                    sha256=PAPER_SHA256,
                    name="装箱单.pdf",
                    media_type="application/pdf",
                    size=len(PAPER),
                    kind="packing_list",
                    added_by="operator",
                    added_at=MARCH,
                    order_id=order_id,
                )
            )
    return database


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path / "keys")


def exported(database, key, out, store=None):
    with database.reading() as uow:
        evidence = DatabaseEvidence(uow, store or Store(), PERIOD)
        return export(evidence, key, ExportOrder(period=PERIOD, out=out, now=APRIL, actor="auditor"))


def lines(folder, kind):
    return [json.loads(line) for line in (folder / "data" / f"{kind}.jsonl").read_bytes().splitlines()]


def test_a_pack_of_the_database_holds_the_period_and_verifies(filled, key, tmp_path):
    summary = exported(filled, key, tmp_path / "pack")
    assert verify(tmp_path / "pack", key.fingerprint).problems == ()
    assert [line["order_id"] for line in lines(tmp_path / "pack", "decisions")] == ["O-3", "O-3b"]
    assert [line["object_id"] for line in lines(tmp_path / "pack", "audit")] == ["O-3", "O-3b"]
    assert [line["record"] for line in lines(tmp_path / "pack", "policies")] == ["policy"]
    assert {line["order_id"] for line in lines(tmp_path / "pack", "screenings")} == {"O-3", "O-3b"}
    alerts = [line for line in lines(tmp_path / "pack", "dispositions") if line["record"] == "alert"]
    assert [(line["order_id"], line["outcome"]) for line in alerts] == [("O-3", "review"), ("O-3b", "review")]
    assert summary.documents == 1


def test_decision_facts_policy_and_order_in_the_pack_are_the_bytes_that_were_hashed(filled, key, tmp_path):
    exported(filled, key, tmp_path / "pack")
    line, entry = lines(tmp_path / "pack", "decisions")[0], lines(tmp_path / "pack", "audit")[0]
    assert digest(line["decision"]) == line["body_hash"] == entry["after_hash"]
    assert digest(line["facts"]) == line["facts_hash"]
    assert line["outcome"] == "review"
    policy = lines(tmp_path / "pack", "policies")[0]
    assert digest(policy["policy"]) == policy["hash"] == line["policy_hash"]
    revision = next(line for line in lines(tmp_path / "pack", "orders") if line["record"] == "order_revision")
    assert digest(revision["order"]) == revision["body_hash"]


def test_times_are_utc_with_microseconds_and_documents_name_their_uses(filled, key, tmp_path):
    exported(filled, key, tmp_path / "pack")
    assert lines(tmp_path / "pack", "decisions")[1]["recorded_at"] == "2026-03-31T15:59:59.999999Z"
    document = lines(tmp_path / "pack", "documents")[0]
    assert document["uses"] == "packing_list O-3, packing_list O-3b"
    assert (document["state"], document["sha256"], document["size"]) == ("present", PAPER_SHA256, len(PAPER))
    assert (tmp_path / "pack" / "data" / "documents" / PAPER_SHA256).read_bytes() == PAPER


def test_what_belongs_to_a_decision_of_the_period_comes_with_it(database, clean_order, key, tmp_path):
    """An order of March, judged and recorded in April only, and asked for by either month."""
    with database.writing() as uow:
        happen(uow, clean_order, "O-late", MARCH, recorded=APRIL)
    for number, period in enumerate((PERIOD, Period(date(2026, 4, 1), date(2026, 4, 30)))):
        folder = tmp_path / f"pack{number}"
        with database.reading() as uow:
            order = ExportOrder(period=period, out=folder, now=APRIL, actor="auditor")
            export(DatabaseEvidence(uow, Store(), period), key, order)
        assert verify(folder).problems == ()
        counts = {kind: len(lines(folder, kind)) for kind in ("decisions", "screenings", "audit", "dispositions")}
        assert counts["decisions"] == counts["screenings"] == counts["audit"] == 1
        assert "order_revision" in [line["record"] for line in lines(folder, "orders")]
        assert "alert" in [line["record"] for line in lines(folder, "dispositions")]


def test_a_document_the_store_lost_is_said(filled, key, tmp_path):
    assert exported(filled, key, tmp_path / "pack", Store(kept={})).absent == (PAPER_SHA256,)


def test_chains_begin_behind_the_entries_before_the_period_without_a_gap(filled):
    with filled.reading() as uow:
        (span,) = Evidence(uow.connection).spans(PERIOD.start, PERIOD.end)
        entries = list(uow.audit.of_stream("worker-1"))
    assert (span.stream, span.first, span.last) == ("worker-1", 2, 3)
    assert (span.before, span.after) == (entries[0].hash, entries[2].hash)


def test_entries_out_of_the_order_of_time_are_within_the_range(database):
    """A clock that jumps back leaves no gap in the exported part of the chain."""
    moments = (MARCH, APRIL, MARCH + timedelta(hours=1), APRIL)
    with database.writing() as uow:
        new = [NewEntry(at=at, actor="a", action="b", object_type="c", object_id="d") for at in moments]
        uow.audit.append("door", new)
    with database.reading() as uow:
        (span,) = Evidence(uow.connection).spans(PERIOD.start, PERIOD.end)
        kept = [row["seq"] for row in Evidence(uow.connection).entries("door", span.first, span.last)]
    assert (span.before, kept) == (GENESIS, [1, 2, 3])


def test_an_empty_database_gives_an_empty_pack(database, key, tmp_path):
    summary = exported(database, key, tmp_path / "pack.zip")
    assert sum(summary.records.values()) == 0
    assert verify(tmp_path / "pack.zip").verdict == "intact"


def test_seals_and_verification(filled, key, tmp_path):
    assert seal(filled, key, APRIL, tmp_path / "witness")
    expected = Expected(signer=key.fingerprint, witness=tmp_path / "witness")
    report = verify_audit(filled, expected)
    assert (report.problems, report.records, report.signer) == ((), 4, key.fingerprint)


@pytest.mark.parametrize("column", ["body", "facts"])
def test_no_evidence_is_made_of_a_changed_decision(filled, key, tmp_path, column):
    with filled.writing() as uow:
        uow.connection.exec_driver_sql(
            f"UPDATE decisions SET {column} = CAST('[]' AS {'BLOB' if filled.is_sqlite else 'BYTEA'}) "
            "WHERE order_id = 'O-3'"
        )
    with pytest.raises(CannotDo, match=rf"The {column} of decision D-O-3 O-3 1 does not fit its hash .*audit verify"):
        exported(filled, key, tmp_path / "pack")
    assert ("decision_changed", "decision D-O-3 (order O-3)") in {
        (problem.kind, problem.where) for problem in verify_audit(filled).problems
    }


def test_every_table_of_the_evidence_has_its_times():
    for kind, sources in SOURCES.items():
        for source in sources:
            assert source.times, kind
            assert set(source.times) <= set(source.table.c.keys())
