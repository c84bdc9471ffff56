"""The dead letters' pages: seen, checked without writing, replayed, discarded; who was late is told."""

import html
import json

import pytest

from databases.dead_letters import NewDeadLetter
from integrations.json_events import encode
from tradewarden.console.pages.dead_letters import LARGEST_EDITED

SOURCE = "kafka:trade.orders"


@pytest.fixture
def good(make_event, make_held, clean_order):
    return json.loads(encode(make_event(make_held(clean_order, "O-MENDED"))))


@pytest.fixture
def bury(app, clock):
    def buried(raw, **values):
        letter = NewDeadLetter(
            **{"source": SOURCE, "place": "trade.orders[0]@7", "reason": "no order", **values}, raw=raw
        )
        with app.database.writing() as uow:
            [letter_id] = uow.dead_letters.add([letter], clock())
        return letter_id

    return buried


@pytest.fixture
def letter(bury, good):
    return bury(json.dumps({**good, "colour": "red"}).encode(), headers={"trace": "甲<b>"})


def state(app, letter_id):
    with app.database.reading() as uow:
        found = uow.dead_letters.get(letter_id)
        return found.state, found.attempts, uow.inbox.counts()


def test_the_page_tells_everything_and_marks_the_place(letter, as_user):
    page = as_user("ops").get(f"/dead-letters/{letter}").text
    assert "trade.orders 分区 0 位移 7" in page
    assert "甲&lt;b&gt;" in page
    assert '<td data-label="位置" class="strong mono">$.colour</td>' in page
    assert "<mark>  &#34;colour&#34;: &#34;red&#34;" in page
    assert f'formaction="/dead-letters/{letter}/check#faults"' in page


def test_a_check_writes_nothing(app, letter, good, as_user):
    browser = as_user("ops")
    before = state(app, letter)
    still = browser.post(f"/dead-letters/{letter}/check", {"text": json.dumps({**good, "revision": "two"})})
    assert still.status_code == 200
    assert "$.revision" in still.text
    assert "$.colour" not in still.text
    fine = browser.post(f"/dead-letters/{letter}/check", {"text": json.dumps(good), "reason": "kept <words>"})
    assert "可以读取" in fine.text
    assert "kept &lt;words&gt;" in fine.text
    assert state(app, letter) == before


def test_a_mended_letter_is_replayed_and_leads_to_its_order(app, letter, good, as_user, work):
    browser = as_user("ops")
    text = json.dumps(good, indent=1).replace("\n", "\r\n")
    done = browser.post(f"/dead-letters/{letter}/replay", {"text": text, "reason": "colour is no field"})
    assert (done.status_code, done.headers["location"]) == (303, f"/dead-letters/{letter}?done=replayed")
    assert "排队等待判定" in browser.get(f"/dead-letters/{letter}").text
    work()
    page = browser.get(f"/dead-letters/{letter}").text
    assert "/orders/O-MENDED" in page
    assert "colour is no field" in page
    assert "已判定" in page
    word, _, counts = state(app, letter)
    assert word == "replayed"
    assert counts.balanced
    assert browser.get("/orders/O-MENDED").status_code == 200


def test_errors_keep_what_was_written(app, letter, good, as_user):
    text = json.dumps({**good, "revision": "two"}, ensure_ascii=False)
    answer = as_user("ops").post(f"/dead-letters/{letter}/replay", {"text": text, "reason": "half"})
    assert answer.status_code == 422
    assert "$.revision" in answer.text
    assert text in html.unescape(answer.text)
    assert 'value="half"' in answer.text
    assert state(app, letter)[:2] == ("open", 2)


def test_untouched_text_is_replayed_byte_for_byte(app, bury, good, as_user):
    raw = json.dumps(good).encode()
    number = bury(raw)
    browser = as_user("eve")
    page = browser.get(f"/dead-letters/{number}").text
    text = html.unescape(page.partition('autocomplete="off">\n')[2].partition("</textarea>")[0])
    assert browser.post(f"/dead-letters/{number}/replay", {"text": text}).status_code == 303
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("dead-letters")
    assert entry.before_hash == entry.after_hash
    assert json.loads(entry.details)["edited"] is False


def test_who_was_late_is_told_and_keeps_the_text(letter, good, as_user):
    first, second = as_user("ops"), as_user("eve")
    mended = {"text": json.dumps(good), "reason": "mended"}
    assert first.post(f"/dead-letters/{letter}/replay", mended).status_code == 303
    late = second.post(f"/dead-letters/{letter}/replay", {"text": '{"my": "words"}'})
    assert late.status_code == 409
    assert "ops 已于" in late.text
    assert "&#34;my&#34;" in late.text
    assert second.post(f"/dead-letters/{letter}/discard", {"reason": "no use"}).status_code == 409


