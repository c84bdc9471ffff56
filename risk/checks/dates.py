"""Date checks: order of papers, declaration windows, validity of agreement and admission, times of the loading film.

A day is a calendar day in Asia/Shanghai (risk.days).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.days import china_day, clock, compact_day
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.reference import Reference

PAPERS_ZH = "(合同 {contract_on},发票 {invoice_on},申报 {declared_on},装货 {loading_on})"
PAPERS_EN = " (contract {contract_on}, invoice {invoice_on}, declaration {declared_on}, loading {loading_on})"


def _text(day: date | None) -> str:
    return "-" if day is None else day.isoformat()


@check(
    "LC130",
    Severity.WARN,
    category="date",
    inputs="contract.signed_on invoice.issued_on declared_at loading.ended_at",
    source="order of trade papers, handbook 04",
    zh="发票早于合同" + PAPERS_ZH,
    en="The invoice is older than the contract" + PAPERS_EN,
    more={
        "declared_before_invoice": ("申报早于发票" + PAPERS_ZH, "Declared before the invoice was issued" + PAPERS_EN),
        "declared_before_contract": ("申报早于合同" + PAPERS_ZH, "Declared before the contract was signed" + PAPERS_EN),
        "loaded_late": (
            "装货晚于申报日后 {days} 天" + PAPERS_ZH,
            "Loaded more than {days} day(s) after the declaration" + PAPERS_EN,
        ),
    },
    direction="E",
    parameters={"loading_days": 1},
)
def papers_in_order(facts: OrderFacts, p: Parameters) -> Verdict:
    """单证日期顺序 | Order of the documents' dates"""
    order = facts.order
    contract_on = order.contract.signed_on if order.contract else None
    invoice_on = order.invoice.issued_on if order.invoice else None
    ended_at = order.loading.ended_at if order.loading else None
    loading_on = china_day(ended_at) if ended_at else None
    declared_on = facts.declared_on
    code = None
    if contract_on and invoice_on and invoice_on < contract_on:
        code = ""
    elif invoice_on and declared_on < invoice_on:
        code = "declared_before_invoice"
    elif contract_on and declared_on < contract_on:
        code = "declared_before_contract"
    elif loading_on and loading_on > declared_on + timedelta(days=p["loading_days"]):
        code = "loaded_late"
    if code is not None:
        return hit(
            code,
            **({"days": p["loading_days"]} if code == "loaded_late" else {}),
            contract_on=_text(contract_on),
            invoice_on=_text(invoice_on),
            declared_on=_text(declared_on),
            loading_on=_text(loading_on),
        )
    missing = [
        name for name, day in (("contract.signed_on", contract_on), ("invoice.issued_on", invoice_on)) if not day
    ]
    return no_data(*missing) if missing else PASS


@check(
    "LC131",
    Severity.BLOCK,
    category="date",
    inputs="header.border_date header.departure_date header.discharge_date header.declaration_date",
    source="single-window message specification, handbook 02 §2",
    zh="{field} 填写为“{value}”,应为真实存在的 yyyyMMdd 日期",
    en="{field} reads “{value}”; it must be a real date written yyyyMMdd",
)
def dates_well_formed(facts: OrderFacts, p: Parameters) -> Verdict:
    """日期格式 | Date format"""
    header = facts.order.declaration.header
    for field, text in (
        ("border_date", header.border_date),
        ("departure_date", header.departure_date),
        ("discharge_date", header.discharge_date),
        ("declaration_date", header.declaration_date),
    ):
        if text and compact_day(text) is None:
            return hit(field=f"header.{field}", value=text[:40])
    return PASS


@check(
    "LC132",
    Severity.WARN,
    category="date",
    inputs="transport.arrived_at declared_at transport.vessel_loading_at advance_declaration",
    source="Customs Law art. 24, handbook 04",
    zh="申报时间 {declared_at} 早于货物运抵 {arrived_at},且非提前申报",
    en="Declared {declared_at}, before the goods arrived at the yard {arrived_at}, and not in advance mode",
    more={
        "late": (
            "申报时间 {declared_at} 距装船 {vessel_loading_at} 不足 {hours} 小时",
            "Declared {declared_at}, less than {hours} h before loading on board {vessel_loading_at}",
        )
    },
    direction="E",
    parameters={"hours": 24},
)
def declared_between_arrival_and_loading(facts: OrderFacts, p: Parameters) -> Verdict:
    """出口运抵后申报 | Declared after arrival at the yard"""
    order, transport = facts.order, facts.order.transport
    declared_at = order.declared_at
    if declared_at is None:
        return no_data("declared_at")
    if transport is None:
        return no_data("transport")
    arrived_at, on_board = transport.arrived_at, transport.vessel_loading_at
    if arrived_at and declared_at < arrived_at and not order.advance_declaration:
        return hit(declared_at=clock(declared_at), arrived_at=clock(arrived_at))
    if on_board and declared_at > on_board - timedelta(hours=p["hours"]):
        return hit("late", declared_at=clock(declared_at), vessel_loading_at=clock(on_board), hours=p["hours"])
    missing = [] if arrived_at or order.advance_declaration else ["transport.arrived_at"]
    missing += [] if on_board else ["transport.vessel_loading_at"]
    return no_data(*missing) if missing else PASS


