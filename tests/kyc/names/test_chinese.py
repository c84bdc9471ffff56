"""Chinese company names taken apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyc.names.chinese import is_common, parse
from kyc.names.normalise import normalise
from kyc.names.regions import Level, Nearness, locate, named, nearness, provinces, regions
from kyc.names.tables import rows

PARTS = [
    # name, regions, trade name, industry words, form
    ("深圳市华屹通供应链有限公司", "深圳市", "华屹通", "供应链", "limited"),
    ("江苏省苏州市吴江区丰汇丝绸有限公司", "吴江区", "丰汇", "丝绸", "limited"),
    ("浙江义乌锦程饰品厂", "义乌市", "锦程", "饰品", "factory"),
    ("内蒙古草原绒业有限责任公司", "内蒙古自治区", "草原", "绒业", "limited"),
    ("中国嘉禾进出口总公司", "中国", "嘉禾", "进出口", "company"),
    ("永康五金有限公司", "", "永康", "五金", "limited"),
    ("东方贸易有限公司", "", "东方", "贸易", "limited"),
    ("深圳市创新材料有限公司", "深圳市", "创新", "材料", "limited"),
    ("比亚迪股份有限公司", "", "比亚迪", "", "stock"),
    ("义乌市佳盈饰品商行", "义乌市", "佳盈", "饰品", "shop"),
    ("东莞市虎门镇鑫达服装厂", "虎门镇", "鑫达", "服装", "factory"),
    ("上海某银行", "上海市", "某银行", "", ""),
    ("有限公司", "", "", "", "limited"),
    ("深圳市有限公司", "深圳市", "", "", "limited"),
    ("深圳有限公司", "", "深圳", "", "limited"),
    ("", "", "", "", ""),
]


@pytest.mark.parametrize(("name", "region", "trade", "industry", "form"), PARTS)
def test_parts(name, region, trade, industry, form):
    parsed = parse(normalise(name).text)
    shown = "".join(regions()[place].name for place in parsed.region)
    words = "".join(word for word, _ in parsed.industry)
    assert (shown, parsed.trade, words, parsed.form) == (region, trade, industry, form)


HANGING_ON = [
    ("华屹通（深圳）供应链有限公司", {"slot": "middle"}),
    ("华屹通供应链（深圳）有限公司", {"slot": "end"}),
    ("（深圳）华屹通供应链有限公司", {"slot": "before"}),
    ("宁波云帆（集团）股份有限公司", {"group": True, "form": "stock"}),
    ("深圳市华屹通有限公司龙岗分公司", {"branch": "龙岗分公司"}),
    ("深圳市华屹通有限公司工会委员会", {"attached": "工会委员会"}),
    ("张三（深圳市华屹通有限公司股东）", {"person": "张三", "trade": "华屹通"}),
    ("佛山市鑫鑫五金厂（普通合伙）", {"form": "factory", "trade": "鑫鑫"}),
    ("深圳市海天（国际）物流有限公司", {"extra": "国际"}),
    ("深圳市华屹通有限公", {"cut": True, "trade": "华屹通"}),
    ("苏州工业园区华星电子有限公司", {"zone": "工业园区", "trade": "华星"}),
]


@pytest.mark.parametrize(("name", "expected"), HANGING_ON)
def test_what_hangs_on(name, expected):
    parsed = parse(normalise(name).text)
    assert {field: getattr(parsed, field) for field in expected} == expected


@given(st.text(alphabet="深圳市广东省华屹通供应链有限公司分行厂店(集团)第二12A", max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_text_is_parsed(text):
    parsed = parse(normalise(text).text)
    assert len(parsed.trade) <= len(text)


RELATIONS = [
    ("深圳市", "深圳", Nearness.EQUAL),
    ("广东省", "深圳市", Nearness.NESTED),
    ("吴江", "苏州", Nearness.NESTED),
    ("苏州市", "宿州市", Nearness.DIFFERENT),
    ("深圳市", "", Nearness.MISSING),
    ("中国", "深圳市", Nearness.MISSING),
    ("鼓楼区", "南京市", Nearness.NESTED),
    ("鼓楼区", "深圳市", Nearness.DIFFERENT),
]


@pytest.mark.parametrize(("left", "right", "relation"), RELATIONS)
def test_regions_relate(left, right, relation):
    assert nearness(named(left), named(right)) is relation
    assert nearness(named(right), named(left)) is relation


def test_a_region_is_read_only_inside_the_one_before():
    assert locate("深圳上海宾馆").rest == "上海宾馆"
    assert locate("浙江义乌锦程").rest == "锦程"


def test_the_region_table_is_whole():
    every = regions()
    assert sum(region.level is Level.PROVINCE for region in every) == 34
    assert sum(region.level is Level.PREFECTURE for region in every) >= 333
    assert all(len(provinces(frozenset({number}))) == 1 for number, region in enumerate(every) if region.level)
    assert len({(row["name"], row["parent"]) for row in rows("regions")}) == len(every)


def test_common_trade_names():
    assert is_common("鑫达")
    assert is_common("365")
    assert not is_common("华屹通")
