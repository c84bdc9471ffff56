"""What the stream benchmark sends and screens against: truthful orders of three lines, and a long invented list."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bench_screening import invented_entries
from databases.watchlists import ImportedList
from integrations.json_events import encode
from risk.nouns.documents import Contract, Invoice, PackingList, TransportDocument
from risk.nouns.order import Order
from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.wiring import Application

LINES = 3
CLIENTS = 200
ENTRIES = 25_000
Scaled = TypeVar("Scaled", Contract, Invoice, PackingList, TransportDocument)


def run_of(now: datetime, orders: int) -> Run:
    """Orders of the month that ends today."""
    return Run(seed=4, orders=orders, clients=CLIENTS, begin=now.date() - timedelta(days=30), days=30)


def fill(app: Application, now: datetime) -> None:
    """Clients and lists."""
    long_list = ImportedList(
        list_id="BENCH",
        sha256="ab" * 32,
        entries=[replace(entry, list_id="BENCH") for entry in invented_entries(random.Random(20), ENTRIES)],
        source_date=now.date(),
        source="invented for the benchmark",
    )
    with app.database.writing() as uow:
        for imported in (*synthetic_lists(now), long_list):
            uow.watchlists.import_version(imported, "bench", now)
        uow.clients.save_many([client_of_profile(one.profile) for one in factories(run_of(now, 1))], "bench", now)


def messages(now: datetime, orders: int) -> Iterator[tuple[bytes, bytes]]:
    """Key (the client) and value of each message."""
    for item in simulate(run_of(now, orders)):
        order = three_lines(item.order)
        yield order.client_uscc.encode(), encode(as_event(order, "bench", item.declared_at))


def three_lines(order: Order) -> Order:
    """The same order with three times the goods, on three lines; every paper follows."""
    declaration, header = order.declaration, order.declaration.header
    if len(declaration.lines) != 1:
        return order
    lines = tuple(replace(declaration.lines[0], line_number=number) for number in range(1, LINES + 1))
    scaled = replace(
        header,
        net_weight_kg=header.net_weight_kg and header.net_weight_kg * LINES,
        gross_weight_kg=header.gross_weight_kg and header.gross_weight_kg * LINES,
        package_count=header.package_count and header.package_count * LINES,
    )
    return replace(
        order,
        declaration=replace(declaration, header=scaled, lines=lines),
        contract=_scaled(order.contract),
        invoice=_scaled(order.invoice),
        packing_list=_scaled(order.packing_list),
        transport=_scaled(order.transport),
    )


def _scaled(paper: Scaled | None) -> Scaled | None:
    if paper is None:
        return None
    changes: dict[str, object] = {}
    for name in ("packages", "gross_weight_kg", "net_weight_kg", "volume_m3"):
        if (number := getattr(paper, name, None)) is not None:
            changes[name] = number * LINES
    if (total := getattr(paper, "total", None)) is not None:
        changes["total"] = replace(total, amount=total.amount * LINES)
    rows = getattr(paper, "lines", ())
    if len(rows) == 1:
        changes["lines"] = tuple(replace(rows[0], line_number=number) for number in range(1, LINES + 1))
    return replace(paper, **changes)  # type: ignore[arg-type]  # the names are those the paper has
