"""Slips in any word of a firm's name, other legal forms, names behind names, and names that say nothing."""

import pytest

from kyc.compare import compare
from kyc.entries import ListEntry, Subject
from kyc.index import MINIMUM_SCORE, ScreeningIndex
from kyc.screen import screen_party
from risk.nouns.parties import Kind, Party, Role

LISTED = (
    "KOREA MINING DEVELOPMENT TRADING CORPORATION",
    "KALAYE ELECTRIC COMPANY",
    "ZARVEL MORTIN PETROLEUM LLC",
    "NATIONAL DEVELOPMENT AND INVESTMENT GROUP",
    "PARSKAS SHIPPING AND TRANSPORTATION LIMITED",
    "A A TRADING FZCO",
    "E. X. Co.",
    "IRAN AIR",
    "GLOBAL TRADING LLC",
)
ENTRIES = tuple(
    ListEntry(list_id="L", entry_id=str(number), names=(name,), kind=Kind.ORGANISATION)
    for number, name in enumerate(LISTED)
)


@pytest.fixture(scope="module")
def index():
    return ScreeningIndex.build(ENTRIES)


def found(index: ScreeningIndex, name: str) -> dict[str, str]:
    return {each.entry.name: each.verdict for each in index.screen(Subject(name=name, kind=Kind.ORGANISATION))}


MINING, KALAYE = LISTED[:2]
FOUND = [
    ("Korea Mining Developement Trading Corp.", MINING),
    ("Korea Mining Development Trading Co Ltd", MINING),
    ("Korea Mining Develpmnt Trading Corporation", MINING),
    ("Korea Mning Development Tradng Corporation", MINING),
    ("Kalaye Electrc Company", KALAYE),
    ("Kalaye Electric Compny", KALAYE),
    ("ACME LTD c/o KOREA MINING DEVELOPMENT TRADING CORPORATION", MINING),
    ("KOREA MINING DEVELOPMENT TRADING CORPORATION C/O ACME LTD", MINING),
    ("C/O KOREA MINING DEVELOPMENT TRADING CORPORATION", MINING),
    ("ACME LTD t/a Kalaye Electric Company", KALAYE),
    ("ACME LTD trading as Kalaye Electric Company", KALAYE),
    ("ACME LTD d/b/a Kalaye Electric Company", KALAYE),
    ("ACME LTD on behalf of Kalaye Electric Company", KALAYE),
    ("ACME LTD for and on behalf of Kalaye Electric Company", KALAYE),
    ("ACME LTD for account of Kalaye Electric Company", KALAYE),
    ("ACME LTD (Kalaye Electric Company)", KALAYE),
    ("Kalaye Electric Company (ACME LTD)", KALAYE),
    ("深圳市海岸线科技有限公司 c/o Kalaye Electric Company", KALAYE),
    ("A A Trading FZCO", "A A TRADING FZCO"),
    ("Iran Air", "IRAN AIR"),
]


@pytest.mark.parametrize(("name", "listed"), FOUND)
def test_found(index, name, listed):
    assert listed in found(index, name)


@pytest.mark.parametrize("name", ["X", "E", "Trading Company", "Trading", "The Trading Company", "X Ltd", "Co., Ltd."])
def test_a_name_that_says_nothing_matches_nothing_and_is_told(index, name):
    assert found(index, name) == {}
    assert screen_party(Party(Role.BUYER, name), index).failed


PAIRS = [
    ("Korea Mning Development Tradng Corporation", "KOREA MINING DEVELOPMENT TRADING CORPORATION", "review"),
    ("Huawei Technologies Co Ltd", "Huawei Technologes Co. Ltd.", "review"),
    ("POLYNAR COMPANY", "POLYNR COMPANY", "review"),
    ("GLOBAL TRADING LLC", "GLOBAL TRADING FZE", "nomatch"),
    ("EURO PARTS GMBH", "EURO PARTS AG", "nomatch"),
    ("ZARVELMOR LLC", "ZARVELMOR GMBH", "review"),
    ("ZARVEL MORTIN LLC", "ZARVEL MORTIN GMBH", "review"),
    ("ZARV LLC", "ZARV GMBH", "nomatch"),
    ("ZARVEL MARINE LLC", "ZARVEL MINING LLC", "nomatch"),
    ("A X Ltd", "E X Co.", "nomatch"),
    ("ZARVEL", "ZARVEL MORTIN PETROLEUM LLC", "nomatch"),
]


@pytest.mark.parametrize(("left", "right", "verdict"), PAIRS)
def test_pairs(left, right, verdict):
    for comparison in (compare(left, right, Kind.ORGANISATION), compare(right, left, Kind.ORGANISATION)):
        assert comparison.verdict == verdict, comparison
        if verdict == "review":
            assert comparison.score >= MINIMUM_SCORE


def slipped(name: str, position: int) -> list[str]:
    """A letter left out, another letter, one more, and two swapped."""
    before, letter, after = name[:position], name[position], name[position + 1 :]
    other = "K" if letter != "K" else "B"
    swapped = before + after[:1] + letter + after[1:] if after and after[0].isalpha() else before + after
    return [before + after, before + other + after, before + other + letter + after, swapped]


@pytest.mark.parametrize("name", LISTED[:5])
def test_a_slip_at_any_place_of_any_long_word_is_found(index, name):
    lost, start = [], 0
    for word in name.split():
        spot = name.index(word, start)
        start = spot + len(word)
        for position in range(spot, start) if len(word) > 5 else ():
            lost += [typed for typed in slipped(name, position) if name not in found(index, typed)]
    assert not lost, (len(lost), lost[:40])
