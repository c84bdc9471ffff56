"""Messages line by line with the place of the error marked: JSON by path, the rest by byte, any bytes at all."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from integrations.errors import DoorError
from tradewarden.console.marked_text import SHOWN_BYTES, layout, marked

RAW = b'{"a":1.50,"b":[{"c":"x"},{"c":"y","d":[]}],"e":{"f":{}}}'


def error(where):
    return DoorError("test", where, "", "something", "mend it")


def bad_lines(raw, *places):
    return [line.text.strip() for line in marked(raw, [error(place) for place in places]).lines if line.bad]


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("$.a", '"a": 1.50,'),
        ("$.b[0].c", '"c": "x"'),
        ("$.b[1].c", '"c": "y",'),
        ("$.b[1].d", '"d": [],'),
        ("$.b[1]", "{"),
        ("$.b", '"b": ['),
        ("$.e.f", '"f": {}'),
        ("$.e.missing", '"e": {'),
        ("$.b[7].c", '"b": ['),
        ("$.nothing", "{"),
        ("$", "{"),
    ],
)
def test_a_path_marks_its_line_or_the_nearest_one_above(where, line):
    [found] = bad_lines(RAW, where)
    assert found.rstrip(",") == line.rstrip(",")


def test_every_digit_and_every_repeated_field_is_kept():
    assert layout(b'{"a":1.10,"a":1E+400}') == '{\n  "a": 1.10,\n  "a": 1E+400\n}'


def test_what_is_no_json_is_marked_at_its_byte():
    raw = b'{"a":1,\n "b": x1}'
    assert layout(raw) is None
    assert bad_lines(raw, "byte 14, line 2") == ['"b": x1}']
    assert bad_lines(b"{" + b" " * 2000 + b"x", "byte 2001, line 1")[0].endswith("x")
    assert bad_lines(raw, "whole message") == []


def test_a_byte_far_behind_the_beginning_is_still_shown():
    raw = b"{" + b"\n" * SHOWN_BYTES + b"nonsense"
    found = marked(raw, [error(f"byte {SHOWN_BYTES + 1}, line 9")])
    assert [line.text.strip() for line in found.lines if line.bad] == ["nonsense"]
    assert found.cut


def test_a_long_message_is_cut_around_its_errors():
    raw = b"[" + b",".join(b'{"n":%d}' % n for n in range(2000)) + b"]"
    found = marked(raw, [error("$[1500].n")])
    assert [line.text.strip() for line in found.lines if line.bad] == ['"n": 1500']
    assert len(found.lines) < 60
    assert found.cut
    assert sum(not line.number for line in found.lines) == 2


def test_whoever_has_the_whole_text_elsewhere_sees_the_places_only():
    raw = b'{"a":[' + b",".join(b'{"n":%d}' % n for n in range(20)) + b"]}"
    found = marked(raw, [error("$.a[9].n")], whole=False)
    assert 9 <= len(found.lines) <= 12
    assert found.cut
    assert not marked(raw, [], whole=False).cut


def test_nothing_invisible_hides():
    raw = '{"a":"x\u202ey"}'.encode()
    assert "\u202e" not in "".join(line.text for line in marked(raw, []).lines)


@given(st.binary(max_size=300), st.text(max_size=20) | st.integers(0, 400).map(lambda n: f"byte {n}"))
def test_any_bytes_can_be_shown(raw, where):
    assert marked(raw, [error(where)]).lines is not None
