"""The index finds what comparing everything finds, quickly, and keeps to its parameters."""

import random
import time
from datetime import date
from decimal import Decimal

import pytest

from kyc.entries import ListEntry, Subject
from kyc.index import ScreeningIndex, compare_with_all
from kyc.names.name import read
from risk.nouns.parties import Kind

CODE = "91440399MAX000023X"


@pytest.fixture(scope="module")
def index(corpus):
    return ScreeningIndex.build(corpus)


@pytest.mark.parametrize("minimum", [Decimal("0.60"), Decimal("0.70"), Decimal("0.85")])
def test_nothing_is_lost_against_comparing_everything(index, corpus, queries, minimum):
    lost, wanted = [], 0
    for name, kind in queries if minimum == Decimal("0.70") else queries[::3]:
        subject = Subject(name=name, kind=kind)
        everything = {each.entry.entry_id: each.score for each in compare_with_all(subject, corpus, minimum, 99)}
        found = {each.entry.entry_id: each.score for each in index.screen(subject, minimum, 99)}
        wanted += len(everything)
        lost += [(name, kind, corpus[int(entry)].names) for entry in everything.keys() - found.keys()]
        assert all(found[entry] <= everything[entry] for entry in found)
    assert wanted > 20
    assert len(lost) <= wanted // 1000, lost


def entry(number: int, *names: str, **more) -> ListEntry:
    return ListEntry(list_id="L", entry_id=str(number), names=names, **more)


def ids(index: ScreeningIndex, name: str, **more) -> list[str]:
    screening = {key: more.pop(key) for key in ("minimum_score", "top", "as_of", "lists") if key in more}
    return [each.entry.entry_id for each in index.screen(Subject(name=name, **more), **screening)]


FIND = [
    # listed names, name that comes in, found
    (("深圳市海岸线科技有限公司",), "深圳海岸线科技有限公司", True),
    (("深圳市海岸线科技有限公司",), "海岸线", True),
    (("海岸线",), "深圳市海岸线科技有限公司", True),
    (("深圳市海岸线科技有限公司",), "Shenzhen Haianxian Technology Co., Ltd.", True),
    (("SHENZHEN HAI AN XIAN TECHNOLOGY CO LTD",), "深圳市海岸线科技有限公司", True),
    (("深圳市海岸线科技有限公司",), "深圳市海岸线科技有限公", True),
    (("深圳市南山区海岸线科技有",), "深圳市南山区海岸线科技有限公司", True),
    (("深圳市海岸线科技有限公司",), "深圳市海岸线科技有限公司龙岗分公司", True),
    (("泉州市千羽箱包有限公司",), "泉州市干羽箱包有限公司", True),
    (("甲公司", "青岛海泰渔具有限公司（原青岛海昌渔具有限公司）"), "青岛海昌渔具有限公司", True),
    (("张三",), "Zhang San", True),
    (("ZHANG, San",), "张三", True),
    (("MALKEVICH, Alexander Aleksandrovich",), "Alexander Malkevich", True),
    (("MALKEVICH, Alexander Aleksandrovich",), "A. Malkevich", True),
    (("HUSSEIN, Mohammed Ali",), "Mohamed Ali Husayn", True),
    (("GULF STAR TRADING LLC",), "Gulfstar Trading LLC", True),
    (("GULFSTAR TRADING LLC",), "Gulf Star Trading LLC", True),
    (("MÜLLER GMBH",), "Mueller GmbH", True),
    (("ROSINVESTNEFT JSC",), "Rosinvestnet JSC", True),
    (("M/V OCEAN GRACE",), "OCEAN GRACE", True),
    (("NORDIC STAR CONTAINER LINES",), "NSCL", False),  # an acronym alone stays below the operating point
    (("深圳市海岸线科技有限公司",), "广州市海岸线科技有限公司", False),
    (("ACME CORP", "GLOBEX CORPORATION", "INITECH CORP."), "11420 CORP.", False),
    (("深圳市海岸线科技有限公司", "有限公司"), "有限公司", False),
    (("深圳市海岸线科技有限公司",), "海", False),
    (("12345 LTD",), "54321", False),
]


@pytest.mark.parametrize(("listed", "name", "found"), FIND)
def test_finding(listed, name, found):
    assert bool(ids(ScreeningIndex.build([entry(1, *listed)]), name)) is found


