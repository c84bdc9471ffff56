"""A goods line of a declaration: every single-window `DecList` element under a plain English name."""

from dataclasses import dataclass
from decimal import Decimal

from risk.nouns.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsQualification:
    """A product qualification of a line (`DecGoodsLimit`)."""

    line_number: int | None = None
    type_code: str = ""
    number: str = ""
    write_off_line: str = ""
    write_off_quantity: str = ""
    write_off_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One goods line (handbook 02 §3).

    `origin_country` and `final_destination` mean what they say in both directions; the swap that export
    messages demand lives in the XML door only. `specification` holds the declaration elements joined with `|`.
    """

    line_number: int | None = None
    ledger_line_number: int | None = None
    hs_code: str = ""
    ciq_code: str = ""
    ciq_name: str = ""
    goods_name: str = ""
    specification: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    first_quantity: Decimal | None = None
    first_unit: str = ""
    second_quantity: Decimal | None = None
    second_unit: str = ""
    unit_price: Decimal | None = None
    total: Decimal | None = None
    currency: str = ""
    origin_country: str = ""
    final_destination: str = ""
    origin_region: str = ""
    preferential_origin: str = ""
    domestic_region: str = ""
    domestic_destination_code: str = ""
    duty_mode: str = ""
    use: str = ""
    ciq_purpose: str = ""
    goods_attributes: str = ""
    ciq_specification: str = ""
    ciq_model: str = ""
    ciq_brand: str = ""
    goods_name_en: str = ""
    production_dates: str = ""
    batch_number: str = ""
    valid_until: str = ""
    shelf_life: str = ""
    ingredients: str = ""
    un_number: str = ""
    dangerous_goods_name: str = ""
    dangerous_packing_group: str = ""
    dangerous_packing_spec: str = ""
    not_hazardous_flag: str = ""
    overseas_producer: str = ""
    producer_registration_number: str = ""
    producer_registration_name: str = ""
    control_code: str = ""
    processing_fee: Decimal | None = None
    article_number: str = ""
    article_version: int | None = None
    unit_factor: Decimal | None = None
    classification_mark: str = ""
    qualifications: tuple[GoodsQualification, ...] = ()

    @property
    def elements(self) -> tuple[str, ...]:
        """The declaration elements in template order (handbook 02 §4); empty when none were given."""
        return tuple(self.specification.split("|")) if self.specification else ()

    @property
    def value(self) -> Money | None:
        """The line total, or None when amount or currency is missing."""
        return Money(self.total, self.currency) if self.total is not None and self.currency else None
