"""Classification checks: the code itself, the name against it, changes of code (handbook 04, LC060 to LC065)."""

from collections.abc import Mapping, Sequence

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.goods_chapters import chapter_words
from risk.nouns.line import Line
from risk.once import once_per_object
from risk.reference import Reference, Tariff
from risk.words import normal, word_set

HS10 = 10
HS8 = 8


@check(
    "LC060",
    Severity.BLOCK,
    category="hs",
    inputs="line.hs_code",
    source="single-window message specification, handbook 04",
    zh="商品编号 {hs_code} 不是10位数字",
    en="Commodity code {hs_code} does not have 10 digits",
    of_goods=True,
)
def hs_code_has_ten_digits(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """编码位数 | HS digits"""
    code = goods.hs_code
    if len(code) == HS10 and code.isdigit() and code.isascii():
        return PASS
    return hit(hs_code=code) if code else no_data("line.hs_code")


@check(
    "LC061",
    Severity.BLOCK,
    category="hs",
    inputs="line.hs_code order.declared_at reference.tariff",
    source="tariff of the year, handbook 03 §12",
    zh="商品编号 {hs_code} 不在 {on} 有效的税则中",
    en="Commodity code {hs_code} is not in the tariff in force on {on}",
    more={
        "outside": (
            "商品编号 {hs_code} 仅在 {valid_from} 至 {valid_to} 有效,申报日为 {on}",
            "Commodity code {hs_code} is valid from {valid_from} to {valid_to} only, declared on {on}",
        )
    },
    of_goods=True,
)
def hs_code_is_in_force(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """编码有效期 | HS code valid on date"""
    on = goods.shipment.on
    if reference.tariff_row(goods.hs_code, on) is not None:
        return PASS
    known = reference.tariff.get(goods.hs_code)
    if known:
        nearest = known[-1]
        return hit(
            "outside",
            hs_code=goods.hs_code,
            on=on.isoformat(),
            valid_from=nearest.valid_from.isoformat(),
            valid_to=nearest.valid_to.isoformat(),
        )
    if not goods.hs_code:
        return no_data("line.hs_code")
    if reference.tariff_complete:
        return hit(hs_code=goods.hs_code, on=on.isoformat())
    return no_data(f"reference.tariff[{goods.hs_code}]")


@check(
    "LC062",
    Severity.WARN,
    category="hs",
    inputs="line.goods_name line.hs_code reference.keyword_chapters",
    source="keyword table, handbook 04 §5",
    zh="品名含“{words}”,通常归入第 {allowed} 章,申报编号 {hs_code} 在第 {chapter} 章",
    en="The name says “{words}”, usually chapter {allowed}; the declared code {hs_code} is in chapter {chapter}",
    confidence="medium",
    of_goods=True,
)
def goods_name_fits_chapter(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """品名与章次关键字 | Goods name vs chapter"""
    if not goods.goods_name or not goods.hs_code:
        return no_data("line.goods_name", "line.hs_code")
    keywords = reference.keyword_chapters
    if not keywords:
        return no_data("reference.keyword_chapters")
    suggestion = chapter_words(keywords).suggested(goods.goods_name)
    if suggestion is None or goods.hs_code[:2] in suggestion[1]:
        return PASS
    return hit(
        words=suggestion[0], allowed=", ".join(sorted(suggestion[1])), hs_code=goods.hs_code, chapter=goods.hs_code[:2]
    )


@check(
    "LC063",
    Severity.BLOCK,
    category="hs",
    inputs="line.goods_name",
    source="standard declaration practice, handbook 04",
    zh="品名“{goods_name}”过于笼统,应申报具体商品名称",
    en="Goods name “{goods_name}” is too generic; declare the goods themselves",
    more={
        "short": (
            "品名“{goods_name}”不足 {minimum} 个字,无法识别商品",
            "Goods name “{goods_name}” is shorter than {minimum} characters and names no goods",
        )
    },
    parameters={
        "generic": (
            *("配件", "零件", "样品", "杂货", "日用品", "百货", "礼品", "其他", "其它"),
            *("parts", "accessories", "samples", "sample", "gifts", "goods", "others"),
        ),
        "minimum_length": 2,
    },
    of_goods=True,
)
def goods_name_is_specific(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """笼统品名 | Generic names"""
    name = normal(goods.goods_name)
    if not name:
        return no_data("line.goods_name")
    if name in word_set(p["generic"]):
        return hit(goods_name=goods.goods_name)
    if len(name) < p["minimum_length"]:
        return hit("short", goods_name=goods.goods_name, minimum=p["minimum_length"])
    return PASS


def _earlier_codes(facts: OrderFacts, line: Line) -> frozenset[str] | None:
    """HS8 codes under which the client declared this name before; None when the history is not at hand."""
    if facts.history is None:
        return None
    by_name = facts.history.hs8_by_goods_name
    return by_name.get(line.goods_name) or by_name.get(normal(line.goods_name)) or frozenset()


@check(
    "LC064",
    Severity.WARN,
    category="hs",
    inputs="line.goods_name line.hs_code history",
    source="platform history, handbook 04",
    zh="“{goods_name}”本次归入 {hs8},该客户此前申报为 {earlier}",
    en="“{goods_name}” is declared under {hs8}; this client declared it under {earlier} before",
    confidence="medium",
    direction="E",
    per_line=True,
)
def same_name_same_code(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """同名不同码 | Same name, new code"""
    earlier = _earlier_codes(facts, line)
    if earlier is None:
        return no_data("history")
    hs8 = line.hs_code[:HS8]
    if not earlier or hs8 in earlier:
        return PASS
    if not hs8:
        return no_data("line.hs_code")
    return hit(goods_name=line.goods_name, hs8=hs8, earlier=", ".join(sorted(earlier)))


def _by_hs8(tariff: Mapping[str, Sequence[Tariff]]) -> dict[str, list[Tariff]]:
    grouped: dict[str, list[Tariff]] = {}
    for hs10, rows in tariff.items():
        grouped.setdefault(hs10[:HS8], []).extend(rows)
    return grouped


_tariff_by_hs8 = once_per_object(_by_hs8)


@check(
    "LC065",
    Severity.WARN,
    category="hs",
    inputs="line.goods_name line.hs_code history reference.tariff",
    source="refund-fraud typology, handbook 06",
    zh="“{goods_name}”由 {earlier}(退税率 {old_percent}%)换为 {hs_code}(退税率 {new_percent}%)",
    en="“{goods_name}” moved from {earlier} (rebate {old_percent}%) to {hs_code} (rebate {new_percent}%)",
    confidence="medium",
    direction="E",
    no_data_matters=False,  # LC064 prices a missing history; the tariff at hand may be a part of the whole
    per_line=True,
)
def no_switch_to_higher_rebate(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """高退税率换码 | Higher-rebate code switch"""
    earlier = _earlier_codes(facts, line)
    if earlier is None:
        return no_data("history")
    if not earlier or line.hs_code[:HS8] in earlier:
        return PASS
    on = facts.declared_on
    row = facts.reference.tariff_row(line.hs_code, on)
    known = _tariff_by_hs8(facts.reference.tariff)
    # a code that has ended since still had its rebate, so rows of any date count for the earlier codes
    old = [[one.rebate_percent for one in known.get(hs8, ()) if one.rebate_percent is not None] for hs8 in earlier]
    if row is None or row.rebate_percent is None or not all(old):
        return no_data(f"reference.tariff.rebate_percent[{line.hs_code}, {', '.join(sorted(earlier))}]")
    highest = max(map(max, old))
    if row.rebate_percent <= highest:
        return PASS
    return hit(
        goods_name=line.goods_name,
        hs_code=line.hs_code,
        earlier=", ".join(sorted(earlier)),
        old_percent=highest,
        new_percent=row.rebate_percent,
    )


CHECKS = (
    hs_code_has_ten_digits,
    hs_code_is_in_force,
    goods_name_fits_chapter,
    goods_name_is_specific,
    same_name_same_code,
    no_switch_to_higher_rebate,
)
