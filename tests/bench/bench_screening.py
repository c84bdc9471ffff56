"""Screening against OFAC and UN: time for each name beside rapidfuzz over every name, recall, and alerts on strangers.

`python tests/bench/bench_screening.py [FOLDER]`: FOLDER (or TRADEWARDEN_REAL_DATA) holds ofac/, un/ and names/. Without
it an invented corpus of the same size is used, and said so.
"""

import gc
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from rapidfuzz import fuzz, process

from integrations.watchlists.imported import SourceFile
from integrations.watchlists.ofac import read_ofac
from integrations.watchlists.registry import registry
from integrations.watchlists.un import read_un
from kyc.entries import ListEntry, Subject
from kyc.index import MINIMUM_SCORE, ScreeningIndex, compare_with_all
from kyc.names.pinyin import spelled
from kyc.names.regions import Level, regions
from kyc.names.tables import rows
from measure import row
from risk.nouns.parties import Kind

STRANGERS, LISTED, FLOOR_QUERIES, RECALL_QUERIES = 20_000, 3_000, 20, 80
MINIMA = (Decimal("0.60"), MINIMUM_SCORE, Decimal("0.80"), Decimal("0.85"))
STARTS, ENDS = "bdfgklmnrstvz", ("a", "el", "in", "or", "us", "ak")
SYLLABLES = [first + last for first in STARTS for last in ENDS]
Query = tuple[str, Kind]


def real_entries(folder: Path) -> list[ListEntry]:
    ofac = [SourceFile(name, (folder / "ofac" / name).read_bytes()) for name in ("sdn.csv", "alt.csv", "add.csv")]
    united = folder / "un" / "UN_consolidated.xml"
    lists = registry()
    found = (
        read_ofac(ofac, lists["SA02"]).entries,
        read_un(SourceFile(united.name, united.read_bytes()), lists["SA01"]).entries,
    )
    return [entry for entries in found for entry in entries]


def word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.choice((2, 3)))).upper()


def invented_entries(rng: random.Random, count: int = 8_400) -> list[ListEntry]:
    """People, firms and ships, two or three names each."""
    given = sorted({one["name"] for one in rows("given_names")})
    makers: dict[Kind, Callable[[], str]] = {
        Kind.PERSON: lambda: f"{word(rng)}, {rng.choice(given)} {rng.choice(given)}",
        Kind.ORGANISATION: lambda: f"{word(rng)} {word(rng)} TRADING LLC",
        Kind.VESSEL: lambda: f"{word(rng)} {word(rng)}",
    }
    kinds = rng.choices(list(makers), weights=(6, 3, 1), k=count)
    return [
        ListEntry(
            list_id="X", entry_id=str(n), names=tuple(makers[kind]() for _ in range(rng.choice((2, 3)))), kind=kind
        )
        for n, kind in enumerate(kinds)
    ]


def trade_names(folder: Path | None, rng: random.Random) -> list[str]:
    source = folder / "names" / "zh_company_short_names.txt" if folder else None
    if source and source.exists():
        return [
            line.strip()
            for line in source.read_text(encoding="utf-8", errors="replace").splitlines()[3:]
            if line.strip()
        ]
    characters = sorted({name for one in rows("common_trade_names") for name in one["name"]})
    return ["".join(rng.choices(characters, k=rng.choice((2, 3, 3, 4)))) for _ in range(50_000)]


def strangers(folder: Path | None, rng: random.Random) -> tuple[list[Query], list[Query]]:
    """Full Chinese names put together from places, trade names, businesses and forms, and their English forms."""
    trades = trade_names(folder, rng)
    places = [region for region in regions() if region.level in (Level.PREFECTURE, Level.COUNTY)]
    businesses = [one["word"] for one in rows("industries") if one["weight"] == "industry"]
    english = [one["word"] for one in rows("latin_words") if one["sort"] == "industry"]
    forms = ("有限公司", "有限责任公司", "股份有限公司", "厂")
    chinese, latin = [], []
    for _ in range(STRANGERS):
        place, trade = rng.choice(places), rng.choice(trades)
        chinese.append((place.name + trade + rng.choice(businesses) + rng.choice(forms), Kind.ORGANISATION))
        sound = next(iter(spelled(trade)), "X")
        latin.append((f"{place.english[0]} {sound} {rng.choice(english)} CO., LTD.", Kind.ORGANISATION))
    return chinese, latin


