"""Pinyin of trade names and persons. It proposes candidates and is never a proof: many characters share a sound."""

import re
from functools import cache, lru_cache
from itertools import islice, product

import pypinyin

_INITIAL = "ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW]"
_FINAL = "IANG|IONG|UANG|ANG|ENG|ING|ONG|IAN|IAO|UAI|UAN|AI|EI|UI|AO|OU|IU|IE|UE|VE|ER|AN|EN|IN|UN|IA|UA|UO|A|O|E|I|U|V"
_SYLLABLES = re.compile(f"(?:(?:{_INITIAL})?(?:{_FINAL}))+")
_MOST_READINGS = 8


@cache
def readings(character: str) -> tuple[str, ...]:
    """Up to two readings of a character in upper case without tones, the usual first; Latin stands for itself."""
    if character.isascii():
        return (character,)
    found = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True)[0]
    sounds = dict.fromkeys(sound.upper().replace("Ü", "V").replace("V", "U") for sound in found)
    return tuple(islice((sound for sound in sounds if sound.isascii()), 2)) or (character,)


@lru_cache(maxsize=1 << 16)
def spelled(text: str) -> tuple[str, ...]:
    """The pinyin of a text written together, in at most eight readings: 华屹通 → HUAYITONG."""
    return tuple("".join(sounds) for sounds in islice(product(*map(readings, text[:12])), _MOST_READINGS))


def sounds_alike(left: str, right: str) -> bool:
    """True when two texts of the same length can be read alike."""
    return len(left) == len(right) and all(
        not set(readings(one)).isdisjoint(readings(other)) for one, other in zip(left, right, strict=True)
    )


@lru_cache(maxsize=1 << 16)
def is_pinyin(token: str) -> bool:
    """True when a Latin word can be cut into pinyin syllables."""
    return len(token) <= 24 and _SYLLABLES.fullmatch(token) is not None


def one_u(token: str) -> str:
    """Lü, Lyu, Lv and Lu as one: how the letter ü is written differs from passport to passport."""
    if "V" in token or "YU" in token or "Ü" in token:
        for sound in ("YU", "V", "Ü"):
            token = token.replace("L" + sound, "LU").replace("N" + sound, "NU")
    return token
