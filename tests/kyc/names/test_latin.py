"""Latin names: words, forms, places, persons, sounds, ships, pinyin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyc.names.latin import parse, variants
from kyc.names.lookalikes import folded as same_look
from kyc.names.lookalikes import one_lookalike
from kyc.names.name import read
from kyc.names.normalise import normalise
from kyc.names.pinyin import is_pinyin, one_u, sounds_alike, spelled
from kyc.names.sounds import Alike, alike, folded, keys, slips

TOKENS = [
    ("Gulf Star L.L.C", ("GULF", "STAR", "LLC")),
    ("Marine Supply A/S", ("MARINE", "SUPPLY", "AS")),
    ("Xi'an Int'l", ("XIAN", "INTL")),
    ("People's Bank", ("PEOPLE", "BANK")),
    ("Café Ðuro Łódź", ("CAFE", "DURO", "LODZ")),
    ("ООО Газпром", ("OOO", "GAZPROM")),
    ("A & B", ("A", "&", "B")),
    ("", ()),
]


@pytest.mark.parametrize(("name", "tokens"), TOKENS)
def test_tokens(name, tokens):
    assert read(name).latin.tokens == tokens


FORMS = [
    ("Gulf Star General Trading L.L.C", {"llc"}, ("GULF", "STAR")),
    ("Acme Co., Ltd.", {"ltd"}, ("ACME",)),
    ("Müller GmbH & Co. KG", {"gmbh_kg"}, ("MULLER",)),
    ("OOO Zvezda", {"llc"}, ("ZVEZDA",)),
    ("Public Joint Stock Company Zvezda", {"pjsc"}, ("ZVEZDA",)),
    ("Acme Co., Ltd. Shenzhen Branch", {"ltd"}, ("ACME",)),
    ("Global Trading FZE", {"fze"}, ("international", "trade")),
    ("Co., Ltd.", {"ltd"}, ()),
]


@pytest.mark.parametrize(("name", "forms", "distinctive"), FORMS)
def test_forms(name, forms, distinctive):
    parsed = read(name).latin
    assert (parsed.forms, parsed.distinctive) == (forms, distinctive)


PERSONS = [
    ("MALKEVICH, Alexander", ("MALKEVICH", "ALEXANDER"), ("MALKEVICH",)),
    ("Sheikh Omar bin Hamad al-Thani", ("OMAR", "HAMAD", "THANI"), ()),
    ("Abd al-Rahman Saleh", ("ABDRAHMAN", "SALEH"), ()),
    ("Abdurrahman Saleh", ("ABDRAHMAN", "SALEH"), ()),
    ("Abdullah Saleh", ("ABDULLAH", "SALEH"), ()),
    ("DE LA CRUZ, Juan", ("CRUZ", "JUAN"), ("CRUZ",)),
    ("Haji", ("HAJI",), ()),
]


@pytest.mark.parametrize(("name", "parts", "family"), PERSONS)
def test_persons(name, parts, family):
    person = read(name).person
    assert (person.parts, person.family) == (parts, family)


SOUNDS = [
    ("MOHAMMED", "MUHAMMAD", Alike.VARIANT),
    ("ALEKSANDR", "ALEXANDER", Alike.VARIANT),
    ("ROBERT", "BOB", Alike.SHORT),
    ("HASSAN", "HUSSEIN", Alike.NOT),
    ("NIKOLAEVICH", "MYKOLAIOVYCH", Alike.VARIANT),
    ("NIKOLAEVICH", "PETROVICH", Alike.NOT),
    ("GADDAFI", "QADHAFI", Alike.SOUND),
    ("CALCIMIN", "KALSIMIN", Alike.SOUND),
    ("MALKEVICH", "MALKEVITCH", Alike.SOUND),
    ("ROSINVESTNEFT", "ROSINVESTNET", Alike.SLIP),
    ("MARIA", "MARIO", Alike.NOT),
    ("ZHANG", "JIANG", Alike.NOT),
    ("GONG", "KONG", Alike.NOT),
    ("WEI", "WEN", Alike.NOT),
    ("11420", "11421", Alike.NOT),
]


@pytest.mark.parametrize(("one", "other", "sure"), SOUNDS)
def test_sounds(one, other, sure):
    assert alike(one, other) is sure
    assert alike(other, one) is sure


@given(st.text("ABCDEGHIJKLMNOQRSTUVWXYZ", min_size=1, max_size=12), st.data())
@settings(max_examples=300, deadline=None)
def test_words_that_are_alike_share_a_key(word, data):
    spot = data.draw(st.integers(0, len(word)))
    other = word[:spot] + data.draw(st.sampled_from(["", "A", "Y", "H", word[:1]])) + word[spot + 1 :]
    if other and alike(word, other):
        mine, theirs = ({*keys(each), *slips(folded(each)), *keys(each[3:] or "-")} for each in (word, other))
        assert mine & theirs


def test_umlauts_both_ways():
    assert variants(normalise("Müller Größe").text) == ("MUELLER GROESSE",)
    assert variants("MULLER") == ()


PINYIN = [("华屹通", "HUAYITONG"), ("长安", "CHANGAN"), ("吕布", "LUBU"), ("ABC", "ABC"), ("重庆", "CHONGQING")]


@pytest.mark.parametrize(("text", "sound"), PINYIN)
def test_pinyin(text, sound):
    assert sound in spelled(text)


def test_pinyin_of_latin_words():
    assert is_pinyin("HUAYITONG")
    assert not is_pinyin("PRECISION")
    assert one_u("LYU") == one_u("LV") == one_u("LU")
    assert sounds_alike("屹", "怡")
    assert not sounds_alike("屹", "通")


VESSELS = [
    ("M/V OCEAN GRACE", ("OCEAN", "GRACE"), ()),
    ("SEA HORSE III", ("SEA", "HORSE"), ("3",)),
    ("MT", ("MT",), ()),
]


@pytest.mark.parametrize(("name", "words", "numbers"), VESSELS)
def test_vessels(name, words, numbers):
    vessel = read(name).vessel
    assert (vessel.words, vessel.numbers) == (words, numbers)


def test_lookalikes():
    assert one_lookalike("未来", "末来") == ("未", "末")
    assert one_lookalike("未来", "来未") is None
    assert one_lookalike("第二", "第三") is None
    assert same_look("未O1") == same_look("末01")
    assert parse("") == parse("")
