"""Forged requests, security headers on every answer, body limits, error pages that leak nothing."""

import re
from pathlib import Path

import pytest
import structlog

from databases.engine import Database
from databases.errors import DatabaseUnavailable
from tradewarden.api.security import HEADERS
from tradewarden.console.pages import orders

PAGES = [
    "/login",
    "/workbench",
    "/nowhere",
    "/healthz",
    "/static/console.css",
    "/static/nowhere.css",
    "/api/v1/orders/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(as_user, path):
    headers = as_user("bob").get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_are_not_kept_and_assets_are(as_user):
    browser = as_user("bob")
    assert browser.get("/workbench").headers["cache-control"] == "no-store"
    assert "immutable" in browser.get("/static/console.css").headers["cache-control"]


def test_templates_hold_no_inline_script_or_style():
    folder = Path(orders.__file__).parent.parent / "templates"
    for template in folder.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), template.name
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on|http://|https://", text), template.name


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": "http://testserver/login"}, 303),
        ({"Referer": "http://testserver.example.com/login"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({}, 403),
    ],
)
def test_the_origin_decides(visitor, headers, status):
    browser = visitor()
    data = {"csrf_token": browser.token(), "login": "bob", "password": "kumquat-velvet-orbit-41"}
    assert browser.http.post("/login", data=data, headers=headers).status_code == status


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
def test_a_form_without_its_token_is_refused(as_user, token):
    browser = as_user("bob")
    answer = browser.post("/alerts/next", {"csrf_token": token})
    assert answer.status_code == 403
    assert "刷新" in answer.text


def test_the_token_of_another_session_is_refused(as_user):
    mine, theirs = as_user("bob"), as_user("bob")
    assert mine.post("/alerts/next", {"csrf_token": theirs.token()}).status_code == 403


def test_htmx_may_send_the_token_as_header(as_user):
    browser = as_user("bob")
    headers = {"Origin": "http://testserver", "X-CSRF-Token": browser.token()}
    assert browser.http.post("/alerts/next", data={"x": "y"}, headers=headers).status_code == 303


def test_other_content_types_are_refused(as_user):
    browser = as_user("bob")
    headers = {"Origin": "http://testserver", "X-CSRF-Token": browser.token()}
    answer = browser.http.post("/alerts/next", json={"csrf_token": browser.token()}, headers=headers)
    assert answer.status_code == 415


def test_every_form_of_every_page_carries_the_token(as_user, alert_of):
    number = alert_of("O-HELD")
    browser = as_user("bob")
    browser.post(f"/alerts/{number}/take")
    for path in ("/workbench", "/alerts", f"/alerts/{number}", "/orders/O-REFUSED", "/screening", "/account"):
        text = browser.get(path).text
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            assert 'name="csrf_token"' in form, (path, form[:200])


def test_a_body_above_the_limit_is_refused_before_it_is_read(app, as_user):
    browser = as_user("ops")
    big = b"x" * (app.settings.body_limit_bytes + 1)
    headers = {"Origin": "http://testserver", "X-CSRF-Token": browser.token()}
    answer = browser.http.post("/intake", files={"file": ("a.json", big)}, headers=headers)
    assert answer.status_code == 413
    assert "拆分" in answer.text


def test_a_body_of_unannounced_length_is_counted_while_reading(app, as_user):
    browser = as_user("ops")

    def pieces():
        for _ in range(app.settings.body_limit_bytes // 1_000_000 + 2):
            yield b"x" * 1_000_000

    headers = {
        "Origin": "http://testserver",
        "X-CSRF-Token": browser.token(),
        "Content-Type": "multipart/form-data; boundary=b",
    }
    assert browser.http.post("/intake", content=pieces(), headers=headers).status_code == 413


def test_an_unknown_address_gets_a_page_that_says_what_to_do(visitor):
    answer = visitor().get("/nowhere")
    assert answer.status_code == 404
    assert "下一步" in answer.text


def test_an_unexpected_error_shows_a_reference_and_nothing_else(as_user, monkeypatch):
    browser = as_user("bob")
    monkeypatch.setattr(orders, "_query", lambda _: 1 / 0)
    answer = browser.get("/orders")
    assert answer.status_code == 500
    assert re.search(r"<code>[0-9a-f]{12}</code>", answer.text)
    assert "ZeroDivision" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    ("asked", "logged"),
    [
        ("/orders/BLU-1?q=x", "/orders/{order_id:path}"),
        ("/alerts/17?q=x", "/alerts/17"),
        ("/orders?client=x", "/orders"),
    ],
)
def test_the_log_says_where_it_happened_without_names(as_user, monkeypatch, asked, logged):
    browser = as_user("bob")

    def gone(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("the disk is gone")

    monkeypatch.setattr(Database, "reading", gone)
    with structlog.testing.capture_logs() as lines:
        assert browser.get(asked).status_code == 503
    assert [line["path"] for line in lines if line["event"] == "storage"] == [logged]


def test_the_error_page_speaks_english_when_asked(visitor):
    browser = visitor()
    browser.post("/language", {"language": "en", "next": "/login"})
    assert "Not found" in browser.get("/nowhere").text
