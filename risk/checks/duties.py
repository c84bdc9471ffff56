"""Policy checks on what the platform owes: tier limits, goods restriction, verification, supervision (handbook 06-08).

LC167 and LC168 are two entries of the form that belong to no other category.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from risk.checks.card import Parameters, check
from risk.checks.comparing import CENT
from risk.facts import OrderFacts
from risk.findings import PASS, Outcome, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.goods import Goods
from risk.goods_words import GoodsMatch, goods_matches
from risk.reference import Reference


def _unknown(*missing: str) -> Verdict:
    """`no_data` on which the machine does not release: a duty that cannot be checked is an officer's business."""
    return no_data(*missing, floor=Outcome.REVIEW)


@check(
    "LC162",
    Severity.BLOCK,
    category="policy",
    inputs="client.tier line.total history.value_month",
    source="client tiers, handbook 06 §5",
    zh="本单 {value_usd} 美元,超过 {tier} 级客户单笔额度 {limit_usd} 美元",
    en="This order is USD {value_usd}, above the single-order limit USD {limit_usd} of tier {tier}",
    more={
        "month": (
            "本月含本单 {value_usd} 美元,超过 {tier} 级客户月度额度 {limit_usd} 美元",
            "USD {value_usd} this month with this order, above the monthly limit USD {limit_usd} of tier {tier}",
        ),
        "suspended": (
            "{tier} 级客户月度额度为 0(暂停服务),本单 {value_usd} 美元",
            "Tier {tier} has a monthly limit of zero (suspended); this order is USD {value_usd}",
        ),
    },
    confidence="policy",
    direction="E",
    parameters={
        "A_single": Decimal(300_000),
        "A_month": Decimal(2_000_000),
        "B_single": Decimal(100_000),
        "B_month": Decimal(600_000),
        "C_single": Decimal(30_000),
        "C_month": Decimal(150_000),
        "D_single": Decimal(10_000),
        "D_month": Decimal(0),
    },
)
def within_tier_limits(facts: OrderFacts, p: Parameters) -> Verdict:
    """分级额度 | Tier limits"""
    tier = facts.client.tier if facts.client else ""
    single, month = p.get(f"{tier}_single"), p.get(f"{tier}_month")
    if single is None or month is None:
        return _unknown("client.tier")
    value = facts.total_usd
    if value is None:
        return _unknown("declared value in USD")
    if month == 0 < value:
        return hit("suspended", Outcome.HOLD, tier=tier, value_usd=value.quantize(CENT))
    if value > single:
        return hit(tier=tier, value_usd=value.quantize(CENT), limit_usd=single)
    return _within_month(facts, tier, value, month)


def _within_month(facts: OrderFacts, tier: str, value: Decimal, limit: Decimal) -> Verdict:
    if facts.history is None:
        return _unknown("history.value_month")
    in_month = facts.history.value_month + value
    return PASS if in_month <= limit else hit("month", tier=tier, value_usd=in_month.quantize(CENT), limit_usd=limit)


