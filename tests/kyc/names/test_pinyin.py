"""The readings are those of pypinyin, without loading it."""

import pypinyin
from pypinyin.constants import PINYIN_DICT

from kyc.names.pinyin import readings, spelled


def of_the_library(character):
    found = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True)[0]
    sounds = dict.fromkeys(sound.upper().replace("Ü", "V").replace("V", "U") for sound in found)
    return tuple([sound for sound in sounds if sound.isascii()][:2]) or (character,)


def test_every_character_of_the_library_sounds_as_there():
    different = {
        chr(code): (readings(chr(code)), of_the_library(chr(code)))
        for code in PINYIN_DICT
        if readings(chr(code)) != of_the_library(chr(code))
    }
    assert len(PINYIN_DICT) > 40_000
    assert different == {}


def test_what_has_no_reading_stands_for_itself():
    assert [readings(one) for one in ("A", "1", "é", "ア", "\U0003ffff")] == [
        ("A",), ("1",), ("é",), ("ア",), ("\U0003ffff",),
    ]  # fmt: skip
    assert "HUAYITONG" in spelled("华屹通")
