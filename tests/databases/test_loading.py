"""Supervision plans and the ratio of supervised declarations (handbook 08 §4)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from databases.errors import NotFound
from databases.loading import PlannedSupervision, SupervisionRecord
from risk.decision import SupervisionPlan

HOUR = timedelta(hours=1)
DAY = date(2026, 3, 8)


def planned(now, order, *, kind="media", revision=1, day=DAY, assigned=""):
    return PlannedSupervision(
        order_id=order,
        revision=revision,
        decision_id=f"D-{order}-{revision}",
        client_id="C",
        tier="B",
        declared_on=day,
        planned_at=now,
        plan=SupervisionPlan(kind=kind, reason="small", order_class="S", draw={"number": "0.5"}),
        assigned_to=assigned,
    )


def visit(now, order, *, on_site=True, accepted=True, reported=1):
    return SupervisionRecord(
        order_id=order,
        supervisor="zhao",
        on_site=on_site,
        accepted=accepted,
        started_at=now - HOUR,
        ended_at=now,
        recorded_at=now + reported * HOUR,
    )


@pytest.fixture
def placed(database, now, clean_order, reference, trade):
    def place(*order_ids, revision=1):
        orders = [replace(clean_order, order_id=order_id, revision=revision) for order_id in order_ids]
        with database.writing() as unit:
            unit.orders.record([trade.recorded(order, now, reference) for order in orders])

    return place


def test_plans_and_records_come_back(database, now):
    with database.writing() as unit:
        unit.loading.plan([planned(now, "O-1"), planned(now, "O-1", revision=2, kind="on_site")])
        assert unit.loading.plan_of("O-1") == planned(now, "O-1", revision=2, kind="on_site")
        assert unit.loading.plan_of("O-2") is None
        unit.loading.add_record(visit(now, "O-1"))
        assert unit.loading.records("O-1") == [visit(now, "O-1")]


def test_assigning_a_supervisor(database, now):
    with database.writing() as unit:
        unit.loading.plan([planned(now, "O-1", assigned="early"), planned(now, "O-1", revision=2), planned(now, "O-2")])
        assert unit.loading.assigned(["O-1", "O-2", "O-3"]) == {"O-1": False, "O-2": False}
        unit.loading.assign("O-1", "zhao")
        assert unit.loading.assigned(["O-1", "O-2"]) == {"O-1": True, "O-2": False}
        assert unit.loading.plan_of("O-1").assigned_to == "zhao"
        with pytest.raises(NotFound, match="O-3 has no supervision plan"):
            unit.loading.assign("O-3", "zhao")


def test_the_ratio_counts_accepted_on_site_records_made_in_time(database, now, placed):
    orders = [f"O-{n}" for n in range(10)]
    placed(*orders)
    with database.writing() as unit:
        unit.loading.plan([planned(now, order, kind="sampled" if order < "O-3" else "media") for order in orders])
        for record in (
            visit(now, "O-0"),
            visit(now, "O-0"),
            visit(now, "O-1", on_site=False),
            visit(now, "O-2", accepted=False),
            visit(now, "O-3", reported=72),
            visit(now, "O-4", reported=73),
            visit(now, "unknown"),
        ):
            unit.loading.add_record(record)
        ratio = unit.loading.ratio(DAY, DAY + timedelta(days=1))
        empty = unit.loading.ratio(DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert (ratio.declarations, ratio.supervised, ratio.planned) == (10, 2, 3)
    assert (ratio.ratio, ratio.planned_ratio) == (Decimal("0.2"), Decimal("0.3"))
    assert (empty.declarations, empty.ratio, empty.planned_ratio) == (0, None, None)


def test_only_declarations_in_force_count(database, now, placed, trade):
    placed("O-1", "O-2", "O-3")
    placed("O-2", revision=2)
    with database.writing() as unit:
        unit.orders.record([trade.cancelled("O-3", 1, now)])
        unit.loading.plan(
            [
                planned(now, "O-1"),
                planned(now, "O-2", kind="on_site"),
                planned(now, "O-2", revision=2),
                planned(now, "O-3"),
                planned(now, "O-4"),
            ]
        )
        ratio = unit.loading.ratio(DAY, DAY + timedelta(days=1))
    assert (ratio.declarations, ratio.planned) == (2, 0)


def test_a_visit_that_ends_before_it_starts(database, now):
    backwards = replace(visit(now, "O-1"), started_at=now + HOUR)
    with pytest.raises(ValueError, match="before it started"), database.writing() as unit:
        unit.loading.add_record(backwards)
