"""The articles that synthetic factories make. Prices and weights are invented; codes come from the tariff sample."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a factory sells. `price` is USD per traded unit, `kg` the net weight of one traded unit.

    `specification` follows the tariff row's elements; `{model}` is replaced by the article number.
    """

    hs10: str
    name: str
    name_en: str
    specification: str
    unit: str
    price: Decimal
    kg: Decimal
    per_carton: int
    carton_m3: Decimal
    industry: str


ARTICLES = (
    Article(
        hs10="6302101000",
        name="棉制针织床单",
        name_en="cotton knitted bed sheets",
        specification="0|0|床上用品|针织|棉100%|无品牌|{model}|||",
        unit="015",
        price=Decimal("3.25"),
        kg=Decimal("0.8"),
        per_carton=30,
        carton_m3=Decimal("0.16"),
        industry="纺织",
    ),
    Article(
        hs10="6301300000",
        name="棉制毯子",
        name_en="cotton blankets",
        specification="0|0|棉100%|无品牌|{model}|||",
        unit="015",
        price=Decimal("6.80"),
        kg=Decimal("1.4"),
        per_carton=16,
        carton_m3=Decimal("0.14"),
        industry="家纺",
    ),
    Article(
        hs10="6301400000",
        name="涤纶旅行毯",
        name_en="polyester travel blankets",
        specification="0|0|聚酯纤维100%|无品牌|{model}|||",
        unit="015",
        price=Decimal("4.10"),
        kg=Decimal("0.9"),
        per_carton=20,
        carton_m3=Decimal("0.13"),
        industry="家纺",
    ),
    Article(
        hs10="6301200000",
        name="羊毛毯",
        name_en="wool blankets",
        specification="1|0|羊毛100%|暖山牌|{model}|||",
        unit="015",
        price=Decimal("21.50"),
        kg=Decimal("1.9"),
        per_carton=10,
        carton_m3=Decimal("0.12"),
        industry="毛纺",
    ),
    Article(
        hs10="5801220000",
        name="棉制灯芯绒布",
        name_en="cotton corduroy",
        specification="0|0|机织|割绒|幅宽145cm|棉100%||",
        unit="030",
        price=Decimal("2.60"),
        kg=Decimal("0.42"),
        per_carton=60,
        carton_m3=Decimal("0.09"),
        industry="纺织",
    ),
    Article(
        hs10="8451100000",
        name="全封闭干洗机",
        name_en="dry-cleaning machines",
        specification="1|0|衣物干洗|洁岚牌|{model}|12千克||",
        unit="001",
        price=Decimal("4850"),
        kg=Decimal("560"),
        per_carton=1,
        carton_m3=Decimal("2.6"),
        industry="机电",
    ),
    Article(
        hs10="8451210000",
        name="滚筒式干衣机",
        name_en="tumble dryers",
        specification="1|0|衣物干燥|干衣量8千克|洁岚牌|{model}||",
        unit="001",
        price=Decimal("168"),
        kg=Decimal("38"),
        per_carton=1,
        carton_m3=Decimal("0.42"),
        industry="电器",
    ),
    Article(
        hs10="8708100000",
        name="汽车保险杠",
        name_en="car bumpers",
        specification="0|0|非成套散件|TY-{model}|无|无品牌|轿车用|{model}|S/{model}||",
        unit="035",
        price=Decimal("5.40"),
        kg=Decimal("1"),
        per_carton=8,
        carton_m3=Decimal("0.11"),
        industry="汽车配件",
    ),
)
