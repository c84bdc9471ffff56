"""Errors of the doors in Chinese: the mistakes people make every day, and a fallback for what has no words yet."""

import csv
import io
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from tradewarden.console import door_words
from tradewarden.console.door_words import in_chinese
from tradewarden.console.uploads import read_upload

NOW = datetime(2026, 3, 8, tzinfo=UTC)


def stranger():
    book = Workbook()
    book.active["A1"] = "hello"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


BOMB = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>"
CASES = {
    "cut.json": b'{"order_id": ',
    "empty-object.json": b"{}",
    "number.json": b'{"order_id": 5, "declaration": {"header": {}, "lines": []}}',
    "twice.json": b'{"order_id": "A", "order_id": "B", "declaration": {}}',
    "comma.json": b'{"order_id": "A",}',
    "latin.json": b'{"order_id": "\xff"}',
    "deep.json": b"[" * 50_000,
    "bomb.xml": BOMB,
    "other.xml": b"<html></html>",
    "cut.xml": b"<DecMessage><DecHead>",
    "headless.xml": b"<DecMessage></DecMessage>",
    "broken.xlsx": b"PK\x03\x04 broken",
    "stranger.xlsx": stranger(),
}


@pytest.mark.parametrize("name", CASES)
def test_common_mistakes_are_told_in_chinese(name):
    errors = read_upload(name, CASES[name], NOW).errors
    assert errors
    for error in errors:
        for text in (error.expected, error.next_step):
            assert in_chinese(text) != text or text == "DecMessage", text


def test_what_has_no_words_yet_stays_as_it_is():
    assert in_chinese("a unicorn in row 7") == "a unicorn in row 7"
    assert in_chinese("Correct the cell. Then dance.") == "Correct the cell. Then dance."


def test_sentences_and_gaps():
    assert in_chinese("Correct the cell. Fill the cell.") == "请改正该单元格。请填写该单元格。"
    assert in_chinese("at most 300 characters, found 512") == "最多 300 个字符，现为 512 个"


def test_no_phrase_stands_twice_and_every_gap_is_filled():
    path = door_words._FILE
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["phrase"], row["zh"]) for row in csv.DictReader(file)]
    assert len({phrase for phrase, _ in rows}) == len(rows)
    assert all(phrase.count("{}") == zh.count("{}") and zh for phrase, zh in rows)
