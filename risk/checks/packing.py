"""Packing checks: package count, package type, wood, weight of a package (handbook 04, category packing)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.reference import Reference

GRAM = Decimal("0.001")
PACKAGE_KINDS = tuple(
    (f"{kind}_types", f"{kind}_lowest_kg", f"{kind}_highest_kg") for kind in ("carton", "pallet", "drum", "bag")
)


@check(
    "LC015",
    Severity.BLOCK,
    category="packing",
    inputs="header.package_count",
    source="declaration software rules, handbook 04",
    zh="件数为 {packages},应为不小于 1 的整数",
    en="The package count is {packages}; it must be at least 1",
)
def package_count_positive(facts: OrderFacts, p: Parameters) -> Verdict:
    """件数为正整数 | Package count is a positive whole number"""
    packages = facts.order.declaration.header.package_count
    if packages is None:
        return no_data("header.package_count")
    return PASS if packages >= 1 else hit(packages=packages)


@check(
    "LC016",
    Severity.BLOCK,
    category="packing",
    inputs="header.package_type header.package_count",
    source="declaration software rules, handbook 02 §5.8",
    zh="包装种类 {package_type} 为散装或裸装,件数应为 1,现为 {packages}",
    en="Packing {package_type} is bulk or nude, so the count must be 1, not {packages}",
    parameters={"unpacked_types": ("00", "01")},
)
def unpacked_counts_one(facts: OrderFacts, p: Parameters) -> Verdict:
    """散装裸装件数为1 | Bulk or nude cargo counts as one package"""
    header = facts.order.declaration.header
    if not header.package_type:
        return no_data("header.package_type")
    if header.package_type not in p["unpacked_types"]:
        return PASS
    if header.package_count is None:
        return no_data("header.package_count")
    return PASS if header.package_count == 1 else hit(package_type=header.package_type, packages=header.package_count)


@check(
    "LC017",
    Severity.BLOCK,
    category="packing",
    inputs="header.package_type",
    source="single-window message specification, handbook 03 §8",
    zh="包装种类代码 {package_type} 不在代码表中",
    en="Package code {package_type} is not in the code table",
    more={
        "legacy": (
            "包装种类代码 {package_type} 是已停用的一位旧代码,应填两位代码",
            "Package code {package_type} is a retired one-digit code; use the two-digit code",
        )
    },
    of_form=True,
)
def package_type_known(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """包装种类代码有效 | Package code valid"""
    code = form.package_type
    if not code:
        return no_data("header.package_type")
    if reference.code("package_type", code, form.on):
        return PASS
    return hit("legacy" if len(code) == 1 and code.isdigit() else "", package_type=code)


@check(
    "LC018",
    Severity.WARN,
    category="packing",
    inputs="header.package_type other_packing.package_type order.wood_treatment_evidence",
    source="ISPM 15, handbook 03 §8",
    zh="包装 {package_types} 为天然木质或植物性材料,未见 IPPC 标识或除害处理证明",
    en="Packing {package_types} is natural wood or plant material without IPPC mark or treatment evidence on file",
    parameters={"natural_types": ("23", "33", "93", "98")},
    of_form=True,
)
def wood_treated(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """天然木质包装提示 | Natural wood packing"""
    main = form.package_type
    natural = [code for code in (main, *form.other_packing) if code in p["natural_types"]]
    if natural and not form.wood_treated:
        return hit(package_types=", ".join(dict.fromkeys(natural)))
    return PASS if main or natural else no_data("header.package_type")


@check(
    "LC019",
    Severity.WARN,
    category="packing",
    inputs="header.no_other_packing_flag other_packing",
    source="single-window message specification",
    confidence="medium",
    zh="已填 {count} 项其他包装,但“无其他包装”标志为 {flag}",
    en="{count} other packing item(s) listed although the flag “no other packing” is {flag}",
    no_data_matters=False,
    of_form=True,
)
def other_packing_flag_agrees(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """其他包装标志一致 | Other packing flag agrees"""
    if not form.other_packing:
        return PASS
    flag = form.no_other_packing_flag
    if not flag:
        return no_data("header.no_other_packing_flag")
    return hit(count=len(form.other_packing), flag=flag) if flag == "1" else PASS


@check(
    "LC022",
    Severity.WARN,
    category="packing",
    inputs="header.gross_weight_kg header.package_count header.package_type",
    source="usual weight of a package, handbook 04",
    confidence="medium",
    zh="{packages} 件共 {gross_kg} 千克,平均每件 {each_kg} 千克;包装 {package_type} 通常每件 {low_kg}–{high_kg} 千克",
    en="{packages} packages of {gross_kg} kg make {each_kg} kg each; packing {package_type} is usually {low_kg} to "
    "{high_kg} kg",
    parameters={
        "carton_types": ("22", "29"),
        "carton_lowest_kg": Decimal("0.1"),
        "carton_highest_kg": Decimal(60),
        "pallet_types": ("92", "93"),
        "pallet_lowest_kg": Decimal(20),
        "pallet_highest_kg": Decimal(2500),
        "drum_types": ("32", "33", "39"),
        "drum_lowest_kg": Decimal(5),
        "drum_highest_kg": Decimal(350),
        "bag_types": ("06",),
        "bag_lowest_kg": Decimal("0.05"),
        "bag_highest_kg": Decimal(1500),
    },
)
def package_weight_plausible(facts: OrderFacts, p: Parameters) -> Verdict:
    """单件毛重合理 | Weight per package plausible"""
    header = facts.order.declaration.header
    gross, packages, code = header.gross_weight_kg, header.package_count, header.package_type
    if gross is None or packages is None or not code:
        return missing(
            ("header.gross_weight_kg", gross), ("header.package_count", packages), ("header.package_type", code)
        )
    band = _weight_band(code, p)
    if band is None:
        return PASS
    if packages < 1:
        return no_data("header.package_count")
    each = gross / packages
    if band[0] <= each <= band[1]:
        return PASS
    return hit(
        packages=packages,
        gross_kg=gross,
        each_kg=each.quantize(GRAM),
        package_type=code,
        low_kg=band[0],
        high_kg=band[1],
    )


def _weight_band(package_type: str, p: Parameters) -> tuple[Decimal, Decimal] | None:
    """The usual kilograms of one package of a kind; None for kinds without any."""
    for types, low, high in PACKAGE_KINDS:
        if package_type in p[types]:
            return p[low], p[high]
    return None


CHECKS = (
    package_count_positive,
    unpacked_counts_one,
    package_type_known,
    wood_treated,
    other_packing_flag_agrees,
    package_weight_plausible,
)
