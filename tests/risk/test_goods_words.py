"""Words in goods names and the goods restriction register: cases, then properties over arbitrary text."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.goods_words import goods_matches, matching_criteria
from risk.nouns.line import Line
from risk.reference import GoodsCriterion
from risk.words import Words, normal

ON = date(2026, 3, 8)
REGISTER = Path(__file__).parents[2] / "databases" / "seed" / "goods_criteria.csv"


def parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def rows() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def register() -> tuple[GoodsCriterion, ...]:
    return tuple(
        GoodsCriterion(
            code=row["code"],
            level=row["level"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            hs_prefixes=parts(row["hs_prefixes"]),
            keywords=parts(row["keywords"]),
            exceptions=parts(row["exceptions"]),
            direction=row["direction"],
        )
        for row in rows()
    )


@pytest.mark.parametrize(
    ("name", "hs_code", "direction", "expected"),
    [
        ("棉制针织床单", "6302101000", "E", ["GC19"]),
        ("喷枪", "8424200000", "E", []),
        ("水枪和手枪", "9503008900", "E", ["GC01"]),
        ("塑料枪 支", "3926909090", "E", ["GC01"]),
        ("枪\u200b支", "3926909090", "E", ["GC01"]),
        ("Glue guns", "8424200000", "E", []),
        ("toy guns, pistol", "9503008900", "E", ["GC01"]),
        ("beguine dance shoes", "6405900000", "E", ["GC19"]),
        ("锂电池", "8507600090", "E", ["GC12"]),
        ("LI-ION Battery", "8504401500", "E", ["GC12", "GC19"]),
        ("不含锂电池的手电筒", "8513100000", "E", ["GC19"]),
        ("含锂电池、不含电池盒", "8513100000", "E", ["GC19"]),
        ("天然石墨", "2504101000", "E", ["GC10"]),
        ("石墨灰T恤", "6109100000", "E", ["GC19"]),
        ("压电石英晶体", "8541600000", "E", ["GC19"]),
        ("仿首饰耳环", "7117190000", "E", ["GC24"]),
        ("银戒指", "7113119090", "E", ["GC16", "GC19"]),
        ("废塑料", "3915100000", "I", ["GC06"]),
        ("废塑料", "3915100000", "E", []),
        ("废塑料", "3915100000", "", ["GC06"]),
        ("", "", "E", []),
    ],
)
def test_register(register, name, hs_code, direction, expected):
    line = Line(goods_name=name, hs_code=hs_code)
    assert [one.code for one in matching_criteria(line, register, ON, direction)] == expected


def test_what_led_there_is_told(register):
    (match,) = goods_matches(Line(goods_name="充电宝", hs_code="8507600090"), register, ON, "E")
    assert (match.prefix, match.word) == ("8507", "充电宝")


def test_the_english_name_counts_too(register):
    line = Line(goods_name="金属模型", goods_name_en="Pistol model", hs_code="8306299090")
    assert [one.code for one in matching_criteria(line, register, ON, "E")] == ["GC01"]


def test_an_expired_longer_prefix_does_not_hide_a_shorter_one():
    old = GoodsCriterion(
        code="OLD", level="restricted", name_zh="旧", name_en="old", hs_prefixes=("8507",), valid_to=date(2025, 12, 31)
    )
    now = GoodsCriterion(
        code="NOW", level="sensitive", name_zh="新", name_en="now", hs_prefixes=("85",), valid_from=date(2026, 1, 1)
    )
    line = Line(goods_name="蓄电池", hs_code="8507600090")
    assert matching_criteria(line, (old, now), date(2025, 12, 31), "E") == [old]
    assert matching_criteria(line, (old, now), date(2026, 1, 1), "E") == [now]


def test_an_exception_without_keyword_excuses_the_whole_name():
    row = GoodsCriterion(
        code="X", level="restricted", name_zh="电池", name_en="x", keywords=("锂电",), exceptions=("空盒",)
    )
    assert matching_criteria(Line(goods_name="锂电工具"), (row,), ON, "E") == [row]
    assert matching_criteria(Line(goods_name="锂电工具空盒"), (row,), ON, "E") == []


def test_the_register_of_the_product_is_whole():
    table = rows()
    assert [row["code"] for row in table] == [f"GC{number:02}" for number in range(1, 25)]
    assert {row["level"] for row in table} == {"prohibited", "restricted", "sensitive", "normal"}
    assert {row["confirmed"] for row in table} == {"yes", "no"}
    assert {row["direction"] for row in table} == {"", "E", "I"}
    assert all(row["source"] and row["name_zh"] and row["name_en"] for row in table)
    assert all(prefix.isdigit() for row in table for prefix in parts(row["hs_prefixes"]))


WORD = st.text(st.sampled_from("枪支喷水胶 ab1s"), min_size=1, max_size=4).filter(lambda word: word.strip())


@given(words=st.lists(WORD, max_size=6), text=st.text(st.sampled_from("枪支喷水胶 ab1s\u200b"), max_size=12))
def test_found_words_stand_where_they_are_said_to(words, text):
    clean = normal(text)
    for one in Words(words).found(clean):
        assert clean[one.start : one.end] == one.word
        assert one.word in {normal(word) for word in words}


@given(words=st.lists(st.sampled_from(["枪", "喷枪", "水枪", "胶"]), min_size=1), text=st.text("枪喷水胶", max_size=10))
def test_chinese_words_are_found_everywhere(words, text):
    found = Words(words).found(text)
    assert len(found) == sum(text.startswith(word, place) for word in set(words) for place in range(len(text)))


@given(st.text(max_size=40))
def test_normal_form_is_final(text):
    assert normal(normal(text)) == normal(text)
