"""Pinyin of trade names and persons. It proposes candidates and is never a proof: many characters share a sound.

The readings of single characters are those of the library pypinyin, read out of its table. The library itself would
bring its phrases with it, which say nothing here: 55 MB and a quarter of a second in every process.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path

import msgspec

_INITIAL = "ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW]"
_FINAL = "IANG|IONG|UANG|ANG|ENG|ING|ONG|IAN|IAO|UAI|UAN|AI|EI|UI|AO|OU|IU|IE|UE|VE|ER|AN|EN|IN|UN|IA|UA|UO|A|O|E|I|U|V"
_SYLLABLES = re.compile(f"(?:(?:{_INITIAL})?(?:{_FINAL}))+")
_MOST_READINGS = 8
_TONES = re.compile("[\u0300\u0301\u0304\u030c]")
"""Grave, acute, macron and caron; the two dots of ü and the roof of ê are part of the vowel."""


@cache
def _table() -> dict[int, str]:
    """Readings with tone marks by code point, the usual one first, separated by commas."""
    library = find_spec("pypinyin")
    if library is None or library.origin is None:
        raise ImportError("The table of pinyin is missing. Install the package pypinyin.")
    return msgspec.json.decode((Path(library.origin).parent / "pinyin_dict.json").read_bytes(), type=dict[int, str])


def _toneless(marked: str) -> str:
    return unicodedata.normalize("NFC", _TONES.sub("", unicodedata.normalize("NFD", marked)))


@cache
def readings(character: str) -> tuple[str, ...]:
    """Up to two readings of a character in upper case without tones, the usual first; Latin stands for itself."""
    if character.isascii():
        return (character,)
    marked = _table().get(ord(character))
    found = map(_toneless, marked.split(",")) if marked else (character,)
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