def disturbed(entry: ListEntry, rng: random.Random) -> Query:
    """A listed name in another order, with a letter missing, or as it is."""
    words = rng.choice(entry.names).replace(",", "").split() or ["X"]
    spot = rng.randrange(len(words))
    if rng.random() < 0.4:
        words = words[spot:] + words[:spot]
    elif rng.random() < 0.5 and len(words[spot]) > 5:
        words[spot] = words[spot][:3] + words[spot][4:]
    return " ".join(words), entry.kind


def screened(index: ScreeningIndex, queries: Sequence[Query]) -> tuple[list[float], list[list[Decimal]]]:
    """Seconds and scores for each name."""
    seconds, scores = [], []
    for name, kind in queries:
        begin = time.perf_counter()
        found = index.screen(Subject(name=name, kind=kind), MINIMA[0], 50)
        seconds.append(time.perf_counter() - begin)
        scores.append([each.score for each in found])
    return seconds, scores


def brute_force(names: Sequence[str], queries: Sequence[Query]) -> float:
    """Median seconds of rapidfuzz WRatio over every name, the floor beside which the index is shown."""
    seconds = []
    for name, _ in queries[:FLOOR_QUERIES]:
        begin = time.perf_counter()
        process.extract(name.upper(), names, scorer=fuzz.WRatio, limit=20)
        seconds.append(time.perf_counter() - begin)
    return row("rapidfuzz process.extract WRatio, every name", seconds)


def recall(index: ScreeningIndex, queries: Sequence[Query]) -> str:
    wanted = found = 0
    for name, kind in queries[:RECALL_QUERIES]:
        subject = Subject(name=name, kind=kind)
        everything = {each.entry.entry_id for each in compare_with_all(subject, index.entries, top=1_000)}
        wanted += len(everything)
        found += len(everything & {each.entry.entry_id for each in index.screen(subject, top=1_000)})
    return f"recall at {MINIMUM_SCORE}: {found} of {wanted} that comparing every name finds ({RECALL_QUERIES} names)"


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TRADEWARDEN_REAL_DATA", "")
    folder = Path(given) if given else None
    rng = random.Random(20)
    entries = real_entries(folder) if folder else invented_entries(rng)
    begin = time.perf_counter()
    index = ScreeningIndex.build(entries)
    build = time.perf_counter() - begin
    what = "OFAC and UN" if folder else "INVENTED corpus (name a folder for the real lists)"
    print(f"{what}: {len(entries):,} entries, {len(index):,} names, index built in {build:.1f} s")
    gc.freeze()
    listed = [disturbed(rng.choice(entries), rng) for _ in range(LISTED)]
    chinese, latin = strangers(folder, rng)
    floor = brute_force([name.upper() for entry in entries for name in entry.names], listed)
    beside = [f"listed {floor / row('index, listed names disturbed', screened(index, listed)[0]):,.0f}"]
    alerts = []
    for title, queries in (("index, Chinese strangers", chinese), ("index, English strangers", latin)):
        seconds, scores = screened(index, queries)
        beside.append(f"{title.removeprefix('index, ')} {floor / row(title, seconds):,.0f}")
        rates = (
            f"{sum(any(s >= least for s in each) for each in scores) / len(scores):.3%} at {least}" for least in MINIMA
        )
        alerts.append(f"{title.removeprefix('index, ')}, share with an alert: {', '.join(rates)}")
    print(f"times faster than rapidfuzz over every name (medians): {', '.join(beside)}")
    print(*alerts, recall(index, listed), sep="\n")


if __name__ == "__main__":
    main()
