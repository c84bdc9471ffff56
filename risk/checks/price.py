"""Price checks: arithmetic, currency, the invoice (handbook 04, category price). History: `price_history`."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.declared_value import currencies_and_total
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.nouns.line import Line
from risk.reference import Reference


@check(
    "LC050",
    Severity.BLOCK,
    category="price",
    inputs="line.quantity line.unit_price line.total",
    source="rounding of the message fields, handbook 04 §2",
    zh="数量 {quantity} × 单价 {unit_price} = {product},申报总价 {total},相差 {gap},超过进位容差 {tolerance}",
    en="Quantity {quantity} × price {unit_price} = {product}, declared total {total}: {gap} apart, rounding explains "
    "{tolerance}",
    parameters={"price_rounding": Decimal("0.00005"), "total_rounding": Decimal("0.005")},
    per_line=True,
)
def total_is_quantity_times_price(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """总价等于数量乘单价 | Total equals quantity times price"""
    quantity, price, total = line.quantity, line.unit_price, line.total
    if quantity is None or price is None or total is None:
        return missing(("line.quantity", quantity), ("line.unit_price", price), ("line.total", total))
    product = quantity * price
    gap, tolerance = abs(total - product), quantity * p["price_rounding"] + p["total_rounding"]
    if gap <= tolerance:
        return PASS
    return hit(quantity=quantity, unit_price=price, product=product, total=total, gap=gap, tolerance=tolerance)


@check(
    "LC051",
    Severity.BLOCK,
    category="price",
    inputs="line.unit_price line.total",
    source="single-window message specification; free goods still declare a value",
    zh="单价 {unit_price}、总价 {total} 应大于零,免费货物也须申报价值",
    en="Price {unit_price} and total {total} must be above zero; free goods declare a value too",
    per_line=True,
)
def price_positive(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """单价总价为正 | Price and total are positive"""
    price, total = line.unit_price, line.total
    if (price is not None and price <= 0) or (total is not None and total <= 0):
        return hit(unit_price="-" if price is None else price, total="-" if total is None else total)
    if price is None or total is None:
        return missing(("line.unit_price", price), ("line.total", total))
    return PASS


@check(
    "LC052",
    Severity.BLOCK,
    category="price",
    inputs="line.currency",
    source="single-window message specification, handbook 03 §6",
    zh="币制代码 {currency} 不在代码表中",
    en="Currency {currency} is not in the code table",
    more={
        "legacy": (
            "币制代码 {currency} 是已停用的数字代码,应填三位字母代码",
            "Currency {currency} is a retired numeric code; use the three-letter code",
        )
    },
    of_goods=True,
)
def currency_known(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """币制有效 | Currency valid"""
    if not goods.currency:
        return no_data("line.currency")
    if reference.code("currency", goods.currency, goods.shipment.on):
        return PASS
    return hit("legacy" if goods.currency.isdigit() else "", currency=goods.currency)


@check(
    "LC053",
    Severity.WARN,
    category="price",
    inputs="line.currency",
    source="handbook 04",
    confidence="medium",
    zh="同一报关单使用了 {count} 种币制:{currencies}",
    en="One declaration in {count} currencies: {currencies}",
)
def one_currency(facts: OrderFacts, p: Parameters) -> Verdict:
    """币制一致 | Single currency"""
    currencies, _ = currencies_and_total(facts)
    if len(currencies) > 1:
        return hit(count=len(currencies), currencies=", ".join(currencies))
    blank = "" in [line.currency for line in facts.order.declaration.lines]
    return PASS if currencies and not blank else no_data("line.currency")


@check(
    "LC057",
    Severity.INFO,
    category="price",
    inputs="line.unit_price",
    source="handbook 04",
    confidence="low",
    zh="{lines} 项商品的单价全部是同一整数 {unit_price}",
    en="All {lines} lines have the same whole-number price {unit_price}",
    parameters={"minimum_lines": 3},
    no_data_matters=False,
    direction="E",
)
def prices_not_all_alike(facts: OrderFacts, p: Parameters) -> Verdict:
    """价格整数化 | Identical whole-number prices"""
    lines = facts.order.declaration.lines
    if len(lines) < p["minimum_lines"]:
        return PASS
    prices = [line.unit_price for line in lines if line.unit_price is not None]
    if prices and (prices[0] != prices[0].to_integral_value() or any(price != prices[0] for price in prices)):
        return PASS
    if len(prices) < len(lines):
        return no_data("line.unit_price")
    return hit(lines=len(lines), unit_price=prices[0])


@check(
    "LC058",
    Severity.BLOCK,
    category="price",
    inputs="line.total line.currency invoice.total",
    source="comparison of documents, handbook 04 §4",
    zh="报关总值 {declared} {currency} 与发票总值 {invoiced} {invoice_currency} 相差 {gap}",
    en="Declared total {declared} {currency} and invoice total {invoiced} {invoice_currency} differ by {gap}",
    more={
        "currency": (
            "报关币制 {currency} 与发票币制 {invoice_currency} 不一致",
            "The declaration is in {currency}, the invoice in {invoice_currency}",
        )
    },
    direction="E",
    parameters={"tolerance": Decimal("0.01")},
)
def total_as_invoiced(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口总值与合同发票 | Declared total equals the invoice"""
    invoice = facts.order.invoice
    invoiced = invoice.total if invoice else None
    currencies, declared = currencies_and_total(facts)
    if invoiced is None or not currencies:
        return missing(("invoice.total", invoiced), ("line.currency", ", ".join(currencies)))
    if currencies != (invoiced.currency,):
        return hit("currency", currency=", ".join(currencies), invoice_currency=invoiced.currency)
    if declared is None:
        return no_data("line.total")
    gap = abs(declared - invoiced.amount)
    if gap <= p["tolerance"]:
        return PASS
    return hit(
        declared=declared,
        currency=invoiced.currency,
        invoiced=invoiced.amount,
        invoice_currency=invoiced.currency,
        gap=gap,
    )


CHECKS = (
    total_is_quantity_times_price,
    price_positive,
    currency_known,
    one_currency,
    prices_not_all_alike,
    total_as_invoiced,
)
