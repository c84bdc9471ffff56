"""The console in a real browser, on a desk and on a phone, in both languages."""

import re

import pytest

from tradewarden.console.render import htmx_address

pytestmark = pytest.mark.browser
SIZES = [1440, 390]
LANGUAGES = ["zh", "en"]
WORDS = {
    "zh": {"workbench": "工作台", "released": "已放行", "proposed": "等待第二人复核", "approved": "已批准放行"},
    "en": {
        "workbench": "Workbench",
        "released": "Released",
        "proposed": "a second person has to",
        "approved": "approved",
    },
}
PAGES = {
    "risk_manager": [
        "/workbench",
        "/workbench?period=30d",
        "/flow",
        "/orders",
        "/decisions",
        "/alerts",
        "/approvals",
        "/clients",
        "/screening",
        "/lists",
        "/lists/SYN-SANCTIONS",
        "/policy",
        "/checks",
        "/differences?state=all",
        "/status-events",
        "/dead-letters",
        "/system",
        "/account",
        "/interface",
    ],
    "operator": ["/workbench", "/intake"],
    "auditor": ["/audit?verify=1", "/orders"],
    "administrator": ["/accounts", "/system"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
def test_from_sign_in_to_the_second_persons_approval(site, window, width, language):
    words = WORDS[language]
    order_id = site.order("held")
    officer, secret = site.account("risk_officer", one_time=True)
    manager, password = site.account("risk_manager")
    one = window(width, language)

    one.sign_in(officer, secret)
    one.page.fill("#old", secret)
    for name in ("#new", "#again"):
        one.page.fill(name, "pebble-lantern-violet-8")
    one.press("main form[action='/password'] button")
    assert one.page.locator("h1").inner_text() == words["workbench"]

    one.press(f"#latest a:has-text('{order_id}')")
    assert "LC010" in one.page.content()
    one.press(".head .tools a.button.primary")
    one.press("#action form button")
    one.page.locator("input[name=reason]").first.check()
    one.page.fill("#note", "weighed again")
    one.press("#action form button")
    assert words["proposed"] in one.page.content()
    assert site.state(order_id) == "held"
    one.sign_out()

    one.sign_in(manager, password)
    one.open("/approvals")
    one.press(f"tr:has-text('{order_id}') a")
    one.press("form[action$='/approve'] button")
    assert words["approved"] in one.page.content()
    assert site.state(order_id) == "released"
    one.open(f"/orders/{order_id}")
    assert words["released"] in one.page.locator(".head").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
def test_every_page_fits_and_complains_of_nothing(site, window, width, language):
    refused = site.order("refused")
    for role, pages in PAGES.items():
        one = window(width, language)
        one.sign_in(*site.account(role))
        for path in pages:
            one.open(path)
            assert one.page.locator("h1").count() == 1, path
        if role == "risk_manager":
            one.open(f"/orders/{refused}")
            assert one.page.locator("#screening .match").count() >= 1


def test_the_latest_decisions_arrive_by_themselves(site, window):
    if not htmx_address():
        pytest.skip("htmx was not fetched: run `python -m tradewarden.console.assets`")
    one = window(1440, "zh")
    one.sign_in(*site.account("risk_officer"))
    one.open("/workbench")
    order_id = site.order("clean")
    one.page.wait_for_selector(f"#latest a:has-text('{order_id}')", timeout=15_000)
    one.check("after the news")


def test_the_queue_is_worked_by_keyboard(site, window):
    for _ in range(3):
        site.order("held")
    one = window(1440, "zh")
    one.sign_in(*site.account("risk_officer"))
    one.open("/alerts?assignee=free")
    keys = one.page.keyboard
    keys.press("j")
    keys.press("x")
    assert one.page.locator("[data-bulk]").is_visible()
    keys.press("a")
    assert int(one.page.locator("[data-bulk-count]").inner_text()) >= 1
    keys.press("?")
    assert one.page.locator("dialog#keys").is_visible()
    keys.press("Escape")
    one.page.locator("dialog#keys").wait_for(state="hidden")
    keys.press("o")
    one.page.wait_for_url(re.compile(r"/alerts/\d+$"))
    one.press("#action form button")
    keys.press("2")
    assert one.page.locator("input[name=reason]").nth(1).is_checked()
    keys.press("/")
    assert one.page.evaluate("document.activeElement.name") == "q"
    one.check("keys")


def test_alike_alerts_are_disposed_of_in_one_go(site, window):
    orders = [site.order("held") for _ in range(3)]
    one = window(1440, "zh")
    one.sign_in(*site.account("risk_officer"))
    one.open("/alerts?assignee=free")
    for order_id in orders:
        one.page.locator(f"tr:has-text('{order_id}') input[name=alert]").check()
    one.page.select_option("#reason", "CORRECT_DATA")
    one.press("[data-bulk] button")
    assert {site.state(order_id) for order_id in orders} == {"returned"}


def test_a_file_is_chosen_and_its_errors_are_shown(site, window, tmp_path):
    path = tmp_path / "orders.jsonl"
    path.write_text('{"order_id": 5}\n', encoding="utf-8")
    one = window(390, "zh")
    one.sign_in(*site.account("operator"))
    one.open("/intake")
    one.page.set_input_files("#file", str(path))
    assert one.page.locator("[data-file]").inner_text() == "orders.jsonl"
    with one.page.expect_navigation():
        one.page.click("main form[action='/intake'] button")
    assert "line 1" in one.page.content()
    assert [message for message in one.wrong if "422" not in message] == []


def test_the_phones_menu_opens_and_leads_on(site, window):
    one = window(390, "zh")
    one.sign_in(*site.account("risk_manager"))
    one.open("/workbench")
    assert not one.page.locator(".side").is_visible()
    one.page.click("[data-menu]")
    assert one.page.locator(".side").is_visible()
    one.press(".side a[href='/checks']")
    assert one.page.locator("h1").inner_text() == "检查目录"


def test_the_focus_is_visible(site, window):
    one = window(1440, "zh")
    one.open("/login")
    one.page.keyboard.press("Tab")
    outline = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_session_that_ended_leads_to_the_sign_in_form_and_back(site, window):
    one = window(1440, "zh")
    username, password = site.account("risk_officer")
    one.sign_in(username, password)
    one.open("/orders?state=held")
    one.page.context.clear_cookies(name="tw_session")
    one.page.reload()
    assert "/login" in one.page.url
    one.page.fill("#login", username)
    one.page.fill("#password", password)
    one.press("main form[action='/login'] button")
    assert one.page.url.endswith("/orders?state=held")
