"""Price checks against own history: robust band, value per kilogram, jump (handbook 04 §3, category price)."""

from decimal import Context, Decimal
from functools import lru_cache
from math import log

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.facts import OrderFacts, PriceBand
from risk.findings import PASS, Outcome, Severity, Status, Verdict, hit
from risk.mass import line_kilograms
from risk.nouns.line import Line

ZERO, CENT = Decimal(0), Decimal("0.01")
PRICE_STEP = Decimal("0.0001")
NORMAL = Decimal("0.6745")
"""Makes the median absolute deviation of a normal distribution comparable with its standard deviation."""
FLOAT_NORMAL = float(NORMAL)
LOGARITHM = Context(prec=16)


@lru_cache(maxsize=1024)
def _too_few(samples: int, minimum: int) -> Verdict:
    """Not enough data is an answer, and the number of samples stands in it."""
    return Verdict(
        Status.NO_DATA,
        "",
        {"missing": f"prices.samples ({samples} < {minimum})", "samples": samples, "minimum": minimum},
    )


@check(
    "LC054",
    Severity.WARN,
    category="price",
    inputs="line.unit_price line.unit line.currency prices",
    source="robust band over accepted history, handbook 04 §3",
    confidence="medium",
    zh="单价 {price_usd} 美元/{unit} 偏离价格库中位数 {median_usd}(z = {z},界限 {limit},{samples} 个样本,范围 {scope})",
    en="Price {price_usd} USD per {unit} is off the median {median_usd} of the price database (z = {z}, limit {limit}, "
    "{samples} samples of {scope})",
    more={
        "extreme": (
            "单价 {price_usd} 美元/{unit} 严重偏离价格库中位数 {median_usd}"
            "(z = {z},界限 {limit},{samples} 个样本,范围 {scope})",
            "Price {price_usd} USD per {unit} is far off the median {median_usd} of the price database (z = {z}, limit "
            "{limit}, {samples} samples of {scope})",
        )
    },
    direction="E",
    parameters={
        "minimum_samples": 20,
        "warn_z": Decimal("3.5"),
        "extreme_z": Decimal(5),
        "scale_without_spread": Decimal("0.05"),
    },
    no_data_matters=False,
    per_line=True,
)
def price_in_band(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """价格数据库区间 | Price inside the band of the price database

    z on the log scale; an extreme price asks for a review by itself. Where history shows no spread at all, a twentieth
    of the median stands for it.
    """
    band = facts.price_band(line.line_number)
    if band is None or band.samples < p["minimum_samples"]:
        return _too_few(band.samples if band else 0, p["minimum_samples"])
    price = _price_usd(facts, line, band)
    if price is None or price <= ZERO or band.log_median is None or band.log_mad is None:
        return missing(
            ("line.unit_price", price if price and price > 0 else None),
            ("prices.log_median", band.log_median),
            ("prices.log_mad", band.log_mad),
        )
    spread = band.log_mad or p["scale_without_spread"]
    if _clearly_usual(price, band.log_median, p["warn_z"], spread):
        return PASS
    z = NORMAL * (price.ln(LOGARITHM) - band.log_median) / spread
    if abs(z) <= p["warn_z"]:
        return PASS
    extreme = abs(z) > p["extreme_z"]
    return hit(
        "extreme" if extreme else "",
        Outcome.REVIEW if extreme else Outcome.RELEASE,
        price_usd=price.quantize(PRICE_STEP),
        unit=band.unit,
        median_usd=(band.log_median.exp(LOGARITHM) if band.median is None else band.median).quantize(PRICE_STEP),
        z=z.quantize(CENT),
        limit=p["extreme_z"] if extreme else p["warn_z"],
        samples=band.samples,
        scope=band.scope,
    )


def _clearly_usual(price: Decimal, log_median: Decimal, limit: Decimal, spread: Decimal) -> bool:
    """Whether z is well inside `limit`, seen in floats: exact logarithms cost much and are for the border."""
    return abs(log(price) - float(log_median)) * FLOAT_NORMAL < 0.999 * float(limit) * float(spread)


def _price_usd(facts: OrderFacts, line: Line, band: PriceBand) -> Decimal | None:
    """USD for one of the band's units: the unit price, or the total over the statutory quantity in that unit."""
    rate = facts.reference.usd_rate(line.currency, facts.declared_on)
    if rate is None:
        return None
    if band.unit == line.unit:
        return None if line.unit_price is None else line.unit_price * rate
    for unit, quantity in ((line.first_unit, line.first_quantity), (line.second_unit, line.second_quantity)):
        if band.unit == unit and quantity and line.total is not None:
            return line.total * rate / quantity
    return None


@check(
    "LC055",
    Severity.WARN,
    category="price",
    inputs="line.total line.currency line.first_quantity line.second_quantity line.quantity prices",
    source="percentiles of accepted history, handbook 04 §3",
    confidence="medium",
    zh="每千克价值 {per_kg_usd} 美元低于价格库第 1 百分位 {low_usd}({samples} 个样本,高位 {high_usd}),疑低报",
    en="{per_kg_usd} USD per kg is below percentile 1 of the price database, {low_usd} ({samples} samples, "
    "percentile 99 {high_usd})",
    more={
        "high": (
            "每千克价值 {per_kg_usd} 美元高于价格库第 99 百分位 {high_usd}({samples} 个样本,低位 {low_usd}),疑高报",
            "{per_kg_usd} USD per kg is above percentile 99 of the price database, {high_usd} ({samples} samples, "
            "percentile 1 {low_usd})",
        )
    },
    direction="E",
    parameters={"minimum_samples": 20},
    no_data_matters=False,
    per_line=True,
)
def value_per_kilogram(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """单位千克价值 | Value per kilogram"""
    band = facts.price_band(line.line_number)
    if band is None or band.samples < p["minimum_samples"]:
        return _too_few(band.samples if band else 0, p["minimum_samples"])
    low, high = band.value_per_kg_p01, band.value_per_kg_p99
    rate = facts.reference.usd_rate(line.currency, facts.declared_on)
    kilograms = line_kilograms(line, facts.reference, facts.declared_on)
    if line.total is None or rate is None or not kilograms or low is None or high is None:
        return missing(
            ("line.total", line.total),
            (f"rates.{line.currency}", rate),
            ("line.quantity", kilograms or None),
            ("prices.value_per_kg_p01", low),
            ("prices.value_per_kg_p99", high),
        )
    value = line.total * rate / kilograms
    if low <= value <= high:
        return PASS
    return hit(
        "high" if value > high else "",
        per_kg_usd=value.quantize(PRICE_STEP),
        low_usd=low,
        high_usd=high,
        samples=band.samples,
    )


@check(
    "LC056",
    Severity.WARN,
    category="price",
    inputs="line.goods_name line.unit_price line.currency history.median_price_90d",
    source="handbook 04",
    confidence="medium",
    zh="单价 {price_usd} 美元与该客户近90天同名货物中位数 {median_usd} 相差 {change_percent}%,超过 {limit_percent}%",
    en="Price {price_usd} USD is {change_percent}% off the client's own 90-day median {median_usd} (limit "
    "{limit_percent}%)",
    direction="E",
    parameters={"highest_change": Decimal("0.5")},
    no_data_matters=False,
    per_line=True,
)
def price_like_own_history(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """同客户同货单价突变 | Price jump of the same client and goods"""
    median = facts.history.median_price_90d.get(line.goods_name) if facts.history else None
    if not median:
        return _too_few(0, 1)
    rate = facts.reference.usd_rate(line.currency, facts.declared_on)
    if line.unit_price is None or rate is None:
        return missing(("line.unit_price", line.unit_price), (f"rates.{line.currency}", rate))
    price = line.unit_price * rate
    change = price / median - 1
    if abs(change) <= p["highest_change"]:
        return PASS
    return hit(
        price_usd=price.quantize(PRICE_STEP),
        median_usd=median,
        change_percent=(change * 100).quantize(CENT),
        limit_percent=p["highest_change"] * 100,
    )


CHECKS = (price_in_band, value_per_kilogram, price_like_own_history)
