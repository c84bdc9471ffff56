"""One spelling, in the order of handbook 05 §4.2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyc.names.normalise import MAX_LENGTH, normalise

TEXTS = [
    ("臺州市海岳機電有限公司", "台州市海岳机电有限公司"),
    ("裕達鞋材", "裕达鞋材"),
    ("３６５ＡＢＣ", "365ABC"),
    ("云帆【集团】", "云帆(集团)"),
    ("云帆〔集团〕", "云帆(集团)"),
    ("锦澜\u200b\ufeff\u00ad\u2060纺织", "锦澜纺织"),
    ("锦\ud800澜", "锦澜"),
    ("锦\u0000澜\u0007", "锦澜"),
    ("苏州⻓桥", "苏州长桥"),
    ("恒⽣化⼯", "恒生化工"),
    ("“温州”百合", "温州百合"),
    ("杭州 锦澜　纺织", "杭州锦澜纺织"),
    ("旭昇", "旭昇"),
    ("乾元", "乾元"),
    ("鉅豐", "钜丰"),
    ("後藤", "后藤"),
    ("acme <b>co</b> &amp; sons", "ACME CO & SONS"),
    ("Müller", "MÜLLER"),
    ("a\tb\nc", "A B C"),
    ("O’Neil", "O'NEIL"),
    ("", ""),
    ("\u200b", ""),
]


@pytest.mark.parametrize(("written", "spelled"), TEXTS)
def test_text(written, spelled):
    assert normalise(written).text == spelled


ALIASES = [
    ("甲贸易有限公司（原乙贸易有限公司）", "甲贸易有限公司", ("乙贸易有限公司",)),
    ("甲贸易有限公司(曾用名：乙（集团）公司)", "甲贸易有限公司", ("乙(集团)公司",)),
    ("甲贸易有限公司 曾用名:乙公司", "甲贸易有限公司", ("乙公司",)),
    ("甲公司(原料)", "甲公司(原料)", ()),
    ("ACME LTD (formerly Beta Ltd)", "ACME LTD", ("BETA LTD",)),
    ("ACME LTD f/k/a BETA LTD", "ACME LTD", ("BETA LTD",)),
    ("NORDIC STAR LINES (NSL)", "NORDIC STAR LINES", ("NSL",)),
    ("NORDIC STAR LINES (XYZ)", "NORDIC STAR LINES (XYZ)", ()),
    ("深圳市甲有限公司 Shenzhen Jia Co., Ltd.", "深圳市甲有限公司", ("SHENZHEN JIA CO., LTD.",)),
    ("深圳市ABC有限公司", "深圳市ABC有限公司", ()),
]


@pytest.mark.parametrize(("written", "text", "aliases"), ALIASES)
def test_what_is_written_beside_a_name_is_another_name(written, text, aliases):
    spelling = normalise(written)
    assert (spelling.text, spelling.aliases) == (text, aliases)


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing_in_the_key(text):
    once = normalise(text)
    if not once.aliases:
        assert normalise(once.text).key == once.key
    assert not any("\ud800" <= character <= "\udfff" for character in once.text)


def test_long_names_are_cut_and_say_so():
    spelling = normalise("深" * 10_000)
    assert len(spelling.text) == MAX_LENGTH
    assert spelling.cut
    assert not normalise("深" * MAX_LENGTH).cut
