"""Which charges a trade term demands or forbids, import and export (handbook 03 §4, 04 category fee)."""

from risk.charges import freight, insurance
from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.nouns.header import Header

VENDOR = "declaration software rules, handbook 03 §4"
INPUTS = "header.direction header.trade_term "
FREIGHT = "header.freight_mark header.freight_rate header.freight_currency "
INSURANCE = "header.insurance_mark header.insurance_rate header.insurance_currency"
SHOWN_ZH = "(标记/数值/币制:运费 {freight},保险费 {insurance})"
SHOWN_EN = " (mark/number/currency: freight {freight}, insurance {insurance})"
ONE_LACKS = {
    "freight": ("运费填报不完整" + SHOWN_ZH, "Freight is incomplete" + SHOWN_EN),
    "insurance": ("保险费填报不完整" + SHOWN_ZH, "Insurance is incomplete" + SHOWN_EN),
}


def _demanded(facts: OrderFacts, term: str, *, freight_due: bool = False, insurance_due: bool = False) -> Verdict:
    """Under `term` the charges due must be complete. The code names the one that lacks when two are due."""
    header = facts.order.declaration.header
    if header.trade_term != term:
        return PASS if header.trade_term else no_data("header.trade_term")
    freight_lacks = freight_due and not freight(header).complete
    insurance_lacks = insurance_due and not insurance(header).complete
    if not freight_lacks and not insurance_lacks:
        return PASS
    code = ""
    if freight_due and insurance_due and freight_lacks != insurance_lacks:
        code = "freight" if freight_lacks else "insurance"
    return _found(header, code)


def _unwanted(facts: OrderFacts, term: str) -> Verdict:
    """Under `term` neither freight nor insurance may be declared."""
    header = facts.order.declaration.header
    if header.trade_term != term:
        return PASS if header.trade_term else no_data("header.trade_term")
    return _found(header, "") if header.freight_mark or header.insurance_mark else PASS


def _found(header: Header, code: str) -> Verdict:
    """A hit, unless the direction is missing: then nobody knows whether the import or the export rule applies."""
    if not header.direction:
        return no_data("header.direction")
    return hit(code, freight=freight(header).text, insurance=insurance(header).text)


@check(
    "LC031",
    Severity.WARN,
    category="fee",
    inputs=INPUTS + "header.freight_mark header.insurance_mark",
    source="handbook 03 §4",
    zh="进口成交方式 CIF 已含运保费,不应再填" + SHOWN_ZH,
    en="Import CIF already includes freight and insurance; do not declare them again" + SHOWN_EN,
    direction="I",
)
def import_cif_without_fees(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口CIF不填运保费 | Import CIF carries no freight or insurance"""
    return _unwanted(facts, "1")


@check(
    "LC032",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + INSURANCE,
    source=VENDOR,
    zh="进口成交方式 C&F 须填保险费" + SHOWN_ZH,
    en="Import C&F needs insurance" + SHOWN_EN,
    direction="I",
)
def import_cfr_insurance(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口C&F须填保险费 | Import C&F needs insurance"""
    return _demanded(facts, "2", insurance_due=True)


@check(
    "LC033",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + FREIGHT + INSURANCE,
    source=VENDOR,
    zh="进口成交方式 FOB 须填运费和保险费" + SHOWN_ZH,
    en="Import FOB needs freight and insurance" + SHOWN_EN,
    more=ONE_LACKS,
    direction="I",
)
def import_fob_fees(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口FOB须填运保费 | Import FOB needs freight and insurance"""
    return _demanded(facts, "3", freight_due=True, insurance_due=True)


@check(
    "LC034",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + FREIGHT,
    source=VENDOR,
    zh="进口成交方式 C&I 须填运费" + SHOWN_ZH,
    en="Import C&I needs freight" + SHOWN_EN,
    direction="I",
)
def import_cni_freight(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口C&I须填运费 | Import C&I needs freight"""
    return _demanded(facts, "4", freight_due=True)


@check(
    "LC035",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + FREIGHT + INSURANCE,
    source=VENDOR,
    zh="进口成交方式 EXW 须填运费和保险费" + SHOWN_ZH,
    en="Import EXW needs freight and insurance" + SHOWN_EN,
    more=ONE_LACKS,
    direction="I",
)
def import_exw_fees(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口EXW须填运保费 | Import EXW needs freight and insurance"""
    return _demanded(facts, "7", freight_due=True, insurance_due=True)


@check(
    "LC036",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + FREIGHT + INSURANCE,
    source=VENDOR,
    zh="出口成交方式 CIF 须填运费和保险费" + SHOWN_ZH,
    en="Export CIF needs freight and insurance" + SHOWN_EN,
    more=ONE_LACKS,
    direction="E",
)
def export_cif_fees(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口CIF须填运保费 | Export CIF needs freight and insurance"""
    return _demanded(facts, "1", freight_due=True, insurance_due=True)


@check(
    "LC037",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + FREIGHT,
    source=VENDOR,
    zh="出口成交方式 C&F 须填运费" + SHOWN_ZH,
    en="Export C&F needs freight" + SHOWN_EN,
    direction="E",
)
def export_cfr_freight(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口C&F须填运费 | Export C&F needs freight"""
    return _demanded(facts, "2", freight_due=True)


@check(
    "LC038",
    Severity.BLOCK,
    category="fee",
    inputs=INPUTS + INSURANCE,
    source=VENDOR,
    zh="出口成交方式 C&I 须填保险费" + SHOWN_ZH,
    en="Export C&I needs insurance" + SHOWN_EN,
    direction="E",
)
def export_cni_insurance(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口C&I须填保险费 | Export C&I needs insurance"""
    return _demanded(facts, "4", insurance_due=True)


@check(
    "LC039",
    Severity.WARN,
    category="fee",
    inputs=INPUTS + "header.freight_mark header.insurance_mark",
    source="handbook 03 §4",
    zh="出口成交方式 FOB 不含国际运保费,不应填报" + SHOWN_ZH,
    en="Export FOB holds no freight or insurance, so none may be declared" + SHOWN_EN,
    direction="E",
)
def export_fob_without_fees(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口FOB不填运保费 | Export FOB carries no freight or insurance"""
    return _unwanted(facts, "3")


@check(
    "LC040",
    Severity.WARN,
    category="fee",
    inputs=INPUTS + FREIGHT,
    source=VENDOR,
    confidence="medium",
    zh="出口成交方式 EXW,请确认境内运费" + SHOWN_ZH,
    en="Export EXW: confirm the domestic freight" + SHOWN_EN,
    direction="E",
)
def export_exw_freight(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口EXW运费提示 | Export EXW domestic freight"""
    return _demanded(facts, "7", freight_due=True)


CHECKS = (
    import_cif_without_fees,
    import_cfr_insurance,
    import_fob_fees,
    import_cni_freight,
    import_exw_fees,
    export_cif_fees,
    export_cfr_freight,
    export_cni_insurance,
    export_fob_without_fees,
    export_exw_freight,
)
