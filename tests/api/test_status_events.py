"""Status events at the REST door, and the pages they lead to: timeline, stages, search, differences, waiting events."""

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from databases.audit import AuditQuery
from databases.customs_differences import DifferenceQuery
from risk.nouns.money import Money
from risk.nouns.status import (
    CustomsFeedback,
    CustomsLine,
    InsuranceDetails,
    RefundDetails,
    SettlementDetails,
    StatusEvent,
    StatusKind,
)
from tradewarden.api.examples import STATUS
from tradewarden.auth import tokens
from tradewarden.pipeline.status import take

NUMBER = "530420260000123456"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def rest(app, visitor, clock):
    """Calls with the token of a person: rest("ops")(content, **headers)."""

    def caller(username):
        with app.database.writing() as uow:
            secret = tokens.make(uow, username, "test", clock())

        def call(content, **headers):
            headers = {"Authorization": f"Bearer {secret}", **JSON, **headers}
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            return visitor().http.request("POST", "/api/v1/status-events", content=body, headers=headers)

        return call

    return caller


@pytest.fixture
def tell(app, clock):
    """Takes events in: tell(kind, status, order_id="O-1", …)."""

    def told(kind, status, hours=0, **values):
        at = clock() + timedelta(hours=hours)
        event = StatusEvent(
            event_id=f"{kind}-{status}-{hours}", source="synthetic", kind=kind, status=status, occurred_at=at, **values
        )
        with app.database.writing() as uow:
            [answer] = take(uow, [event], "test", "tester", clock())
        return answer

    return told


def event(**changes):
    return {**STATUS, "order_id": "O-1", "occurred_at": "2026-03-08T10:00:00+08:00", **changes}


def test_an_event_is_taken_and_attached(rest, app):
    answer = rest("ops")(event())
    assert answer.status_code == 202, answer.text
    assert answer.json() == {
        "events": [
            {
                "event_id": STATUS["event_id"],
                "source": "ops",
                "state": "accepted",
                "order_id": "O-1",
                "attached": True,
                "location": "/api/v1/orders/O-1",
            }
        ]
    }
    with app.database.reading() as uow:
        assert uow.inbox.counts().balanced
        assert len(uow.trade_events.of_order("O-1")) == 1


def test_an_event_without_its_order_is_kept_and_says_so(rest):
    [row] = rest("ops")([event(order_id="", event_id="w")]).json()["events"]
    assert (row["state"], row["order_id"], row["attached"]) == ("accepted", None, False)
    assert "location" not in row


def test_many_events_as_json_lines(rest):
    lines = "\n".join(json.dumps(event(event_id=f"e{number}")) for number in range(3))
    answer = rest("ops")(lines.encode(), **{"Content-Type": "application/x-ndjson"})
    assert [row["state"] for row in answer.json()["events"]] == ["accepted"] * 3


def test_a_repeat_changes_nothing_and_other_content_is_a_conflict(rest):
    call = rest("ops")
    call(event())
    assert call(event()).json()["events"][0]["state"] == "duplicate"
    conflict = call(event(status="cleared"))
    assert conflict.status_code == 409
    assert conflict.headers["content-type"] == "application/problem+json"
    assert conflict.json()["events"][0]["state"] == "conflict"


def test_one_wrong_event_is_named_and_nothing_of_the_body_is_taken(rest, app):
    one = rest("ops")(event(status="relesed"))
    assert (one.status_code, one.json()["where"]) == (422, "whole message, $.status")
    many = rest("ops")([event(), event(event_id="b", status="x")])
    assert (many.status_code, many.json()["errors_total"]) == (422, 1)
    with app.database.reading() as uow:
        assert uow.trade_events.counts() == []


