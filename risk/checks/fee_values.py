"""What the charges say: marks, rates, shares and the FOB value left (handbook 04 §3, category fee)."""

from decimal import Decimal

from risk.charges import Charge, charge_amount, charge_lacks, freight, insurance, other_charges
from risk.checks.card import Parameters, check
from risk.declared_value import declared_total
from risk.facts import OrderFacts
from risk.findings import PASS, Seen, Severity, Status, Verdict, hit, no_data
from risk.once import once_per_order

CENT = Decimal("0.01")
ZERO = Decimal(0)
SHOWN_ZH = "(标记/数值/币制:运费 {freight},保险费 {insurance},杂费 {other})"
SHOWN_EN = " (mark/number/currency: freight {freight}, insurance {insurance}, other {other})"
INSIDE_PRICE = {"1": (True, True), "2": (True, False), "4": (False, True)}
"""(freight, insurance) inside the price of CIF, C&F, C&I. No other term has a part inside."""


@once_per_order
def _charges(facts: OrderFacts) -> tuple[Charge, Charge, Charge]:
    header = facts.order.declaration.header
    return freight(header), insurance(header), other_charges(header)


def _shown(charges: tuple[Charge, Charge, Charge], **more: Seen) -> Verdict:
    """A hit that shows all three charges as declared."""
    seen = {"freight": charges[0].text, "insurance": charges[1].text, "other": charges[2].text}
    return Verdict(Status.HIT, "", {**more, **seen})


@check(
    "LC041",
    Severity.BLOCK,
    category="fee",
    inputs="header.freight_mark header.freight_currency header.insurance_mark header.insurance_currency "
    "header.other_charges_mark header.other_charges_currency",
    source="declaration software rules, handbook 03 §4",
    zh="费用标记与币制不匹配:标记 1 不填币制,标记 2、3 须填币制" + SHOWN_ZH,
    en="Fee mark and currency do not match: none with mark 1, one with marks 2 and 3" + SHOWN_EN,
)
def fee_currency_matches_mark(facts: OrderFacts, p: Parameters) -> Verdict:
    """费用币制与标记 | Fee currency matches the mark"""
    header = facts.order.declaration.header
    if not (header.freight_mark or header.insurance_mark or header.other_charges_mark):
        return PASS
    charges = _charges(facts)
    for mark, _, currency, _ in charges:
        if (mark == "1" and currency) or (mark in ("2", "3") and not currency):
            return _shown(charges)
    return PASS


@check(
    "LC042",
    Severity.BLOCK,
    category="fee",
    inputs="header.freight_mark header.freight_rate header.insurance_mark header.insurance_rate "
    "header.other_charges_mark header.other_charges_rate",
    source="declaration software rules, handbook 04",
    zh="费率应在 {lowest} 至 {highest} 之间,杂费率可为负" + SHOWN_ZH,
    en="A rate must lie between {lowest} and {highest}, negative only for other charges" + SHOWN_EN,
    parameters={"lowest_percent": Decimal("0.0001"), "highest_percent": Decimal(99)},
)
def fee_rates_in_range(facts: OrderFacts, p: Parameters) -> Verdict:
    """费率范围 | Rate range"""
    header = facts.order.declaration.header
    if "1" not in (header.freight_mark, header.insurance_mark, header.other_charges_mark):
        return PASS
    charges, lowest, highest = _charges(facts), p["lowest_percent"], p["highest_percent"]
    unknown = []
    for name, charge in zip(("freight_rate", "insurance_rate", "other_charges_rate"), charges, strict=True):
        if charge.mark != "1":
            continue
        if charge.rate is None:
            unknown.append(f"header.{name}")
        elif not lowest <= (abs(charge.rate) if name == "other_charges_rate" else charge.rate) <= highest:
            return _shown(charges, lowest=lowest, highest=highest)
    return no_data(*unknown) if unknown else PASS


@check(
    "LC043",
    Severity.INFO,
    category="fee",
    inputs="header.insurance_mark header.insurance_rate",
    source="declaration software rules, handbook 02 §5.4",
    zh="保险费率为 {rate_percent}%,通常为 {usual_percent}%",
    en="The insurance rate is {rate_percent}%, customary is {usual_percent}%",
    parameters={"usual_percent": Decimal("0.3")},
    no_data_matters=False,
)
def insurance_rate_customary(facts: OrderFacts, p: Parameters) -> Verdict:
    """保险费率惯例 | Customary insurance rate"""
    header = facts.order.declaration.header
    if header.insurance_mark != "1":
        return PASS
    if header.insurance_rate is None:
        return no_data("header.insurance_rate")
    if header.insurance_rate == p["usual_percent"]:
        return PASS
    return hit(rate_percent=header.insurance_rate, usual_percent=p["usual_percent"])


