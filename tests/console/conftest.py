"""A live console for browser tests: a real server on the loopback, a real Chromium, everything it complains about.

Strategy: one server and one browser in a session; every test gets its own browser context and its own orders. A page
that logs an error, reports a policy violation, asks for anything off its origin or scrolls sideways fails its test.
"""

import importlib.util
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from databases.clients import Client
from risk.nouns.order import Order, OrderEvent
from risk.nouns.parties import Party, Role
from tradewarden.api.app import create_app
from tradewarden.auth import accounts, passwords
from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.simulate.listed import LISTED_COMPANIES
from tradewarden.wiring import Application, build

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "kumquat-velvet-orbit-41"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Site:
    """The running console and what tests do behind its back."""

    base: str
    app: Application
    clean: Order

    def account(self, role: str, one_time: bool = False) -> tuple[str, str]:
        """A new account with its password."""
        username = f"{role.replace('_', '-')}-{next(NUMBERS)}"
        now = datetime.now(UTC)
        with self.app.database.writing() as uow:
            # an approver's account must be older than the proposal
            secret = accounts.create(
                uow, accounts.NewAccount(username, f"测试 {role}", role), "test", now - timedelta(days=1)
            )
            if not one_time:
                uow.users.set_password(username, passwords.hashed(PASSWORD), now)
        return username, secret if one_time else PASSWORD

    def order(self, kind: str) -> str:
        """A new judged order: clean, held (net above gross) or refused (listed buyer)."""
        order = replace(self.clean, order_id=f"B-{kind}-{next(NUMBERS)}")
        if kind == "held":
            header = replace(order.declaration.header, net_weight_kg=Decimal(1100))
            order = replace(order, declaration=replace(order.declaration, header=header))
        if kind == "refused":
            order = replace(
                order, parties=(*order.parties[:1], Party(Role.BUYER, LISTED_COMPANIES[0][0], country="HKG"))
            )
        now = datetime.now(UTC)
        event = OrderEvent(
            event_id=f"{order.order_id}/1", source="test", occurred_at=now, order_id=order.order_id, order=order
        )
        with self.app.database.writing() as uow:
            take(uow, [event], "test", "test", now)
        while process_batch(self.app, Worker()).claimed:
            continue
        return order.order_id

    def state(self, order_id: str) -> str:
        with self.app.database.reading() as uow:
            found = uow.orders.get(order_id)
        return found.summary.state if found else ""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, clean_order: Order) -> Iterator[Site]:
    app = build(Settings(data_dir=tmp_path_factory.mktemp("site") / "data"))
    prepare(app)
    now = app.clock()
    run = Run(seed=5, orders=60, clients=12, begin=now.date() - timedelta(days=20), days=20)
    known = Client(
        client_id=clean_order.client_uscc,
        name=clean_order.client_name,
        uscc=clean_order.client_uscc,
        tier="B",
        admission="approved",
    )
    with app.database.writing() as uow:
        uow.clients.save_many([known, *(client_of_profile(item.profile) for item in factories(run))], "test", now)
        for imported in synthetic_lists(now):
            uow.watchlists.import_version(imported, "test", now)
        take(uow, [as_event(item.order, "test", item.declared_at) for item in simulate(run)], "test", "test", now)
    while process_batch(app, Worker()).claimed:
        continue
    with _serving(app) as base:
        yield Site(base, app, clean_order)
    app.database.dispose()


class _serving:
    """The application behind uvicorn on a free loopback port."""

    def __init__(self, app: Application) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(app), log_level="warning", access_log=False, lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.listener.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if importlib.util.find_spec("playwright") is None or not CHROMIUM.exists():
        pytest.skip(f"browser tests need the package playwright and {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(slots=True)
class Window:
    """One person's browser window and everything that went wrong in it."""

    page: Any
    base: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.check(path)

    def check(self, place: str = "") -> None:
        """No error so far, no sideways scrolling, every control has a name."""
        place = place or self.page.url
        self.page.wait_for_load_state("load")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{place}: the page is {wide} pixels wider than the window"
        nameless = self.page.evaluate(NAMELESS)
        assert not nameless, f"{place}: controls without a name: {nameless}"
        self.wrong += self.page.evaluate("window.violations || []")
        assert not self.wrong, f"{place}: {self.wrong}"

    def press(self, target: Any, place: str = "") -> None:
        """Click what leads to another page and look at that one."""
        found = self.page.locator(target) if isinstance(target, str) else target
        with self.page.expect_navigation():
            found.first.click()
        self.check(place)

    def sign_in(self, username: str, password: str) -> None:
        self.open("/login")
        self.page.fill("#login", username)
        self.page.fill("#password", password)
        self.press("main form[action='/login'] button", "after signing in")

    def sign_out(self) -> None:
        self.page.click("details.menu > summary")
        self.press(".menu-sheet form button", "after signing out")


NAMELESS = """
[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter((e) => !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')
    && !(e.textContent || '').trim() && !e.querySelector('title'))
  .map((e) => e.outerHTML.slice(0, 90))
"""
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation',
  (e) => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture
def window(site: Site, chromium: Any) -> Iterator[Callable[[int, str], Window]]:
    """Opens windows of a width in a language."""
    contexts = []

    def opened(width: int, language: str) -> Window:
        phone = width < 800
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if phone else 900}, is_mobile=phone, has_touch=phone
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        context.add_cookies([{"name": "tw_language", "value": language, "url": site.base}])
        one = Window(context.new_page(), site.base)
        one.page.set_default_timeout(15_000)
        one.page.on(
            "console", lambda m: one.wrong.append(f"console: {m.text}") if m.type in {"error", "warning"} else 0
        )
        one.page.on("pageerror", lambda error: one.wrong.append(f"script: {error}"))
        one.page.on(
            "request", lambda r: one.wrong.append(f"off origin: {r.url}") if not r.url.startswith(site.base) else 0
        )
        return one

    yield opened
    for context in contexts:
        context.close()
