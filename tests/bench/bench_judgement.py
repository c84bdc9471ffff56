"""Pure judgement of a 5-line order with every check, beside the floor of decoding the same order from JSON."""

import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

from databases.engine import Database
from integrations.json_events import decode_order, encode
from measure import row, timed
from risk.checks.catalogue import CHECKS
from risk.facts import ClientHistory, OrderFacts, Screening
from risk.findings import Status
from risk.judge import judge
from risk.policy_default import default_policy
from risk.reference import Reference
from tradewarden.pipeline.parties import parties_of
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, Simulated, factories, simulate

LINES = 5


def seed_reference(folder: str, on: date) -> Reference:
    """The shipped reference data, by way of a database."""
    database = Database(f"sqlite:///{folder}/reference.db")
    database.upgrade()
    with database.reading() as uow:
        snapshot = uow.reference.snapshot(on)
    database.dispose()
    return snapshot


def with_lines(simulated: Simulated) -> Simulated:
    """The same order with its goods spread over five lines."""
    order = simulated.order
    line = order.declaration.lines[0]
    lines = tuple(replace(line, line_number=number) for number in range(1, LINES + 1))
    header = order.declaration.header
    scaled = replace(
        header,
        net_weight_kg=(header.net_weight_kg or Decimal(0)) * LINES,
        gross_weight_kg=(header.gross_weight_kg or Decimal(0)) * LINES,
    )
    return replace(simulated, order=replace(order, declaration=replace(order.declaration, header=scaled, lines=lines)))


def main() -> None:
    run = Run(seed=1, orders=64, fraud_share=0.0)
    profiles = {factory.profile.uscc: factory.profile for factory in factories(run)}
    with tempfile.TemporaryDirectory() as folder:
        reference = seed_reference(folder, run.begin)
    policy = default_policy([check.card for check in CHECKS])
    facts = [
        OrderFacts(
            order=item.order,
            as_of=item.declared_at,
            reference=reference,
            client=profiles[item.order.client_uscc],
            history=ClientHistory(orders_total=10),
            screenings=tuple(
                Screening(role=party.role, name=party.name, uscc=party.uscc) for party in parties_of(item.order)
            ),
            order_class="S",
        )
        for item in map(with_lines, simulate(run))
    ]
    raw = [encode(as_event(item.order, "bench", item.as_of)) for item in facts]
    now = facts[0].as_of
    errors = {
        finding.check
        for item in facts
        for finding in judge(CHECKS, item, policy).findings
        if finding.status is Status.ERROR
    }
    print(f"{len(CHECKS)} checks, {LINES} lines, {len(raw[0])} bytes, one core; checks in error: {sorted(errors) or 0}")
    floor = row("floor: decode order from JSON", timed(lambda: [decode_order(r, "b", now) for r in raw], 30), len(raw))
    row("judge, all checks", timed(lambda: [judge(CHECKS, item, policy) for item in facts], 30), len(facts), floor)


if __name__ == "__main__":
    main()