@check(
    "LC133",
    Severity.WARN,
    category="date",
    inputs="transport.arrived_at header.border_date declared_at",
    source="Customs Law art. 24; late fee 0.05 % a day, handbook 04",
    zh="{arrived_on} 进境,{declared_on} 申报,超过 {days} 日期限 {late_days} 天,滞报金约为完税价格的 {fee_percent}%",
    en="Arrived {arrived_on}, declared {declared_on}: {late_days} day(s) beyond the {days}-day limit, "
    "late fee about {fee_percent} % of the dutiable value",
    direction="I",
    parameters={"days": 14, "fee_percent_per_day": Decimal("0.05")},
)
def import_declared_in_time(facts: OrderFacts, p: Parameters) -> Verdict:
    """进口申报期限 | Import time limit"""
    transport = facts.order.transport
    arrived_at = transport.arrived_at if transport else None
    arrived_on = china_day(arrived_at) if arrived_at else compact_day(facts.order.declaration.header.border_date)
    if arrived_on is None:
        return no_data("transport.arrived_at", "header.border_date")
    declared_on = facts.declared_on
    late_days = (declared_on - arrived_on).days - int(p["days"])
    if late_days <= 0:
        return PASS
    return hit(
        arrived_on=_text(arrived_on),
        declared_on=_text(declared_on),
        days=p["days"],
        late_days=late_days,
        fee_percent=p["fee_percent_per_day"] * late_days,
    )


@check(
    "LC134",
    Severity.BLOCK,
    category="date",
    inputs="client.admission client.agreement_valid_to declared_at",
    source="client admission, handbook 06 §1",
    zh="综合服务协议有效期至 {valid_to},申报日 {declared_on} 已失效",
    en="The service agreement ended {valid_to}, before the declaration day {declared_on}",
    more={
        "admission": (
            "客户准入状态为“{admission}”,不在可受理状态({accepted})之内",
            "The client's admission is “{admission}”, not one that may place orders ({accepted})",
        )
    },
    direction="E",
    parameters={"accepted": ("approved",)},
    of_form=True,
)
def client_admitted(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """协议与准入有效 | Agreement and admission valid"""
    if not form.client_known:
        return no_data("client")
    if form.admission and form.admission not in p["accepted"]:
        return hit("admission", admission=form.admission, accepted=", ".join(p["accepted"]))
    declared_on = form.on
    if form.agreement_valid_to and form.agreement_valid_to < declared_on:
        return hit(valid_to=_text(form.agreement_valid_to), declared_on=_text(declared_on))
    missing = [] if form.admission else ["client.admission"]
    missing += [] if form.agreement_valid_to else ["client.agreement_valid_to"]
    return no_data(*missing) if missing else PASS


@check(
    "LC135",
    Severity.WARN,
    category="date",
    inputs="loading.media.recorded_at accepted_at declared_at",
    source="loading supervision, handbook 08 §7",
    zh="监装影像 {evidence} 摄于 {recorded_at},早于接单 {accepted_at}",
    en="Loading media {evidence} recorded {recorded_at}, before the order was accepted {accepted_at}",
    more={
        "late": (
            "监装影像 {evidence} 摄于 {recorded_at},晚于申报 {declared_at} 后 {hours} 小时",
            "Loading media {evidence} recorded {recorded_at}, more than {hours} h after the declaration {declared_at}",
        ),
        "undated": ("监装影像 {evidence} 没有摄制时间", "Loading media {evidence} carries no recording time"),
    },
    direction="E",
    parameters={"hours": 24},
    no_data_matters=False,
)
def film_within_the_business(facts: OrderFacts, p: Parameters) -> Verdict:
    """监装影像时间 | Times of the loading media"""
    order = facts.order
    if order.loading is None or not order.loading.media:
        return no_data("loading.media")
    verdict = next(_misdated(facts, int(p["hours"])), None)
    if verdict is not None:
        return verdict
    missing = [name for name, at in (("accepted_at", order.accepted_at), ("declared_at", order.declared_at)) if not at]
    return no_data(*missing) if missing else PASS


def _misdated(facts: OrderFacts, hours: int) -> Iterator[Verdict]:
    order = facts.order
    latest: datetime | None = order.declared_at + timedelta(hours=hours) if order.declared_at else None
    for item in order.loading.media if order.loading else ():
        recorded_at = item.recorded_at
        if recorded_at is None:
            yield hit("undated", evidence=item.evidence)
        elif order.accepted_at and recorded_at < order.accepted_at:
            yield hit(
                evidence=item.evidence,
                recorded_at=clock(recorded_at),
                accepted_at=clock(order.accepted_at),
            )
        elif order.declared_at and latest and recorded_at > latest:
            yield hit(
                "late",
                evidence=item.evidence,
                recorded_at=clock(recorded_at),
                declared_at=clock(order.declared_at),
                hours=hours,
            )


CHECKS = (
    papers_in_order,
    dates_well_formed,
    declared_between_arrival_and_loading,
    import_declared_in_time,
    client_admitted,
    film_within_the_business,
)
