"""Identity checks: codes of the parties, who stands where, the entry number (handbook 04, category identity)."""

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.identifiers import (
    USCC_ALPHABET,
    UsccVerdict,
    customs_enterprise_type,
    entry_number_direction,
    is_customs_code,
    is_entry_number,
    normalise_uscc,
    uscc_verdict,
)
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Role
from risk.reference import Reference

NO_CODE = "NO"
"""What a declaration carries where a party has no code or does not exist (handbook 01 §1, 02 §5.11)."""


@check(
    "LC001",
    Severity.BLOCK,
    category="identity",
    inputs="header.domestic_party_uscc",
    source="GB 32100-2015, GB 11714, handbook 01 §2",
    zh="境内收发货人统一社会信用代码 {uscc} 的第18位和第17位校验码都不符,不是有效代码",
    en="USCC {uscc} of the domestic party: check characters 18 and 17 both fail, so it is no valid code",
    more={
        "bad_length": (
            "境内收发货人统一社会信用代码 {uscc} 为 {length} 位,应为 18 位",
            "USCC {uscc} of the domestic party has {length} characters instead of 18",
        ),
        "illegal_char": (
            "境内收发货人统一社会信用代码 {uscc} 含有不允许的字符 {characters}(只用数字和除 I、O、S、V、Z 外的字母)",
            "USCC {uscc} of the domestic party contains {characters}; allowed: digits and letters except I, O, S, V, Z",
        ),
    },
    of_form=True,
)
def domestic_uscc_well_formed(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """境内收发货人信用代码校验 | USCC of the domestic party"""
    uscc = normalise_uscc(form.domestic_party_uscc)
    if not uscc:
        return no_data("header.domestic_party_uscc")
    verdict = uscc_verdict(uscc)
    if verdict in (UsccVerdict.VALID, UsccVerdict.CHECK18_FAILS):
        return PASS
    if verdict is UsccVerdict.BAD_LENGTH:
        return hit(verdict.value, uscc=uscc, length=len(uscc))
    if verdict is UsccVerdict.ILLEGAL_CHAR:
        return hit(verdict.value, uscc=uscc, characters=" ".join(sorted(set(uscc) - set(USCC_ALPHABET))))
    return hit(uscc=uscc)


@check(
    "LC002",
    Severity.WARN,
    category="identity",
    inputs="header.domestic_party_uscc header.producer_uscc",
    source="GB 32100-2015, early issued codes, handbook 01 §2",
    zh="统一社会信用代码 {uscc} 第18位校验不符而主体码校验相符(早期个别代码如此),请与营业执照核对",
    en="USCC {uscc}: check character 18 fails, the inner one holds (as on some early codes); compare with the licence",
    of_form=True,
)
def uscc_outer_check(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """信用代码第18位不符但主体码相符 | USCC check 18 fails, organisation check 9 holds"""
    domestic, producer = normalise_uscc(form.domestic_party_uscc), normalise_uscc(form.producer_uscc)
    odd = [code for code in (domestic, producer) if code and uscc_verdict(code) is UsccVerdict.CHECK18_FAILS]
    if odd:
        return hit(uscc=", ".join(dict.fromkeys(odd)))
    if domestic and producer:
        return PASS
    return missing(("header.domestic_party_uscc", domestic), ("header.producer_uscc", producer))


@check(
    "LC003",
    Severity.BLOCK,
    category="identity",
    inputs="header.domestic_party_customs_code header.declarant_customs_code",
    source="declaration software rules, handbook 01 §3",
    zh="境内收发货人海关编码 {domestic_code} 应为 10 位数字或大写字母,前 4 位为数字",
    en="Customs code {domestic_code} of the domestic party must be 10 digits or capitals, the first 4 digits",
    more={
        "declarant": (
            "申报单位海关编码 {declarant_code} 应为 10 位数字或大写字母,前 4 位为数字",
            "Customs code {declarant_code} of the declarant must be 10 digits or capitals, the first 4 digits",
        ),
        "both": (
            "境内收发货人海关编码 {domestic_code}、申报单位海关编码 {declarant_code} 均应为 10 位,前 4 位为数字",
            "Customs codes {domestic_code} (domestic party) and {declarant_code} (declarant) must both be 10 digits or "
            "capitals, the first 4 digits",
        ),
    },
    of_form=True,
)
def customs_codes_well_formed(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """海关注册编码格式 | Customs registration code format"""
    domestic, declarant = form.domestic_party_customs_code, form.declarant_customs_code
    domestic_wrong = domestic != "" and not is_customs_code(domestic)
    declarant_wrong = declarant != "" and not is_customs_code(declarant)
    if domestic_wrong or declarant_wrong:
        code = "both" if domestic_wrong and declarant_wrong else "declarant" if declarant_wrong else ""
        return hit(code, domestic_code=domestic, declarant_code=declarant)
    if domestic and declarant:
        return PASS
    return missing(("header.domestic_party_customs_code", domestic), ("header.declarant_customs_code", declarant))


@check(
    "LC004",
    Severity.BLOCK,
    category="identity",
    inputs="header.producer_name header.producer_uscc order.client_uscc parties.producer.uscc",
    source="single-window message specification, handbook 01 §1",
    zh="生产销售单位不完整:名称“{name}”,统一社会信用代码“{uscc}”",
    en="Producer/seller is incomplete: name “{name}”, USCC “{uscc}”",
    more={
        "code_exists": (
            "生产销售单位“{name}”代码填 NO,但其统一社会信用代码为 {known_uscc}",
            "Producer/seller “{name}” is declared NO although its USCC is {known_uscc}",
        )
    },
    direction="E",
)
def producer_given(facts: OrderFacts, p: Parameters) -> Verdict:
    """生产销售单位必填 | Producer or seller is given"""
    header = facts.order.declaration.header
    name, uscc = header.producer_name.strip(), header.producer_uscc.strip()
    if not name or not uscc:
        return hit(name=name, uscc=uscc)
    known = _known_producer_uscc(facts.order) if uscc.upper() == NO_CODE else ""
    return hit("code_exists", name=name, uscc=uscc, known_uscc=known) if known else PASS


def _known_producer_uscc(order: Order) -> str:
    producer = order.party(Role.PRODUCER)
    return (producer.uscc if producer else "") or order.client_uscc


@check(
    "LC005",
    Severity.BLOCK,
    category="identity",
    inputs="order.business_mode header.domestic_party_uscc header.producer_uscc",
    source="SAT announcement 2017 No. 35, handbook 01 §1.2",
    zh="代办退税业务的境内发货人与生产销售单位同为 {uscc};发货人应为综服企业,生产销售单位应为委托的生产企业",
    en="Agency refund with {uscc} as consignor and producer; the platform must be one, the client factory the other",
    direction="E",
    of_form=True,
)
def agency_refund_two_parties(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """代办退税须双抬头 | Agency refund needs two different parties"""
    mode = form.business_mode
    if mode not in (BusinessMode.AGENCY_REFUND, BusinessMode.UNKNOWN):
        return PASS
    domestic, producer = normalise_uscc(form.domestic_party_uscc), normalise_uscc(form.producer_uscc)
    if not domestic or not producer:
        return missing(("header.domestic_party_uscc", domestic), ("header.producer_uscc", producer))
    if domestic != producer:
        return PASS
    return no_data("order.business_mode") if mode is BusinessMode.UNKNOWN else hit(uscc=domestic)


@check(
    "LC006",
    Severity.BLOCK,
    category="identity",
    inputs="header.producer_uscc order.client_uscc",
    source="conduct that ends the refund, handbook 01 §1.4",
    zh="生产销售单位 {producer_uscc} 不是订单签约客户 {client_uscc},疑似借名出口",
    en="Producer {producer_uscc} is not the contracted client {client_uscc}: possible name lending",
    direction="E",
    of_form=True,
)
def producer_is_client(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """生产销售单位与签约客户一致 | Producer equals the contracted client"""
    producer = normalise_uscc(form.producer_uscc)
    client = normalise_uscc(form.client_uscc)
    if not producer or not client:
        return missing(("header.producer_uscc", producer), ("order.client_uscc", client))
    return PASS if producer == client else hit(producer_uscc=producer, client_uscc=client)


@check(
    "LC007",
    Severity.INFO,
    category="identity",
    inputs="header.declarant_customs_code header.domestic_party_customs_code",
    source="customs code position 6, handbook 01 §3",
    confidence="medium",
    zh="申报单位海关编码 {declarant_code} 第6位是“{digit}”而非 {broker_digit},请确认其报关资质",
    en="Declarant code {declarant_code} has “{digit}” in position 6, not {broker_digit}: confirm it may act as broker",
    parameters={"broker_digit": "8"},
    no_data_matters=False,
    of_form=True,
)
def declarant_is_broker(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """申报单位资质 | Declarant qualification"""
    declarant, domestic = form.declarant_customs_code, form.domestic_party_customs_code
    if not declarant or not domestic:
        return missing(("header.declarant_customs_code", declarant), ("header.domestic_party_customs_code", domestic))
    digit = customs_enterprise_type(declarant)
    if declarant == domestic or digit == p["broker_digit"]:
        return PASS
    return hit(declarant_code=declarant, digit=digit, broker_digit=p["broker_digit"])


@check(
    "LC008",
    Severity.WARN,
    category="identity",
    inputs="header.entry_number header.direction",
    source="structure of the entry number, handbook 01 §4",
    zh="报关单号 {entry_number} 应为 18 位数字:4 位关区、4 位年份、进口 1 或出口 0、9 位流水号",
    en="Entry number {entry_number} must be 18 digits: office 4, year 4, 1 import or 0 export, serial 9",
    more={
        "direction": (
            "报关单号 {entry_number} 第9位表示 {number_direction},与进出口标志 {direction} 不符",
            "The ninth digit of entry number {entry_number} means {number_direction}, the declaration says {direction}",
        )
    },
)
def entry_number_well_formed(facts: OrderFacts, p: Parameters) -> Verdict:
    """报关单号结构 | Entry number structure"""
    header = facts.order.declaration.header
    if not header.entry_number:
        return PASS
    if not is_entry_number(header.entry_number):
        return hit(entry_number=header.entry_number)
    if not header.direction:
        return no_data("header.direction")
    means = entry_number_direction(header.entry_number)
    if means == header.direction:
        return PASS
    return hit("direction", entry_number=header.entry_number, number_direction=means, direction=header.direction)


@check(
    "LC009",
    Severity.WARN,
    category="identity",
    inputs="header.overseas_consignee_name header.supervision_mode",
    source="single-window message specification, handbook 02 §5.11",
    confidence="medium",
    zh="境外收货人名称“{name}”为空或无意义",
    en="Overseas consignee “{name}” is missing or meaningless",
    more={
        "no_party": (
            "境外收货人填 NO,但监管方式 {supervision_mode} 应有境外买方",
            "Overseas consignee is NO although supervision mode {supervision_mode} implies an overseas buyer",
        )
    },
    direction="E",
    parameters={
        "minimum_length": 3,
        "meaningless": ("TO ORDER", "N/A", "TEST"),
        "modes_without_buyer": ("2600", "2700", "9610", "9810"),
    },
)
def consignee_named(facts: OrderFacts, p: Parameters) -> Verdict:
    """境外收货人名称有效 | Overseas consignee name"""
    header = facts.order.declaration.header
    name = " ".join(header.overseas_consignee_name.split())
    upper = name.upper()
    if upper == NO_CODE:
        if header.supervision_mode in p["modes_without_buyer"]:
            return PASS
        return hit("no_party", name=name, supervision_mode=header.supervision_mode)
    if len(name) < p["minimum_length"] or upper in p["meaningless"]:
        return hit(name=name)
    return PASS


CHECKS = (
    domestic_uscc_well_formed,
    uscc_outer_check,
    customs_codes_well_formed,
    producer_given,
    agency_refund_two_parties,
    producer_is_client,
    declarant_is_broker,
    entry_number_well_formed,
    consignee_named,
)
