"""Dead letters on the command line: seen, mended, replayed alone and in numbers, discarded; exit status as promised."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from databases.dead_letters import NewDeadLetter
from integrations.json_events import encode
from risk.nouns.order import OrderEvent
from tradewarden.cli import dead_letters, person
from tradewarden.errors import CannotDo
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import build

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
SOURCE = "kafka:trade.orders"


@pytest.fixture
def good(clean_order):
    return encode(
        OrderEvent(event_id="E-1", source="erp", occurred_at=NOW, order_id=clean_order.order_id, order=clean_order)
    )


@pytest.fixture
def app(tmp_path):
    made = build(Settings(data_dir=tmp_path / "data"))
    prepare(made)
    yield made
    made.database.dispose()


@pytest.fixture
def bury(app):
    def buried(*raws, reason="no order", source=SOURCE):
        letters = [
            NewDeadLetter(source=source, place=f"trade.orders[0]@{n}", reason=reason, raw=raw, headers={"trace": "甲"})
            for n, raw in enumerate(raws)
        ]
        with app.database.writing() as uow:
            return uow.dead_letters.add(letters, NOW)

    return buried


def test_a_letter_is_seen_mended_and_replayed(app, bury, good, tradewarden, tmp_path):
    broken = good.replace(b'"source":"erp"', b'"source":"erp","colour":"red"')
    [number] = bury(broken)
    [listed] = tradewarden("dead-letters", "list", "--json").records
    assert (listed["letter_id"], listed["state"], listed["source"], listed["attempts"]) == (number, "open", SOURCE, 1)
    shown = tradewarden("dead-letters", "show", number, "--json")
    [record] = shown.records
    assert record["raw"].encode() == broken
    assert record["headers"] == {"trace": "甲"}
    [error] = record["errors"]
    assert error["where"] == "$.colour"
    assert error["expected"]

    refused = tradewarden("dead-letters", "replay", number, "--json")
    assert refused.status == 1
    assert [error["where"] for error in refused.records[0]["errors"]] == ["$.colour"]
    said = tradewarden("dead-letters", "replay", number)
    assert said.status == 1
    assert "$.colour" in said.err
    assert said.out == ""

    mended = tmp_path / "mended.json"
    mended.write_bytes(good)
    done = tradewarden("dead-letters", "replay", number, "--file", mended, "--reason", "the sender's typo", "--json")
    assert done.status == 0
    [result] = done.records
    assert (result["state"], result["event_id"], result["order_id"]) == ("accepted", "E-1", "O-1")
    with app.database.reading() as uow:
        [*_, entry] = uow.audit.of_stream("dead-letters")
        assert uow.inbox.counts().balanced
    assert entry.reason == "the sender's typo"
    assert entry.after_hash == hashlib.sha256(good).hexdigest()
    again = tradewarden("dead-letters", "replay", number)
    assert again.status == 2
    assert f"replayed by command-line ({person.system_user()})" in " ".join(again.err.split())


def test_standard_input_mends_too_and_people_get_a_table(bury, good, tradewarden):
    [number] = bury(b"\xff{")
    shown = tradewarden("dead-letters", "show", number)
    assert shown.status == 0
    assert "\\xff{" in shown.out
    assert "header trace" in shown.out
    assert "raw_base64" in tradewarden("dead-letters", "show", number, "--json").records[0]
    done = tradewarden("dead-letters", "replay", number, "--file", "-", "--reason", "garbage", stdin=good)
    assert (done.status, done.out.strip()) == (0, f"letter {number}: accepted, event E-1, order O-1")
    assert "open" not in tradewarden("dead-letters", "list").out


def test_alike_letters_go_in_one_command(bury, good, tradewarden):
    one, two = good, good.replace(b"E-1", b"E-2")
    first = bury(one, two, b"{", reason="the reference data was missing")
    [other] = bury(good, reason="something else")
    done = tradewarden("dead-letters", "replay", "--all", "--source", SOURCE, "--reason-contains", "MISSING", "--json")
    assert done.status == 1
    assert [(record["letter_id"], record["state"]) for record in done.records] == [
        (first[0], "accepted"),
        (first[1], "accepted"),
        (first[2], "refused"),
    ]
    assert "2 replayed, 1 still open of 3 letters" in done.err
    still = tradewarden("dead-letters", "list", "--json").records
    assert [record["letter_id"] for record in still] == [other, first[2]]


def test_discarding_needs_a_reason(bury, tradewarden):
    [number] = bury(b"{")
    assert tradewarden("dead-letters", "discard", number).status == 2
    assert tradewarden("dead-letters", "discard", number, "--reason", " ").status == 2
    why = ("--reason", "a test of the sender", "--by", "wang")
    done = tradewarden("dead-letters", "discard", number, *why, "--json")
    assert (done.status, done.records) == (0, [{"letter_id": number, "state": "discarded"}])
    [record] = tradewarden("dead-letters", "list", "--state", "discarded", "--json").records
    assert record["closed_by"] == "command-line (wang)"


def test_letters_are_listed_by_the_order_they_name(app, tradewarden):
    letters = [
        NewDeadLetter(source=SOURCE, place=f"trade.orders[0]@{n}", reason="no order", raw=b"{", order_id=order)
        for n, order in enumerate(("O-1", "O-2", "O-1"))
    ]
    with app.database.writing() as uow:
        first, _, last = uow.dead_letters.add(letters, NOW)
    records = tradewarden("dead-letters", "list", "--order", "O-1", "--json").records
    assert [(record["letter_id"], record["ids_checked"]) for record in records] == [(last, False), (first, False)]
    assert "O-2" in tradewarden("dead-letters", "list").out
    assert tradewarden("dead-letters", "list", "--order", "O-", "--json").records == []


def test_mended_bytes_need_a_reason_and_another_order_a_word(app, bury, good, tradewarden, tmp_path):
    other = good.replace(b'"O-1"', b'"O-9"')
    [number] = bury(other.replace(b'"source":"erp"', b'"source":"erp","colour":"red"'))
    mended = tmp_path / "mended.json"
    mended.write_bytes(good)
    silent = tradewarden("dead-letters", "replay", number, "--file", mended)
    assert (silent.status, silent.out) == (2, "")
    assert "say why (--reason)" in " ".join(silent.err.split())
    typo = ("dead-letters", "replay", number, "--file", mended, "--reason", "typo")
    unmeant = tradewarden(*typo)
    said = " ".join(unmeant.err.split())
    assert (unmeant.status, unmeant.out) == (2, "")
    assert "order O-9 in the letter, O-1 in the mended message" in said
    assert "--other-order" in said
    assert tradewarden("dead-letters", "list", "--json").records[0]["attempts"] == 1
    done = tradewarden(*typo, "--other-order", "--by", "Wang\u202e Fang", "--json")
    assert (done.status, done.records[0]["order_id"]) == (0, "O-1")
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("dead-letters")
    assert entry.actor == "command-line (Wang\\u202e Fang)"
    assert json.loads(entry.details)["order_was"] == "O-9"
    assert json.loads(entry.details)["via"] == f"command-line ({person.system_user()})"


def test_a_user_without_a_name_is_a_number(monkeypatch):
    monkeypatch.setattr(person.os, "getuid", lambda: 987_654)
    assert person.acting() == "command-line (user 987654)"
    assert person.acting(" ") == "command-line (user 987654)"
    assert person.seat() == "command-line"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "--all"),
        ({"all_alike": True}, "wants --source or --reason-contains"),
        ({"letter_id": 1, "all_alike": True, "source": "x"}, "either the number"),
        ({"letter_id": 1, "source": "x"}, "for --all"),
        ({"all_alike": True, "source": "x", "file": Path("f")}, "as they came"),
    ],
)
def test_one_letter_or_alike_ones(arguments, said):
    with pytest.raises(CannotDo, match=said):
        dead_letters.replay_letters(**arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("show", 99), "no dead letter 99"), (("replay", 1, "--file", "nowhere.json"), "can't be read")],
)
def test_what_can_not_be_done_is_said(app, tradewarden, arguments, said):
    done = tradewarden("dead-letters", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in " ".join(done.err.split())
