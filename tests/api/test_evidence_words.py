"""The audit log, system page and lists in the reader's words, and what they warn about."""

import re
from datetime import timedelta

import pytest

from databases.clients import Client
from databases.seed_files import SEED, shipped
from databases.watchlists import ImportedList
from tradewarden.console.i18n import TEXTS


def test_every_entry_of_a_day_at_the_console_has_its_words(as_user, alert_of):
    as_user("bob").get("/workbench")
    as_user("bob").get(f"/alerts/{alert_of('O-HELD')}")
    as_user("guo").get("/accounts")
    as_user("ops").get("/orders.csv")
    page = as_user("chen").get("/audit").text
    for said in ("查看工作台", "订单清单", "越权被拒", "现场监装员", "请求方法", "导出订单", "机器判定", "暂扣"):
        assert said in page, said
    rows = page[page.index("data-row") :]
    for code in ("order_list", "orders.exported", "workbench.read", ">method<", ">role<", ">outcome<"):
        assert code not in rows, code


def test_actions_are_chosen_from_a_list(as_user):
    browser = as_user("chen")
    page = browser.get("/audit?action=order.decided&type=order").text
    assert '<option value="order.decided" selected>机器判定</option>' in page
    assert '<option value="order" selected>订单</option>' in page
    rows = re.findall(r"<tr data-row>.*?</tr>", page)
    assert len(rows) == 3
    assert all("机器判定" in row for row in rows)


@pytest.mark.parametrize("part", [content.part for content in shipped(SEED)])
def test_every_part_of_the_reference_data_has_a_name(part):
    assert f"reference_part.{part}" in TEXTS


def test_the_system_page_names_the_reference_data(as_user):
    page = as_user("dan").get("/system").text
    assert '代码表 随附单证类别<span class="sub mono">codes:attached_document_type</span>' in page


def test_lists_never_imported_are_counted_and_warned_about(app, as_user, clock):
    browser = as_user("bob")
    page = browser.get("/lists").text
    total = page.count("<tr data-row>")
    assert f'<div class="late"><span>未导入</span><b>{total - 2}</b></div>' in page
    for path in ("/lists", "/workbench"):
        text = browser.get(path).text
        assert "尚未导入联合惩戒名单" in text
        assert "尚未导入联合国安理会综合制裁名单" in text
    assert "2 已导入 / " in browser.get("/workbench").text
    with app.database.writing() as uow:
        for list_id in ("JP01", "SA01"):
            uow.watchlists.import_version(ImportedList(list_id=list_id, sha256=list_id, entries=()), "test", clock())
    for path in ("/lists", "/workbench"):
        assert "尚未导入联合" not in browser.get(path).text


def test_lists_of_ones_own_show_what_their_entries_demand(as_user):
    page = as_user("bob").get("/lists").text
    row = next(row for row in page.split("<tr data-row>") if "SYN-PUNISHED" in row)
    assert "联合惩戒" in row
    row = next(row for row in page.split("<tr data-row>") if "SYN-SANCTIONS" in row)
    assert "拒单" in row


def test_overdue_verifications_are_counted_and_regions_named(app, as_user, clock):
    with app.database.writing() as uow:
        client = Client(
            client_id="C-9",
            name="模拟逾期客户",
            tier="C",
            region_codes=("44039", "99999"),
            next_verification_on=clock().date() - timedelta(days=3),
        )
        uow.clients.save(client, "test", clock())
    browser = as_user("bob")
    assert "<span>核查逾期</span><b>1</b>" in browser.get("/clients").text
    page = browser.get("/clients/C-9").text
    assert re.search(r"44039 \w*深圳", page)
    assert "99999" in page


def test_parameters_have_their_words_and_keep_their_names(as_user):
    page = as_user("eve").get("/policy").text
    assert '最短长度 = 3 <code class="muted">minimum_length</code>' in page