def test_an_idempotency_key_gives_the_first_answer_again(rest):
    call = rest("ops")
    first, again = call(event(), **{"Idempotency-Key": "k1"}), call(event(), **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert call(event(event_id="b"), **{"Idempotency-Key": "k1"}).status_code == 409


@pytest.mark.parametrize(("content", "kind", "status"), [(b"<x/>", "text/xml", 415), (b"[]", "application/json", 422)])
def test_other_bodies_are_refused(rest, content, kind, status):
    assert rest("ops")(content, **{"Content-Type": kind}).status_code == status


def test_only_who_may_submit_may_tell(rest):
    assert rest("bob")(event()).status_code == 403


@pytest.fixture
def flowed(tell):
    """An order with news of all five kinds; what customs says differs in the HS code, the net weight is not told."""
    line = CustomsLine(line_number=1, hs_code="6302990000", quantity=Decimal(1200))
    said = CustomsFeedback(
        total=Money(Decimal("3900"), "USD"), gross_weight_kg=Decimal(1010), packages=40, lines=(line,)
    )
    tell(StatusKind.DECLARATION, "accepted", -5, order_id="O-1", declaration_number=NUMBER, customs=said)
    tell(StatusKind.DECLARATION, "released", -3, declaration_number=NUMBER)
    tell(
        StatusKind.LOGISTICS,
        "on_board",
        -2,
        transport_document="COSU6123456780",
        container="CSQU3054383",
        order_id="O-1",
    )
    amount = Money(Decimal("3900"), "USD")
    tell(StatusKind.SETTLEMENT, "overdue", -1, order_id="O-1", settlement=SettlementDetails(amount=amount, payer="BLU"))
    tell(StatusKind.INSURANCE, "insured", -1, order_id="O-1", insurance=InsuranceDetails(insured=amount))
    refund = RefundDetails(amount=Money(Decimal("3600.5"), "CNY"))
    tell(StatusKind.REFUND, "paid", 0, order_id="O-1", refund=refund)


def test_the_order_page_joins_everything_on_one_timeline(flowed, as_user):
    page = as_user("bob").get("/orders/O-1").text
    stages = page.partition('class="stages"')[2].partition("</section>")[0]
    words = re.findall(r"<b[^>]*>([^<]+)</b>", stages)
    assert words == ["海关放行", "已装船", "已退库", "逾期未收汇", "已投保"]
    assert re.findall(r'class="stage (\w+)"', stages) == ["good", "info", "good", "late", "good"]
    assert "3,600.50 CNY" in stages
    line = page.partition('id="timeline"')[2]
    places = [line.index(word) for word in ("海关已接受申报", "海关放行", "已装船", "已投保", "已退库")]
    assert places == sorted(places)
    for said in (
        "收到第 1 版",
        "第 1 版判定",
        "synthetic · 2026-03-08 14:05:00 收到",
        "付款人 BLU",
        "提运单号 COSU6123456780",
    ):
        assert said in line
    assert NUMBER in page.partition('class="stages"')[0]
    assert "与海关反馈有 1 处不一致" in page


def test_the_timeline_speaks_english_too(flowed, as_user):
    browser = as_user("bob")
    browser.http.cookies.set("tw_language", "en")
    page = browser.get("/orders/O-1").text
    for said in ("Released by customs", "Refund paid", "Payer BLU", "1 difference to customs", "HS code of line 1"):
        assert said in page


def test_an_order_without_news_says_so(as_user):
    page = as_user("bob").get("/orders/O-HELD").text
    assert page.count("尚无消息") == 5


def test_the_search_finds_the_order_by_what_events_told(flowed, as_user):
    browser = as_user("bob")
    found = browser.get(f"/orders?q={NUMBER}").text
    assert 'href="/orders/O-1"' in found
    assert 'href="/orders/O-HELD"' not in found
    assert NUMBER in browser.get("/orders").text


def test_the_report_shows_differences_and_what_is_not_comparable(flowed, as_user):
    browser = as_user("chen")
    page = browser.get("/differences").text
    for said in ("第 1 项商品编号", "6302101000", "6302990000", NUMBER, "重要", 'href="/orders/O-1#timeline"'):
        assert said in page
    assert "/close" not in page, "the auditor closes nothing"
    missing = browser.get("/differences?state=missing").text
    assert "净重(千克)" in missing
    assert "未提供" in missing
    assert "没有符合条件" in browser.get("/differences?field=total").text
    assert "第 1 项商品编号" in browser.get(f"/differences?q={NUMBER}&since=2026-03-08&until=2026-03-08").text
    assert "没有符合条件" in browser.get("/differences?until=2026-03-07").text
    for wrong in ("state=x", "field=x", "since=x", "sort=x"):
        assert browser.get(f"/differences?{wrong}").status_code == 422
    assert browser.get("/differences?page=9").status_code == 303


@pytest.fixture
def measured(tell):
    """Quantity, total and mode differ: what stands in units, currencies and codes."""
    line = CustomsLine(line_number=1, hs_code="6302101000", quantity=Decimal(961), unit="035")
    said = CustomsFeedback(total=Money(Decimal(4000), "EUR"), supervision_mode="1039", lines=(line,))
    tell(StatusKind.DECLARATION, "accepted", -5, order_id="O-1", declaration_number=NUMBER, customs=said)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("960 千克 (035)", "961 千克 (035)", "3900 美元 (USD)", "4000 欧元 (EUR)", "0110 一般贸易")),
        ("en", ("960 kilogram (035)", "3900 US dollar (USD)", "4000 Euro (EUR)", "0110 General trade")),
    ],
)
def test_units_currencies_and_modes_are_named_with_their_codes(measured, as_user, language, words):
    browser = as_user("bob")
    browser.http.cookies.set("tw_language", language)
    report, order = browser.get("/differences").text, browser.get("/orders/O-1").text
    export = browser.get("/differences.csv").content.decode("utf-8-sig")
    for said in words:
        assert said in report
        assert said in order.partition('class="stages"')[2]
        assert said in export


