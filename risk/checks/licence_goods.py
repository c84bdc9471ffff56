"""Goods that need more than the tariff says: dual-use items and dangerous goods (LC086, LC087; handbook 07 §3, §4)."""

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods_words import goods_matches
from risk.nouns.line import Line

UN_DIGITS = 4


@check(
    "LC086",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code line.goods_name line.control_code supervision_documents header.licence_number reference.goods",
    source="Export Control Law of 2020, handbook 07 §3",
    zh="“{sign}”疑似 {criterion} {name_zh},既无许可证 {licences} 也无不属管制说明",
    en="“{sign}” may fall under {criterion} {name_en}: neither a licence {licences} nor a statement of not controlled",
    confidence="medium",
    direction="E",
    parameters={"criteria": ("GC08", "GC10", "GC18"), "licences": ("3", "G")},
    per_line=True,
)
def dual_use_goods_are_licensed(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """两用物项提示 | Dual-use"""
    goods = facts.reference.goods
    if not goods:
        return no_data("reference.goods")
    for match in goods_matches(line, goods, facts.declared_on, "E"):
        if match.criterion.code in p["criteria"] and not _licensed_or_excluded(facts, line, p["licences"]):
            return hit(
                sign=match.word or match.prefix,
                criterion=match.criterion.code,
                name_zh=match.criterion.name_zh,
                name_en=match.criterion.name_en,
                licences="/".join(p["licences"]),
            )
    return PASS if line.hs_code and line.goods_name else no_data("line.hs_code", "line.goods_name")


def _licensed_or_excluded(facts: OrderFacts, line: Line, licences: tuple[str, ...]) -> bool:
    """A licence of the declaration, or the control mark of the line, which states that parameters were examined."""
    declaration = facts.order.declaration
    return (
        bool(line.control_code)
        or any(document.code in licences for document in declaration.supervision_documents)
        or bool(declaration.header.licence_number)
    )


def _un_number(text: str) -> str:
    """The four digits of a UN number written as "UN3480" or "3480", empty when it is none."""
    digits = text.strip().upper().removeprefix("UN").strip()
    return digits if len(digits) == UN_DIGITS and digits.isascii() and digits.isdigit() else ""


@check(
    "LC087",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code line.goods_name line.un_number line.dangerous_goods_name line.qualifications permits",
    source="rules on packages of dangerous goods, handbook 07 §2 and §4",
    zh="“{sign}”属危险货物,未填报有效的UN编码(现为“{un_number}”)",
    en="“{sign}” is dangerous goods, but no valid UN number is declared (now “{un_number}”)",
    more={
        "package": (
            "危险货物“{sign}”(UN{un_number})缺危险货物包装证",
            "Dangerous goods “{sign}” (UN{un_number}) lack the dangerous package certificate",
        )
    },
    direction="E",
    parameters={
        "criteria": ("GC11", "GC12"),
        "hs_prefixes": (
            *("2806", "2807", "2808", "2711", "850650", "850760", "961310", "961320"),
            *("3601", "3602", "3603", "3604", "3605", "3606"),
        ),
        "certificate_codes": ("DGP",),
    },
    no_data_matters=False,  # LC086 prices a missing register, LC063 a missing goods name
    per_line=True,
)
def dangerous_goods_are_declared(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """危险货物 | Dangerous goods"""
    sign = _sign_of_danger(facts, line, p)
    if not sign:
        known = facts.reference.goods and line.goods_name
        return PASS if known else no_data("reference.goods", "line.goods_name")
    un_number = _un_number(line.un_number)
    if not un_number:
        return hit(sign=sign, un_number=line.un_number)
    codes = p["certificate_codes"]
    certified = any(one.type_code in codes for one in line.qualifications) or any(
        permit.code in codes for permit in facts.order.permits
    )
    return PASS if certified else hit("package", sign=sign, un_number=un_number)


def _sign_of_danger(facts: OrderFacts, line: Line, p: Parameters) -> str:
    """What tells of danger: the declared UN class, the code, or a word of the name; a chapter alone does not."""
    if line.hs_code.startswith(p["hs_prefixes"]):
        return line.hs_code
    for match in goods_matches(line, facts.reference.goods, facts.declared_on, "E"):
        if match.word and match.criterion.code in p["criteria"]:
            return match.word
    return line.un_number or line.dangerous_goods_name or line.dangerous_packing_group


CHECKS = (dual_use_goods_are_licensed, dangerous_goods_are_declared)
