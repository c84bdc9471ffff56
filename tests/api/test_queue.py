"""The alert queue in daily use: next, counts and their lists, spans of time, history in words, numbers out of reach."""

import re
from datetime import timedelta

import pytest

from databases.alert_tables import NewAlert
from tradewarden.auth import accounts, passwords
from tradewarden.console.i18n import Translator
from tradewarden.console.pages.alerts import span

RELEASE, RETURN = "FALSE_NAME_MATCH", "CORRECT_DATA"


def rows_of(page):
    return page.text.count("<tr data-row>")


def count_of(page, href):
    return int(re.search(rf'<a href="{re.escape(href)}"[^>]*>.*?<b>([\d,]+)</b>', page.text, re.S).group(1))


def test_next_leaves_the_alert_one_is_at(as_user, alert_of):
    officer = as_user("bob")
    first, second = alert_of("O-HELD"), alert_of("O-REFUSED")
    for number in (first, second):
        officer.post(f"/alerts/{number}/take")
    page = officer.get(f"/alerts/{first}").text
    assert f'name="after" value="{first}"' in page
    assert officer.post("/alerts/next", {"after": first}).headers["location"] == f"/alerts/{second}"
    assert officer.post("/alerts/next", {"after": second}).headers["location"] == f"/alerts/{first}"


def test_next_goes_on_to_free_work_and_says_when_there_is_none(app, as_user):
    officer = as_user("bob")
    seen = [officer.post("/alerts/next").headers["location"]]
    number = int(seen[0].rsplit("/", 1)[1])
    following = officer.post("/alerts/next", {"after": number}).headers["location"]
    assert following not in seen
    manager = as_user("eve")
    while "done=" not in (place := manager.post("/alerts/next").headers["location"]):
        manager.post(f"{place}/propose", {"reason": RETURN})
    officer.post(f"{following}/propose", {"reason": RETURN})
    place = officer.post("/alerts/next", {"after": number}).headers["location"]
    assert place == f"/alerts/{number}?done=no_other"
    assert "没有其他待处理的预警" in officer.get(place).text


@pytest.mark.parametrize("href", ["/alerts", "/alerts?overdue=1", "/alerts?assignee=me", "/alerts?assignee=free"])
@pytest.mark.parametrize("hours", [0, 99])
def test_every_count_lists_as_many_rows(as_user, alert_of, clock, href, hours):
    officer = as_user("bob")
    for order in ("O-HELD", "O-REFUSED"):
        officer.post(f"/alerts/{alert_of(order)}/take")
    officer.post(f"/alerts/{alert_of('O-HELD')}/propose", {"reason": RELEASE})
    clock.move(hours=hours)
    officer = as_user("bob")
    assert rows_of(officer.get(href)) == count_of(officer.get("/alerts"), href)


@pytest.mark.parametrize("href", ["/alerts", "/alerts?overdue=1"])
def test_the_workbench_counts_what_its_links_list(as_user, alert_of, clock, href):
    officer = as_user("bob")
    officer.post(f"/alerts/{alert_of('O-HELD')}/take")
    officer.post(f"/alerts/{alert_of('O-HELD')}/propose", {"reason": RELEASE})
    clock.move(hours=99)
    officer = as_user("bob")
    assert rows_of(officer.get(href)) == count_of(officer.get("/workbench"), href) > 0


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [
        ("zh", 7 * 3600 + 45 * 60, "7 小时 45 分"),
        ("zh", 59, "0 分"),
        ("zh", 200_000, "2 天 7 小时"),
        ("en", -5400, "1 h 30 min"),
        ("en", 90_000, "25 h 00 min"),
        ("en", 200_000, "2 d 7 h"),
    ],
)
def test_spans_are_told_in_the_readers_language(language, seconds, words):
    assert span(Translator(language), seconds) == words


def test_the_history_names_reasons_and_taking(as_user, alert_of):
    number = alert_of("O-HELD")
    officer = as_user("bob")
    officer.post(f"/alerts/{number}/take")
    officer.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    for address in ("/orders/O-HELD", f"/alerts/{number}"):
        page = officer.get(address).text
        assert "核实非名单主体" in page
        assert RELEASE not in page
        assert "转给" not in page
        assert "to: bob" not in page
        assert "领取" in page


@pytest.mark.parametrize("number", ["99999999999999999999999", "9223372036854775808", "-1", "abc"])
@pytest.mark.parametrize("path", ["/alerts/{}", "/dead-letters/{}"])
def test_numbers_no_record_can_have_are_not_found(as_user, path, number):
    assert as_user("eve").get(path.format(number)).status_code == 404


@pytest.mark.parametrize("path", ["/alerts/{}/take", "/alerts/{}/approve", "/matches/{}/judge"])
def test_nor_are_they_written_to(as_user, path):
    assert as_user("eve").post(path.format("9" * 30), {"judgement": "same"}).status_code == 404


def test_approving_is_offered_to_those_who_may(app, as_user, visitor, alert_of, clock):
    number = alert_of("O-HELD")
    manager = as_user("eve")
    manager.post(f"/alerts/{number}/take")
    manager.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    with app.database.writing() as uow:
        new = accounts.NewAccount("late", "后来者", "risk_manager")
        accounts.create(uow, new, "dan", clock() + timedelta(seconds=1))
        uow.users.set_password("late", passwords.hashed("pebble-lantern-violet-8"), clock())
    clock.move(minutes=1)
    late = visitor()
    late.sign_in("late", "pebble-lantern-violet-8")
    button = f'action="/alerts/{number}/approve"'
    assert button in as_user("fei").get(f"/alerts/{number}").text
    assert button not in manager.get(f"/alerts/{number}").text
    page = late.get(f"/alerts/{number}").text
    assert button not in page
    assert "更早的账号" in page


def test_system_alerts_are_only_acknowledged(app, as_user, clock):
    with app.database.writing() as uow:
        due = clock() + timedelta(hours=8)
        [number] = uow.alerts.raise_many([NewAlert(kind="event_conflict", subject="a/b", due_at=due)], clock())
    officer = as_user("bob")
    assert 'data-fits="acknowledge"' in officer.get("/alerts").text
    officer.post(f"/alerts/{number}/take")
    assert RETURN not in officer.get(f"/alerts/{number}").text