def test_codes_find_whatever_the_names():
    index = ScreeningIndex.build(
        [
            entry(1, "甲公司", identifiers={"uscc": (CODE,)}),
            entry(2, "乙公司", identifiers={"organisation_code": ("MAX00002-3",)}),
            entry(3, "OCEAN GRACE", kind=Kind.VESSEL, identifiers={"imo": ("9074729",)}),
            entry(4, identifiers={"identity_number": ("440399199001011234",)}),
        ]
    )
    assert set(ids(index, "丙", uscc=CODE)) == {"1", "2"}
    assert ids(index, "RENAMED", kind=Kind.VESSEL, imo_number="IMO9074729") == ["3"]
    assert ids(index, "", identity_number="440399199001011234") == ["4"]


def test_another_valid_code_clears_an_equal_name():
    index = ScreeningIndex.build([entry(1, "深圳市海岸线科技有限公司", identifiers={"uscc": (CODE,)})])
    assert ids(index, "深圳市海岸线科技有限公司", uscc="91440399MAX000031Q") == []
    alarmed = index.screen(Subject(name="深圳市海岸线科技有限公司", uscc="91440399MAX000031Q"), Decimal(0))
    assert alarmed[0].comparison.reasons[0].code == "same_name_two_codes"


def test_only_entries_in_force_and_of_the_lists_asked_for():
    day = date(2026, 5, 1)
    index = ScreeningIndex.build([entry(1, "ZARVEL MORTIN LLC", valid_from=day, valid_to=day)])
    name = "Zarvel Mortin LLC"
    assert [ids(index, name, as_of=on) for on in (date(2026, 4, 30), day, date(2026, 5, 2))] == [[], ["1"], []]
    assert ids(index, name) == ["1"]
    assert ids(index, name, lists=frozenset({"M"})) == []


def test_minimum_and_top():
    index = ScreeningIndex.build([entry(number, "ZARVEL MORTIN LLC") for number in range(5)])
    assert ids(index, "ZARVEL MORTIN LTD", minimum_score=Decimal("0.9")) == []
    assert len(ids(index, "ZARVEL MORTIN LLC", top=3)) == 3
    assert ids(index, "ZARVEL MORTIN LLC") == ["0", "1", "2", "3", "4"]


KINDS = [
    (Kind.PERSON, "Viktor Zarvel", Kind.ORGANISATION, True),  # an organisation by default may be a person
    (Kind.PERSON, "Viktor Zarvel Trading LLC", Kind.ORGANISATION, False),
    (Kind.VESSEL, "Viktor Zarvel", Kind.PERSON, False),
    (Kind.VESSEL, "Viktor Zarvel", Kind.ANY, True),
    (Kind.ORGANISATION, "Viktor Zarvel", Kind.PERSON, True),
]


@pytest.mark.parametrize(("listed", "name", "declared", "found"), KINDS)
def test_kinds(listed, name, declared, found):
    index = ScreeningIndex.build([entry(1, "VIKTOR ZARVEL", kind=listed)])
    candidates = index.screen(Subject(name=name, kind=declared))
    assert bool(candidates) is found
    if found and declared is not Kind.ANY:
        assert candidates[0].verdict == "review"


def test_progress_is_told():
    seen = []
    ScreeningIndex.build([entry(number, f"NAME{number}") for number in range(2_500)], lambda *each: seen.append(each))
    assert seen == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


def test_an_empty_index_answers():
    assert ids(ScreeningIndex.build([]), "Anything Ltd") == []


HOSTILE = ["深" * 10_000, "MOHAMMED " * 2_000, "A B C " * 3_000, "有限公司" * 2_500, "1" * 10_000, "(" * 10_000]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda text: ascii(text[:4]))
def test_work_on_hostile_names_is_bounded(index, name):
    start = time.process_time()
    index.screen(Subject(name=name, names=(name + "x",) * 50))
    assert time.process_time() - start < 0.5


def test_thousands_of_namesakes_do_not_stop_the_screening():
    crowd = [entry(number, f"ALI, Mohammed {chr(65 + number % 26)}{number}x") for number in range(8_000)]
    index = ScreeningIndex.build([*crowd, entry(99_999, "ALI, Mohammed Zarvelmortin")])
    start = time.process_time()
    found = ids(index, "Mohammed Ali Zarvelmortin", kind=Kind.PERSON)
    assert time.process_time() - start < 1
    assert found[0] == "99999"


def test_the_speed_of_strangers(index):
    rng = random.Random(5)
    names = [
        f"{rng.choice('深广杭')}州市{rng.choice('甲乙丙丁')}{rng.choice('海天云山')}{number}贸易有限公司"
        for number in range(300)
    ]
    start = time.process_time()
    for name in names:
        index.screen(Subject(name=name))
    assert (time.process_time() - start) / len(names) < 0.005
    assert read("x") is read("x")
