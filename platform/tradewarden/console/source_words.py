"""The source of a check in Chinese: phrase by phrase; references to the handbook keep their place."""

import csv
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("source_words.csv")
_HANDBOOK = re.compile(r"handbook (\d\d)")


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """Longest first, so that a phrase inside another one waits its turn."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [(row["phrase"], row["zh"]) for row in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@cache
def source_in(source: str) -> tuple[str, str]:
    """(zh, en) of a card's source."""
    text = _HANDBOOK.sub(r"业务手册\1", source)
    for phrase, zh in _phrases():
        text = text.replace(phrase, zh)
    text = text.replace(", ", ",").replace("; ", ";").replace(" and ", "、").replace(" no. ", " 第")
    return text, source
