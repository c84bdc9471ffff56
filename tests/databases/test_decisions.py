"""Decisions kept byte for byte, their orders settled, and the workbench's figures."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import text

from databases import decision_body, schema
from databases.decision_answers import hit_checks, read, written
from databases.decision_body import decoded, encoded
from databases.decisions import DecisionQuery, DecisionRecord
from databases.engine import Database
from databases.errors import StaleState
from databases.order_search import OrderQuery
from risk.canonical import canonical
from risk.decision import Decision, SupervisionPlan
from risk.facts import ListMatch, Screening
from risk.findings import Contribution, Finding, Outcome, Severity, Status
from risk.nouns.parties import Role

HOUR = timedelta(hours=1)
CHINA = ZoneInfo("Asia/Shanghai")


def decision(now, order="O-1", revision=1, outcome=Outcome.HOLD, score=48, findings=None):
    return Decision(
        decision_id=f"D-{order}-{revision}",
        order_id=order,
        revision=revision,
        as_of=now,
        outcome=outcome,
        score=score,
        findings=findings
        or (
            Finding("LC001", Status.PASS, Severity.BLOCK),
            Finding("LC010", Status.HIT, Severity.BLOCK, None, "", {"gross_kg": Decimal("1.50"), "n": 3}, Outcome.HOLD),
            Finding("LC040", Status.NO_DATA, Severity.WARN, 2, "", {"missing": "单价"}),
            Finding("LC040", Status.HIT, Severity.WARN, 10**12, "far", {"known": True}),
        ),
        contributions=(
            Contribution("LC010", Status.HIT, 40, Outcome.HOLD),
            Contribution("LC040", Status.HIT, 8, Outcome.RELEASE),
        ),
        screenings=(
            Screening(
                role=Role.BUYER,
                name="ACME",
                matches=(
                    ListMatch(
                        list_id="SA02",
                        entry_id="1",
                        name="ACME",
                        matched_name="ACME",
                        score=Decimal("0.9300"),
                        verdict="review",
                        effect="escalate",
                        reasons=(("core", "字号", "core"),),
                    ),
                ),
            ),
        ),
        supervision=SupervisionPlan(kind="on_site", reason="large", order_class="L", draw={"p": "0.12"}),
        policy="default 1",
        policy_hash="ab" * 32,
        versions={"tariff": "1@abc"},
    )


def record(made, facts=b'{"facts":1}'):
    return DecisionRecord(decision=made, client_id="C", facts=facts)


@pytest.fixture
def placed(database, now, clean_order, reference, trade):
    """Record orders (by id and revision) so that decisions can settle them."""

    def place(*order_ids, revision=1):
        orders = [replace(clean_order, order_id=order_id, revision=revision) for order_id in order_ids]
        with database.writing() as unit:
            unit.orders.record([trade.recorded(order, now, reference) for order in orders])

    return place


def test_a_decision_is_kept_byte_for_byte(database, now, placed):
    placed("O-1")
    made = decision(now)
    with database.writing() as unit:
        unit.decisions.record([record(made)], now + HOUR)
        stored = unit.decisions.get("D-O-1-1")
        assert unit.decisions.get("unknown") is None
    assert stored.body == canonical(made) == canonical(stored.decision)
    assert stored.facts == b'{"facts":1}'
    assert stored.summary.body_hash == hashlib.sha256(canonical(made)).hexdigest()
    assert stored.summary.facts_hash == hashlib.sha256(b'{"facts":1}').hexdigest()
    assert replace(stored.decision, findings=()) == replace(made, findings=())
    assert stored.decision.findings[1].seen == {"gross_kg": "1.50", "n": 3}
    assert (stored.summary.recorded_at, stored.summary.order_class) == (now + HOUR, "L")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.RELEASE, "released"),
        (Outcome.REVIEW, "review"),
        (Outcome.HOLD, "held"),
        (Outcome.REFUSE, "refused"),
    ],
)
def test_the_order_is_settled(database, now, placed, outcome, state):
    placed("O-1")
    with database.writing() as unit:
        unit.decisions.record([record(decision(now, outcome=outcome))], now)
        summary = unit.orders.get("O-1").summary
    assert (summary.state, summary.outcome, summary.score, summary.decision_id) == (state, outcome, 48, "D-O-1-1")
    assert (summary.order_class, summary.supervision) == ("L", "on_site")


def test_a_decision_on_an_older_revision_does_not_settle(database, now, placed):
    placed("O-1", revision=2)
    with database.writing() as unit:
        unit.decisions.record([record(decision(now))], now)
        assert unit.orders.get("O-1").summary.state == "received"


def test_a_cancelled_order_stays_cancelled(database, now, placed, trade):
    placed("O-1")
    with database.writing() as unit:
        unit.orders.record([trade.cancelled("O-1", 1, now)])
        unit.decisions.record([record(decision(now, outcome=Outcome.RELEASE))], now)
        assert unit.orders.get("O-1").summary.state == "cancelled"


@pytest.mark.parametrize("alone", [True, False])
def test_a_revision_is_decided_once(database, now, placed, alone):
    placed("O-1", *(f"X{n}" for n in range(9)))
    more = [] if alone else [record(decision(now, order=f"X{n}")) for n in range(9)]
    again = record(replace(decision(now), decision_id="another"))
    with database.writing() as unit:
        unit.decisions.record([record(decision(now))], now)
    with pytest.raises(StaleState, match="exists already; nothing of the batch"), database.writing() as unit:
        unit.decisions.record([*more, again], now)
    with database.reading() as unit:
        assert unit.decisions.list(DecisionQuery()).total == 1


def test_lists(database, now, placed):
    placed("O-1", "O-2")
    quiet = (Finding("LC001", Status.PASS, Severity.BLOCK),)
    with database.writing() as unit:
        unit.decisions.record(
            [
                record(decision(now)),
                record(decision(now + HOUR, revision=2, score=70)),
                record(decision(now + 2 * HOUR, order="O-2", outcome=Outcome.RELEASE, score=0, findings=quiet)),
            ],
            now,
        )

        def found(**filters):
            return [one.decision_id for one in unit.decisions.list(DecisionQuery(**filters)).items]

        assert found() == ["D-O-2-1", "D-O-1-2", "D-O-1-1"]
        assert found(order_id="O-1") == ["D-O-1-2", "D-O-1-1"]
        assert found(outcome=Outcome.RELEASE) == ["D-O-2-1"]
        assert found(check="LC040") == ["D-O-1-2", "D-O-1-1"]
        assert found(check="LC040", status="no_data") == ["D-O-1-2", "D-O-1-1"]
        assert found(check="LC040", status="error") == found(check="LC001") == []
        assert found(since=now + HOUR, until=now + 2 * HOUR) == ["D-O-1-2"]
        assert found(client_id="D") == found(policy_hash="x") == []
        assert [one.summary.revision for one in unit.decisions.of_order("O-1")] == [1, 2]
        assert [one.decision.decision_id for one in unit.decisions.between(now, now + HOUR)] == ["D-O-1-1"]
        assert set(unit.decisions.summaries(["D-O-1-1", "unknown"])) == {"D-O-1-1"}


def test_figures(database, placed):
    midnight = datetime(2026, 3, 8, 0, 0, tzinfo=CHINA)
    made = [
        (midnight - timedelta(seconds=1), Outcome.RELEASE, 0),
        (midnight, Outcome.RELEASE, 10),
        (midnight + 5 * HOUR, Outcome.HOLD, 60),
        (midnight + 5.5 * HOUR, Outcome.HOLD, 70),
        (midnight + 47.9 * HOUR, Outcome.REFUSE, 90),
        (midnight + 48 * HOUR, Outcome.REVIEW, 30),
    ]
    placed(*(f"O{n}" for n in range(len(made))))
    records = [record(decision(at, f"O{n}", 1, outcome, score)) for n, (at, outcome, score) in enumerate(made)]
    with database.writing() as unit:
        unit.decisions.record(records, midnight)
        figures = unit.decisions.figures(midnight, midnight + 48 * HOUR)
        empty = unit.decisions.figures(midnight + 99 * HOUR, midnight + 100 * HOUR)
    assert figures.decisions == 4
    assert figures.outcomes == {Outcome.RELEASE: 1, Outcome.REVIEW: 0, Outcome.HOLD: 2, Outcome.REFUSE: 1}
    assert [day.start for day in figures.by_day] == [midnight, midnight + 24 * HOUR]
    assert [sum(day.outcomes.values()) for day in figures.by_day] == [3, 1]
    assert len(figures.by_hour) == 48
    assert figures.by_hour[5].start == midnight + 5 * HOUR
    assert figures.by_hour[5].outcomes[Outcome.HOLD] == 2
    assert [(c.check, c.status, c.decisions, c.findings) for c in figures.top_checks] == [
        ("LC010", "hit", 4, 4),
        ("LC040", "hit", 4, 4),
        ("LC040", "no_data", 4, 4),
    ]
    assert figures.median_score == 60
    assert (empty.decisions, empty.median_score, empty.top_checks, len(empty.by_day)) == (0, None, (), 1)


def test_a_body_put_together_is_the_canonical_one(now, monkeypatch):
    monkeypatch.setattr(decision_body, "REMEMBERED", 3)
    monkeypatch.setattr(decision_body, "_known", {})
    first, again = decision(now), decision(now, order='"findings":[]', score=7)
    again = replace(again, findings=(*first.findings, *ODD, *first.findings), contributions=first.contributions)
    bare = replace(again, findings=(), contributions=(), versions={})
    for made in (first, again, again, bare, first):
        assert encoded(made) == canonical(made)
        assert canonical(decoded(encoded(made))) == canonical(made)
        assert len(decision_body._known) <= 3


ODD = (
    Finding("LC001", Status.ERROR, Severity.BLOCK, None, "", {"error": "KeyError", "detail": "坏 \x01"}),
    Finding("LC040", Status.NO_DATA, Severity.WARN, 1, "", {"missing": "x"}),
    Finding("LC040", Status.NO_DATA, Severity.WARN, 2, "", {"missing": "x"}),
)


def test_answers_are_written_and_read_again():
    found = (*decision(datetime(2026, 1, 1, tzinfo=CHINA)).findings, *ODD)
    line = written(found)
    assert line == " LC001:e1 LC010:h1 LC040:h1 LC040:n3"
    assert list(read(line)) == [
        ("LC001", "error", 1),
        ("LC010", "hit", 1),
        ("LC040", "hit", 1),
        ("LC040", "no_data", 3),
    ]
    assert hit_checks(line) == ["LC010", "LC040"]
    assert written(found[:1]) == "" == "".join(map(str, read("")))


def test_decisions_by_answer(database, now, placed):
    placed("O-1", "O-2")
    with database.writing() as unit:
        unit.decisions.record([record(decision(now)), record(decision(now, order="O-2", findings=ODD))], now)

        def found(check, status=""):
            return {one.order_id for one in unit.decisions.list(DecisionQuery(check=check, status=status)).items}

        assert found("LC040") == {"O-1", "O-2"}
        assert found("LC040", "hit") == {"O-1"} == found("LC010", "hit")
        assert found("LC040", "no_data") == {"O-1", "O-2"}
        assert found("LC001", "error") == {"O-2"} == found("LC001")
        # no check is called so: no part of a name, no pattern, no answer in it
        for other in ("LC0", "C001", "LC04%", "LC___", "LC040:h", " LC040"):
            assert found(other) == found(other, "no_data") == found(other, "hit") == set()
        assert found("LC040", "pass") == found("LC040", "none") == set()
        assert [one.order_id for one in unit.orders.search(OrderQuery(check="LC010")).items] == ["O-1"]
        assert unit.orders.search(OrderQuery(check="LC001")).total == 0


def test_the_answers_move_with_the_schema(empty_url, now, clean_order, reference, trade):
    """Down to the release before and up again: the rows of findings come out of the bodies, the answers out of them."""
    database = Database(empty_url)
    database.upgrade(now=now)
    with database.writing() as unit:
        unit.orders.record([trade.recorded(replace(clean_order, order_id="O-1"), now, reference)])
        made = [record(decision(now)), record(decision(now, order="O-2", findings=ODD))]
        unit.decisions.record([*made, record(decision(now, order="O-3", findings=ODD[:0]))], now)
    asked = {name: text(f"SELECT * FROM {name} ORDER BY 1, 2") for name in ("check_hits", "findings", "contributions")}
    lines = text("SELECT decision_id, answers FROM decisions ORDER BY 1")
    with database._writer.begin() as connection:
        before = (connection.execute(lines).all(), connection.execute(asked["check_hits"]).all())
        command.downgrade(schema.config(connection), "0010")
        rows = [tuple(row)[:-1] for row in connection.execute(asked["findings"])]
        seen = [json.loads(bytes(row.seen)) for row in connection.execute(asked["findings"])]
        parts = [tuple(row) for row in connection.execute(asked["contributions"])]
        command.upgrade(schema.config(connection), "head")
        assert (connection.execute(lines).all(), connection.execute(asked["check_hits"]).all()) == before
    database.dispose()
    assert len(before[0]) == 3
    assert before[1] == [("LC010", "D-O-1-1"), ("LC010", "D-O-3-1"), ("LC040", "D-O-1-1"), ("LC040", "D-O-3-1")]
    assert rows[:2] == [
        ("D-O-1-1", 1, "LC010", "hit", "block", None, "", 2),
        ("D-O-1-1", 2, "LC040", "no_data", "warn", 2, "", 0),
    ]
    assert seen[:2] == [{"gross_kg": "1.50", "n": 3}, {"missing": "单价"}]
    assert rows[3] == ("D-O-2-1", 0, "LC001", "error", "block", None, "", 0)
    assert seen[3] == {"error": "KeyError", "detail": "坏 \x01"}
    assert parts[:2] == [("D-O-1-1", 0, "LC010", "hit", 40, 2, 1), ("D-O-1-1", 1, "LC040", "hit", 8, 0, 1)]
