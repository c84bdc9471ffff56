"""What the numbers of a finding are called on the page; evidence keeps their plain names."""

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("seen_words.csv")


@cache
def _words() -> dict[str, tuple[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}


def seen_word(name: str) -> tuple[str, str]:
    """(zh, en) of a name under which a check keeps a number; an unknown one is shown as it is, never hidden."""
    plain = name.replace("_", " ")
    return _words().get(name, (plain, plain))
