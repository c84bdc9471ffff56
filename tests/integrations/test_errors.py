"""A door's error names source, place, value, expectation and next step, whatever the value was."""

import pickle

import pytest

from integrations.errors import DoorError, LimitExceeded, printable
from integrations.excel.rows import CellError, Place
from integrations.excel.values import Unmet

VALUES = [
    ("plain", "plain"),
    ("华屹通", "华屹通"),
    ("a\0b", "a\\u0000b"),
    ("\ud800", "\\ud800"),
    ("a\u200bb", "a\\u200bb"),
    ("line\nbreak", "line\\u000abreak"),
    (b"\xff\x00", "\\xff\\u0000"),
    (12.5, "12.5"),
    ("x" * 10_000, "x" * 80 + " ... (10000 characters)"),
    (b"y" * 200, "y" * 80 + " ... (200 bytes)"),
    ("\U000e0001", "\\U000e0001"),
]


CELL = CellError("f", Place("商品 Lines", 7, "C", "编号"), "v" * 500, Unmet("a number", "Correct the cell."))


@pytest.mark.parametrize(("value", "shown"), VALUES)
def test_value_is_short_and_printable(value, shown):
    assert printable(value) == shown
    assert printable(value).isprintable()


def test_message_names_all_five():
    error = DoorError("orders.xlsx", "商品!C7", "abc", "a number", "Correct the cell.")
    assert str(error) == "orders.xlsx: 商品!C7: found abc; expected a number. Correct the cell."
    assert error.as_row()["where"] == "商品!C7"


@pytest.mark.parametrize("error", [LimitExceeded("f", "w", "v" * 500, "e", "n"), CELL])
def test_errors_travel_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert (str(copy), copy.__dict__) == (str(error), error.__dict__)


def test_cell_error_is_written_as_a_person_looks_for_it():
    assert CELL.where == "商品 Lines!C7 (编号)"
    assert CELL.as_row()["expected"] == "a number"


def test_outer_place_is_added_and_the_value_stays():
    error = DoorError("f", "$.name", "x" * 500, "a name", "Shorten it.")
    outer = error.inside("line 3", "Then send the file again.")
    assert outer.where == "line 3, $.name"
    assert outer.value == error.value
    assert outer.next_step == "Shorten it. Then send the file again."
