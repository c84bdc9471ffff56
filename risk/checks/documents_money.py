"""Document checks around the money: VAT invoices and foreign exchange receipts (handbook 04 §3, §4).

VAT invoices and receipts arrive late in an order's life: their absence costs nothing, what is there is judged strictly.
Who invoices the platform depends on the business mode (handbook 01 §1.2); in the other modes these checks pass.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.comparing import CENT, SHOWN, first_or_missing, percent_apart
from risk.days import china_day
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.fob import cny_for_one_usd, fob_usd
from risk.nouns.documents import VatInvoiceLine
from risk.nouns.line import Line
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Role
from risk.party_names import same_company, spelling
from risk.words import normal

NOT_INVOICED = frozenset({BusinessMode.AGENCY_EXPORT, BusinessMode.PURE_SERVICE})
"""Modes in which no VAT invoice goes to the platform."""

RATE_DAYS = {"sales_day": False, "month_start": True}
"""The two days a company may take its rate from; a policy that names another fails the check instead of guessing."""

_TAX_CLASS = re.compile(r"^\*[^*]*\*")
_NOT_A_WORD = re.compile(r"[\W_]+")


def _vat_lines(order: Order, position: int, line: Line) -> list[VatInvoiceLine]:
    number = position if line.line_number is None else line.line_number
    return [item for invoice in order.vat_invoices for item in invoice.lines if item.line_number == number]


def _numbered(order: Order) -> Iterator[tuple[int, Line, list[VatInvoiceLine]]]:
    for position, line in enumerate(order.declaration.lines, start=1):
        yield line.line_number or position, line, _vat_lines(order, position, line)


def _has_vat_lines(order: Order) -> bool:
    return any(invoice.lines for invoice in order.vat_invoices)


@check(
    "LC144",
    Severity.WARN,
    category="document",
    inputs="vat_invoices.lines.goods_name vat_invoices.lines.tax_class line.goods_name line.hs_code",
    source="refund practice, handbook 04 §3",
    zh="第 {item} 项:增值税发票品名“{invoice_name}”与报关品名“{goods_name}”不一致,也不属于第 {chapter} 章商品",
    en="Item {item}: VAT invoice name “{invoice_name}” is not “{goods_name}”, nor goods of chapter {chapter}",
    direction="E",
    no_data_matters=False,
)
def vat_invoice_names_the_goods(facts: OrderFacts, p: Parameters) -> Verdict:
    """增值税发票品名 | Goods name of the VAT invoice"""
    order = facts.order
    if order.business_mode in NOT_INVOICED:
        return PASS
    if not _has_vat_lines(order):
        return no_data("vat_invoices.lines")
    for number, line, items in _numbered(order):
        for item in items:
            if not _same_goods(facts, item.goods_name, line):
                return hit(
                    item=number,
                    invoice_name=item.goods_name[:SHOWN],
                    goods_name=line.goods_name[:SHOWN],
                    chapter=line.hs_code[:2],
                )
    return PASS


def _same_goods(facts: OrderFacts, invoice_name: str, line: Line) -> bool:
    invoiced, declared = _goods_words(invoice_name), _goods_words(line.goods_name)
    if invoiced and declared and (invoiced in declared or declared in invoiced):
        return True
    words = facts.reference.keyword_chapters.items()
    whole = normal(invoice_name)
    return any(line.hs_code[:2] in chapters for word, chapters in words if normal(word) in whole)


def _goods_words(name: str) -> str:
    """A goods name without the `*tax class*` in front, width, case and punctuation."""
    return _NOT_A_WORD.sub("", _TAX_CLASS.sub("", unicodedata.normalize("NFKC", name).strip())).upper()


@check(
    "LC145",
    Severity.BLOCK,
    category="document",
    inputs="vat_invoices.lines.quantity vat_invoices.lines.unit line.quantity line.unit line.first_quantity "
    "line.first_unit line.second_quantity line.second_unit",
    source="refund practice, handbook 04 §3",
    zh="第 {item} 项:发票数量 {invoice_quantity} {invoice_unit},与申报的任一计量单位({declared})都不符",
    en="Item {item}: invoiced {invoice_quantity} {invoice_unit} equals none of the declared quantities ({declared})",
    more={"uncovered": ("第 {item} 项没有对应的增值税发票行", "No VAT invoice line covers item {item}")},
    direction="E",
    no_data_matters=False,
)
def vat_invoice_quantity_declared(facts: OrderFacts, p: Parameters) -> Verdict:
    """增值税发票数量单位 | Quantity and unit of the VAT invoice"""
    order = facts.order
    if order.business_mode in NOT_INVOICED:
        return PASS
    if not _has_vat_lines(order):
        return no_data("vat_invoices.lines")
    return first_or_missing(*_quantity_answers(facts))


def _quantity_answers(facts: OrderFacts) -> tuple[list[Verdict], list[str]]:
    problems: list[Verdict] = []
    missing: list[str] = []
    for number, line, items in _numbered(facts.order):
        if not items:
            problems.append(hit("uncovered", item=number))
            continue
        units = {unit_code(facts, item.unit) for item in items}
        quantities = [item.quantity for item in items if item.quantity is not None]
        if len(quantities) < len(items) or "" in units:
            missing.append(f"quantity and unit of VAT item {number}")
            continue
        total = sum(quantities, Decimal(0))
        declared = {(unit_code(facts, unit), quantity) for unit, quantity in _declared_quantities(line)}
        if len(units) > 1 or (next(iter(units)), total) not in declared:
            shown = ", ".join(f"{quantity} {unit}" for unit, quantity in _declared_quantities(line))
            units_shown = "+".join(sorted(units))
            problems.append(hit(item=number, invoice_quantity=total, invoice_unit=units_shown, declared=shown or "-"))
    return problems[:1], missing[:5]


def _declared_quantities(line: Line) -> list[tuple[str, Decimal]]:
    triples = (
        (line.unit, line.quantity),
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
    )
    return list(dict.fromkeys((unit, quantity) for unit, quantity in triples if unit and quantity is not None))


def unit_code(facts: OrderFacts, written: str) -> str:
    """The code of a unit written as code or Chinese name; what the table does not know stays as written."""
    units = facts.reference.tables.get("unit", {})
    text = written.strip()
    if not text or text in units:
        return text
    return next((code for code, rows in units.items() if rows and rows[0].name_zh == text), text)


def _invoiced_cny(order: Order) -> Decimal | None:
    """Sum of the VAT invoices without tax; None when one has no amount in CNY."""
    amounts = [invoice.amount for invoice in order.vat_invoices]
    total = Decimal(0)
    for amount in amounts:
        if amount is None or amount.currency != "CNY":
            return None
        total += amount.amount
    return total if amounts else None


@check(
    "LC146",
    Severity.BLOCK,
    category="document",
    inputs="business_mode vat_invoices.amount line.total header.trade_term rates",
    source="SAT announcement 2017 No. 35, handbook 04 §3",
    zh="代办退税专用发票 {invoiced_cny} 元,离岸价 {fob_usd} 美元 × {rate} = {fob_cny} 元,"
    "相差 {gap_cny} 元,允许 {allowed_cny} 元",
    en="Agency-refund invoice CNY {invoiced_cny}; FOB USD {fob_usd} × {rate} = CNY {fob_cny}: CNY {gap_cny} apart, "
    "CNY {allowed_cny} allowed",
    direction="E",
    parameters={"allowed_percent": Decimal("0.1"), "allowed_cny": Decimal(1), "rate_day": "sales_day"},
    no_data_matters=False,
)
def agency_invoice_equals_fob(facts: OrderFacts, p: Parameters) -> Verdict:
    """代办退税发票金额 | Amount of the agency-refund invoice"""
    order = facts.order
    if order.business_mode is not BusinessMode.AGENCY_REFUND:
        return PASS
    invoiced, fob = _invoiced_cny(order), fob_usd(facts)
    rate = cny_for_one_usd(facts.reference, facts.declared_on, month_start=RATE_DAYS[p["rate_day"]])
    if invoiced is None or fob is None or rate is None:
        known = (("vat_invoices.amount", invoiced), ("FOB", fob), ("rate CNY", rate))
        return no_data(*(name for name, value in known if value is None))
    fob_cny = fob * rate
    gap = abs(invoiced - fob_cny)
    allowed = max(p["allowed_cny"], abs(fob_cny) * p["allowed_percent"] / 100)
    if gap <= allowed:
        return PASS
    return hit(
        invoiced_cny=invoiced,
        fob_usd=fob.quantize(CENT),
        rate=rate.quantize(Decimal("0.0001")),
        fob_cny=fob_cny.quantize(CENT),
        gap_cny=gap.quantize(CENT),
        allowed_cny=allowed.quantize(CENT),
    )


@check(
    "LC147",
    Severity.WARN,
    category="document",
    inputs="business_mode vat_invoices.amount line.total header.trade_term",
    source="exchange cost, handbook 04 §3; the band is set by the local tax office",
    zh="换汇成本 {cost} 元/美元(进货 {invoiced_cny} 元 ÷ 离岸价 {fob_usd} 美元),超出 {low}–{high}",
    en="Exchange cost CNY {cost} per USD (purchase CNY {invoiced_cny} / FOB USD {fob_usd}) is outside {low}–{high}",
    direction="E",
    parameters={"low": Decimal(5), "high": Decimal(8)},
    no_data_matters=False,
)
def exchange_cost_in_band(facts: OrderFacts, p: Parameters) -> Verdict:
    """换汇成本 | Cost of earning foreign exchange"""
    if facts.order.business_mode is not BusinessMode.PURCHASE:
        return PASS
    invoiced, fob = _invoiced_cny(facts.order), fob_usd(facts)
    if invoiced is None or fob is None or fob <= 0:
        return no_data(*(["vat_invoices.amount"] if invoiced is None else []), *(["FOB"] if not fob or fob < 0 else []))
    cost = invoiced / fob
    if p["low"] <= cost <= p["high"]:
        return PASS
    shown = {"invoiced_cny": invoiced, "fob_usd": fob.quantize(CENT), "low": p["low"], "high": p["high"]}
    return hit(cost=cost.quantize(CENT), **shown)


@check(
    "LC148",
    Severity.BLOCK,
    category="document",
    inputs="vat_invoices.seller_uscc vat_invoices.seller header.producer_uscc header.producer_name",
    source="four flows between the same parties, handbook 06 §7",
    zh="增值税发票 {invoice} 的销方 {seller} 不是生产销售单位 {producer}",
    en="The seller of VAT invoice {invoice}, {seller}, is not the producer {producer}",
    direction="E",
    no_data_matters=False,
)
def vat_seller_is_the_producer(facts: OrderFacts, p: Parameters) -> Verdict:
    """发票销方 | Seller of the VAT invoice"""
    order, header = facts.order, facts.order.declaration.header
    if order.business_mode in NOT_INVOICED:
        return PASS
    if not order.vat_invoices:
        return no_data("vat_invoices")
    missing = []
    for invoice in order.vat_invoices:
        code, producer = invoice.seller_uscc.strip().upper(), header.producer_uscc.strip().upper()
        by_code = bool(code) and len(producer) > len("NO")
        left, right = (code, producer) if by_code else (spelling(invoice.seller), spelling(header.producer_name))
        if not left or not right:
            missing.append(f"seller or producer of VAT invoice {invoice.number}")
        elif left != right:
            shown = (code, producer) if by_code else (invoice.seller[:SHOWN], header.producer_name[:SHOWN])
            return hit(invoice=invoice.number, seller=shown[0], producer=shown[1])
    return no_data(*missing[:5]) if missing else PASS


@check(
    "LC149",
    Severity.WARN,
    category="document",
    inputs="receipts.payer receipts.third_party_statement contract.buyer parties.buyer",
    source="four flows between the same parties, handbook 06 §7",
    zh="收汇 {receipt} 的付款方“{payer}”不是合同买方“{buyer}”,且无第三方付款说明",
    en="Receipt {receipt} was paid by “{payer}”, not by the buyer “{buyer}”, without a third-party payment statement",
    more={"unnamed": ("收汇 {receipt} 没有付款方名称", "Receipt {receipt} names no payer")},
    direction="E",
    no_data_matters=False,
)
def payer_is_the_buyer(facts: OrderFacts, p: Parameters) -> Verdict:
    """收汇人与买方 | Payer against buyer"""
    order = facts.order
    if not order.receipts:
        return no_data("receipts")
    buyers = list(_buyer_names(order))
    for receipt in order.receipts:
        if receipt.third_party_statement:
            continue
        if not receipt.payer:
            return hit("unnamed", receipt=receipt.number)
        if buyers and not any(same_company(receipt.payer, buyer) for buyer in buyers):
            return hit(receipt=receipt.number, payer=receipt.payer[:SHOWN], buyer=buyers[0][:SHOWN])
    return PASS if buyers else no_data("contract.buyer")


def _buyer_names(order: Order) -> Iterable[str]:
    if order.contract and order.contract.buyer:
        yield order.contract.buyer
    for party in order.parties:
        if party.role is Role.BUYER:
            yield from (name for name in (party.name, party.name_en, *party.former_names) if name)


@check(
    "LC150",
    Severity.WARN,
    category="document",
    inputs="receipts.amount receipt_due_on line.total line.currency",
    source="comparison of receipts and declared value, handbook 04 §4",
    zh="应收汇日 {due_on} 已过,收汇 {received} {currency},申报 {declared} {currency},"
    "相差 {percent}%,超过 {tolerance_percent}%",
    en="Due {due_on} has passed: received {received} {currency}, declared {declared} {currency}, {percent} % apart, "
    "more than {tolerance_percent} %",
    confidence="medium",
    direction="E",
    parameters={"tolerance_percent": Decimal(10)},
    no_data_matters=False,
)
def receipts_match_the_value(facts: OrderFacts, p: Parameters) -> Verdict:
    """收汇金额 | Amount received"""
    due_on = facts.order.receipt_due_on
    if due_on is None:
        return no_data("receipt_due_on")
    if china_day(facts.as_of) <= due_on:
        return PASS
    currency, declared, received = _compared_receipts(facts)
    if declared is None or received is None:
        return no_data(*(["declared total"] if declared is None else ["receipts.amount or a rate"]))
    gap = percent_apart(declared, received)
    if gap <= p["tolerance_percent"]:
        return PASS
    return hit(
        due_on=due_on.isoformat(),
        received=received.quantize(CENT),
        declared=declared.quantize(CENT),
        currency=currency,
        percent=gap.quantize(CENT),
        tolerance_percent=p["tolerance_percent"],
    )


def _compared_receipts(facts: OrderFacts) -> tuple[str, Decimal | None, Decimal | None]:
    """(currency, declared, received): in the declaration's own currency where all receipts are in it, else in USD."""
    declaration, amounts = facts.order.declaration, [receipt.amount for receipt in facts.order.receipts]
    own = declaration.currencies[0] if len(declaration.currencies) == 1 else ""
    if own and all(amount is not None and amount.currency == own for amount in amounts):
        return own, declaration.total, sum((amount.amount for amount in amounts if amount), Decimal(0))
    received = Decimal(0)
    for receipt in facts.order.receipts:
        day = receipt.received_on or china_day(facts.as_of)
        rate = facts.reference.usd_rate(receipt.amount.currency, day) if receipt.amount else None
        if receipt.amount is None or rate is None:
            return "USD", facts.total_usd, None
        received += receipt.amount.amount * rate
    return "USD", facts.total_usd, received


CHECKS = (
    vat_invoice_names_the_goods,
    vat_invoice_quantity_declared,
    agency_invoice_equals_fob,
    exchange_cost_in_band,
    vat_seller_is_the_producer,
    payer_is_the_buyer,
    receipts_match_the_value,
)
