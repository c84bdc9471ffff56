"""The simulator: the same seed gives the same trade, trouble is planted as told, and truthful orders are truthful."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.json_events import decode_order, encode
from risk.checks.catalogue import CHECKS
from risk.facts import ClientHistory, OrderFacts
from risk.findings import Status
from risk.identifiers import UsccVerdict, uscc_verdict
from risk.judge import run_checks
from risk.policy_default import default_policy
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.simulate.trouble import TROUBLES

RUN = Run(seed=7, orders=300, clients=40, fraud_share=0.3)


@pytest.fixture(scope="module")
def simulated():
    return list(simulate(RUN))


def test_same_seed_same_trade(simulated):
    assert list(simulate(RUN)) == simulated
    assert list(simulate(Run(seed=8, orders=300, clients=40))) != simulated


def test_every_order_survives_the_json_door(simulated):
    events = [as_event(item.order, "simulation", item.declared_at) for item in simulated]
    assert [decode_order(encode(event), "file", event.occurred_at) for event in events] == events


def test_share_and_kinds_of_trouble(simulated):
    planted = Counter(item.typology for item in simulated if item.typology)
    assert 0.2 < planted.total() / RUN.orders < 0.4
    assert set(planted) <= {typology for typology, _ in TROUBLES}
    assert len(planted) > len(TROUBLES) / 2


def test_order_ids_are_unique_and_days_ascend(simulated):
    assert len({item.order.order_id for item in simulated}) == RUN.orders
    days = [item.declared_at.date() for item in simulated]
    assert days == sorted(days)
    assert days[-1] - days[0] < timedelta(days=RUN.days)


def test_clients_have_formally_valid_codes_in_the_region_that_does_not_exist():
    codes = [factory.profile.uscc for factory in factories(RUN)]
    assert len(set(codes)) == RUN.clients
    assert {uscc_verdict(code) for code in codes} == {UsccVerdict.VALID}
    assert all(code[2:8] == "440399" for code in codes)


def _hits(item, reference, profiles):
    facts = OrderFacts(
        order=item.order,
        as_of=item.declared_at,
        reference=reference,
        client=profiles[item.order.client_uscc],
        history=ClientHistory(orders_total=10, value_180d=Decimal(5_000_000)),
        order_class="S",
    )
    findings = run_checks(CHECKS, facts, default_policy([check.card for check in CHECKS]))
    return {finding.check for finding in findings if finding.status in {Status.HIT, Status.ERROR}}


def test_truthful_orders_have_no_finding_and_spoiled_ones_the_planted_one(simulated, reference):
    profiles = {factory.profile.uscc: factory.profile for factory in factories(RUN)}
    listed_or_price = {"FR03", "LC160", "LC161"}  # need lists or history, which this pure test has not
    wrong = []
    for item in simulated:
        hits = _hits(item, reference, profiles) - {"LC160", "LC161"}
        if not item.typology and hits:
            wrong.append((item.order.order_id, hits))
        if item.typology and item.typology not in listed_or_price and item.typology not in hits:
            wrong.append((item.order.order_id, item.typology, hits))
    assert not wrong