@check(
    "LC163",
    Severity.BLOCK,
    category="policy",
    inputs="line.hs_code line.goods_name client.tier client.prereviewed_categories goods",
    source="published goods restriction register, handbook 07",
    zh="“{goods_name}”属禁止品类 {category} {name_zh}({cause})",
    en="“{goods_name}” is prohibited: category {category} {name_en} ({cause})",
    more={
        "unconfirmed": (
            "“{goods_name}”可能属禁止品类 {category} {name_zh}({cause}),依据未经核实,须人工判定",
            "“{goods_name}” may be prohibited: category {category} {name_en} ({cause}); unconfirmed, "
            "an officer must judge",
        ),
        "tier": (
            "“{goods_name}”属限制品类 {category} {name_zh}({cause}),仅限 {tiers} 级客户,本客户为 {tier} 级",
            "“{goods_name}” is restricted, category {category} {name_en} ({cause}), to tiers {tiers}; "
            "this client is tier {tier}",
        ),
        "prereview": (
            "“{goods_name}”属限制品类 {category} {name_zh}({cause}),未完成事前审核;需:{documents}",
            "“{goods_name}” is restricted, category {category} {name_en} ({cause}), and not pre-reviewed; "
            "needed: {documents}",
        ),
    },
    # how far a row may go is said by the row (confirmed or not), so the card adds no hold of its own
    confidence="policy",
    of_goods=True,
)
def goods_permitted(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """品类限制 | Goods restriction"""
    if "goods" in goods.shipment.unavailable:
        return _unknown("goods restriction register")
    direction = goods.shipment.direction
    matches = goods_matches(goods, reference.goods, goods.shipment.on, direction)
    answers = [_restricted(goods, match) for match in matches if match.criterion.level in LEVELS_THAT_STOP]
    worst = max(answers, key=lambda verdict: verdict.floor, default=PASS)
    if worst is not PASS or goods.hs_code or goods.goods_name:
        return worst
    return _unknown("line.hs_code", "line.goods_name")


LEVELS_THAT_STOP = ("prohibited", "restricted")


def _restricted(goods: Goods, match: GoodsMatch) -> Verdict:
    row = match.criterion
    seen: dict[str, Any] = {
        "goods_name": goods.goods_name[:60],
        "category": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "cause": match.word or f"HS {match.prefix}",
    }
    if row.level == "prohibited":
        return hit("", Outcome.REFUSE, **seen) if row.confirmed else hit("unconfirmed", Outcome.REVIEW, **seen)
    floor = Outcome.HOLD if row.confirmed else Outcome.REVIEW
    tier = goods.shipment.tier
    if row.tiers and tier not in row.tiers:
        return hit("tier", floor, tiers="/".join(row.tiers), tier=tier or "?", **seen)
    if row.code not in goods.shipment.prereviewed:
        return hit("prereview", floor, documents=row.documents or "-", **seen)
    return PASS


@check(
    "LC164",
    Severity.BLOCK,
    category="policy",
    inputs="client.next_verification_on declared_at",
    source="re-verification cycle, handbook 06 §3",
    zh="实地核查应于 {due_on} 完成,至 {declared_on} 已逾期 {overdue_days} 天(超过 {days} 天)",
    en="On-site verification was due {due_on}; on {declared_on} it is {overdue_days} days overdue (more than {days})",
    direction="E",
    parameters={"days": 30},
    of_form=True,
)
def client_verified_in_time(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """核查到期 | Verification overdue"""
    due_on = form.next_verification_on
    if due_on is None:
        return no_data("client.next_verification_on")
    declared_on = form.on
    if declared_on <= due_on + timedelta(days=p["days"]):
        return PASS
    return hit(
        due_on=due_on.isoformat(),
        declared_on=declared_on.isoformat(),
        overdue_days=(declared_on - due_on).days,
        days=p["days"],
    )


@check(
    "LC165",
    Severity.BLOCK,
    category="policy",
    inputs="line.total order_class supervisor_assigned",
    source="loading supervision, handbook 08 §1",
    zh="大额订单({value_usd} 美元,{order_class} 类,界限 {threshold_usd} 美元)未指派现场监装员",
    en="Large order (USD {value_usd}, class {order_class}, threshold USD {threshold_usd}) "
    "without an on-site supervisor",
    direction="E",
    parameters={"threshold_usd": Decimal(100_000)},
    no_data_matters=False,
)
def large_order_supervised(facts: OrderFacts, p: Parameters) -> Verdict:
    """大额须监装 | Large order supervised on site"""
    # before a plan exists nobody can be assigned: the plan made from this judgement sends a supervisor itself
    if facts.supervisor_assigned is not False:
        return PASS
    value, large = facts.total_usd, facts.order_class == "L"
    if value is None and not large:
        return no_data("declared value in USD")
    if not large and value is not None and value < p["threshold_usd"]:
        return PASS
    return hit(
        value_usd="?" if value is None else value.quantize(CENT),
        order_class=facts.order_class or "?",
        threshold_usd=p["threshold_usd"],
    )


@check(
    "LC166",
    Severity.INFO,
    category="policy",
    inputs="supervision_ratio",
    source="at least one declaration in ten supervised, handbook 08 §4",
    zh="本期派员监装比例 {ratio_percent}% 低于 {floor_percent}%,本单将被强制抽中(目标 {target_percent}%)",
    en="On-site supervision stands at {ratio_percent} %, below {floor_percent} %: this order will be selected "
    "(target {target_percent} %)",
    direction="E",
    parameters={"floor_percent": Decimal(10), "target_percent": Decimal(12)},
    no_data_matters=False,
)
def supervision_ratio_kept(facts: OrderFacts, p: Parameters) -> Verdict:
    """监装比例 | Supervision ratio"""
    if facts.supervision_ratio is None:
        return no_data("supervision_ratio")
    percent = facts.supervision_ratio * 100
    if percent >= p["floor_percent"]:
        return PASS
    shown = {"floor_percent": p["floor_percent"], "target_percent": p["target_percent"]}
    return hit(ratio_percent=percent.quantize(CENT), **shown)


@check(
    "LC167",
    Severity.WARN,
    category="policy",
    inputs="header.price_promises header.direction",
    source="single-window message specification, handbook 02 §2",
    zh="价格说明“{value}”应为 3 位或 5 位,每位为 0、1 或 9",
    en="Price promises “{value}” must be 3 or 5 characters, each 0, 1 or 9",
    more={
        "export": (
            "出口报关单价格说明“{value}”只能填 9 或 0",
            "Price promises “{value}” of an export may only be 9 or 0",
        ),
    },
    confidence="medium",
    of_form=True,
)
def price_promises_well_formed(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """申报价格承诺 | Price promises"""
    value = form.price_promises.strip()
    if not value:
        return no_data("header.price_promises")
    if len(value) not in (3, 5) or set(value) - set("019"):
        return hit(value=value[:20])
    return hit("export", value=value) if form.direction == "E" and "1" in value else PASS


@check(
    "LC168",
    Severity.WARN,
    category="policy",
    inputs="header.supervision_mode header.remarks",
    source="declaration software rules, handbook 04",
    zh="监管方式 {mode} 出口,备注须填写加工费",
    en="Export under mode {mode}: the remarks must state the processing fee",
    direction="E",
    parameters={"modes": ("0214",)},
    of_form=True,
)
def processing_fee_remarked(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """备注填报 | Remarks required"""
    if form.supervision_mode in p["modes"] and not form.remarks:
        return hit(mode=form.supervision_mode)
    return PASS


CHECKS = (
    within_tier_limits,
    goods_permitted,
    client_verified_in_time,
    large_order_supervised,
    supervision_ratio_kept,
    price_promises_well_formed,
    processing_fee_remarked,
)
