"""Signing in, the one-time password, sessions and their two limits, throttling."""

from dataclasses import replace

import pytest

from tradewarden.api.app import create_app
from tradewarden.auth import accounts

PASSWORD = "kumquat-velvet-orbit-41"


def test_pages_send_strangers_to_the_sign_in_form(visitor):
    answer = visitor().get("/orders?q=abc")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/orders%3Fq%3Dabc"


def test_signing_in_leads_on_and_sets_a_careful_cookie(visitor):
    browser = visitor()
    answer = browser.post("/login", {"login": "bob", "password": PASSWORD, "next": "/alerts?overdue=1"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/alerts?overdue=1"
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("tw_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/workbench").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere(visitor, elsewhere):
    answer = visitor().post("/login", {"login": "bob", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(("login", "password"), [("bob", "wrong"), ("nobody", PASSWORD), ("BOB ", "wrong")])
def test_wrong_name_and_wrong_password_get_the_same_answer(visitor, login, password):
    answer = visitor().sign_in(login, password)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text


def test_a_disabled_account_cannot_sign_in(app, visitor, clock):
    with app.database.writing() as uow:
        uow.users.disable("bob", clock())
    assert visitor().sign_in("bob").status_code == 401


def test_five_failures_stop_even_the_right_password_for_a_while(visitor, clock):
    browser = visitor()
    for _ in range(5):
        assert browser.sign_in("bob", "wrong").status_code == 401
    assert browser.sign_in("bob").status_code == 429
    assert browser.sign_in("eve").status_code == 303
    clock.move(minutes=15, seconds=1)
    assert visitor().sign_in("bob").status_code == 303


def test_an_address_that_guesses_names_is_stopped(visitor):
    browser = visitor()
    for number in range(30):
        assert browser.sign_in(f"guess{number}", "wrong").status_code == 401
    assert browser.sign_in("bob").status_code == 429


def test_attempts_are_audited(app, visitor):
    visitor().sign_in("bob", "wrong")
    visitor().sign_in("bob")
    with app.database.reading() as uow:
        actions = [entry.action for entry in uow.audit.of_stream("web") if entry.object_id == "bob"]
    assert actions[-2:] == ["session.refused", "session.opened"]


def test_an_idle_session_ends_after_half_an_hour(as_user, clock):
    browser = as_user("bob")
    clock.move(minutes=29)
    assert browser.get("/orders").status_code == 200
    clock.move(minutes=29)
    assert browser.get("/orders").status_code == 200
    clock.move(minutes=31)
    assert browser.get("/orders").status_code == 303


def test_polling_does_not_keep_a_session_alive(as_user, clock):
    browser = as_user("bob")
    for _ in range(6):
        clock.move(minutes=6)
        status = browser.get("/workbench/latest").status_code
    assert status == 303
    assert browser.get("/orders").status_code == 303


def test_no_session_outlives_twelve_hours(as_user, clock):
    browser = as_user("bob")
    for _ in range(28):
        clock.move(minutes=25)
        assert browser.get("/orders").status_code == 200
    clock.move(minutes=25)
    assert browser.get("/orders").status_code == 303


def test_htmx_is_told_401_instead_of_being_given_the_form(visitor):
    answer = visitor().get("/workbench/latest", headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_signing_out_ends_this_session_only(as_user):
    first, second = as_user("bob"), as_user("bob")
    assert first.post("/logout").status_code == 303
    assert first.get("/orders").status_code == 303
    assert second.get("/orders").status_code == 200


def test_signing_out_everywhere_ends_them_all(as_user):
    first, second = as_user("bob"), as_user("bob")
    assert first.post("/account/log-out-everywhere").status_code == 303
    assert second.get("/orders").status_code == 303


def test_only_the_hash_of_a_session_is_stored(app, as_user, clock):
    browser = as_user("bob")
    secret = browser.http.cookies["tw_session"]
    with app.database.reading() as uow:
        stored = uow.users.sessions_of("bob", clock())
    assert len(stored) == 1
    assert secret not in repr(stored)


def one_time(app, clock, username="neu"):
    with app.database.writing() as uow:
        return accounts.create(uow, accounts.NewAccount(username, "新人", "risk_officer"), "dan", clock())


def test_a_one_time_password_must_be_changed_before_anything_else(app, visitor, clock):
    secret = one_time(app, clock)
    browser = visitor()
    answer = browser.sign_in("neu", secret)
    assert answer.headers["location"] == "/password"
    assert browser.get("/orders").headers["location"] == "/password?next=/orders"
    fields = {"old": secret, "new": "pebble-lantern-violet-8", "again": "pebble-lantern-violet-8"}
    assert browser.post("/password", fields).status_code == 303
    assert browser.get("/orders").status_code == 200
    assert visitor().sign_in("neu", secret).status_code == 401


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [
        ("short", "short", "至少需要"),
        ("Haiguan2026Shenzhen", "Haiguan2026Shenzhen", "常见词"),
        ("pebble-lantern-violet-8", "pebble-lantern-violet-9", "不一致"),
    ],
)
def test_a_weak_new_password_is_refused_with_its_reason(as_user, new, again, words):
    browser = as_user("bob")
    answer = browser.post("/password", {"old": PASSWORD, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.text


def test_guessing_the_old_password_is_throttled_too(as_user):
    browser = as_user("bob")
    fields = {"old": "wrong", "new": "pebble-lantern-violet-8", "again": "pebble-lantern-violet-8"}
    for _ in range(5):
        assert browser.post("/password", fields).status_code == 422
    assert browser.post("/password", {**fields, "old": PASSWORD}).status_code == 429


def test_changing_the_password_ends_the_other_sessions(as_user):
    first, second = as_user("bob"), as_user("bob")
    fields = {"old": PASSWORD, "new": "pebble-lantern-violet-8", "again": "pebble-lantern-violet-8"}
    assert first.post("/password", fields).status_code == 303
    assert first.get("/orders").status_code == 200
    assert second.get("/orders").status_code == 303


def test_over_https_the_cookie_is_bound_to_the_host(app, browser_at):
    settings = app.settings.model_copy(update={"https": True})
    browser = browser_at(create_app(replace(app, settings=settings)), "https://testserver")
    answer = browser.sign_in("bob")
    assert answer.status_code == 303, answer.text[:300]
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "tw_session" in value)
    assert cookie.startswith("__Host-tw_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "max-age=" in answer.headers["strict-transport-security"]


def test_an_installation_without_accounts_gets_its_first_administrator_once(app, visitor, clock):
    with app.database.writing() as uow:
        assert accounts.first_administrator(uow, clock()) is None
        for user in uow.users.all():
            uow.connection.exec_driver_sql("DELETE FROM users WHERE username = ?", (user.username,))
        name, secret = accounts.first_administrator(uow, clock())
        assert accounts.first_administrator(uow, clock()) is None
    assert visitor().sign_in(name, secret).headers["location"] == "/password"


def test_an_ended_session_says_so_and_leads_back(as_user, clock):
    browser = as_user("bob")
    clock.move(minutes=31)
    place = browser.get("/orders?q=abc").headers["location"]
    assert place == "/login?next=/orders%3Fq%3Dabc&ended=1"
    page = browser.get(place).text
    assert "登录已过期，请重新登录" in page
    assert 'name="next" value="/orders?q=abc"' in page


@pytest.mark.parametrize("lost", [False, True])
def test_a_form_of_an_ended_session_says_so_too(as_user, clock, lost):
    browser = as_user("bob")
    token = browser.token()
    clock.move(minutes=31)
    if lost:
        browser.http.cookies.clear()
    headers = {"Referer": "http://testserver/alerts/2?x=1"}
    answer = browser.post("/alerts/2/take", {"csrf_token": token}, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/alerts/2%3Fx%3D1&ended=1"
    assert "登录已过期" in browser.get(answer.headers["location"]).text


def test_the_way_back_never_leads_to_another_site(as_user, clock):
    browser = as_user("bob")
    token = browser.token()
    clock.move(minutes=31)
    headers = {"Referer": "http://example.com/alerts/2"}
    answer = browser.post("/alerts/2/take", {"csrf_token": token}, headers=headers)
    assert answer.headers["location"] == "/login?next=/&ended=1"


def test_the_first_sign_in_keeps_its_target(app, visitor, clock):
    secret = one_time(app, clock)
    browser = visitor()
    answer = browser.post("/login", {"login": "neu", "password": secret, "next": "/alerts/2?x=1"})
    assert answer.headers["location"] == "/password?next=/alerts/2%3Fx%3D1"
    page = browser.get(answer.headers["location"]).text
    assert 'name="next" value="/alerts/2?x=1"' in page
    fields = {"old": secret, "new": "pebble-lantern-violet-8", "again": "pebble-lantern-violet-8"}
    done = browser.post("/password", {**fields, "next": "/alerts/2?x=1"})
    assert done.headers["location"] == "/alerts/2?x=1&done=password"


@pytest.mark.parametrize("step", ["reset", "disable"])
def test_resetting_and_disabling_ask_first(app, as_user, step):
    administrator = as_user("dan")
    address = f"/accounts/bob/{step}"
    assert f'href="{address}"' in administrator.get("/accounts").text
    with app.database.reading() as uow:
        before = uow.users.get("bob")
    page = administrator.get(address)
    assert f'<form class="body stack" method="post" action="{address}"' in page.text
    with app.database.reading() as uow:
        assert uow.users.get("bob") == before
    assert administrator.get(f"/accounts/nobody/{step}").status_code == 404


def test_a_role_is_changed_by_its_button_only(as_user):
    page = as_user("dan").get("/accounts").text
    assert "data-submits" not in page
    assert page.count("保存角色") == 6