def test_discarding_wants_a_reason(app, letter, as_user):
    browser = as_user("ops")
    assert browser.post(f"/dead-letters/{letter}/discard", {"reason": " "}).status_code == 422
    assert state(app, letter)[0] == "open"
    assert browser.post(f"/dead-letters/{letter}/discard", {"reason": "a test"}).status_code == 303
    assert state(app, letter)[0] == "discarded"
    assert "a test" in browser.get(f"/dead-letters/{letter}").text


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00{", b"</textarea><script>", b"[" * 5000, b'{"a":"\xe2\x80\xae"}'])
def test_any_bytes_have_a_page_in_both_languages(bury, raw, as_user):
    number = bury(raw)
    browser = as_user("ops")
    for language in ("zh", "en"):
        browser.http.cookies.set("tw_language", language)
        page = browser.get(f"/dead-letters/{number}")
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert browser.post(f"/dead-letters/{number}/check", {"text": "{"}).status_code == 200


def test_a_huge_letter_is_mended_elsewhere(bury, as_user):
    number = bury(b" " * (LARGEST_EDITED + 1))
    page = as_user("ops").get(f"/dead-letters/{number}").text
    assert '<textarea id="text"' not in page
    assert f"dead-letters replay {number} --file" in page


@pytest.mark.parametrize("user", ["bob", "chen"])
def test_readers_see_no_forms(letter, user, as_user):
    page = as_user(user).get(f"/dead-letters/{letter}").text
    assert "$.colour" in page
    assert "<textarea" not in page
    assert "/replay" not in page


def test_letters_are_filtered_and_counted(bury, clock, as_user):
    old = bury(b"{", source="rest", reason="Sanctions list missing")
    clock.move(hours=30)
    new = bury(b"{", reason="no order")
    browser = as_user("ops")
    page = browser.get("/dead-letters").text
    assert "待处理 2" in page
    assert "最早 30 小时" in page
    only = browser.get("/dead-letters?source=rest&reason=LIST").text
    assert f'href="/dead-letters/{old}"' in only
    assert f'href="/dead-letters/{new}"' not in only
    assert browser.get("/dead-letters?state=odd").status_code == 422


def test_a_change_wants_a_reason_and_keeps_what_was_written(app, letter, good, as_user):
    text = json.dumps(good)
    answer = as_user("ops").post(f"/dead-letters/{letter}/replay", {"text": text, "reason": " "})
    assert answer.status_code == 422
    assert "内容有改动，请填写修改说明" in answer.text
    assert text in html.unescape(answer.text)
    assert state(app, letter)[:2] == ("open", 1)


def test_another_order_takes_a_second_step(app, letter, good, as_user):
    browser = as_user("ops")
    other = {**good, "order_id": "O-<b>", "order": {**good["order"], "order_id": "O-<b>"}}
    assert browser.post(f"/dead-letters/{letter}/replay", {"text": json.dumps(other), "reason": "x"}).status_code == 422
    other = {**good, "order_id": "O-OTHER", "order": {**good["order"], "order_id": "O-OTHER"}}
    wanted = {"text": json.dumps(other), "reason": "the number was wrong"}
    asked = browser.post(f"/dead-letters/{letter}/replay", wanted)
    assert asked.status_code == 422
    assert "来件为 O-MENDED，修改后为 O-OTHER" in asked.text
    assert 'name="other_order" value="1" required' in asked.text
    assert 'value="the number was wrong"' in asked.text
    assert state(app, letter)[:2] == ("open", 2)
    assert browser.post(f"/dead-letters/{letter}/replay", {**wanted, "other_order": "1"}).status_code == 303
    with app.database.reading() as uow:
        *_, entry = uow.audit.of_stream("dead-letters")
    assert json.loads(entry.details)["order_was"] == "O-MENDED"


def test_a_closed_letter_does_not_wait_any_more(letter, as_user):
    browser = as_user("ops")
    assert "已搁置 0 分钟" in browser.get(f"/dead-letters/{letter}").text
    assert '<td class="nowrap" data-label="已搁置">0 分钟</td>' in browser.get("/dead-letters").text
    browser.post(f"/dead-letters/{letter}/discard", {"reason": "a test"})
    page = browser.get(f"/dead-letters/{letter}").text
    assert "已搁置" not in page
    assert "ops 于" in page
    assert '<td class="nowrap" data-label="已搁置">–</td>' in browser.get("/dead-letters?state=all").text


def test_letters_are_found_by_their_order_on_both_sides(bury, letter, good, as_user, work):
    browser = as_user("ops")
    number = bury(b'{"order_id": "O-MENDED"', order_id="O-MENDED")
    other = bury(b"{", order_id="O-ELSE")
    page = browser.get("/dead-letters?order=O-MENDED").text
    assert f'href="/dead-letters/{number}"' in page
    assert f'href="/dead-letters/{other}"' not in page
    assert "取自原文，未经核验" in browser.get(f"/dead-letters/{number}").text
    mended = {"text": json.dumps(good), "reason": "colour is no field"}
    assert browser.post(f"/dead-letters/{letter}/replay", mended).status_code == 303
    work()
    order = browser.get("/orders/O-MENDED").text
    assert f'href="/dead-letters/{number}"' in order
    assert 'href="/dead-letters?state=all&amp;order=O-MENDED"' in order
    assert f'href="/dead-letters/{other}"' not in order
    assert 'href="/orders/O-MENDED"' in browser.get(f"/dead-letters/{number}").text


def test_reason_and_place_are_told_in_the_language_of_the_page(bury, as_user):
    kept = (
        "kafka:trade.orders: whole message: found (nothing); expected a JSON object: an order or an order event. "
        "Correct the message and send it again."
    )
    number = bury(b"", reason=kept)
    browser = as_user("ops")
    said = "整条报文：读到 （空）；应为一个 JSON 对象：订单或订单事件。请改正报文后重新提交。"
    for path in ("/dead-letters", f"/dead-letters/{number}"):
        page = browser.get(path).text
        assert said in page
        assert "trade.orders 分区 0 位移 7" in page
    assert kept in page
    browser.http.cookies.set("tw_language", "en")
    page = browser.get(f"/dead-letters/{number}").text
    assert kept in page
    assert "As it was kept" not in page
