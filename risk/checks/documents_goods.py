"""Document checks around the goods: contract, invoice, packing list, transport document (handbook 04 §4).

Every figure the papers share is compared; the first difference names the verdict, a missing paper is `no_data`.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.comparing import CENT, SHOWN, as_written, first_or_missing, percent_apart
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.nouns.declaration import Declaration
from risk.nouns.documents import Contract, Invoice, PackingList, TransportDocument
from risk.party_names import same_company

ZERO = Decimal(0)


@check(
    "LC140",
    Severity.WARN,
    category="document",
    inputs="contract.buyer contract.incoterm contract.total invoice.buyer invoice.incoterm invoice.total",
    source="comparison of trade papers, handbook 04 §4",
    zh="合同总价 {contract_total} 与发票总价 {invoice_total} {currency} 相差 {percent}%,超过 {tolerance_percent}%",
    en="Contract total {contract_total} and invoice total {invoice_total} {currency} differ by {percent} %, "
    "more than {tolerance_percent} %",
    more={
        "buyer": (
            "合同买方“{contract_buyer}”与发票买方“{invoice_buyer}”不同",
            "Contract buyer “{contract_buyer}” is not invoice buyer “{invoice_buyer}”",
        ),
        "currency": (
            "合同币制 {contract_currency} 与发票币制 {invoice_currency} 不同",
            "Contract is in {contract_currency}, invoice in {invoice_currency}",
        ),
        "term": (
            "合同价格条款 {contract_term} 与发票 {invoice_term} 不同",
            "Contract term {contract_term} is not invoice term {invoice_term}",
        ),
    },
    direction="E",
    parameters={"tolerance_percent": Decimal(5)},
)
def contract_equals_invoice(facts: OrderFacts, p: Parameters) -> Verdict:
    """合同与发票 | Contract against invoice"""
    contract, invoice = facts.order.contract, facts.order.invoice
    if contract is None or invoice is None:
        return no_data(*(["contract"] if contract is None else []), *(["invoice"] if invoice is None else []))
    agreed = contract.tolerance_percent
    tolerance = p["tolerance_percent"] if agreed is None else agreed
    found = _contract_break(contract, invoice, tolerance)
    if found is not None:
        return found
    gaps = _contract_gaps(contract, invoice)
    return no_data(*gaps) if gaps else PASS


def _contract_break(contract: Contract, invoice: Invoice, tolerance: Decimal) -> Verdict | None:
    """The first difference, None when the papers agree as far as they go."""
    if contract.buyer and invoice.buyer and not same_company(contract.buyer, invoice.buyer):
        return hit("buyer", contract_buyer=contract.buyer[:SHOWN], invoice_buyer=invoice.buyer[:SHOWN])
    terms = _term(contract.incoterm), _term(invoice.incoterm)
    if terms[0] != terms[1] and all(terms):
        return hit("term", contract_term=terms[0], invoice_term=terms[1])
    if contract.total is None or invoice.total is None:
        return None
    if contract.total.currency != invoice.total.currency:
        return hit("currency", contract_currency=contract.total.currency, invoice_currency=invoice.total.currency)
    gap = percent_apart(contract.total.amount, invoice.total.amount)
    if gap > tolerance:
        return hit(
            contract_total=contract.total.amount,
            invoice_total=invoice.total.amount,
            currency=contract.total.currency,
            percent=gap.quantize(CENT),
            tolerance_percent=tolerance,
        )
    return None


def _contract_gaps(contract: Contract, invoice: Invoice) -> list[str]:
    gaps = []
    for name, paper in (("contract", contract), ("invoice", invoice)):
        if not paper.buyer:
            gaps.append(f"{name}.buyer")
        if not paper.incoterm:
            gaps.append(f"{name}.incoterm")
        if paper.total is None:
            gaps.append(f"{name}.total")
    return gaps


def _term(incoterm: str) -> str:
    """The three letters of a term that may carry a place: "FOB Shenzhen" is FOB."""
    return incoterm.strip().upper()[:3]


@check(
    "LC141",
    Severity.BLOCK,
    category="document",
    inputs="invoice.lines packing_list.lines",
    source="comparison of trade papers, handbook 04 §4",
    zh="第 {item} 项数量:发票 {invoice_quantity},装箱单 {packing_quantity}(共 {items} 项不符)",
    en="Item {item}: invoice quantity {invoice_quantity}, packing list {packing_quantity} ({items} item(s) differ)",
    direction="E",
)
def invoice_equals_packing_list(facts: OrderFacts, p: Parameters) -> Verdict:
    """发票与装箱单 | Invoice against packing list"""
    invoice, packing = facts.order.invoice, facts.order.packing_list
    left = [] if invoice is None else [(item.line_number, item.quantity) for item in invoice.lines]
    right = [] if packing is None else [(item.line_number, item.quantity) for item in packing.lines]
    if left and left == right and None not in [quantity for _, quantity in left]:
        return PASS  # item by item the same
    invoiced, packed = _sums(left), _sums(right)
    missing = [name for name, sums in (("invoice.lines", invoiced), ("packing_list.lines", packed)) if not sums]
    if missing:
        return no_data(*missing)
    pairs = [(item, invoiced.get(item, ZERO), packed.get(item, ZERO)) for item in sorted({*invoiced, *packed})]
    wrong = [(item, one, other) for item, one, other in pairs if one is not None and other is not None and one != other]
    if wrong:
        item, one, other = wrong[0]
        return hit(item=item, invoice_quantity=one, packing_quantity=other, items=len(wrong))
    unknown = [item for item, one, other in pairs if one is None or other is None]
    return no_data(*(f"quantity of item {item}" for item in unknown[:5])) if unknown else PASS


def _sums(items: Iterable[tuple[int, Decimal | None]]) -> dict[int, Decimal | None]:
    """Quantity for each item number; None as soon as one of its quantities is unknown."""
    sums: dict[int, Decimal | None] = {}
    for number, quantity in items:
        so_far = sums.get(number, ZERO)
        sums[number] = None if so_far is None or quantity is None else so_far + quantity
    return sums


@check(
    "LC142",
    Severity.BLOCK,
    category="document",
    inputs="packing_list.packages packing_list.gross_weight_kg packing_list.net_weight_kg header.package_count "
    "header.gross_weight_kg header.net_weight_kg",
    source="comparison of trade papers, handbook 04 §2, §4",
    zh="报关单件数 {declared},装箱单件数 {packed}",
    en="{declared} packages declared, {packed} on the packing list",
    more={
        "gross": (
            "报关单毛重 {declared} 千克,装箱单 {packed} 千克,相差 {percent}%,超过 {tolerance_percent}%",
            "Gross {declared} kg declared, {packed} kg on the packing list: {percent} % apart, "
            "more than {tolerance_percent} %",
        ),
        "net": (
            "报关单净重 {declared} 千克,装箱单 {packed} 千克,相差 {percent}%,超过 {tolerance_percent}%",
            "Net {declared} kg declared, {packed} kg on the packing list: {percent} % apart, "
            "more than {tolerance_percent} %",
        ),
    },
    parameters={"tolerance_percent": Decimal("0.5"), "least_kg": Decimal(1)},
    direction="E",
)
def packing_list_equals_declaration(facts: OrderFacts, p: Parameters) -> Verdict:
    """装箱单与报关单 | Packing list against declaration"""
    packing, header = facts.order.packing_list, facts.order.declaration.header
    if packing is None:
        return no_data("packing_list")
    if (
        header.package_count == packing.packages is not None
        and header.gross_weight_kg == packing.gross_weight_kg is not None
        and header.net_weight_kg == packing.net_weight_kg is not None
    ):
        return PASS  # the list's own totals, to the digit
    figures: list[Figure] = [
        (code, field, getattr(header, declared), _packed(packing, field)) for code, declared, field in SHARED_FIGURES
    ]
    return first_or_missing(
        _packing_breaks(figures, p),
        [
            f"packing_list.{field}" if packed is None else f"header.{field}"
            for _, field, declared, packed in figures
            if packed is None or declared is None
        ],
    )


SHARED_FIGURES = (
    ("", "package_count", "packages"),
    ("gross", "gross_weight_kg", "gross_weight_kg"),
    ("net", "net_weight_kg", "net_weight_kg"),
)
"""Sentence code, header attribute and packing list attribute of what both papers state."""

Figure = tuple[str, str, Decimal | int | None, Decimal | None]


def _packing_breaks(figures: Iterable[Figure], p: Parameters) -> Iterator[Verdict]:
    for code, _, declared, packed in figures:
        if declared is None or packed is None or declared == packed:
            continue
        if not code:
            yield hit(declared=declared, packed=packed)
            continue
        # less than 1 kg is declared as 1 kg (LC011), so a lighter packing list agrees with a declared 1
        gap = percent_apart(Decimal(declared), max(packed, p["least_kg"]))
        if gap > p["tolerance_percent"]:
            seen = {"percent": gap.quantize(CENT), "tolerance_percent": p["tolerance_percent"]}
            yield hit(code, declared=declared, packed=packed, **seen)


def _packed(packing: PackingList, attribute: str) -> Decimal | None:
    """The list's own total, else the sum of its lines; None when neither is complete."""
    total = getattr(packing, attribute)
    if total is not None:
        return Decimal(total)
    parts = [getattr(line, attribute) for line in packing.lines]
    return None if not parts or None in parts else sum((Decimal(part) for part in parts), Decimal(0))


