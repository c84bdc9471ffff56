"""Synthetic news of an order's flow: what customs, carrier, tax office, bank and insurer would have told so far.

Only truthful orders of the simulation flow; a few get a planted difference between what was declared and what customs
says, and a few some other bad news. Every source is named `synthetic-…`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from risk.nouns.money import Money
from risk.nouns.order import Order
from risk.nouns.status import (
    DETAILS,
    CustomsFeedback,
    CustomsLine,
    InsuranceDetails,
    LogisticsDetails,
    RefundDetails,
    SettlementDetails,
    StatusEvent,
    StatusKind,
)

DIFFERENCE_SHARE = 0.06
BAD_NEWS_SHARE = 0.05
CENT = Decimal("0.01")
REFUND_RATE = Decimal("0.13")
CNY_PER_USD = Decimal("7.10")
SOURCES = {
    StatusKind.DECLARATION: "synthetic-customs",
    StatusKind.LOGISTICS: "synthetic-carrier",
    StatusKind.REFUND: "synthetic-tax",
    StatusKind.SETTLEMENT: "synthetic-bank",
    StatusKind.INSURANCE: "synthetic-insurer",
}
Details = CustomsFeedback | LogisticsDetails | RefundDetails | SettlementDetails | InsuranceDetails | None


@dataclass(frozen=True, slots=True)
class Step:
    """News to come: when after the declaration, of which service, what, and with which details."""

    after: timedelta
    kind: StatusKind
    status: str
    details: Details = None


def news(order: Order, declared_at: datetime, now: datetime) -> list[StatusEvent]:
    """What has been told about an order up to `now` (aware), as it happened. A function of the order alone."""
    rng = Random(f"flow {order.order_id}")  # noqa: S311 - synthetic data, reproducible on purpose
    number = f"{order.declaration.header.declaration_office or '5304'}{declared_at:%Y}{rng.randrange(10**10):010d}"
    events = []
    for place, step in enumerate(_steps(rng, order), start=1):
        at = declared_at + step.after
        if at <= now:
            events.append(_event(order, step, at, number, place))
    return sorted(events, key=lambda event: event.occurred_at)


def _event(order: Order, step: Step, at: datetime, number: str, place: int) -> StatusEvent:
    """The first word of customs names the order and its new number; later ones, and others, use the number alone."""
    header = order.declaration.header
    event = StatusEvent(
        event_id=f"{order.order_id}/{step.kind.value}/{place}-{step.status}",
        source=SOURCES[step.kind],
        kind=step.kind,
        status=step.status,
        occurred_at=at,
    )
    if step.kind is StatusKind.DECLARATION:
        named = order.order_id if step.status == "submitted" else ""
        event = replace(event, order_id=named, declaration_number=number)
    elif step.kind is StatusKind.LOGISTICS and header.transport_document_number:
        event = replace(event, transport_document=header.transport_document_number)
    elif step.kind is StatusKind.REFUND:
        event = replace(event, declaration_number=number)
    else:
        event = replace(event, order_id=order.order_id)
    return replace(event, **{DETAILS[step.kind]: step.details})  # type: ignore[arg-type]  # details of its own kind


def _steps(rng: Random, order: Order) -> Iterator[Step]:
    bad = rng.random() < BAD_NEWS_SHARE
    yield from _customs(rng, order)
    yield from _carrier(rng, order)
    yield from _insurer(order)
    yield from _bank(rng, order, late=bad)
    yield from _tax(rng, order, enquiry=bad)


def _customs(rng: Random, order: Order) -> Iterator[Step]:
    accepted = feedback(order)
    if rng.random() < DIFFERENCE_SHARE:
        accepted = rng.choice(SPOILERS)(accepted)
    kind = StatusKind.DECLARATION
    hours = rng.randint(1, 5)
    yield Step(timedelta(minutes=5), kind, "submitted")
    yield Step(timedelta(minutes=5 + rng.randint(5, 50)), kind, "accepted", accepted)
    if rng.random() < 0.08:
        yield Step(timedelta(hours=hours), kind, "inspection", CustomsFeedback(reason="随机布控 random selection"))
        hours += rng.randint(6, 30)
        yield Step(timedelta(hours=hours), kind, "inspected", CustomsFeedback(inspection_result="无异常 no finding"))
    yield Step(timedelta(hours=hours, minutes=20), kind, "released", CustomsFeedback(office=accepted.office))
    yield Step(timedelta(days=5, hours=hours), kind, "cleared")


def feedback(order: Order) -> CustomsFeedback:
    """The declaration exactly as it was submitted, in the words of customs."""
    header, declaration = order.declaration.header, order.declaration
    total = declaration.total
    return CustomsFeedback(
        supervision_mode=header.supervision_mode,
        total=Money(total, declaration.currencies[0]) if total is not None else None,
        gross_weight_kg=header.gross_weight_kg,
        net_weight_kg=header.net_weight_kg,
        packages=header.package_count,
        lines=tuple(
            CustomsLine(
                line_number=place,
                hs_code=line.hs_code,
                quantity=line.quantity,
                unit=line.unit,
                total=line.value,
            )
            for place, line in enumerate(declaration.lines, start=1)
        ),
        containers=tuple(container.number for container in declaration.containers),
        office=header.declaration_office,
    )


def _carrier(rng: Random, order: Order) -> Iterator[Step]:
    kind = StatusKind.LOGISTICS
    free_text = order.declaration.free_text
    ship = LogisticsDetails(
        vessel=order.declaration.header.means_of_transport,
        voyage=free_text.voyage_number if free_text else "",
        containers=tuple(container.number for container in order.declaration.containers),
    )
    yield Step(timedelta(days=-4), kind, "booked", ship)
    yield Step(timedelta(days=-1, hours=-2), kind, "gated_in", ship)
    yield Step(timedelta(days=3), kind, "on_board", ship)
    yield Step(timedelta(days=3, hours=9), kind, "departed", ship)
    yield Step(timedelta(days=rng.randint(18, 34)), kind, "arrived", ship)


def _insurer(order: Order) -> Iterator[Step]:
    value = _value(order)
    if value is None:
        return
    premium = Money((value.amount * Decimal("0.006")).quantize(CENT), value.currency)
    details = InsuranceDetails(policy_number=f"SYN-{order.order_id[-6:]}", insured=value, premium=premium)
    yield Step(timedelta(days=4), StatusKind.INSURANCE, "insured", details)


def _bank(rng: Random, order: Order, *, late: bool) -> Iterator[Step]:
    value = _value(order)
    if value is None:
        return
    buyer = order.declaration.header.overseas_consignee_name
    days = rng.randint(9, 24)
    if late:
        details = SettlementDetails(amount=value, payer=buyer, reason="付款期已过 past the term of payment")
        yield Step(timedelta(days=days), StatusKind.SETTLEMENT, "overdue", details)
        return
    paid = SettlementDetails(amount=value, payer=buyer, bank_reference=f"SYN{rng.randrange(10**8):08d}")
    yield Step(timedelta(days=days), StatusKind.SETTLEMENT, "received", paid)


def _tax(rng: Random, order: Order, *, enquiry: bool) -> Iterator[Step]:
    value = _value(order)
    if value is None:
        return
    amount = Money((value.amount * CNY_PER_USD * REFUND_RATE).quantize(CENT), "CNY")
    kind = StatusKind.REFUND
    yield Step(timedelta(days=8), kind, "filed", RefundDetails(amount=amount))
    if enquiry:
        yield Step(timedelta(days=12), kind, "enquiry", RefundDetails(reason="函调供货企业 enquiry about the supplier"))
        return
    yield Step(timedelta(days=rng.randint(14, 22)), kind, "paid", RefundDetails(amount=amount))


def _value(order: Order) -> Money | None:
    declaration = order.declaration
    return None if declaration.total is None else Money(declaration.total, declaration.currencies[0])


def another_code(said: CustomsFeedback) -> CustomsFeedback:
    """Customs reclassified the goods."""
    first, *rest = said.lines
    return replace(said, lines=(replace(first, hs_code=f"{first.hs_code[:6]}9090"), *rest))


def more_pieces(said: CustomsFeedback) -> CustomsFeedback:
    """The inspection counted more pieces than declared."""
    first, *rest = said.lines
    return replace(said, lines=(replace(first, quantity=(first.quantity or Decimal(0)) + 120), *rest))


def higher_value(said: CustomsFeedback) -> CustomsFeedback:
    """Customs assessed a higher price."""
    if said.total is None:
        return said
    total = Money((said.total.amount * Decimal("1.08")).quantize(CENT), said.total.currency)
    first, *rest = said.lines
    return replace(said, total=total, lines=(replace(first, total=total if not rest else first.total), *rest))


def another_weight(said: CustomsFeedback) -> CustomsFeedback:
    """The weighbridge said more."""
    return replace(said, gross_weight_kg=(said.gross_weight_kg or Decimal(0)) + 85)


def not_told(said: CustomsFeedback) -> CustomsFeedback:
    """A receipt that leaves figures out: they cannot be compared."""
    return replace(said, net_weight_kg=None, packages=None)


SPOILERS: tuple[Callable[[CustomsFeedback], CustomsFeedback], ...] = (
    another_code,
    more_pieces,
    higher_value,
    another_weight,
    not_told,
)
