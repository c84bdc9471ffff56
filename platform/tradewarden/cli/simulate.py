"""`tradewarden simulate`: a folder of synthetic trade with the labels kept apart."""

import csv
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from integrations.json_events import encode, encode_status
from tradewarden.cli.output import JsonOption, counted, emit, progress
from tradewarden.errors import CannotDo
from tradewarden.simulate.events import as_event
from tradewarden.simulate.flow import news
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.simulate.listed import watch_list_csv


def simulate_command(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into; made when missing.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    orders: Annotated[int, typer.Option("--orders", min=0, help="How many orders.")] = 1000,
    clients: Annotated[int, typer.Option("--clients", min=1, help="How many clients.")] = 200,
    fraud: Annotated[float, typer.Option("--fraud", min=0, max=1, help="Share of orders with planted trouble.")] = 0.06,
    begin: Annotated[
        datetime, typer.Option("--begin", formats=["%Y-%m-%d"], help="First day of the month simulated.")
    ] = datetime(2026, 10, 1),  # noqa: DTZ001 - a day, not a moment
    as_json: JsonOption = False,
) -> None:
    """Write orders.jsonl, events.jsonl, labels.csv, clients.jsonl and watchlist.csv. All synthetic. 生成模拟数据."""
    run = Run(seed=seed, orders=orders, clients=clients, fraud_share=fraud, begin=begin.date())
    try:
        out.mkdir(parents=True, exist_ok=True)
        planted = write_orders(run, out)
        profiles = [factory.profile for factory in factories(run)]
        (out / "clients.jsonl").write_bytes(b"".join(msgspec.json.encode(profile) + b"\n" for profile in profiles))
        (out / "watchlist.csv").write_text(watch_list_csv(), encoding="utf-8")
    except OSError as error:
        raise CannotDo(f"{out} can't be written ({error.strerror}). Choose another --out folder.") from error
    summary = {"orders": orders, "clients": clients, "planted": planted, "seed": seed, "out": str(out)}
    if as_json:
        emit(summary)
    else:
        typer.echo(
            f"{out}: {counted(orders, 'order')} of {counted(clients, 'client')}, {planted} with planted trouble "
            f"(synthetic, seed {seed})"
        )


def write_orders(run: Run, out: Path) -> int:
    """Write the orders, what happened to them within the month, and apart from them the labels.

    Returns how many orders carry planted trouble.
    """
    planted = 0
    until = datetime.combine(run.begin + timedelta(days=run.days), time(), UTC)
    with (
        (out / "orders.jsonl").open("wb") as orders,
        (out / "events.jsonl").open("wb") as events,
        (out / "labels.csv").open("w", encoding="utf-8", newline="") as labels,
        progress("orders", run.orders) as advance,
    ):
        writer = csv.writer(labels, lineterminator="\n")
        writer.writerow(("order_id", "typology", "value"))
        for simulated in simulate(run):
            order = simulated.order
            event = as_event(order, "simulation", simulated.declared_at)
            orders.write(encode(event) + b"\n")
            for told in news(order, simulated.declared_at, until):
                events.write(encode_status(told) + b"\n")
            if simulated.typology:
                planted += 1
                writer.writerow((order.order_id, simulated.typology, simulated.value_usd))
            advance(1)
    return planted


def register(app: typer.Typer) -> None:
    app.command("simulate")(simulate_command)