def test_the_report_leaves_as_csv_with_the_filters_of_the_page(flowed, as_user, app):
    browser = as_user("bob")
    assert 'href="/differences.csv?state=missing&amp;q=O-1"' in browser.get("/differences?state=missing&q=O-1").text
    answer = browser.get("/differences.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert re.fullmatch(r'attachment; filename="differences-\d{8}-\d{4}\.csv"', answer.headers["content-disposition"])
    assert answer.content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["订单号"], row["字段"], row["字段代码"]) == ("O-1", "第 1 项商品编号", "lines[1].hs_code")
    assert (row["我方"], row["海关"], row["状态"], row["重要"]) == ("6302101000", "6302990000", "未关闭", "重要")
    missing = browser.get("/differences.csv?state=missing").content.decode("utf-8-sig")
    assert {row["字段"] for row in csv.DictReader(io.StringIO(missing))} >= {"净重(千克)"}
    everything = browser.get("/differences.csv?state=all").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(everything)))) > 2
    assert len(browser.get("/differences.csv?field=total").content.decode().splitlines()) == 1
    assert browser.get("/differences.csv?state=x").status_code == 422
    with app.database.reading() as uow:
        entry = uow.audit.search(AuditQuery(action="differences.exported")).items[-1]
    assert (entry.actor, json.loads(entry.details)["rows"]) == ("bob", 1)


def test_no_cell_of_the_report_is_a_formula(flowed, as_user):
    browser = as_user("bob")
    number = re.search(r"/differences/(\d+)/close", browser.get("/differences").text).group(1)
    browser.post(f"/differences/{number}/close", {"reason": "=HYPERLINK(1)"})
    text = browser.get("/differences.csv?state=closed").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["关闭理由"] == "'=HYPERLINK(1)"


def test_who_may_export_no_orders_exports_no_differences(flowed, as_user):
    auditor = as_user("chen")
    assert "differences.csv" not in auditor.get("/differences").text
    assert auditor.get("/differences.csv").status_code == 403


def test_an_officer_closes_a_difference_with_a_reason_once(flowed, as_user, app):
    browser = as_user("bob")
    with app.database.reading() as uow:
        [one] = uow.differences.search(DifferenceQuery()).items
    number = one.difference.id
    assert browser.post(f"/differences/{number}/close", {"reason": "  "}).status_code == 422
    done = browser.post(f"/differences/{number}/close", {"reason": "海关归类有误,已申请更正"})
    assert (done.status_code, done.headers["location"]) == (303, "/differences?done=difference_closed")
    assert browser.post(f"/differences/{number}/close", {"reason": "again"}).status_code == 409
    assert browser.post("/differences/999/close", {"reason": "x"}).status_code == 404
    page = browser.get("/differences?state=closed").text
    assert "海关归类有误,已申请更正" in page
    with app.database.reading() as uow:
        [entry] = uow.audit.search(AuditQuery(action="difference.closed")).items
    assert (entry.actor, entry.object_id, entry.reason) == ("bob", "O-1", "海关归类有误,已申请更正")


def test_a_difference_that_matters_is_an_alert(flowed, as_user):
    page = as_user("bob").get("/alerts?kind=customs_difference").text
    assert "海关差异" in page
    number = re.search(r'href="/alerts/(\d+)"', page).group(1)
    alert = as_user("bob").get(f"/alerts/{number}").text
    assert "订单 O-1 的贸易数据与海关反馈不一致" in alert
    assert 'href="/differences?q=O-1"' in alert


def test_waiting_events_are_shown_and_attached_by_a_person(tell, as_user, app):
    tell(StatusKind.REFUND, "enquiry", -1, declaration_number="530400000000000001")
    waiting = tell(StatusKind.DECLARATION, "accepted", transport_document="X1", customs=CustomsFeedback(packages=1))
    tell(StatusKind.LOGISTICS, "departed", -1, transport_document="COSU6123456780")
    browser = as_user("ops")
    page = browser.get("/status-events").text
    for said in ("发函调查", "530400000000000001", "尚无订单带有这些编号", "多份订单带有同一编号"):
        assert said in page
    assert "530400000000000001" not in browser.get("/status-events?kind=declaration").text
    assert "X1" not in browser.get("/status-events?why=ambiguous").text
    assert browser.post(f"/status-events/{waiting.row}/attach", {"order_id": "nobody"}).status_code == 422
    assert browser.post(f"/status-events/{waiting.row}/attach", {"order_id": ""}).status_code == 422
    assert browser.post("/status-events/999/attach", {"order_id": "O-1"}).status_code == 404
    done = browser.post(f"/status-events/{waiting.row}/attach", {"order_id": " O-1 "})
    assert (done.status_code, done.headers["location"]) == (303, "/status-events?done=attached")
    assert browser.post(f"/status-events/{waiting.row}/attach", {"order_id": "O-1"}).status_code == 409
    assert "件数" in browser.get("/differences").text
    with app.database.reading() as uow:
        [entry] = uow.audit.search(AuditQuery(action="status_event.attached")).items
    assert (entry.actor, entry.object_id) == ("ops", "O-1")
