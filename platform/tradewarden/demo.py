"""The demonstration: an invented company with a month of trade, and a new order every few seconds.

Everything in it is synthetic. It is only ever put into an empty database, never beside real orders.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random

from databases.clients import Client
from databases.moved_orders import STOPPED_STATES
from databases.unit_of_work import UnitOfWork
from databases.watchlists import ImportedList
from kyc.entries import ListEntry
from risk.facts import ClientProfile
from risk.nouns.parties import Kind
from risk.nouns.status import StatusEvent
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.status import take as take_status
from tradewarden.simulate.events import as_event
from tradewarden.simulate.flow import news
from tradewarden.simulate.generate import Run, Simulated, factories, one, simulate
from tradewarden.simulate.listed import LISTED_COMPANIES, LISTED_DOMESTIC
from tradewarden.wiring import Application

SOURCE = "demo"
SEED = 20261001
DAYS = 30
CHUNK = 200
NEWS_OF = 300
"""How many of the latest invented orders go on telling news."""
MARK = "demo.begun"


def month_before(today: date, orders: int) -> Run:
    """The run whose last day is yesterday."""
    return Run(seed=SEED, orders=orders, begin=today - timedelta(days=DAYS), days=DAYS)


def client_of_profile(profile: ClientProfile) -> Client:
    """A synthetic profile as the client database takes it."""
    return Client(
        client_id=profile.client_id,
        name=profile.name,
        uscc=profile.uscc,
        tier=profile.tier,
        admission=profile.admission,
        agreement_valid_to=profile.agreement_valid_to,
        next_verification_on=profile.next_verification_on,
        region_codes=profile.region_codes,
        first_order_on=profile.first_order_on,
        note="模拟数据 synthetic",
    )


def synthetic_lists(now: datetime) -> tuple[ImportedList, ImportedList]:
    """An invented sanctions list and an invented joint-punishment list, so that screening has somebody to find."""
    foreign = tuple(
        ListEntry(
            list_id="SYN-SANCTIONS",
            entry_id=f"SYN-{number}",
            names=(name,),
            kind=Kind.ORGANISATION,
            countries=(country,),
            effect="refuse",
            programme="synthetic",
        )
        for number, (name, country) in enumerate(LISTED_COMPANIES, start=1)
    )
    domestic = tuple(
        ListEntry(
            list_id="SYN-PUNISHED",
            entry_id=f"SYN-{number}",
            names=(name,),
            kind=Kind.ORGANISATION,
            identifiers={"uscc": (uscc,)},
            countries=("CHN",),
            effect="refuse",
            joint_punishment=True,
            programme="synthetic",
        )
        for number, (name, uscc) in enumerate(LISTED_DOMESTIC, start=1)
    )
    return _imported("SYN-SANCTIONS", foreign, now), _imported("SYN-PUNISHED", domestic, now)


def _imported(list_id: str, entries: tuple[ListEntry, ...], now: datetime) -> ImportedList:
    mark = sha256("".join(entry.fingerprint for entry in entries).encode()).hexdigest()
    return ImportedList(
        list_id=list_id, sha256=mark, entries=entries, source_date=now.date(), source="synthetic demonstration list"
    )


def is_begun(app: Application) -> bool:
    """Whether this database already holds the demonstration."""
    with app.database.reading() as uow:
        return uow.meta.get(MARK) is not None


def holds_orders(app: Application) -> bool:
    """Whether anything was ever received."""
    with app.database.reading() as uow:
        return uow.inbox.counts().received > 0


def begin(app: Application, orders: int, advance: Callable[[int], None]) -> None:
    """Clients, lists and a month of trade; `advance` is told how many orders were just judged."""
    now = app.clock()
    run = month_before(now.date(), orders)
    with app.database.writing() as uow:
        uow.clients.save_many([client_of_profile(factory.profile) for factory in factories(run)], SOURCE, now)
        for imported in synthetic_lists(now):
            uow.watchlists.import_version(imported, SOURCE, now)
        uow.meta.set(MARK, now.isoformat())
    simulated = list(simulate(run))
    for start in range(0, len(simulated), CHUNK):
        chunk = simulated[start : start + CHUNK]
        with app.database.writing() as uow:
            events = [as_event(item.order, SOURCE, item.declared_at) for item in chunk]
            take(uow, events, SOURCE, SOURCE, app.clock())
        while claimed := process_batch(app, Worker(batch_size=app.settings.batch_size)).claimed:
            advance(claimed)
        with app.database.writing() as uow:
            take_status(uow, list(_told(uow, chunk, now)), SOURCE, SOURCE, app.clock())


def refresh_lists(app: Application) -> None:
    """The invented lists have no publisher to look at; a restart counts as looking, so that they don't go stale."""
    now = app.clock()
    with app.database.writing() as uow:
        for imported in synthetic_lists(now):
            uow.watchlists.import_version(imported, SOURCE, now)


def stream(app: Application, stop: threading.Event, seconds: float) -> None:
    """One new order every few seconds until told to stop, and the news of those before it as it falls due."""
    begun = app.clock()
    rng = Random(begun.isoformat())  # noqa: S311 - synthetic data
    population = factories(month_before(begun.date(), 1))
    weights = [factory.activity for factory in population]
    number = int(begun.timestamp()) % 10**6
    sent: deque[Simulated] = deque(maxlen=NEWS_OF)
    before = begun
    while not stop.wait(rng.uniform(0.5, 1.5) * seconds):
        number += 1
        now = app.clock()
        simulated = one(rng, number, rng.choices(population, weights)[0], now, 0.12)
        with app.database.writing() as uow:
            take(uow, [as_event(simulated.order, SOURCE, now)], SOURCE, SOURCE, now)
            sent.append(simulated)
            told = [event for event in _told(uow, sent, now) if event.occurred_at > before]
            take_status(uow, told, SOURCE, SOURCE, now)
        before = now


def _told(uow: UnitOfWork, items: Collection[Simulated], now: datetime) -> Iterator[StatusEvent]:
    """The news of orders that may go on: one that is stopped here does not sail in a well-run house."""
    heads = uow.orders.heads([item.order.order_id for item in items])
    for item in items:
        head = heads.get(item.order.order_id)
        if head is None or head.state not in STOPPED_STATES:
            yield from news(item.order, item.declared_at, now)