@check(
    "LC143",
    Severity.WARN,
    category="document",
    inputs="transport.containers transport.packages transport.gross_weight_kg containers header.package_count "
    "header.gross_weight_kg",
    source="comparison of trade papers, handbook 04 §4",
    zh="提单件数 {transport},报关单件数 {declared}",
    en="{transport} packages on the transport document, {declared} declared",
    more={
        "container": (
            "提单箱号({transport})与报关单箱号({declared})不同",
            "Containers of the transport document ({transport}) differ from those declared ({declared})",
        ),
        "gross": (
            "提单毛重 {transport} 千克,报关单 {declared} 千克,相差 {percent}%,超过 {tolerance_percent}%",
            "Gross {transport} kg on the transport document, {declared} kg declared: {percent} % apart, "
            "more than {tolerance_percent} %",
        ),
    },
    direction="E",
    parameters={"tolerance_percent": Decimal(3)},
)
def transport_equals_declaration(facts: OrderFacts, p: Parameters) -> Verdict:
    """提单与报关单 | Transport document against declaration"""
    if facts.order.transport is None:
        return no_data("transport")
    found = _transport_break(facts.order.declaration, facts.order.transport, p["tolerance_percent"])
    if found is not None:
        return found
    gaps = _transport_gaps(facts.order.declaration, facts.order.transport)
    return no_data(*gaps) if gaps else PASS


