"""Chapters a goods name suggests, and the keyword table of the product."""

import csv
from pathlib import Path

import pytest

from risk.goods_chapters import ChapterWords

TABLE = Path(__file__).parents[2] / "databases" / "seed" / "keyword_chapters.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def words() -> ChapterWords:
    return ChapterWords({row["keyword"]: tuple(row["chapters"].split("|")) for row in rows()})


@pytest.mark.parametrize(
    ("name", "found", "chapters"),
    [
        ("棉制针织床单", "床单", {"63"}),
        ("塑料花", "塑料花", {"67"}),
        ("金属家具", "金属家具", {"94"}),
        ("女式针织短裤", "裤+针织", {"61"}),
        ("机织男裤", "机织+裤", {"62"}),
        ("男裤", "裤", {"61", "62"}),
        ("LED灯泡", "led灯泡", {"85", "94"}),
        ("陶瓷刀", "陶瓷刀", {"69", "82"}),
        ("玻璃杯和陶瓷盘", "玻璃, 陶瓷", {"69", "70"}),
        ("螺丝刀", "螺丝刀", {"82", "84"}),
    ],
)
def test_suggestions(words, name, found, chapters):
    assert words.suggested(name) == (found, frozenset(chapters))


@pytest.mark.parametrize("name", ["", "聚合物", "ABC"])
def test_nothing_to_suggest(words, name):
    assert words.suggested(name) is None


def test_the_table_of_the_product_is_whole():
    table = rows()
    keywords = [row["keyword"] for row in table]
    assert len(set(keywords)) == len(keywords) > 400
    for row in table:
        assert row["source"], row
        for chapter in row["chapters"].split("|"):
            assert 1 <= int(chapter) <= 97, row
            assert len(chapter) == 2, row
