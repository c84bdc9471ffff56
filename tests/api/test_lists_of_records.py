"""Lists of records: what a link promises is what it opens; dates, pages and words that people really type."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from risk.nouns.order import OrderEvent
from tradewarden.pipeline.intake import take


@pytest.mark.parametrize("period", ["24h", "7d", "30d"])
def test_a_piece_of_the_chart_opens_exactly_its_records(as_user, period):
    browser = as_user("bob")
    page = html.unescape(browser.get(f"/workbench?period={period}").text)
    pieces = re.findall(r'<a href="(/decisions\?[^"]+)" aria-label="[^"]*? (\d+) [^" ]+"><rect class="(\w+)"', page)
    assert {word for *_, word in pieces} >= {"hold", "refuse"}
    for href, count, word in pieces:
        assert parse_qs(urlsplit(href).query)["outcome"] == [word]
        assert f"共 {count} 条" in browser.get(href).text, href


def test_a_day_of_the_chart_is_one_day(app, as_user, clock, work, clean_order, make_event):
    yesterday = clock() - timedelta(days=1)
    old = replace(make_event(replace(clean_order, order_id="O-YESTERDAY")), occurred_at=yesterday)
    with app.database.writing() as uow:
        take(uow, [old], "test", "test", clock())
    work()
    browser = as_user("bob")
    page = html.unescape(browser.get("/workbench?period=7d").text)
    found = {
        parse_qs(urlsplit(href).query)["since"][0]: browser.get(href).text
        for href in re.findall(r'<a href="(/decisions\?[^"]+)" aria-label="[^"]*"><rect', page)
    }
    assert "O-YESTERDAY" in found["2026-03-07"]
    assert all("O-YESTERDAY" not in text for day, text in found.items() if day != "2026-03-07")


@pytest.mark.parametrize("path", ["/orders", "/decisions", "/audit"])
@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "1989-12-31", "0001-01-01T00:00"])
@pytest.mark.parametrize("bound", ["since", "until"])
def test_a_date_out_of_range_is_said_to_be(as_user, path, value, bound):
    answer = as_user("chen").get(f"{path}?{bound}={value}")
    assert answer.status_code == 422
    assert "1990" in answer.text
    assert value in answer.text


@pytest.mark.parametrize("page", [2, 9999, 10**6])
def test_a_page_behind_the_last_one_is_the_last_one(as_user, page):
    answer = as_user("bob").get(f"/orders?state=held&page={page}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders?state=held&page=1")
    assert "O-HELD" in as_user("bob").get(answer.headers["location"]).text


def test_two_words_are_looked_for_one_by_one(as_user, clean_order):
    name = clean_order.client_name
    words = f"{name[-4:]} {name[:3]}"
    for path in ("/orders", "/clients"):
        assert name in as_user("bob").get(path, params={"q": words}).text
        assert name not in as_user("bob").get(path, params={"q": f"{name[:3]} 没有这个词"}).text.replace("value=", "")


def test_the_search_in_the_header_keeps_the_filters(as_user):
    page = as_user("bob").get("/orders?state=held&tier=B&q=O&page=1").text
    form = page[page.index('role="search"') : page.index("</form>")]
    assert 'name="state" value="held"' in form
    assert 'name="tier" value="B"' in form
    assert 'name="page"' not in form


@pytest.mark.parametrize(("language", "state", "outcome"), [("zh", "已暂扣", "暂扣"), ("en", "Held", "Hold")])
def test_the_export_speaks_the_words_of_the_page(as_user, language, state, outcome):
    browser = as_user("bob")
    browser.post("/language", {"language": language})
    text = browser.get("/orders.csv?state=held").content.decode("utf-8-sig")
    header, row, *_ = csv.reader(io.StringIO(text))
    cells = dict(zip(header, row, strict=True))
    words = list(cells.values())
    assert state in words
    assert outcome in words
    money = [cells[name] for name in (("总价", "金额 USD") if language == "zh" else ("Total", "Value USD"))]
    assert all(re.fullmatch(r"\d+\.\d\d", value) for value in money), money
    assert not {"held", "E", "remote", "on_site", "sampled", "media"} & set(words)


def test_what_came_last_stands_first_whatever_its_event_says(app, as_user, clock, work, clean_order, make_event):
    late: OrderEvent = replace(
        make_event(replace(clean_order, order_id="O-LATE")), occurred_at=clock() - timedelta(days=40)
    )
    clock.move(minutes=1)
    with app.database.writing() as uow:
        take(uow, [late], "test", "test", clock())
    work()
    latest = as_user("bob").get("/workbench/latest").text
    assert re.findall(r'href="/orders/([^"]+)"', latest)[0] == "O-LATE"
    assert "2026-03-08 14:06" in latest
