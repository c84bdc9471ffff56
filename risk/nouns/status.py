"""What happens to an order around its declaration: customs, logistics, tax refund, settlement, credit insurance.

The status codes are ours, a closed set per kind: senders translate their own receipts into them, so that one timeline
and one report read the same whoever sent the news. Words for people are in the console's texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from risk.nouns.money import Money

STATUS_SCHEMA_VERSION = 1


class StatusKind(StrEnum):
    """The five services of the platform (handbook 01), in the order in which an order meets them."""

    DECLARATION = "declaration"
    LOGISTICS = "logistics"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    INSURANCE = "insurance"


STATUS_CODES: Mapping[StatusKind, tuple[str, ...]] = {
    StatusKind.DECLARATION: (
        "submitted",  # 已申报
        "accepted",  # 海关已接受申报
        "returned",  # 退单
        "reviewed",  # 审结
        "inspection",  # 布控查验
        "inspected",  # 查验完毕
        "released",  # 放行
        "cleared",  # 结关
        "amended",  # 改单
        "withdrawn",  # 撤销
        "detained",  # 扣留
    ),
    StatusKind.LOGISTICS: (
        "booked",  # 已订舱
        "picked_up",  # 已提箱
        "loaded",  # 已装箱
        "gated_in",  # 已进港
        "on_board",  # 已装船
        "departed",  # 已离港
        "transhipped",  # 中转
        "arrived",  # 已到港
        "delivered",  # 已交付
        "delayed",  # 延误
        "shipped_back",  # 退运
    ),
    StatusKind.REFUND: (
        "documents_ready",  # 单证备齐
        "filed",  # 已申报退税
        "accepted",  # 税务已受理
        "enquiry",  # 发函调查
        "suspended",  # 暂缓退税
        "approved",  # 已核准
        "paid",  # 已退库
        "rejected",  # 不予退税
        "recovered",  # 追回退税款
    ),
    StatusKind.SETTLEMENT: (
        "expected",  # 待收汇
        "received",  # 已收汇
        "partly_received",  # 部分收汇
        "converted",  # 已结汇
        "paid_out",  # 已付客户
        "overdue",  # 逾期未收汇
        "sent_back",  # 退汇
    ),
    StatusKind.INSURANCE: (
        "limit_applied",  # 已申请限额
        "limit_approved",  # 限额已批复
        "limit_refused",  # 限额未批
        "insured",  # 已投保
        "premium_paid",  # 已缴保费
        "loss_reported",  # 已报损
        "claimed",  # 已索赔
        "indemnified",  # 已赔付
        "claim_refused",  # 拒赔
        "lapsed",  # 保障失效
    ),
}
"""Every status there is, per kind; what is not written here is refused at the door."""

ADVERSE: Mapping[StatusKind, frozenset[str]] = {
    StatusKind.DECLARATION: frozenset({"returned", "withdrawn", "detained"}),
    StatusKind.LOGISTICS: frozenset({"shipped_back"}),
    StatusKind.REFUND: frozenset({"enquiry", "suspended", "rejected", "recovered"}),
    StatusKind.SETTLEMENT: frozenset({"overdue", "sent_back"}),
    StatusKind.INSURANCE: frozenset({"limit_refused", "loss_reported", "claimed", "claim_refused", "lapsed"}),
}
"""Statuses that are bad news."""

FINAL: Mapping[StatusKind, frozenset[str]] = {
    StatusKind.DECLARATION: frozenset({"released", "cleared"}),
    StatusKind.LOGISTICS: frozenset({"delivered"}),
    StatusKind.REFUND: frozenset({"paid"}),
    StatusKind.SETTLEMENT: frozenset({"received", "converted", "paid_out"}),
    StatusKind.INSURANCE: frozenset({"insured", "premium_paid", "indemnified"}),
}
"""Statuses with which a service has done what was wanted of it."""

MOVES: Mapping[StatusKind, frozenset[str]] = {
    StatusKind.DECLARATION: frozenset({"released", "cleared"}),
    StatusKind.LOGISTICS: frozenset({"on_board", "departed", "transhipped", "arrived", "delivered"}),
    StatusKind.REFUND: frozenset({"paid"}),
    StatusKind.SETTLEMENT: frozenset({"received", "partly_received", "converted", "paid_out"}),
    StatusKind.INSURANCE: frozenset(),
}
"""Statuses that say goods or money moved: an order that is stopped must never get one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsLine:
    """A goods line as customs has it. Empty text and None mean: not told."""

    line_number: int
    hs_code: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    total: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsFeedback:
    """The declaration as customs accepted it, and what customs did with it. Weights in kilograms.

    `lines` and `containers` are complete or left out: a list that is told tells all of them.
    """

    supervision_mode: str = ""
    total: Money | None = None
    gross_weight_kg: Decimal | None = None
    net_weight_kg: Decimal | None = None
    packages: int | None = None
    lines: tuple[CustomsLine, ...] = ()
    containers: tuple[str, ...] = ()
    office: str = ""
    inspection_result: str = ""
    tax: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticsDetails:
    """Where the goods are and on what."""

    place: str = ""
    carrier: str = ""
    vessel: str = ""
    voyage: str = ""
    containers: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    gross_weight_kg: Decimal | None = None
    expected_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDetails:
    """A step of the tax refund."""

    amount: Money | None = None
    invoice_number: str = ""
    tax_office: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDetails:
    """A payment from abroad; `amount` is what this event is about, not the sum so far."""

    amount: Money | None = None
    payer: str = ""
    payer_country: str = ""
    bank_reference: str = ""
    value_date: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceDetails:
    """A step of the export credit insurance."""

    insurer: str = ""
    policy_number: str = ""
    insured: Money | None = None
    premium: Money | None = None
    buyer_limit: Money | None = None
    indemnity: Money | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """News about an order. `(source, event_id)` is unique for ever; a repeat changes nothing.

    It belongs to the order that carries its numbers (at least one is given). The details of its kind may come with
    it: `customs` with a declaration, the field of its own name with the others. Times are aware.
    """

    event_id: str
    source: str
    kind: StatusKind
    status: str
    occurred_at: datetime
    order_id: str = ""
    declaration_number: str = ""
    transport_document: str = ""
    container: str = ""
    customs: CustomsFeedback | None = None
    logistics: LogisticsDetails | None = None
    refund: RefundDetails | None = None
    settlement: SettlementDetails | None = None
    insurance: InsuranceDetails | None = None
    schema: int = STATUS_SCHEMA_VERSION

    @property
    def details(
        self,
    ) -> CustomsFeedback | LogisticsDetails | RefundDetails | SettlementDetails | InsuranceDetails | None:
        """The details of its kind."""
        found: CustomsFeedback | LogisticsDetails | RefundDetails | SettlementDetails | InsuranceDetails | None
        found = getattr(self, DETAILS[self.kind])
        return found


DETAILS: Mapping[StatusKind, str] = {
    StatusKind.DECLARATION: "customs",
    StatusKind.LOGISTICS: "logistics",
    StatusKind.REFUND: "refund",
    StatusKind.SETTLEMENT: "settlement",
    StatusKind.INSURANCE: "insurance",
}
"""The field that holds the details of each kind."""
