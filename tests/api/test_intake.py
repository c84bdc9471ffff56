"""Taking files in at the console: every kind by its content, every error by its place, the marked workbook back."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook

from integrations.json_events import encode
from integrations.single_window import write

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def followed(browser, answer):
    """The page with the result, at its own address; a refusal as it stands."""
    return browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


def upload(browser, name, content):
    return followed(browser, browser.post("/intake", files={"file": (name, content)}))


def pending(app):
    with app.database.reading() as uow:
        return uow.inbox.counts().pending


@pytest.fixture
def json_order(clean_order, make_event):
    return encode(make_event(clean_order)).replace(b'"O-1', b'"J-1')


def test_a_json_order_goes_all_the_way(app, as_user, json_order, work):
    browser = as_user("ops")
    answer = upload(browser, "order.json", json_order)
    assert answer.status_code == 200, answer.text[:500]
    assert "接收 1 单" in answer.text
    work()
    assert browser.get("/orders/J-1").status_code == 200


def test_pasting_does_too(app, as_user, json_order):
    browser = as_user("ops")
    answer = followed(browser, browser.post("/intake", {"text": json_order.decode()}, files={"file": ("", b"")}))
    assert "接收 1 单" in answer.text
    assert pending(app) == 1


def test_the_same_order_in_another_file_counts_once(app, as_user, json_order):
    browser = as_user("ops")
    upload(browser, "a.json", json_order)
    answer = upload(browser, "b.json", json_order)
    assert "重复" in answer.text
    assert pending(app) == 1


def test_changed_content_without_a_higher_revision_is_a_conflict(app, as_user, json_order):
    browser = as_user("ops")
    upload(browser, "a.json", json_order)
    answer = upload(browser, "a.json", json_order.replace("纺织".encode(), "制衣".encode()))
    assert "接收 0 单，重复 0 单，冲突 1 单，错误 0 处" in answer.text
    assert "1 单与先前收到的同版本内容不同" in answer.text
    assert pending(app) == 1


def test_lines_with_errors_are_named_and_the_good_ones_taken(app, as_user, json_order):
    answer = upload(as_user("ops"), "orders.jsonl", json_order + b'\n{"order_id": 5}\n')
    assert "接收 1 单" in answer.text
    assert "line 2" in answer.text
    assert pending(app) == 1


def test_a_single_window_message_is_taken(app, as_user, clean_order):
    answer = upload(as_user("ops"), "DecMessage.xml", write(clean_order.declaration))
    assert "接收 1 单" in answer.text
    assert pending(app) == 1


def test_the_template_opens_and_comes_back_empty(as_user):
    browser = as_user("ops")
    answer = browser.get("/intake/template")
    assert answer.headers["content-type"] == XLSX
    assert len(load_workbook(io.BytesIO(answer.content)).sheetnames) > 3
    assert upload(browser, "t.xlsx", answer.content).status_code in {200, 422}


def test_a_workbook_with_errors_comes_back_marked(app, as_user):
    browser = as_user("ops")
    book = load_workbook(io.BytesIO(browser.get("/intake/template").content))
    sheet = (
        book.worksheets[0] if "订单" in book.sheetnames[0] else book[next(n for n in book.sheetnames if "订单" in n)]
    )
    sheet["A3"] = "X 1 with blanks and a name that is far too long for an order number " * 3
    buffer = io.BytesIO()
    book.save(buffer)
    answer = upload(browser, "wrong.xlsx", buffer.getvalue())
    assert "接收 0 单" in answer.text
    assert re.search(r"订单[^<]*![A-Z]3", answer.text)
    key = re.search(r"/intake/corrected/([\w-]{43})", answer.text).group(1)
    marked = browser.get(f"/intake/corrected/{key}")
    assert marked.headers["content-type"] == XLSX
    assert load_workbook(io.BytesIO(marked.content)).sheetnames
    assert as_user("bob").get(f"/intake/corrected/{key}").status_code == 403
    with app.database.writing() as uow:
        uow.users.set_roles("bob", ("operator",))
    assert as_user("bob").get(f"/intake/corrected/{key}").status_code == 404
    assert pending(app) == 0


def stranger():
    book = Workbook()
    book.active["A1"] = "hello"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


BOMB = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.json", b""),
        ("blank.json", b"  \n"),
        ("lie.json", b"%PDF-1.7"),
        ("picture.xlsx", b"\x89PNG\r\n"),
        ("broken.xlsx", b"PK\x03\x04 broken"),
        ("stranger.xlsx", stranger()),
        ("bomb.xml", BOMB),
        ("other.xml", b"<html></html>"),
        ("../../etc/passwd", b"{"),
        ("<script>.json", b"{}"),
        ("deep.json", b"[" * 50_000),
    ],
)
def test_hostile_or_mistaken_files_get_a_clear_answer(app, as_user, name, content):
    answer = upload(as_user("ops"), name, content)
    assert answer.status_code == 422 or "接收 0 单" in answer.text
    assert "错误 0 处" not in answer.text
    assert "<script>.json" not in answer.text
    assert pending(app) == 0


def test_uploads_are_audited_by_content(app, as_user, json_order):
    upload(as_user("ops"), "order.json", json_order)
    with app.database.reading() as uow:
        last = list(uow.audit.of_stream("web"))[-1]
    assert (last.actor, last.action, len(last.object_id)) == ("ops", "orders.uploaded", 64)


def test_a_result_has_its_own_address_for_its_owner(app, as_user, json_order):
    browser = as_user("ops")
    place = browser.post("/intake", files={"file": ("a.json", json_order)}).headers["location"]
    assert re.fullmatch(r"/intake/results/[\w-]{43}", place)
    browser.post("/language", {"language": "en", "next": place})
    assert "1 order taken, 0 duplicates, 0 conflicts, 0 errors" in browser.get(place).text
    assert pending(app) == 1
    assert browser.get(place.replace("results", "corrected")).status_code == 404
    assert browser.get("/intake/results/" + "x" * 43).status_code == 404
    with app.database.writing() as uow:
        uow.users.set_roles("bob", ("operator",))
    assert as_user("bob").get(place).status_code == 404


def test_an_empty_file_is_called_empty(as_user):
    assert "文件为空" in upload(as_user("ops"), "empty.json", b"").text


def test_errors_are_told_in_the_readers_language(as_user):
    browser = as_user("ops")
    place = browser.post("/intake", files={"file": ("a.json", b"{}")}).headers["location"]
    assert "请改正报文后重新提交" in browser.get(place).text
    browser.post("/language", {"language": "en", "next": place})
    assert "Correct the message and send it again." in browser.get(place).text
