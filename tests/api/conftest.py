"""The whole web application on a fresh SQLite database through the migrations, with three judged orders.

Strategy: the database is made once in a session (schema, policy, one client, synthetic lists, a released or reviewed,
a held and a refused order, one account for each role) and copied for every test, so tests write as they like. The
clock is an object that tests move.
"""

import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from databases.alert_tables import AlertQuery
from databases.clients import Client
from risk.nouns.order import Order, OrderEvent
from risk.nouns.parties import Party, Role
from tradewarden.api.app import create_app
from tradewarden.auth import accounts, passwords
from tradewarden.auth.permissions import Role as Duty
from tradewarden.demo import synthetic_lists
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.listed import LISTED_COMPANIES
from tradewarden.wiring import Application, build

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette advertises another HTTP library here; httpx works
    from fastapi.testclient import TestClient

NOW = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)
ORIGIN = "http://testserver"
PASSWORD = "kumquat-velvet-orbit-41"
PEOPLE = {
    "ops": Duty.OPERATOR,
    "bob": Duty.RISK_OFFICER,
    "eve": Duty.RISK_MANAGER,
    "fei": Duty.RISK_MANAGER,
    "guo": Duty.INSPECTOR,
    "chen": Duty.AUDITOR,
    "dan": Duty.ADMINISTRATOR,
}
LISTED = LISTED_COMPANIES[0][0]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def event(order: Order) -> OrderEvent:
    return OrderEvent(
        event_id=f"{order.order_id}/{order.revision}",
        source="test",
        occurred_at=NOW,
        order_id=order.order_id,
        revision=order.revision,
        order=order,
    )


def held(order: Order, order_id: str) -> Order:
    """Net weight above gross: a certain error, which holds the order (LC010)."""
    header = replace(order.declaration.header, net_weight_kg=Decimal(1100))
    return replace(order, order_id=order_id, declaration=replace(order.declaration, header=header))


def refused(order: Order, order_id: str) -> Order:
    """A buyer who is on a list that demands refusal."""
    parties = (*order.parties[:1], Party(Role.BUYER, LISTED, country="HKG"))
    return replace(order, order_id=order_id, parties=parties)


def made(folder: Path, clock: Clock, **settings: Any) -> Application:
    return build(Settings(data_dir=folder, **settings), clock=clock)


def judged(app: Application) -> None:
    """Work the inbox off."""
    while process_batch(app, Worker()).claimed:
        continue


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Real argon2id with the smallest cost: what is tested here is who gets in, not how long guessing takes."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", quick)
        patch.setattr(passwords, "_DUMMY", quick.hash("nobody"))
        yield


def seed(app: Application, clean_order: Order) -> None:
    """Schema, policy, a client, lists, three judged orders, and everybody of PEOPLE."""
    prepare(app)
    client = Client(
        client_id=clean_order.client_uscc,
        name=clean_order.client_name,
        uscc=clean_order.client_uscc,
        tier="B",
        admission="approved",
        phone="13800138000",
    )
    personal = replace(clean_order.parties[0], phone="13912345678", identity_number="440399199001011234")
    clean = replace(clean_order, parties=(personal, *clean_order.parties[1:]))
    events = [event(clean), event(held(clean, "O-HELD")), event(refused(clean, "O-REFUSED"))]
    made_at = NOW - timedelta(days=9)
    with app.database.writing() as uow:
        uow.clients.save(client, "test", NOW)
        for imported in synthetic_lists(NOW):
            uow.watchlists.import_version(imported, "test", NOW)
        take(uow, events, "test", "test", NOW)
        for username, role in PEOPLE.items():
            accounts.create(uow, accounts.NewAccount(username, f"测试 {username}", role), "test", made_at)
            uow.users.set_password(username, passwords.hashed(PASSWORD), made_at)
    judged(app)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, clean_order: Order, quick_hashes: None) -> Path:
    folder = tmp_path_factory.mktemp("web") / "data"
    app = made(folder, Clock(NOW))
    seed(app, clean_order)
    app.database.dispose()
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW + timedelta(minutes=5))


@pytest.fixture
def app(template: Path, tmp_path: Path, clock: Clock):
    """The wired application over a copy of the prepared data folder."""
    shutil.copytree(template, tmp_path / "data")
    application = made(tmp_path / "data", clock)
    yield application
    application.database.dispose()


class Visitor:
    """A browser at the console: keeps cookies, sends the form token and our own origin."""

    def __init__(self, server: Any, origin: str = ORIGIN) -> None:
        self.http = TestClient(server, base_url=origin, follow_redirects=False, raise_server_exceptions=False)
        self.origin = origin

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        headers = {"Origin": self.origin, **options.pop("headers", {})}
        fields = {"csrf_token": self.token(), **(data or {})}
        return self.http.post(path, data=fields, headers=headers, **options)

    def token(self) -> str:
        """The form token of a page everybody may see in their present state."""
        answer = self.http.get("/account")
        page = answer if answer.status_code == 200 else self.http.get("/login")
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
        assert found, page.text[:300]
        return found.group(1)

    def sign_in(self, username: str, password: str = PASSWORD) -> Any:
        return self.post("/login", {"login": username, "password": password})


@pytest.fixture
def server(app: Application):
    return create_app(app)


@pytest.fixture
def visitor(server) -> Callable[[], Visitor]:
    """Makes browsers that are not signed in."""
    return lambda: Visitor(server)


@pytest.fixture
def browser_at() -> Callable[[Any, str], Visitor]:
    """Makes browsers at another server or address."""
    return Visitor


@pytest.fixture
def as_user(visitor) -> Callable[[str], Visitor]:
    """Makes a browser signed in as one of PEOPLE."""

    def signed_in(username: str) -> Visitor:
        browser = visitor()
        answer = browser.sign_in(username)
        assert answer.status_code == 303, answer.text[:500]
        return browser

    return signed_in


@pytest.fixture
def alert_of(app: Application) -> Callable[[str], int]:
    """The number of the order's open alert."""

    def found(order_id: str) -> int:
        with app.database.reading() as uow:
            return uow.alerts.queue(AlertQuery(order_id=order_id)).items[0].alert_id

    return found


@pytest.fixture
def work(app: Application) -> Callable[[], None]:
    """Judges whatever is in the inbox."""
    return lambda: judged(app)


@pytest.fixture
def make_event() -> Callable[[Order], OrderEvent]:
    return event


@pytest.fixture
def make_held() -> Callable[[Order, str], Order]:
    return held


@pytest.fixture
def seeded(clean_order: Order) -> Callable[[Path, str, Clock], Application]:
    """Makes a prepared application on another database."""

    def made_there(folder: Path, url: str, clock: Clock) -> Application:
        application = made(folder, clock, database_url=url)
        seed(application, clean_order)
        return application

    return made_there
