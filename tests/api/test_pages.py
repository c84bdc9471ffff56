"""What the pages show and to whom; that every reading leaves its trace; exports that no spreadsheet runs."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from databases.dead_letters import NewDeadLetter
from risk.nouns.parties import Party, Role
from tradewarden.pipeline.intake import take

ALL_PAGES = {
    "ops": [
        "/workbench",
        "/flow",
        "/orders",
        "/orders/O-1",
        "/decisions",
        "/clients",
        "/checks",
        "/dead-letters",
        "/intake",
    ],
    "eve": [
        "/workbench?period=7d",
        "/workbench?period=30d",
        "/orders?q=O-1&state=held&tier=B&check=LC010&class=S&outcome=hold&since=2026-01-01&until=2026-12-31&sort=score",
        "/orders/O-HELD",
        "/orders/O-REFUSED",
        "/decisions?check=LC010&status=hit",
        "/alerts?state=closed",
        "/alerts?assignee=me&overdue=1",
        "/approvals",
        "/clients?due=overdue",
        "/screening",
        "/lists",
        "/lists/SYN-SANCTIONS",
        "/policy",
        "/checks",
        "/system",
        "/account",
        "/interface",
    ],
    "chen": ["/audit", "/audit?verify=1", "/audit?actor=eve&since=2026-03-01", "/system", "/policy"],
    "dan": ["/accounts", "/system", "/checks", "/account"],
    "guo": ["/account", "/checks"],
}


def entries(app):
    with app.database.reading() as uow:
        return list(uow.audit.of_stream("web"))


def add(app, work, clock, make_event, *orders):
    with app.database.writing() as uow:
        take(uow, [make_event(order) for order in orders], "test", "test", clock())
    work()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("username", list(ALL_PAGES))
def test_every_page_of_every_role_opens_in_both_languages(as_user, username, language):
    browser = as_user(username)
    browser.post("/language", {"language": language})
    for path in ALL_PAGES[username]:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text[:400])
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert "Undefined" not in answer.text


def test_english_pages_hold_no_chinese_of_ours(as_user):
    """Names and goods stay as they were given; everything the console itself says is English."""
    browser = as_user("dan")
    browser.post("/language", {"language": "en"})
    for path in ("/accounts", "/system", "/account", "/password", "/nowhere"):
        text = (
            browser.get(path)
            .text.replace('lang="zh-CN">中文', "")
            .replace("测试", "")
            .replace('<span class="avatar" aria-hidden="true">测<', "")
        )
        found = re.findall(r"[\u4e00-\u9fff]+", text)
        assert not found, (path, found[:5])


def test_the_language_switch_is_kept_with_the_account(app, as_user):
    as_user("bob").post("/language", {"language": "en"})
    with app.database.reading() as uow:
        assert uow.users.get("bob").language == "en"
    assert "Workbench" in as_user("bob").get("/workbench").text


def test_the_order_page_says_what_and_why(as_user):
    page = as_user("bob").get("/orders/O-HELD").text
    assert "净重 1100 千克大于毛重 1010 千克" in page
    assert "LC010" in page
    assert "6302101000" in page
    assert "0110 一般贸易" in page
    assert "CSQU3054383" in page


def test_matches_stand_side_by_side_with_what_differs_marked(app, as_user, clean_order, work, clock, make_event):
    page = as_user("bob").get("/orders/O-REFUSED").text
    assert "SYN-SANCTIONS" in page
    assert "名单中的名称" in page


MATCH = re.compile(r'action="/matches/(\d+)/judge"')


def test_a_match_is_judged_once_and_audited(app, as_user):
    browser = as_user("bob")
    number = MATCH.search(browser.get("/orders/O-REFUSED").text).group(1)
    fields = {"judgement": "same", "note": "same address and registry number", "confirmed": "yes"}
    assert browser.post(f"/matches/{number}/judge", fields).status_code == 303
    assert browser.post(f"/matches/{number}/judge", fields).status_code == 409
    assert browser.post(f"/matches/{number}/judge", {**fields, "judgement": "perhaps"}).status_code == 422
    assert [entry.reason for entry in entries(app) if entry.action == "match.judged"] == [fields["note"]]
    page = browser.get("/orders/O-REFUSED").text
    assert "same address and registry number" in page
    assert "同一主体" in page.partition('id="timeline"')[2]
    assert "bob · same address and registry number" in page.partition('id="timeline"')[2]


@pytest.mark.parametrize("lacking", ["note", "confirmed"])
def test_a_judgement_wants_grounds_and_a_confirmation(app, as_user, lacking):
    browser = as_user("bob")
    number = MATCH.search(browser.get("/orders/O-REFUSED").text).group(1)
    fields = {"judgement": "not_same", "note": "another register number", "confirmed": "yes", lacking: " "}
    assert browser.post(f"/matches/{number}/judge", fields).status_code == 422
    with app.database.reading() as uow:
        assert uow.screenings.match(int(number)).judgement == ""


def test_an_unsure_judgement_is_corrected_and_both_stand_in_the_timeline(app, as_user):
    browser = as_user("bob")
    number = MATCH.search(browser.get("/orders/O-REFUSED").text).group(1)
    fields = {"judgement": "unsure", "note": "asked the client", "confirmed": "yes"}
    assert browser.post(f"/matches/{number}/judge", fields).status_code == 303
    assert MATCH.search(browser.get("/orders/O-REFUSED").text)
    told = {"judgement": "not_same", "note": "the passport says otherwise", "confirmed": "yes"}
    assert browser.post(f"/matches/{number}/judge", told).status_code == 303
    timeline = browser.get("/orders/O-REFUSED").text.partition('id="timeline"')[2]
    assert "asked the client" in timeline
    assert "the passport says otherwise" in timeline


def test_views_are_folded_and_times_are_named(as_user):
    page = as_user("bob").get("/orders/O-HELD").text
    assert "业务时间" in page
    assert "判定时间" in page
    timeline = page.partition('id="timeline"')[2]
    before, _, folded = timeline.partition("<details")
    assert "判定" in before
    assert "查阅：" not in before
    assert "查阅：查看订单" in folded


def test_links_of_the_timeline_are_for_those_who_may_follow(as_user):
    for username, linked in (("bob", True), ("ops", False)):
        timeline = as_user(username).get("/orders/O-HELD").text.partition('id="timeline"')[2]
        assert ('href="/alerts/' in timeline) is linked, username


def test_missing_data_and_codes_are_said_in_chinese(as_user):
    page = as_user("bob").get("/orders/O-REFUSED").text
    assert "名单后果 拒单" in page
    said = re.findall(r"缺少数据,无法判断:([^<]*)", page)
    assert said
    assert not [text for text in said if re.search(r"[a-z]+[._][a-z]+", text)]


def test_the_catalogue_speaks_chinese_about_fields_and_numbers(as_user):
    page = as_user("bob").get("/checks").text
    assert "毛重（千克）" in page
    assert "header.gross_weight_kg" in page
    assert not re.search(r"\{\w+\}", page)
    assert "&lt;净重" in page


def test_personal_data_is_masked_for_those_who_do_not_judge(as_user):
    for username, seen in (("ops", False), ("chen", False), ("bob", True), ("eve", True)):
        page = as_user(username).get("/orders/O-1").text
        assert ("13912345678" in page) is seen, username
        assert ("440399199001011234" in page) is seen, username
        assert seen or "139*****678" in page
    client = "/clients/91440399MAX000023X"
    assert "13800138000" not in as_user("ops").get(client).text
    assert "13800138000" in as_user("bob").get(client).text


def test_hostile_text_is_shown_as_text(app, as_user, clean_order, work, clock, make_event):
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    line = replace(clean_order.declaration.lines[0], goods_name=evil)
    parties = (Party(Role.CLIENT, clean_order.client_name + evil, uscc=clean_order.client_uscc),)
    order = replace(
        clean_order,
        order_id="O-EVIL",
        client_name=clean_order.client_name + evil,
        parties=parties,
        declaration=replace(clean_order.declaration, lines=(line,)),
    )
    add(app, work, clock, make_event, order)
    browser = as_user("bob")
    for path in ("/orders/O-EVIL", "/orders", "/workbench", "/alerts", f"/orders?q={evil}"):
        text = browser.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


@pytest.mark.parametrize(
    ("path", "action", "object_id"),
    [
        ("/orders/O-1", "order.read", "O-1"),
        ("/order-raw/O-1", "order.exported", "O-1"),
        ("/orders?q=O-1", "orders.listed", ""),
        ("/orders.csv", "orders.exported", ""),
        ("/decisions", "decisions.listed", ""),
        ("/workbench", "workbench.read", ""),
        ("/alerts", "alerts.listed", ""),
        ("/alerts/1", "alert.read", "1"),
        ("/clients", "clients.listed", ""),
        ("/clients/91440399MAX000023X", "client.read", "91440399MAX000023X"),
        ("/dead-letters", "dead_letters.listed", ""),
    ],
)
def test_every_reading_is_audited(app, as_user, path, action, object_id):
    assert as_user("bob").get(path).status_code == 200
    last = entries(app)[-1]
    assert (last.actor, last.action, last.object_id) == ("bob", action, object_id)


def test_a_list_names_every_order_it_showed(app, as_user):
    as_user("bob").get("/orders")
    assert set(json.loads(entries(app)[-1].details)["orders"]) == {"O-1", "O-HELD", "O-REFUSED"}


def test_polling_without_news_leaves_no_trace(app, as_user):
    browser = as_user("bob")
    newest = re.search(r"latest\?after=([^\"]+)\"", browser.get("/workbench").text).group(1)
    before = len(entries(app))
    assert browser.get(f"/workbench/latest?after={newest}").status_code == 204
    assert len(entries(app)) == before


def test_polling_with_news_brings_and_audits_it(app, as_user, clean_order, work, clock, make_event):
    browser = as_user("bob")
    newest = re.search(r"latest\?after=([^\"]+)\"", browser.get("/workbench").text).group(1)
    clock.move(minutes=1)
    add(app, work, clock, make_event, replace(clean_order, order_id="O-NEW"))
    answer = browser.get(f"/workbench/latest?after={newest}")
    assert answer.status_code == 200
    assert "O-NEW" in answer.text
    assert "<html" not in answer.text
    assert "O-NEW" in json.loads(entries(app)[-1].details)["orders"]


def test_the_audit_chain_stays_whole_through_all_this(app, as_user):
    for path in ("/orders", "/orders/O-1", "/alerts", "/clients"):
        as_user("bob").get(path)
    assert "哈希链完整" in as_user("chen").get("/audit?verify=1").text


def test_every_figure_of_the_workbench_is_a_link_to_as_many_records(as_user):
    browser = as_user("bob")
    page = browser.get("/workbench").text
    links = re.findall(r'href="(/decisions\?[^"]*)"[^>]*>([\d,]+)</a>', page)
    assert len(links) >= 10
    for href, number in links:
        records = browser.get(href.replace("&amp;", "&")).text
        assert f"共 {number} 条" in records, href


def test_filters_that_cannot_be_read_are_refused(as_user):
    browser = as_user("bob")
    for query in (
        "since=yesterday",
        "page=0",
        "page=x",
        "outcome=perhaps",
        "sort=password",
        "state=x",
        "until=2026-99-99",
    ):
        answer = browser.get(f"/orders?{query}")
        assert answer.status_code == 422, query
        assert "下一步" in answer.text


def test_the_list_finds_by_every_number(as_user):
    browser = as_user("bob")
    for text in ("O-1", "COSU6123456780", "HDX2026-251", "CSQU3054383", "锦澜纺织"):
        assert "O-1" in browser.get("/orders", params={"q": text}).text, text
    assert "没有符合条件" in browser.get("/orders", params={"q": "nothing like it"}).text


def test_an_export_is_a_csv_no_spreadsheet_runs(app, as_user, clean_order, work, clock, make_event):
    order = replace(clean_order, order_id="O-CSV", client_name="＝HYPERLINK(1)", client_uscc="", parties=())
    add(app, work, clock, make_event, order)
    answer = as_user("bob").get("/orders.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert next(row for row in rows if row["订单号"] == "O-CSV")["客户"].startswith("'＝HYPERLINK")


def test_the_auditor_reads_under_a_watermark(as_user):
    page = as_user("chen").get("/orders/O-1").text
    assert re.search(r'class="watermark".*chen testclient 2026-03-08', page, re.DOTALL)
    assert "watermark" not in as_user("bob").get("/orders/O-1").text


def test_unknown_records_are_404(as_user):
    browser = as_user("bob")
    for path in ("/orders/none", "/alerts/999999", "/clients/none", "/lists/none", "/dead-letters/9", "/policy?hash=x"):
        assert browser.get(path).status_code == 404, path


def test_a_dead_letter_is_shown_and_never_interpreted(app, as_user, clock):
    raw = b'{"a": "<script>\x00\x1b[31m\xff</script>\xe2\x80\xae"}\nsecond line'
    with app.database.writing() as uow:
        letter = uow.dead_letters.add(
            [NewDeadLetter(source="test", place="line 1", reason="not JSON <b>", raw=raw)], clock()
        )[0]
    browser = as_user("ops")
    assert "not JSON &lt;b&gt;" in browser.get("/dead-letters").text
    page = browser.get(f"/dead-letters/{letter}").text
    assert "<script>" not in page.replace("<script src=", "")
    assert "\\u0000" in page
    assert "\\u202e" in page
    assert "\u202e" not in page


def test_screening_a_name_by_hand(as_user, app):
    browser = as_user("bob")
    answer = browser.post("/screening", {"name": "Pinecrest Umbrella Wholesale Unlisted", "kind": "organisation"})
    assert answer.status_code == 200
    assert "没有匹配" in answer.text
    assert entries(app)[-1].action == "screening.run"
    assert browser.post("/screening", {"name": " ", "kind": "any"}).status_code == 422


def test_accounts_are_made_with_a_one_time_password(app, as_user, visitor):
    administrator = as_user("dan")
    answer = administrator.post("/accounts", {"username": "Hong", "display_name": "洪 某", "role": "operator"})
    secret = re.search(r'class="secret">([A-Z2-9-]{23})<', answer.text).group(1)
    browser = visitor()
    assert browser.sign_in("hong", secret).headers["location"] == "/password"
    assert secret not in administrator.get("/accounts").text
    for fields in (
        {"username": "hong", "display_name": "x", "role": "operator"},
        {"username": "h", "display_name": "x", "role": "operator"},
        {"username": "hung", "display_name": "", "role": "operator"},
        {"username": "hung", "display_name": "x", "role": "emperor"},
    ):
        assert administrator.post("/accounts", fields).status_code in {409, 422}


def test_administrators_do_not_change_their_own_account(as_user):
    administrator = as_user("dan")
    for step in ("disable", "reset", "role"):
        assert administrator.post(f"/accounts/dan/{step}", {"role": "risk_manager"}).status_code == 409


def test_a_disabled_account_is_out_at_once(as_user):
    browser = as_user("bob")
    administrator = as_user("dan")
    assert administrator.post("/accounts/bob/disable").status_code == 303
    assert browser.get("/orders").status_code == 303
    assert administrator.post("/accounts/bob/enable").status_code == 303
    assert as_user("bob").get("/orders").status_code == 200
