"""Bytes as text a person can read, line by line, with the places of errors marked; nothing of it is interpreted."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from integrations.errors import DoorError, printable

SHOWN_BYTES = 20_000
WHOLE_LINES = 400
AROUND = 4
LONGEST_LINE = 600
BEFORE_BYTE = 300
_LINE = re.compile(r'(\s*)(?:"((?:[^"\\]|\\.)*)": )?(.*)', re.DOTALL)
_BYTE = re.compile(r"\bbyte (\d+)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text. `number` 0 stands for a gap; `bad` tells that an error points here."""

    number: int
    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """The text in lines, and whether something was left out."""

    lines: tuple[Line, ...]
    cut: bool


def layout(raw: bytes) -> str | None:
    """The JSON with one field a line and every digit kept; None when the bytes are no JSON."""
    try:
        return msgspec.json.format(raw.removeprefix(b"\xef\xbb\xbf"), indent=2).decode("utf-8")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def marked(raw: bytes, errors: Collection[DoorError], *, whole: bool = True) -> Marked:
    """The bytes with the errors' places marked: fields of JSON by their path, anything else by the byte.

    What is long, and without `whole` everything, is shown around its errors only.
    """
    text = layout(raw)
    if text is None:
        return _plain(raw, errors)
    lines = text.split("\n")
    bad = _lines_of(lines, [error.where for error in errors])
    kept = set(range(len(lines)))
    if bad and (not whole or len(lines) > WHOLE_LINES):
        kept &= {near for line in bad for near in range(line - AROUND, line + AROUND + 1)} | {0}
    elif len(lines) > WHOLE_LINES:
        kept &= set(range(WHOLE_LINES))
    shown: list[Line] = []
    for number, line in enumerate(lines):
        if number in kept:
            shown.append(Line(number + 1, printable(line, LONGEST_LINE), number in bad))
        elif not shown or shown[-1].number:
            shown.append(Line(0, "…"))
    return Marked(tuple(shown), len(kept) < len(lines))


def _lines_of(lines: Collection[str], places: Collection[str]) -> set[int]:
    """The line of each path such as `$.order.parties[0].role`; of a path that is not there the nearest one above."""
    found: dict[str, int] = {}
    for number, path in enumerate(_paths(lines)):
        found.setdefault(path, number)
    bad = set()
    for place in places:
        path = place
        while path and path not in found:
            path = path[: max(path.rfind("."), path.rfind("["))] if path.startswith("$") and path != "$" else ""
        if path:
            bad.add(found[path])
    return bad


def _paths(lines: Collection[str]) -> list[str]:
    """The path of the field each line holds or opens; closing lines have the path of what they close."""
    open_paths: list[tuple[str, int]] = []  # of each open object or array: its path and the index of its next item
    paths = []
    for line in lines:
        found = _LINE.fullmatch(line)
        name, rest = (found[2], found[3]) if found else (None, line)
        if rest.rstrip(",") in {"}", "]"} and open_paths:
            paths.append(open_paths.pop()[0])
            continue
        path = "$"
        if open_paths:
            outer, index = open_paths[-1]
            path = f"{outer}.{name}" if name is not None else f"{outer}[{index}]"
            open_paths[-1] = (outer, index + 1)
        paths.append(path)
        if rest in {"{", "["}:
            open_paths.append((path, 0))
    return paths


def _plain(raw: bytes, errors: Collection[DoorError]) -> Marked:
    """Text that is no JSON: its lines, the one with the bad byte cut around it."""
    byte = next((int(found[1]) for error in errors if (found := _BYTE.search(error.where))), None)
    if byte is not None and byte > SHOWN_BYTES:
        return _near(raw, byte)
    shown, start = [], 0
    for number, piece in enumerate(raw[:SHOWN_BYTES].split(b"\n"), start=1):
        bad = byte is not None and start <= byte <= start + len(piece)
        at = byte - start if bad and byte is not None and len(piece) > LONGEST_LINE else 0
        near = piece[max(0, at - BEFORE_BYTE) : at + BEFORE_BYTE] if at else piece
        shown.append(Line(number, printable(_text(near), LONGEST_LINE), bad))
        start += len(piece) + 1
    return Marked(tuple(shown), len(raw) > SHOWN_BYTES)


def _near(raw: bytes, byte: int) -> Marked:
    """Only what stands around a byte far behind the beginning."""
    number = raw.count(b"\n", 0, byte) + 1
    piece = raw[max(0, byte - BEFORE_BYTE) : byte + BEFORE_BYTE].replace(b"\n", b" ")
    return Marked((Line(0, "…"), Line(number, printable(_text(piece), LONGEST_LINE * 2), True), Line(0, "…")), True)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").rstrip("\r")