@check(
    "LC044",
    Severity.WARN,
    category="fee",
    inputs="header.trade_term header.freight_mark header.freight_rate header.freight_currency line.total line.currency",
    source="usual share of freight, handbook 04",
    confidence="medium",
    zh="运费 {freight} {currency} 占货值 {total} {currency} 的 {share_percent}%,超过 {highest_percent}%",
    en="Freight {freight} {currency} is {share_percent}% of the value {total} {currency}, above {highest_percent}%",
    more={
        "not_positive": (
            "成交方式 {trade_term} 的运费为 {freight} {currency},应大于零(货值 {total} {currency})",
            "Freight under trade term {trade_term} is {freight} {currency}; it must be above zero "
            "(value {total} {currency})",
        )
    },
    direction="E",
    parameters={"highest_share": Decimal("0.5"), "trade_terms": ("1", "2")},
    no_data_matters=False,
)
def freight_share_plausible(facts: OrderFacts, p: Parameters) -> Verdict:
    """运费占比 | Freight share of the value"""
    header = facts.order.declaration.header
    if header.trade_term not in p["trade_terms"]:
        return PASS if header.trade_term else no_data("header.trade_term")
    total, charge = declared_total(facts), freight(header)
    if total is None or total.amount <= 0:
        return no_data("line.total")
    amount = charge_amount(charge, total, facts)
    if amount is None:
        return no_data(charge_lacks(charge, "freight", facts))
    if amount <= 0:
        paid, currency = amount.quantize(CENT), total.currency
        return hit("not_positive", trade_term=header.trade_term, freight=paid, currency=currency, total=total.amount)
    share = amount / total.amount
    if share <= p["highest_share"]:
        return PASS
    return hit(
        freight=amount.quantize(CENT),
        currency=total.currency,
        total=total.amount,
        share_percent=(share * 100).quantize(CENT),
        highest_percent=p["highest_share"] * 100,
    )


@check(
    "LC045",
    Severity.BLOCK,
    category="fee",
    inputs="header.trade_term header.freight_mark header.freight_rate header.freight_currency header.insurance_mark "
    "header.insurance_rate header.insurance_currency header.other_charges_mark header.other_charges_rate "
    "header.other_charges_currency header.gross_weight_kg line.total line.currency",
    source="handbook 04 §3",
    confidence="medium",
    zh="货值 {total} 扣除运费 {freight}、保险费 {insurance}、杂费 {other} 后 FOB 价为 {fob} {currency},不为正数",
    en="Value {total} less freight {freight}, insurance {insurance}, other charges {other} leaves FOB {fob} {currency}",
    direction="E",
)
def fob_positive(facts: OrderFacts, p: Parameters) -> Verdict:
    """FOB值换算 | FOB value is positive

    Other charges count by their size: declared positive they belong to the value, negative they come off it, and
    practice reads the sign both ways, so the lower FOB value is judged.
    """
    term = facts.order.declaration.header.trade_term
    inside = INSIDE_PRICE.get(term)
    if inside is None:
        return PASS if term else no_data("header.trade_term")
    total = declared_total(facts)
    if total is None:
        return no_data("line.total")
    charges = _charges(facts)
    due = (*inside, charges[2].mark != "")
    amounts = {}
    for name, charge, counts in zip(("freight", "insurance", "other_charges"), charges, due, strict=True):
        amount = charge_amount(charge, total, facts) if counts else ZERO
        if amount is None:
            return no_data(charge_lacks(charge, name, facts))
        amounts[name.partition("_")[0]] = abs(amount) if name == "other_charges" else amount
    fob = total.amount - sum(amounts.values())
    if fob > 0:
        return PASS
    shown = {name: amount.quantize(CENT) for name, amount in (*amounts.items(), ("fob", fob))}
    return Verdict(Status.HIT, "", {"total": total.amount, "currency": total.currency, **shown})


CHECKS = (
    fee_currency_matches_mark,
    fee_rates_in_range,
    insurance_rate_customary,
    freight_share_plausible,
    fob_positive,
)
