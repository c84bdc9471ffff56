"""The command line to the letter: names, keys, exit status, standard output for machines only."""

import csv
import json

from integrations.json_events import decode_order
from integrations.single_window import write


def test_assess_gives_one_decision_per_order_with_the_promised_keys(trade):
    _, files, decisions = trade
    assert decisions.status == 0, decisions.err
    orders = [json.loads(line)["order_id"] for line in (files / "orders.jsonl").read_text("utf-8").splitlines()]
    assert [record["order_id"] for record in decisions.records] == orders
    for record in decisions.records:
        assert record["outcome"] in {"release", "review", "hold", "refuse"}
        wanted = {"revision", "score", "findings", "contributions", "matches", "supervision", "policy", "versions"}
        assert wanted <= record.keys()
        assert {"kind", "reason"} <= record["supervision"].keys()
        for finding in record["findings"]:
            assert {"check", "status", "severity", "line", "seen", "zh", "en"} <= finding.keys()
            assert finding["status"] in {"pass", "hit", "no_data", "error"}
            assert finding["status"] != "error", finding


def test_labels_stand_apart_and_name_what_was_planted(trade):
    _, files, decisions = trade
    with (files / "labels.csv").open(encoding="utf-8") as file:
        labels = {row["order_id"]: row["typology"] for row in csv.DictReader(file)}
    assert 5 < len(labels) < 40
    hits = {
        record["order_id"]: {finding["check"] for finding in record["findings"] if finding["status"] == "hit"}
        for record in decisions.records
    }
    # FR03 needs a price history, LC160 a list of punished companies; this folder has neither
    judged = {order: label for order, label in labels.items() if label not in {"FR03", "LC160"}}
    assert not {order: label for order, label in judged.items() if label not in hits[order]}


def test_assessing_again_gives_the_recorded_decisions(trade):
    run, files, decisions = trade
    again = run("assess", files / "orders.jsonl", "--json")
    assert again.status == 0
    assert [record["decision_id"] for record in again.records] == [r["decision_id"] for r in decisions.records]


def test_xml_and_dry_run(trade, tmp_path):
    run, files, _ = trade
    first = (files / "orders.jsonl").read_bytes().splitlines()[0]
    event = decode_order(first, "file", None)
    path = tmp_path / "declaration.xml"
    path.write_bytes(write(event.order.declaration))
    dry = run("assess", path, "--dry-run", "--json")
    assert dry.status == 0, dry.err
    [record] = dry.records
    assert record["outcome"] in {"release", "review", "hold", "refuse"}
    before = run("audit", "verify", "--json").records[0]["records"]
    assert run("assess", path, "--dry-run", "--json").status == 0
    assert run("audit", "verify", "--json").records[0]["records"] == before
    assert run("assess", path, "--json").status == 0
    assert run("audit", "verify", "--json").records[0]["records"] > before


def test_standard_input_and_a_bad_row_between_good_ones(trade):
    run, files, _ = trade
    good, other, *_ = (files / "orders.jsonl").read_bytes().splitlines()
    mixed = run("assess", "-", "--dry-run", "--json", stdin=b"\n".join([good, b'{"order_id": 3', other]))
    assert mixed.status == 1
    first, bad, last = mixed.records
    assert "outcome" in first
    assert "outcome" in last
    assert {"error", "source", "where", "value", "expected"} <= bad.keys()
    assert "line 2" in bad["where"]


def test_checks_lists_every_card(trade):
    run, *_ = trade
    records = run("checks", "--json").records
    assert len(records) >= 100
    wanted = {"id", "title_zh", "title_en", "level", "severity", "inputs", "parameters", "source"}
    assert all(wanted <= record.keys() for record in records)


def test_compare_keeps_the_order_of_the_input(tradewarden, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(
        "id,left,right,kind\n"
        "a,深圳市华屹通供应链有限公司,深圳市華屹通供應鏈有限公司,organisation\n"
        "b,GLOBAL TRADING LLC,GLOBAL TRADING FZE,\n"
        "c,x,y,elephant\n",
        encoding="utf-8",
    )
    done = tradewarden("compare", "--file", path, "--json")
    assert done.status == 1
    same, different, wrong = done.records
    assert (same["id"], same["verdict"]) == ("a", "match")
    assert (different["id"], different["verdict"]) == ("b", "nomatch")
    assert 0 <= same["score"] <= 1
    assert {"code", "zh", "en"} <= same["reasons"][0].keys()
    assert "elephant" in wrong["error"]


def test_screen_finds_the_listed_company_and_says_why(trade):
    run, *_ = trade
    done = run("screen", "Quartz Heron Maritime Holdings", "某某无关纺织有限公司", "--json")
    assert done.status == 0, done.err
    found, clear = done.records
    assert found["verdict"] == "match"
    [match] = found["matches"]
    wanted = {"list", "entry_id", "name", "score", "verdict", "effect", "reasons"}
    assert wanted <= match.keys()
    assert (match["list"], match["entry_id"]) == ("index", "SYN-1")
    assert found["list_versions"].keys() == {"index"}
    assert (clear["verdict"], clear["matches"]) == ("nomatch", [])


def test_list_import_counts_and_status(trade, tmp_path):
    run, *_ = trade
    path = tmp_path / "jp.csv"
    path.write_text("名称,统一社会信用代码\n常州市砾墨实业有限公司,91440399MAX000058G\n,\n", encoding="utf-8")
    done = run("lists", "import", "JP03", path, "--json")
    [record] = done.records
    assert record["read"] == record["stored"] + record["rejected"]
    assert record["stored"] == 1
    assert {"source", "version", "added", "changed", "removed"} <= record.keys()
    assert {item["source"] for item in run("lists", "status", "--json").records} == {"index", "JP03"}


def test_pack_is_intact_until_one_byte_changes(trade, tmp_path):
    run, *_ = trade
    pack = tmp_path / "pack.zip"
    done = run("aeo", "export", "--from", "2026-10-01", "--to", "2027-12-31", "--out", pack, "--json")
    assert done.status == 0, done.err
    assert done.records[0]["verdict"] == "intact"
    assert done.records[0]["problems"] == []
    intact = run("aeo", "verify", pack, "--json")
    assert (intact.status, intact.records[0]["verdict"]) == (0, "intact")
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    broken = run("aeo", "verify", pack, "--json")
    assert (broken.status, broken.records[0]["verdict"]) == (1, "broken")
    assert broken.records[0]["problems"][0].keys() == {"kind", "where"}
