"""A corpus of invented list entries and ways in which the same names come in again. Everything is synthetic."""

import random

import pytest

from kyc.entries import ListEntry
from kyc.names.tables import column, rows
from risk.nouns.parties import Kind

CHARACTERS = "华海天宏瑞恒永盛嘉信诚达远航凯悦锦程晨曦澜舟屹岚沐霖朗驰珑璟睿泽翊骁钜峻晟"
SYLLABLES = ["zar", "vel", "mor", "tin", "kas", "pol", "dur", "len", "fis", "gor", "bel", "nak", "rim", "sol", "tev"]
FORMS = ["有限公司", "有限责任公司", "股份有限公司", "厂", "商行"]
LATIN_FORMS = ["LLC", "LTD", "CO., LTD.", "GMBH", "JSC", "FZE", ""]


def chinese_company(rng: random.Random) -> str:
    region = rng.choice([row["name"] for row in rows("regions") if row["level"] == "prefecture"])
    trade = "".join(rng.sample(CHARACTERS, rng.choice((2, 3, 3, 4))))
    industry = rng.choice([row["word"] for row in rows("industries") if row["weight"] == "industry"])
    return region + trade + industry + rng.choice(FORMS)


def latin_word(rng: random.Random) -> str:
    return "".join(rng.sample(SYLLABLES, rng.choice((2, 2, 3)))).upper()


def latin_company(rng: random.Random) -> str:
    words = [latin_word(rng) for _ in range(rng.choice((1, 2, 2, 3)))]
    business = rng.choice(["TRADING", "SHIPPING", "PETROLEUM", "GENERAL TRADING", "ELECTRONICS", "INTERNATIONAL", ""])
    return " ".join(filter(None, (*words, business, rng.choice(LATIN_FORMS))))


def person(rng: random.Random) -> str:
    given = sorted(column("given_names", "name"))
    middle = rng.choice((rng.choice(given), latin_word(rng), ""))
    return f"{latin_word(rng)}, {rng.choice(given).title()} {middle.title()}".strip()


MAKERS = {
    Kind.ORGANISATION: latin_company,
    Kind.PERSON: person,
    Kind.VESSEL: lambda rng: f"{latin_word(rng)} {latin_word(rng)}",
}


def disturbed(name: str, rng: random.Random) -> str:
    """The name as it may come in: another order, a slip, a part less, another spelling."""
    words = name.replace(",", "").split()
    if not name.isascii():
        return rng.choice(
            (
                name,
                name.replace("市", "", 1),
                name[:-1],
                name[: len(name) * 9 // 10],
                "浙江省" + name,
                name + "（盖章）",
            )
        )
    change = rng.randrange(6)
    if change == 0 and len(words) > 1:
        words = words[1:] + words[:1]
    elif change == 1 and len(words) > 2:
        words.pop(rng.randrange(len(words)))
    elif change == 2:
        spot = rng.randrange(len(words))
        word = words[spot]
        cut = rng.randrange(1, len(word)) if len(word) > 1 else 0
        words[spot] = word[:cut] + word[cut + 1 :] or word
    elif change == 3 and len(words) > 1:
        words[0:2] = [words[0] + words[1]]
    elif change == 4:
        words[-1] = words[-1][0] + "."
    return " ".join(words)


@pytest.fixture(scope="session")
def corpus() -> tuple[ListEntry, ...]:
    """Six hundred entries of all kinds, with aliases."""
    rng = random.Random(11)
    entries = []
    for number in range(600):
        kind = rng.choice((Kind.ORGANISATION, Kind.PERSON, Kind.VESSEL, Kind.ANY))
        make = chinese_company if kind is Kind.ANY else MAKERS[kind]
        names = tuple(make(rng) for _ in range(rng.choice((1, 1, 2, 3))))
        entries.append(ListEntry(list_id=f"L{number % 3}", entry_id=str(number), names=names, kind=kind))
    return tuple(entries)


@pytest.fixture(scope="session")
def queries(corpus) -> list[tuple[str, Kind]]:
    """A hundred and fifty names: listed ones disturbed, and strangers."""
    rng = random.Random(12)
    listed = [(disturbed(rng.choice(entry.names), rng), entry.kind) for entry in rng.choices(corpus, k=120)]
    return listed + [(make(rng), kind) for kind, make in MAKERS.items() for _ in range(10)]
