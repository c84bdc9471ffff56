"""What the doors say of errors (expected, next step) in Chinese; a `{}` in a phrase stands for what varies in it."""

import csv
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("door_words.csv")
_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Fixed phrases before those with gaps, long before short, so that the more exact one is tried first."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [(row["phrase"], row["zh"]) for row in csv.DictReader(file)]
    rows.sort(key=lambda row: ("{}" in row[0], -len(row[0])))
    return tuple((re.compile("(.+?)".join(map(re.escape, phrase.split("{}"))), re.DOTALL), zh) for phrase, zh in rows)


def in_chinese(text: str) -> str:
    """The text in Chinese; as it stands when any sentence of it has no Chinese yet."""
    whole = _phrase(text)
    if whole:
        return whole
    parts = [_phrase(part) for part in _SENTENCE.split(text)]
    return "".join(parts) if all(parts) else text


def _phrase(text: str) -> str:
    for pattern, zh in _phrases():
        if found := pattern.fullmatch(text):
            return zh.format(*found.groups())
    return ""
