"""Licence checks: documents the tariff demands, prohibitions, validity of permits (handbook 04, category licence)."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.goods import Goods
from risk.nouns.documents import Permit
from risk.reference import Reference
from risk.words import normal, word_index

_PROCESSING = frozenset({"0214", "0615", "0654", "0255", "0664", "0265", "0715", "5014", "5015"})
_BORDER_TRADE = frozenset({"4019"})
_INSTEAD = {"x": _PROCESSING, "y": _BORDER_TRADE, "v": _PROCESSING}
"""Licences that stand in for the ordinary one (4 or 7) under some supervision modes and are not asked under others."""


@lru_cache(maxsize=16384)
def due_documents(controls: str, possible: str, mode: str, directed: bool) -> str:
    """The codes of a tariff row that a declaration must show. Upper and lower case are different documents.

    `possible` are the codes asked in the direction, `mode` the supervision mode, `directed` whether the destination is
    one for which precursors need the directed licence G (handbook 03 §9).
    """
    due = [code for code in dict.fromkeys(controls) if code in possible]
    stand_ins = [code for code in due if mode in _INSTEAD.get(code, frozenset())]
    if stand_ins:
        due = [code for code in due if code not in {"4", "7"}]
    return "".join(code for code in due if (code not in _INSTEAD or code in stand_ins) and (code != "G" or directed))


@check(
    "LC082",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code reference.tariff.control_codes supervision_documents header.licence_number",
    source="declaration software rules, handbook 03 §9",
    zh="缺少监管证件 {missing}(该编号的监管条件为 {controls})",
    en="Supervision documents missing: {missing} (the code's control codes are {controls})",
    parameters={
        "export": "34BEGIJLSXxyzkVgiuH",
        "import": "12FIJLMQRSXk7Ov",
        "by_licence_number": "1234xyG",
        "directed_countries": ("MMR", "LAO", "AFG"),
    },
    no_data_matters=False,  # the tariff at hand may be a part of the whole
    of_goods=True,
)
def demanded_documents_are_present(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """监管证件齐备 | Required documents present"""
    row = reference.tariff_row(goods.hs_code, goods.shipment.on)
    if row is None:
        return no_data(f"reference.tariff.control_codes[{goods.hs_code}]")
    if not row.control_codes:
        return PASS
    shipment = goods.shipment
    if shipment.direction not in {"E", "I"}:
        return no_data("header.direction")
    possible = p["export"] if shipment.direction == "E" else p["import"]
    directed = (goods.final_destination or shipment.arrival_country) in p["directed_countries"]
    shown = set(shipment.documents)
    if shipment.licensed:
        shown.update(p["by_licence_number"])
    missing = [
        code
        for code in due_documents(row.control_codes, possible, shipment.supervision_mode, directed)
        if code not in shown
    ]
    return hit(missing=", ".join(missing), controls=row.control_codes) if missing else PASS


@check(
    "LC083",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code reference.tariff.control_codes",
    source="declaration software rules, handbook 03 §9",
    zh="商品编号 {hs_code} 监管条件含 {prohibition}:禁止出口",
    en="Commodity code {hs_code} carries control code {prohibition}: export prohibited",
    direction="E",
    parameters={"prohibition": "8"},
    no_data_matters=False,  # as LC082
    of_goods=True,
)
def export_is_not_prohibited(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """禁止出口 | Export prohibited"""
    row = reference.tariff_row(goods.hs_code, goods.shipment.on)
    if row is None:
        return no_data(f"reference.tariff.control_codes[{goods.hs_code}]")
    if p["prohibition"] in row.control_codes:
        return hit(hs_code=goods.hs_code, prohibition=p["prohibition"])
    return PASS


@check(
    "LC084",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code line.goods_name line.goods_attributes reference.tariff.control_codes",
    source="declaration software rules, handbook 03 §9",
    zh="商品编号 {hs_code} 监管条件含 {prohibition}:禁止进口",
    en="Commodity code {hs_code} carries control code {prohibition}: import prohibited",
    more={
        "used": (
            "旧机电产品“{word}”(监管条件 {prohibition})禁止进口",
            "Used machinery or electrical goods (“{word}”, control code {prohibition}): import prohibited",
        )
    },
    direction="I",
    parameters={
        "prohibition": "9",
        "prohibition_if_used": "6",
        "used_words": ("旧", "二手", "翻新", "再制造", "used", "second hand", "second-hand", "refurbished"),
        "exceptions": ("仿旧", "做旧", "复旧", "怀旧", "旧金山", "依旧"),
    },
    no_data_matters=False,  # as LC082
    of_goods=True,
)
def import_is_not_prohibited(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """禁止进口 | Import prohibited"""
    row = reference.tariff_row(goods.hs_code, goods.shipment.on)
    if row is None:
        return no_data(f"reference.tariff.control_codes[{goods.hs_code}]")
    if p["prohibition"] in row.control_codes:
        return hit(hs_code=goods.hs_code, prohibition=p["prohibition"])
    if p["prohibition_if_used"] not in row.control_codes:
        return PASS
    name = normal(f"{goods.goods_name} {goods.goods_name_en} {goods.specification}")
    excused = word_index(p["exceptions"]).found(name)
    for word in word_index(p["used_words"]).found(name):
        if not any(word.within(one) for one in excused):
            return hit("used", word=word.word, prohibition=p["prohibition_if_used"])
    return PASS


@check(
    "LC085",
    Severity.BLOCK,
    category="licence",
    inputs="supervision_documents.code",
    source="declaration software rules, handbook 03 §9",
    zh="出口报关单的随附单证不得使用代码 {code}(仅限进口内销征税)",
    en="Document code {code} belongs to imports only (domestic sale duty) and cannot be used on export",
    direction="E",
    parameters={"import_only": ("c",)},
    of_form=True,
)
def no_import_document_on_export(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """出口不得用c证 | Document c on export"""
    for code in form.documents:
        if code in p["import_only"]:
            return hit(code=code)
    return PASS if all(form.documents) else no_data("supervision_documents.code")


@check(
    "LC088",
    Severity.BLOCK,
    category="licence",
    inputs="permits supervision_documents header.licence_number order.declared_at lines",
    source="handbook 04, handbook 07 §2",
    zh="证件 {code} {number} 有效期至 {valid_to},申报日 {on} 已过期",
    en="Permit {code} {number} ended on {valid_to}, before the declaration on {on}",
    more={
        "early": (
            "证件 {code} {number} 自 {valid_from} 起有效,申报日 {on} 尚未生效",
            "Permit {code} {number} begins on {valid_from}, after the declaration on {on}",
        ),
        "used_up": (
            "证件 {code} {number} 剩余数量 {left},不足本次申报的 {needed}",
            "Permit {code} {number} has {left} left, less than the {needed} declared",
        ),
    },
)
def permits_are_valid(facts: OrderFacts, p: Parameters) -> Verdict:
    """证件有效期 | Licence validity"""
    missing: list[str] = []
    for permit in facts.order.permits:
        problem = _problem(facts, permit)
        if problem is not None:
            return problem
        if permit.valid_to is None and _is_licence(facts, permit.code):
            missing.append(f"permits.valid_to[{permit.code}]")
    missing.extend(_licences_without_details(facts))
    return no_data(*missing) if missing else PASS


def _problem(facts: OrderFacts, permit: Permit) -> Verdict | None:
    on, code, number = facts.declared_on, permit.code, permit.number
    if permit.valid_to is not None and permit.valid_to < on:
        return hit(code=code, number=number, valid_to=permit.valid_to.isoformat(), on=on.isoformat())
    if permit.valid_from is not None and permit.valid_from > on:
        return hit("early", code=code, number=number, valid_from=permit.valid_from.isoformat(), on=on.isoformat())
    left = permit.quantity_left
    if left is None:
        return None
    needed = _least_needed(facts, permit)
    if left <= 0 or (needed is not None and needed > left):
        return hit("used_up", code=code, number=number, left=left, needed="?" if needed is None else needed)
    return None


def _is_licence(facts: OrderFacts, code: str) -> bool:
    row = facts.reference.code("supervision_document", code, facts.declared_on)
    return row is not None and row.attributes.get("class") == "licence"


def _least_needed(facts: OrderFacts, permit: Permit) -> Decimal | None:
    """What a permit must cover, in the unit that asks for least, as the permit's own unit is not known.

    The lines are those whose tariff row names the permit's code, or the only line there is. None: no line known.
    """
    lines = facts.order.declaration.lines
    rows = [facts.reference.tariff_row(line.hs_code, facts.declared_on) for line in lines]
    covered = [line for line, row in zip(lines, rows, strict=True) if row and permit.code in row.control_codes]
    covered = covered or (list(lines) if len(lines) == 1 else [])
    sums = [
        sum((quantity for quantity in quantities if quantity is not None), Decimal(0))
        for quantities in (
            [line.quantity for line in covered],
            [line.first_quantity for line in covered],
            [line.second_quantity for line in covered],
        )
        if quantities and None not in quantities
    ]
    return min(sums, default=None)


def _licences_without_details(facts: OrderFacts) -> Iterator[str]:
    """Licences that the declaration names but nobody described: their validity cannot be judged."""
    described = {permit.code for permit in facts.order.permits}
    declaration = facts.order.declaration
    for document in declaration.supervision_documents:
        if document.code not in described and _is_licence(facts, document.code):
            yield f"permits[{document.code}]"
    if declaration.header.licence_number and not described:
        yield f"permits[{declaration.header.licence_number}]"


CHECKS = (
    demanded_documents_are_present,
    export_is_not_prohibited,
    import_is_not_prohibited,
    no_import_document_on_export,
    permits_are_valid,
)
