"""A broken event is mended in a real browser: the dead letter checked, edited, replayed, and its order decided."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from databases.dead_letters import NewDeadLetter
from integrations.json_events import encode
from risk.nouns.order import OrderEvent
from tradewarden.pipeline.batch import Worker, process_batch

pytestmark = pytest.mark.browser
NUMBERS = count(1)
WORDS = {
    "zh": {"open": "待处理", "readable": "可以读取", "done": "已重放", "waits": "排队等待判定", "judged": "已判定"},
    "en": {
        "open": "Open",
        "readable": "Can be read",
        "done": "Replayed",
        "waits": "waiting to be judged",
        "judged": "judged",
    },
}


def broken(site):
    """An order event with a number that is none and a field nobody knows, among the dead letters; (order, letter)."""
    order = replace(site.clean, order_id=f"B-MENDED-{next(NUMBERS)}")
    now = datetime.now(UTC)
    event = OrderEvent(
        event_id=f"{order.order_id}/1", source="erp", occurred_at=now, order_id=order.order_id, order=order
    )
    message = json.loads(encode(event))
    message["colour"] = "red"
    message["order"]["declaration"]["header"]["gross_weight_kg"] = "1.200,5"
    letter = NewDeadLetter(
        source="kafka:trade.orders",
        place="trade.orders[2]@4711",
        reason="kafka:trade.orders: $.colour: found red; expected a known field.",
        raw=json.dumps(message, ensure_ascii=False).encode(),
        headers={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    )
    with site.app.database.writing() as uow:
        [number] = uow.dead_letters.add([letter], now)
    return order.order_id, number


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_broken_event_is_mended_and_its_order_decided(site, window, width, language):
    words = WORDS[language]
    order_id, number = broken(site)
    one = window(width, language)
    one.sign_in(*site.account("operator"))
    one.open("/dead-letters")
    one.press(f"a[href='/dead-letters/{number}']")
    page = one.page
    assert words["open"] in page.locator(".head").inner_text()
    assert page.locator("#faults tbody tr").count() == 2
    assert page.locator(".lines mark").count() == 2
    assert "1.200,5" in page.locator(".lines mark").last.inner_text() + page.locator(".lines mark").first.inner_text()

    text = json.loads(page.input_value("#text"))
    del text["colour"]
    page.fill("#text", json.dumps(text, ensure_ascii=False, indent=2))
    one.press("#mend button[formaction]")
    assert page.locator("#faults tbody tr").count() == 1
    text["order"]["declaration"]["header"]["gross_weight_kg"] = "1200.5"
    page.fill("#text", json.dumps(text, ensure_ascii=False, indent=2))
    page.fill("#why", "decimal comma")
    one.press("#mend button[formaction]")
    assert words["readable"] in page.locator("#faults").inner_text()
    assert page.input_value("#why") == "decimal comma"

    one.press("#mend button.primary")
    assert words["done"] in page.locator(".head").inner_text()
    assert words["waits"] in page.content()
    while process_batch(site.app, Worker()).claimed:
        continue
    one.open(f"/dead-letters/{number}")
    assert words["judged"] in page.locator(".note.good").last.inner_text()
    assert "decimal comma" in page.locator(".timeline").inner_text()
    one.press(f".note a[href='/orders/{order_id}']")
    assert order_id in page.locator("h1").inner_text()
    assert site.state(order_id) != ""


def test_an_error_on_replay_is_shown_and_nothing_is_lost(site, window):
    _, number = broken(site)
    one = window(390, "zh")
    one.sign_in(*site.account("operator"))
    one.open(f"/dead-letters/{number}")
    one.page.fill("#text", '{"my": "words"}')
    with one.page.expect_navigation():
        one.page.click("#mend button.primary")
    assert one.page.input_value("#text") == '{"my": "words"}'
    assert one.page.locator("#faults tbody tr").count() >= 1
    one.wrong[:] = [message for message in one.wrong if "422" not in message]
    one.check("after the refusal")


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh")])
def test_another_order_is_asked_about_before_it_is_replayed(site, window, width, language):
    order_id, number = broken(site)
    one = window(width, language)
    one.sign_in(*site.account("operator"))
    one.open(f"/dead-letters?order={order_id}")
    assert one.page.locator("tr[data-row]").count() == 0, "nothing was read of this letter when it was kept"
    one.open(f"/dead-letters/{number}")
    page = one.page
    text = json.loads(page.input_value("#text"))
    del text["colour"]
    text["order"]["declaration"]["header"]["gross_weight_kg"] = "1200.5"
    text["order_id"] = text["order"]["order_id"] = f"{order_id}-X"
    page.fill("#text", json.dumps(text, ensure_ascii=False, indent=2))
    one.page.fill("#why", "the sender's slip")
    with page.expect_navigation():
        page.click("#mend button.primary")
    assert f"{order_id}-X" in page.locator("#other").inner_text()
    assert page.input_value("#why") == "the sender's slip"
    page.locator("#other").scroll_into_view_if_needed()
    one.wrong[:] = [message for message in one.wrong if "422" not in message]
    one.check("asked about another order")
    page.check("#other input")
    one.press("#mend button.primary")
    assert WORDS[language]["done"] in page.locator(".head").inner_text()
