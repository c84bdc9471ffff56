"""Status events and differences on the command line: bad lines named, repeats harmless, a report with a status."""

import csv
import json


def events(folder):
    return (folder / "events.jsonl").read_bytes().splitlines()


def test_the_news_of_a_simulation_is_imported_and_reported(trade):
    run, files, _ = trade
    lines = events(files)
    assert lines
    done = run("events", "import", files / "events.jsonl", "--json")
    assert done.status == 0, done.err
    assert len(done.records) == len(lines)
    assert {record["state"] for record in done.records} == {"accepted"}
    again = run("events", "import", files / "events.jsonl")
    assert again.status == 0
    assert f"{len(lines)} read, 0 accepted, {len(lines)} duplicate" in again.err
    report = run("differences", "--all", "--json")
    assert report.status == any(record["state"] == "open" for record in report.records)
    for record in report.records:
        assert {"order_id", "field", "zh", "en", "ours", "theirs", "state", "matters"} <= record.keys()
        assert record["state"] != "missing" or record["ours"] is None or record["theirs"] is None
    shown = run("differences")
    assert shown.status == report.status
    assert "orders with customs events" in shown.err
    assert run("differences", "--to", "2001-01-01", "--json").records == []
    sheet = files / "report.csv"
    written = run("differences", "--all", "--csv", sheet)
    assert written.status == report.status
    assert written.out == ""
    content = sheet.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert [row["字段代码 Field code"] for row in rows] == [record["field"] for record in report.records]
    assert f"report.csv: {len(rows)} row" in written.err
    both = run("differences", "--all", "--csv", sheet, "--json")
    assert both.records == report.records
    assert run("differences", "--csv", files / "no" / "folder.csv").status == 2


def test_a_bad_line_is_named_and_stops_no_other(tradewarden, tmp_path):
    good = {
        "event_id": "e1",
        "kind": "refund",
        "status": "paid",
        "occurred_at": "2026-03-08T10:00:00+08:00",
        "order_id": "O-1",
        "refund": {"amount": {"amount": "12.50", "currency": "CNY"}},
    }
    path = tmp_path / "news.jsonl"
    other = {**good, "status": "filed"}
    wrong = {**good, "event_id": "e2", "status": "payed"}
    path.write_text("\n".join(map(json.dumps, (good, wrong, other))), encoding="utf-8")
    done = tradewarden("events", "import", path)
    assert done.status == 1
    assert "news.jsonl: line 2, $.status: found payed; expected a status of refund: one of documents_ready" in done.err
    assert "line 3: event e1 came before with other content" in done.err
    assert "3 read, 1 accepted, 0 duplicate, 1 conflict, 1 unattached, 1 rejected" in done.err
    assert tradewarden("events", "import", "-", stdin=json.dumps(good).encode()).status == 0
    assert tradewarden("events", "import", tmp_path / "none.jsonl").status == 2


def test_days_are_checked(tradewarden):
    for wrong in ("yesterday", "1999-01-01", "2026-02-30"):
        done = tradewarden("differences", "--from", wrong)
        assert done.status == 2
        assert "--from: found" in done.err
    assert tradewarden("differences").status == 0


def test_the_schema_of_a_status_event(tradewarden):
    assert json.loads(tradewarden("schema", "status").out)["title"] == "TradeWarden status message"
    assert json.loads(tradewarden("schema").out)["title"] == "TradeWarden order message"
    for sent in ("decision", "alert"):
        assert json.loads(tradewarden("schema", sent).out)["title"] == f"TradeWarden {sent} message"
    assert tradewarden("schema", "other").status == 2