def _transport_break(declaration: Declaration, transport: TransportDocument, tolerance: Decimal) -> Verdict | None:
    """The first difference, None when the papers agree as far as they go."""
    header = declaration.header
    shipped = as_written(transport.containers)
    declared = as_written([container.number for container in declaration.containers])
    if shipped and shipped != declared:
        return hit("container", transport=", ".join(sorted(shipped)), declared=", ".join(sorted(declared)) or "-")
    if transport.packages != header.package_count and None not in (transport.packages, header.package_count):
        return hit(transport=transport.packages or 0, declared=header.package_count or 0)
    if transport.gross_weight_kg is None or header.gross_weight_kg is None:
        return None
    gap = percent_apart(header.gross_weight_kg, transport.gross_weight_kg)
    if gap > tolerance:
        return hit(
            "gross",
            transport=transport.gross_weight_kg,
            declared=header.gross_weight_kg,
            percent=gap.quantize(CENT),
            tolerance_percent=tolerance,
        )
    return None


def _transport_gaps(declaration: Declaration, transport: TransportDocument) -> list[str]:
    facts = (
        ("transport.containers", not declaration.containers or transport.containers or None),
        ("transport.packages", transport.packages),
        ("transport.gross_weight_kg", transport.gross_weight_kg),
        ("header.package_count", declaration.header.package_count),
        ("header.gross_weight_kg", declaration.header.gross_weight_kg),
    )
    return [name for name, value in facts if value is None]


CHECKS = (
    contract_equals_invoice,
    invoice_equals_packing_list,
    packing_list_equals_declaration,
    transport_equals_declaration,
)
