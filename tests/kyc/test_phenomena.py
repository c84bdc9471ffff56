"""Phenomena of handbook 05 on names put together from the tables: the rules hold for any place, name and business."""

import random
from dataclasses import dataclass

import pytest

from kyc.compare import compare
from kyc.names.regions import Level, named, regions
from kyc.names.tables import rows
from risk.nouns.parties import Kind

DISTINCT = ["华屹通", "朗驰迅", "锦澜轩", "钜泽峰", "翊睿宏", "霖沐佳", "骁晟"]
SHORT = ["鑫达", "顺达", "锦澜", "云帆", "嘉禾"]
BUSINESS = [row["word"] for row in rows("industries") if row["weight"] == "industry" and len(row["word"]) > 1]
GROUPS = {row["word"]: row["group"] for row in rows("industries")}
CITIES = [
    region for region in regions() if region.level is Level.PREFECTURE and region.short and region.name.endswith("市")
]
TIMES = 120


@dataclass(frozen=True)
class Parts:
    city: str
    short_city: str
    province: str
    trade: str
    business: str

    def name(self, **changed: str) -> str:
        parts = {"city": self.city, "trade": self.trade, "business": self.business, "form": "有限公司"} | changed
        return parts["city"] + parts["trade"] + parts["business"] + parts["form"]


def draw(rng: random.Random, trades: list[str]) -> Parts:
    city = rng.choice(CITIES)
    province = next(regions()[place].name for place in sorted(city.parents) if regions()[place].level is Level.PROVINCE)
    return Parts(city.name, city.short, province, rng.choice(trades), rng.choice(BUSINESS))


def other_city(parts: Parts, rng: random.Random) -> str:
    return rng.choice([city.name for city in CITIES if city.name != parts.city])


def other_business(parts: Parts, rng: random.Random) -> str:
    """A business of another meaning, none of whose words is part of the other."""
    return rng.choice(
        [word for word in BUSINESS if GROUPS[word] != GROUPS[parts.business] and not set(word) & set(parts.business)]
    )


ANY, LONG, FEW = DISTINCT + SHORT, DISTINCT[:6], SHORT
RULES = {
    "suffix of the city left out": (ANY, lambda p, _: p.name(city=p.short_city), "match"),
    "province in front": (ANY, lambda p, _: p.name(city=p.province + p.city), "match"),
    "the other name of the limited company": (ANY, lambda p, _: p.name(form="有限责任公司"), "match"),
    "stamp": (ANY, lambda p, _: p.name() + "（盖章）", "match"),
    "spaces": (ANY, lambda p, _: " ".join(p.name()), "match"),
    "stock company": (ANY, lambda p, _: p.name(form="股份有限公司"), "review"),
    "legal form missing": (ANY, lambda p, _: p.name(form=""), "review"),
    "cut": (ANY, lambda p, _: p.name()[:-1], "review"),
    "branch": (ANY, lambda p, _: p.name() + "海口分公司", "review"),
    "union": (ANY, lambda p, _: p.name() + "工会委员会", "nomatch"),
    "city in brackets in the middle": (ANY, lambda p, _: f"{p.trade}（{p.short_city}）{p.business}有限公司", "review"),
    "city in brackets at the end": (ANY, lambda p, _: f"{p.trade}{p.business}（{p.short_city}）有限公司", "review"),
    "no city": (ANY, lambda p, _: p.name(city=""), "review"),
    "province instead of city": (ANY, lambda p, _: p.name(city=p.province), "review"),
    "short name": (ANY, lambda p, _: p.trade, "review"),
    "general word added": (ANY, lambda p, _: p.name(business=p.business + "管理"), "review"),
    "other city": (ANY, lambda p, rng: p.name(city=other_city(p, rng)), "nomatch"),
    "other city in brackets": (ANY, lambda p, rng: f"{p.trade}（{other_city(p, rng)}）{p.business}有限公司", "nomatch"),
    "one character more": (ANY, lambda p, _: p.name(trade="新" + p.trade), "nomatch"),
    "characters swapped": (ANY, lambda p, _: p.name(trade=p.trade[::-1]), "nomatch"),
    "another character": (ANY, lambda p, _: p.name(trade=p.trade[:-1] + "灏"), "nomatch"),
    "related party": (LONG, lambda p, rng: p.name(business=other_business(p, rng)), "review"),
    "common name, other business": (FEW, lambda p, rng: p.name(business=other_business(p, rng)), "nomatch"),
    "group": (ANY, lambda p, _: p.name(business="", form="（集团）股份有限公司"), "nomatch"),
}


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule):
    trades, change, expected = RULES[rule]
    rng = random.Random(rule)
    wrong = []
    for _ in range(TIMES):
        parts = draw(rng, trades)
        left, right = parts.name(), change(parts, rng)
        comparison = compare(left, right, Kind.ORGANISATION)
        if comparison.verdict != expected:
            wrong.append((left, right, comparison.verdict, [reason.code for reason in comparison.reasons]))
    assert not wrong, wrong[:5]


def test_homophone_cities_differ():
    for one, other in (("苏州", "宿州"), ("台州", "泰州"), ("福州", "抚州"), ("伊春", "宜春"), ("榆林", "玉林")):
        assert named(one) != named(other)
        comparison = compare(f"{one}市锦澜纺织有限公司", f"{other}市锦澜纺织有限公司")
        assert (comparison.verdict, comparison.reasons[0].code) == ("nomatch", "region_homophone")
