"""Country names as list publishers print them, to ISO 3166-1 alpha-3. Names nobody knows stay text elsewhere."""

import csv
import unicodedata
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("countries.csv")


@cache
def _table() -> dict[str, str]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        table = {_key(row["name"]): row["alpha3"] for row in csv.DictReader(file)}
    return table | {_key(code): code for code in table.values()}


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).strip(" .")


def alpha3(name: str) -> str:
    """The alpha-3 code of a country's name or code; "" when it is none we know."""
    return _table().get(_key(name), "")
