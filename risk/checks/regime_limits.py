"""Regime checks on what a supervision mode allows: limits, filings, the platform's own choice (LC097 to LC101)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.reference import Reference

CENT = Decimal("0.01")


@check(
    "LC097",
    Severity.BLOCK,
    category="regime",
    inputs="header.supervision_mode lines.total lines.currency reference.rates",
    source="market procurement rules, handbook 03 §1",
    zh="市场采购本单货值 {total_usd} 美元,单票不得超过 {maximum_usd} 美元",
    en="Market procurement of USD {total_usd}; one declaration may not exceed USD {maximum_usd}",
    direction="E",
    parameters={"modes": ("1039",), "maximum_usd": Decimal(150_000)},
)
def market_procurement_limit(facts: OrderFacts, p: Parameters) -> Verdict:
    """市场采购限额 | Market procurement limit"""
    return _above(facts, p)


@check(
    "LC101",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode lines.total lines.currency reference.rates",
    source="platform parameter, handbook 04",
    zh="货样广告品货值 {total_usd} 美元,超过 {maximum_usd} 美元",
    en="Samples worth USD {total_usd}, above USD {maximum_usd}",
    confidence="low",
    direction="E",
    parameters={"modes": ("3010",), "maximum_usd": Decimal(5000)},
)
def samples_value_is_low(facts: OrderFacts, p: Parameters) -> Verdict:
    """样品价值 | Samples value"""
    return _above(facts, p)


def _above(facts: OrderFacts, p: Parameters) -> Verdict:
    mode = facts.order.declaration.header.supervision_mode
    if not mode:
        return no_data("header.supervision_mode")
    if mode not in p["modes"]:
        return PASS
    total = facts.total_usd
    if total is None:
        return no_data("lines.total", "lines.currency", "reference.rates")
    return hit(total_usd=total.quantize(CENT), maximum_usd=p["maximum_usd"]) if total > p["maximum_usd"] else PASS


@check(
    "LC098",
    Severity.BLOCK,
    category="regime",
    inputs="header.supervision_mode order.ecommerce_order_number order.overseas_warehouse_filing",
    source="cross-border e-commerce B2B export rules, handbook 03 §1",
    zh="监管方式 {mode} 须有跨境电商订单,本单未提供订单号",
    en="Supervision mode {mode} needs the e-commerce order, but no order number is given",
    more={
        "warehouse": (
            "监管方式 {mode} 须有海外仓备案,本单未提供备案信息",
            "Supervision mode {mode} needs the overseas-warehouse filing, but none is given",
        )
    },
    confidence="medium",
    direction="E",
    parameters={"order_modes": ("9710",), "warehouse_modes": ("9810",)},
    no_data_matters=False,  # LC090 prices a missing mode
    of_form=True,
)
def ecommerce_papers_are_given(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """电商监管方式单证 | E-commerce documents"""
    mode = form.supervision_mode
    if not mode:
        return no_data("header.supervision_mode")
    if mode in p["order_modes"] and not form.ecommerce_order:
        return hit(mode=mode)
    if mode in p["warehouse_modes"] and not form.overseas_warehouse:
        return hit("warehouse", mode=mode)
    return PASS


@check(
    "LC099",
    Severity.BLOCK,
    category="regime",
    inputs="header.supervision_mode",
    source="platform policy, handbook 03 §1",
    zh="平台不承办监管方式 {mode}(承办:{served})",
    en="The platform does not serve supervision mode {mode} (it serves {served})",
    confidence="policy",
    direction="E",
    parameters={"served": ("0110", "1039", "9710", "9810", "9610", "3010")},
    no_data_matters=False,  # as LC098
    of_form=True,
)
def mode_is_served(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """外综服可用监管方式 | Modes the platform accepts"""
    mode = form.supervision_mode
    if not mode:
        return no_data("header.supervision_mode")
    return PASS if mode in p["served"] else hit(mode=mode, served=", ".join(p["served"]))


@check(
    "LC100",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode header.arrival_country",
    source="declaration software rules, handbook 03 §1",
    zh="监管方式 {mode} 为境内结转,运抵国应为 {expected},现为 {country}",
    en="Supervision mode {mode} is a domestic transfer: the arrival country is {expected}, not {country}",
    confidence="medium",
    direction="E",
    parameters={"modes": ("0654", "0657", "1427"), "country": "CHN"},
    no_data_matters=False,  # LC090 prices a missing mode, LC110 a missing country
    of_form=True,
)
def transfer_stays_in_china(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """结转类运抵国 | Domestic transfer destination"""
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    if form.supervision_mode not in p["modes"] or form.arrival_country == p["country"]:
        return PASS
    if not form.arrival_country:
        return no_data("header.arrival_country")
    return hit(mode=form.supervision_mode, expected=p["country"], country=form.arrival_country)


CHECKS = (
    market_procurement_limit,
    ecommerce_papers_are_given,
    mode_is_served,
    transfer_stays_in_china,
    samples_value_is_low,
)
