"""Reference data: the shipped files load whole, parts are versioned by content, snapshots are what was put in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from databases.errors import SeedBroken
from databases.seed_files import SEED, Content, Keyword, Rate, rate_rows, shipped, tariff_rows
from risk.reference import Code, GoodsCriterion, Tariff

TODAY = date(2026, 3, 8)


def test_the_shipped_files_are_all_there():
    parts = {content.part: content for content in shipped(SEED)}
    assert {"tariff", "goods_criteria", "rates"} <= parts.keys()
    assert {"codes:country", "codes:unit", "codes:currency", "codes:supervision_mode"} <= parts.keys()
    assert len([part for part in parts if part.startswith("codes:")]) >= 20
    assert all(content.rows and content.source.startswith("shipped ") for content in parts.values())


def test_codes_are_unique_and_named():
    for content in shipped(SEED):
        if content.part.startswith("codes:"):
            codes = content.of(Code)
            assert len({(code.code, code.valid_from) for code in codes}) == len(codes), content.part
            assert all(code.code for code in codes), content.part


def test_rates_are_labelled_synthetic_and_cover_the_period():
    rates = rate_rows(SEED / "rates.csv")
    assert {rate.source for rate in rates} == {"synthetic sample for demonstration"}
    months = {(rate.day.year, rate.day.month) for rate in rates if rate.currency == "CNY"}
    assert months == {(year, month) for year in (2025, 2026) for month in range(1, 13)}
    assert {"CNY", "EUR", "HKD", "JPY", "GBP"} <= {rate.currency for rate in rates}
    assert all(Decimal("0.0005") < rate.usd < 2 for rate in rates)


def test_a_fresh_database_has_the_shipped_reference(database, reference):
    with database.reading() as unit:
        snapshot = unit.reference.snapshot(TODAY)
        again = unit.reference.snapshot(TODAY)
        parts = unit.reference.parts()
    assert snapshot == again
    assert snapshot.tables.keys() == reference.tables.keys()
    assert snapshot.tables["unit"]["035"] == reference.tables["unit"]["035"]
    assert snapshot.tariff == reference.tariff
    assert snapshot.tariff_complete is False
    assert snapshot.usd_rate("CNY", TODAY) is not None
    assert snapshot.goods
    assert {"code_tables", "tariff", "rates", "goods_criteria"} <= snapshot.versions.keys()
    assert all(part.version == 1 for part in parts)


def test_rates_far_in_the_past_are_left_out(database):
    with database.reading() as unit:
        rates = unit.reference.snapshot(date(2026, 6, 1)).rates["CNY"]
    assert (rates[0][0], rates[-1][0]) == (date(2025, 5, 1), date(2026, 12, 1))
    assert rates == sorted(rates)


TARIFF = [
    Tariff(
        hs10="6302101000",
        name_zh="床单",
        unit1="015",
        elements=("品牌类型", "其他"),
        rebate_percent=Decimal("13.0"),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
    ),
    Tariff(hs10="6302101000", name_zh="床单旧", valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)),
]


CRITERION = GoodsCriterion(code="G", level="normal", name_zh="x", name_en="y")
UNIT = Code("001", "台", "set", {"dimension": "count"})
PARTS = {
    "tariff": (TARIFF, {"6302101000": TARIFF[::-1]}),
    "codes:unit": ([UNIT], {"001": [UNIT]}),
    "goods_criteria": ([CRITERION], [CRITERION]),
    "rates": ([Rate("XXX", TODAY, Decimal("1.50"), "u")], {"XXX": [(TODAY, Decimal("1.50"))]}),
    "keyword_chapters": ([Keyword("床单", ("63",)), Keyword("空", ())], {"床单": ("63",), "空": ()}),
    "brands": ([Keyword("ACME", ("A", "B"))], {"ACME": ("A", "B")}),
}


def part_of(snapshot, part):
    name = {"goods_criteria": "goods"}.get(part, part)
    return snapshot.tables["unit"] if part == "codes:unit" else getattr(snapshot, name)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_replaced_whole(database, now, part):
    rows, expected = PARTS[part]
    content = Content(part=part, rows=rows, source="user.xlsx", complete=True)
    with database.writing() as unit:
        word = unit.reference.version()
        known = {found.part: found.version for found in unit.reference.parts()}
        made = unit.reference.replace(content, now)
        assert made.version == known.get(part, 0) + 1
        assert unit.reference.version() != word
        assert unit.reference.replace(content, now) == made
        snapshot = unit.reference.snapshot(TODAY)
    assert part_of(snapshot, part) == expected
    assert snapshot.tariff_complete is (part == "tariff")


def test_an_empty_table_is_there_and_empty(database, now):
    with database.writing() as unit:
        unit.reference.replace(Content(part="codes:unit", rows=[], source="u"), now)
        assert unit.reference.snapshot(TODAY).code("unit", "001", TODAY) is None
        with pytest.raises(KeyError):
            unit.reference.snapshot(TODAY).code("no such table", "001", TODAY)


def test_an_upgrade_renews_shipped_parts_and_keeps_imported_ones(database, now):
    older = Content(part="codes:unit", rows=[Code("001", "旧", "old")], source="shipped unit.csv")
    mine = Content(part="codes:country", rows=[Code("CHN", "我的", "mine")], source="mine.xlsx")
    with database.writing() as unit:
        unit.reference.replace(older, now)
        unit.reference.replace(mine, now)
        assert unit.reference.load_seed(now) == 1
        snapshot = unit.reference.snapshot(TODAY)
    assert snapshot.tables["unit"]["001"][0].name_zh == "台"
    assert snapshot.tables["country"].keys() == {"CHN"}


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (Content(part="nonsense", rows=[], source="u"), ValueError, "unknown reference part 'nonsense'"),
        (Content(part="rates", rows=TARIFF, source="u"), TypeError, "a row is Tariff, expected Rate"),
    ],
)
def test_wrong_content(database, now, content, error, message):
    with pytest.raises(error, match=message), database.writing() as unit:
        unit.reference.replace(content, now)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("CNY,2026-01-01,x,s", "rates.csv line 2, column usd: seen 'x'; expected a number"),
        ("CNY,2026-01-01,-1,s", "column usd: seen '-1'; expected a positive number"),
        ("CNY,1 May,1,s", "column day: seen '1 May'; expected a date"),
        ("CNY,2026-01-01", "line 2: expected 4 cells"),
        ("CNY,2026-01-01,1,s,more", "line 2: expected 4 cells"),
    ],
)
def test_a_broken_file_names_line_and_column(tmp_path, line, message):
    path = tmp_path / "rates.csv"
    path.write_text(f"currency,day,usd,source\n{line}\n", encoding="utf-8")
    with pytest.raises(SeedBroken, match=message):
        rate_rows(path)


def test_a_remark_behind_the_rebate(tmp_path):
    row = "hs10,name_zh,unit1,elements_in_order,export_rebate_percent\n1,x,015,a|b,9 (2024)\n2,y,015,,\n"
    (tmp_path / "t.csv").write_text(row, encoding="utf-8")
    rows = tariff_rows(tmp_path / "t.csv")
    assert rows[0].rebate_percent == Decimal(9)
    assert rows[0].elements == ("a", "b")
    assert replace(rows[1], name_zh="") == Tariff(hs10="2", name_zh="", unit1="015")
