"""Regime checks: supervision mode, duty nature, duty mode and ledger must fit each other (LC090 to LC096).

The pairings are parameters, written as text: "mode:value", "mode/E:value" for one direction only.
"""

from risk.checks.card import Parameters, check
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.goods import Goods
from risk.once import once_per_object
from risk.reference import Reference

GENERAL_TRADE = "0110"
_KIND = 5
"""Position of the digit of a customs code that tells the kind of enterprise (the sixth)."""


def _pairs(rules: tuple[str, ...]) -> dict[str, str]:
    """ "a:b" as a mapping. Raises ValueError for a rule without colon, which the judge records as an error."""
    return dict(_split(rule) for rule in rules)


def _split(rule: str) -> tuple[str, str]:
    key, colon, value = rule.partition(":")
    if not (colon and key and value):
        raise ValueError(f"rule {rule!r} is not of the form key:value; correct the parameter in the policy")
    return key, value


pairs = once_per_object(_pairs, keep=64)


def _expected(rules: tuple[str, ...], key: str, direction: str) -> str | None:
    known = pairs(rules)
    return known.get(f"{key}/{direction}") or known.get(key)


@check(
    "LC090",
    Severity.BLOCK,
    category="regime",
    inputs="header.supervision_mode header.direction",
    source="supervision mode table, handbook 03 §1",
    zh="监管方式代码 {mode} 不在代码表中",
    en="Supervision mode {mode} is not in the code table",
    more={
        "direction": (
            "监管方式 {mode} 只适用于 {allowed},本单为 {direction}",
            "Supervision mode {mode} is for {allowed} only, this declaration is {direction}",
        )
    },
    of_form=True,
)
def supervision_mode_is_valid(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """监管方式有效 | Supervision mode valid"""
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    row = reference.code("supervision_mode", form.supervision_mode, form.on)
    if row is None:
        return hit(mode=form.supervision_mode)
    if not form.direction:
        return no_data("header.direction")
    allowed = row.attributes["ie_flag"]
    if form.direction in allowed:
        return PASS
    return hit("direction", mode=form.supervision_mode, allowed=allowed, direction=form.direction)


@check(
    "LC091",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode header.duty_nature header.ledger_number",
    source="declaration software rules, handbook 03 §2",
    zh="一般贸易的征免性质为 {nature},通常为 {expected}",
    en="General trade with duty nature {nature}; usual are {expected}",
    parameters={"natures": ("101", "601", "602", "603")},
    of_form=True,
)
def general_trade_duty_nature(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """一般贸易征免性质 | General trade duty nature"""
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    if form.supervision_mode != GENERAL_TRADE or form.ledger_number:
        return PASS
    if not form.duty_nature:
        return no_data("header.duty_nature")
    return PASS if form.duty_nature in p["natures"] else hit(nature=form.duty_nature, expected=", ".join(p["natures"]))


@check(
    "LC092",
    Severity.INFO,
    category="regime",
    inputs="header.supervision_mode header.domestic_party_customs_code header.duty_nature",
    source="declaration software rules, handbook 01 §3",
    zh="境内收发货人海关编码第6位为 {digit},征免性质通常为 {expected},现为 {nature}",
    en="Sixth digit {digit} of the domestic party's customs code goes with duty nature {expected}, not {nature}",
    confidence="medium",
    direction="E",
    parameters={"by_digit": ("2:602", "3:601", "4:603", "1:101", "5:101", "6:101")},
    no_data_matters=False,  # a missing mode, code or nature is priced where it is demanded
    of_form=True,
)
def duty_nature_fits_enterprise(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """外资企业一般贸易出口 | FIE export duty nature"""
    code = form.domestic_party_customs_code
    if not form.supervision_mode or len(code) <= _KIND or not form.duty_nature:
        return no_data("header.supervision_mode", "header.domestic_party_customs_code", "header.duty_nature")
    if form.supervision_mode != GENERAL_TRADE:
        return PASS
    expected = pairs(p["by_digit"]).get(code[_KIND])
    if expected is None or expected == form.duty_nature:
        return PASS
    return hit(digit=code[_KIND], expected=expected, nature=form.duty_nature)


@check(
    "LC093",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode header.duty_nature header.direction",
    source="declaration software rules, handbook 03 §2",
    zh="监管方式 {mode} 对应征免性质 {expected},现为 {nature}",
    en="Supervision mode {mode} goes with duty nature {expected}, not {nature}",
    parameters={
        "natures": (
            *("3339:101", "1300:299", "4561:299", "1427:299", "3100/E:299"),
            *("0214:502", "0615:503", "2025:789", "2225:789", "0320:501"),
        )
    },
    of_form=True,
)
def duty_nature_fits_mode(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """其他方式征免性质 | Other mode duty nature"""
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    expected = _expected(p["natures"], form.supervision_mode, form.direction)
    if expected is None or expected == form.duty_nature:
        return PASS
    if not form.duty_nature:
        return no_data("header.duty_nature")
    return hit(mode=form.supervision_mode, expected=expected, nature=form.duty_nature)


@check(
    "LC094",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode header.duty_nature header.direction line.duty_mode",
    source="declaration software rules, handbook 03 §3",
    zh="监管方式 {mode}、征免性质 {nature} 对应征免方式 {expected},现为 {duty_mode}",
    en="Supervision mode {mode} with duty nature {nature} takes duty mode {expected}, not {duty_mode}",
    parameters={
        "duty_modes": (
            *("0110-101:1", "0110-601:1", "0110-602:1", "0110-603:1"),
            *("0214-502:3", "0615-503:3", "3100-299/E:3"),
        )
    },
    of_goods=True,
)
def duty_mode_fits(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """征免方式 | Duty mode"""
    mode, nature = goods.shipment.supervision_mode, goods.shipment.duty_nature
    if not mode or not nature:
        return no_data("header.supervision_mode", "header.duty_nature")
    expected = _expected(p["duty_modes"], f"{mode}-{nature}", goods.shipment.direction)
    if expected is None or expected == goods.duty_mode:
        return PASS
    if not goods.duty_mode:
        return no_data("line.duty_mode")
    return hit(mode=mode, nature=nature, expected=expected, duty_mode=goods.duty_mode)


LEDGER_RULES = (
    *("0214:BE", "0615:CE", "0255:BE", "0258:BE", "0654:CE", "0657:CE", "0300:BEH", "4400:BEH", "0700:CEH", "4600:CEH"),
    *("0265:BE", "0265/E:BEH", "0865:BE", "0865/E:BEH", "0664:CE", "0664/E:CEH", "0864:CE", "0864/E:CEH"),
    *("5014:H", "5015:H", "5100:H", "5000:HT", "5034:HT", "5300:H", "5335:H", "5361:H"),
)


@check(
    "LC095",
    Severity.BLOCK,
    category="regime",
    inputs="header.supervision_mode header.ledger_number header.direction",
    source="declaration software rules, handbook 04",
    zh="监管方式 {mode} 的备案号应以 {letters} 之一开头,现为 {ledger}",
    en="A ledger number for supervision mode {mode} begins with one of {letters}, not {ledger}",
    more={
        "sixth": (
            "监管方式 {mode} 的备案号第6位应为 {letter},现为 {ledger}",
            "The sixth character of a ledger number for supervision mode {mode} is {letter}, not {ledger}",
        )
    },
    parameters={"letters": LEDGER_RULES, "sixth": ("5300:D", "5335:D", "5361:D")},
    no_data_matters=False,  # LC090 prices a missing mode
    of_form=True,
)
def ledger_letter_fits_mode(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """备案号首字母 | Ledger first letter"""
    mode, ledger = form.supervision_mode, form.ledger_number
    if not mode:
        return no_data("header.supervision_mode")
    letters = _expected(p["letters"], mode, form.direction)
    if letters is None:
        return PASS
    if not ledger or ledger[0] not in letters:
        return hit(mode=mode, letters=", ".join(letters), ledger=ledger or "-")
    letter = pairs(p["sixth"]).get(mode)
    if letter is not None and ledger[_KIND : _KIND + 1] != letter:
        return hit("sixth", mode=mode, letter=letter, ledger=ledger)
    return PASS


@check(
    "LC096",
    Severity.WARN,
    category="regime",
    inputs="header.supervision_mode header.ledger_number",
    source="declaration software rules, handbook 02 §5.10",
    zh="一般贸易通常不填备案号(减免税证明 {letters} 除外),现为 {ledger}",
    en="General trade carries no ledger number except a duty relief certificate ({letters}); now {ledger}",
    confidence="medium",
    parameters={"letters": "Z"},
    no_data_matters=False,  # LC090 prices a missing mode
    of_form=True,
)
def general_trade_has_no_ledger(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """一般贸易备案号 | Ledger on general trade"""
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    ledger = form.ledger_number
    if form.supervision_mode != GENERAL_TRADE or not ledger or ledger[0] in p["letters"]:
        return PASS
    return hit(ledger=ledger, letters=p["letters"])


CHECKS = (
    supervision_mode_is_valid,
    general_trade_duty_nature,
    duty_nature_fits_enterprise,
    duty_nature_fits_mode,
    duty_mode_fits,
    ledger_letter_fits_mode,
    general_trade_has_no_ledger,
)
