"""Who may open what: the matrix as a second, independent table, and every cell role × route asked of the server."""

import pytest
from fastapi.routing import APIRoute

from tradewarden.api.rest import ROUTES as REST
from tradewarden.auth import tokens
from tradewarden.auth.permissions import BUSINESS_DATA, PERMISSIONS, Action, Role
from tradewarden.console.routes import ROUTES as PAGES

MATRIX = """
action             operator risk_officer risk_manager inspector auditor administrator
account.self       x        x            x            x         x       x
tokens.own         x        x            x            .         .       x
workbench.view     x        x            x            .         x       .
orders.read        x        x            x            .         x       .
orders.export      x        x            x            .         .       .
orders.submit      x        .            .            .         .       .
events.attach      x        x            x            .         .       .
differences.close  .        x            x            .         .       .
alerts.read        .        x            x            .         x       .
alerts.work        .        x            x            .         .       .
release.approve    .        .            x            .         .       .
clients.read       x        x            x            .         x       .
lists.read         .        x            x            .         x       .
screening.run      .        x            x            .         .       .
policy.read        .        x            x            .         x       .
checks.read        x        x            x            x         x       x
audit.read         .        .            .            .         x       .
dead_letters.read  x        x            x            .         x       .
dead_letters.work  x        .            x            .         .       .
system.read        .        .            x            .         x       x
metrics.read       .        .            x            .         .       x
accounts.manage    .        .            .            .         .       x
"""
HEADER, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = {(role, row[0]): mark == "x" for row in LINES for role, mark in zip(HEADER[1:], row[1:], strict=True)}
USERS = {
    Role.OPERATOR: "ops",
    Role.RISK_OFFICER: "bob",
    Role.RISK_MANAGER: "eve",
    Role.INSPECTOR: "guo",
    Role.AUDITOR: "chen",
    Role.ADMINISTRATOR: "dan",
}
VALUES = {
    "order_id": "O-1",
    "decision_id": "none",
    "alert_id": "1",
    "match_id": "1",
    "client_id": "none",
    "list_id": "SYN-SANCTIONS",
    "letter_id": "1",
    "difference_id": "1",
    "event_id": "1",
    "key": "x" * 43,
    "username": "nobody",
    "token_id": "1",
}
ENDS_THE_SESSION = {"/logout", "/account/log-out-everywhere", "/password"}


def filled(path):
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    assert "{" not in path, f"give {path} a value in VALUES"
    return path


def test_the_table_names_every_role_and_action():
    assert set(CELLS) == {(role, action) for role in Role for action in Action}


@pytest.mark.parametrize(("role", "action"), list(CELLS))
def test_the_permissions_are_those_of_the_table(role, action):
    assert (Action(action) in PERMISSIONS[Role(role)]) is CELLS[role, action]


def test_the_administrator_sees_no_business_data():
    assert not PERMISSIONS[Role.ADMINISTRATOR] & BUSINESS_DATA


def test_the_auditor_changes_nothing():
    writing = {Action.ORDERS_SUBMIT, Action.ALERTS_WORK, Action.RELEASE_APPROVE, Action.ACCOUNTS_MANAGE}
    writing |= {Action.DEAD_LETTERS_WORK, Action.EVENTS_ATTACH, Action.DIFFERENCES_CLOSE}
    assert not PERMISSIONS[Role.AUDITOR] & writing


def test_every_served_route_has_a_row_that_names_its_action(server):
    served = {
        (method, route.path) for route in server.routes if isinstance(route, APIRoute) for method in route.methods
    }
    assert served == {(route.method, route.path) for route in (*PAGES, *REST)}
    others = [route for route in server.routes if not isinstance(route, APIRoute)]
    assert [route.path for route in others] == ["/static"]


def test_only_sign_in_language_and_probes_are_open():
    open_to_all = {(route.method, route.path) for route in (*PAGES, *REST) if route.action is None}
    assert open_to_all == {
        ("GET", "/login"),
        ("POST", "/login"),
        ("POST", "/language"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
    }


@pytest.mark.parametrize("role", list(USERS))
def test_every_cell_of_the_console(role, as_user):
    browser = as_user(USERS[role])
    token = browser.token()
    wrong = []
    for route in (route for route in PAGES if route.action and route.path not in ENDS_THE_SESSION):
        path = filled(route.path)
        data = {"csrf_token": token}
        answer = browser.get(path) if route.method == "GET" else browser.post(path, data)
        allowed = CELLS[role, route.action]
        if (answer.status_code == 403) is allowed or answer.status_code in {401, 500} or answer.status_code >= 502:
            wrong.append((route.method, route.path, answer.status_code, allowed))
    assert not wrong


@pytest.mark.parametrize("role", list(USERS))
def test_every_cell_of_the_rest_interface(role, app, visitor, clock):
    with app.database.writing() as uow:
        secret = tokens.make(uow, USERS[role], "test", clock())
    wrong = []
    for route in (route for route in REST if route.action):
        answer = visitor().http.request(
            route.method, filled(route.path), headers={"Authorization": f"Bearer {secret}"}, json={"name": "ACME"}
        )
        allowed = CELLS[role, route.action]
        if (answer.status_code == 403) is allowed or answer.status_code in {401, 500}:
            wrong.append((route.method, route.path, answer.status_code, allowed))
    assert not wrong


def test_strangers_get_nothing_anywhere(visitor):
    browser = visitor()
    token = browser.token()
    for route in (route for route in PAGES if route.action):
        path = filled(route.path)
        answer = browser.get(path) if route.method == "GET" else browser.post(path, {"csrf_token": token})
        assert (answer.status_code, answer.headers.get("location", "")[:6]) == (303, "/login"), route
    for route in (route for route in REST if route.action):
        assert browser.http.request(route.method, filled(route.path)).status_code == 401, route


def test_an_account_without_or_with_several_roles_may_do_nothing(app, as_user):
    for roles in ((), ("risk_officer", "administrator"), ("emperor",)):
        with app.database.writing() as uow:
            uow.users.set_roles("bob", roles)
        browser = as_user("bob")
        assert browser.get("/orders").status_code == 403
        assert browser.get("/accounts").status_code == 403


def test_a_refusal_is_audited(app, as_user):
    as_user("dan").get("/orders")
    with app.database.reading() as uow:
        last = list(uow.audit.of_stream("web"))[-1]
    assert (last.actor, last.action, last.object_id) == ("dan", "access.refused", "/orders")


def test_a_changed_role_ends_the_session_at_once(app, as_user, clock):
    browser = as_user("bob")
    administrator = as_user("dan")
    assert administrator.post("/accounts/bob/role", {"role": "operator"}).status_code == 303
    assert browser.get("/alerts").status_code == 303
    assert as_user("bob").get("/alerts").status_code == 403
