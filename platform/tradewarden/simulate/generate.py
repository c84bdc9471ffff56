"""The run: clients, their orders over a span of days, and the labels of what was planted. A function of the seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from risk.nouns.order import Order
from tradewarden.simulate.clients import Factory, make_factories
from tradewarden.simulate.orders import make_order
from tradewarden.simulate.trouble import TROUBLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to simulate. `fraud_share` is the share of orders (0..1) that get exactly one planted trouble."""

    seed: int
    orders: int
    clients: int = 200
    fraud_share: float = 0.06
    begin: date = date(2026, 10, 1)
    days: int = 30


@dataclass(frozen=True, slots=True)
class Simulated:
    """An order with its label; `typology` is empty for a truthful one."""

    order: Order
    typology: str
    declared_at: datetime

    @property
    def value_usd(self) -> Decimal:
        return self.order.declaration.total or Decimal(0)


def factories(run: Run) -> list[Factory]:
    """The clients of a run; the same for every number of orders."""
    return make_factories(Random(f"clients {run.seed}"), run.clients, run.begin)  # noqa: S311 - synthetic data


def simulate(run: Run) -> Iterator[Simulated]:
    """The orders of a run in order of time."""
    rng = Random(f"orders {run.seed}")  # noqa: S311 - synthetic data, reproducible on purpose
    population = factories(run)
    weights = [factory.activity for factory in population]
    for number in range(1, run.orders + 1):
        factory = rng.choices(population, weights)[0]
        yield one(rng, number, factory, _moment(rng, run, number), run.fraud_share)


def one(rng: Random, number: int, factory: Factory, declared_at: datetime, fraud_share: float) -> Simulated:
    """One order, spoiled with probability `fraud_share`."""
    order = make_order(rng, number, factory, declared_at)
    if rng.random() >= fraud_share:
        return Simulated(order, "", declared_at)
    typology, spoil = rng.choice(TROUBLES)
    return Simulated(spoil(rng, order), typology, declared_at)


def _moment(rng: Random, run: Run, number: int) -> datetime:
    """Office hours in China, days ascending with the number."""
    day = run.begin + timedelta(days=(number - 1) * run.days // run.orders)
    return datetime(day.year, day.month, day.day, rng.randint(1, 9), rng.randint(0, 59), tzinfo=UTC)
