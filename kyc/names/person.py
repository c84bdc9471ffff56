"""Names of people in Latin letters: titles and particles out, joined Arabic names together, family name where known."""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from kyc.names.latin import LatinName
from kyc.names.sounds import given_name
from kyc.names.tables import column, words_of

MAX_PARTS = 10
_SERVANT = re.compile(r"^ABD(?!U?A?L+AH)(?:[UEAO]?[LRSNZTD])?(?=[A-Z]{4})")
_SUFFIXES = frozenset({"JR", "SR", "ESQ", "HAJI", "HAJJI", "HAJJ"})
_ATTACHABLE = frozenset({"AL", "EL"})
_ARTICLES = frozenset({"AL", "EL", "UL", "AR", "AS", "AZ", "AN", "AD", "ASH", "AT", "UR", "US"})


@dataclass(frozen=True)
class PersonName:
    """`parts` in the order written without titles and particles; `family` those before a comma, () when unknown."""

    parts: tuple[str, ...]
    family: tuple[str, ...]

    @cached_property
    def full(self) -> tuple[str, ...]:
        """The parts that are more than an initial."""
        return tuple(part for part in self.parts if len(part) > 1)


def parse(name: LatinName) -> PersonName:
    """The person's parts of a Latin name."""
    family = _parts(name.tokens[: name.comma])
    given = _parts(name.tokens[name.comma :])
    return PersonName((family + given)[:MAX_PARTS], family if given else ())


def _parts(tokens: tuple[str, ...]) -> tuple[str, ...]:
    particles = words_of("particle")
    kept = _untitled(tokens)
    parts: list[str] = []
    position = 0
    while position < len(kept):
        token = kept[position]
        follows = position + 1 < len(kept)
        if token in {"ABD", "ABDUL", "ABDEL", "ABDAL", "ABDOL"} and follows:
            position += 2 if kept[position + 1] in _ARTICLES and position + 2 < len(kept) else 1
            parts.append("ABD" + kept[position])
        elif not (token in particles and follows):
            parts.append(_SERVANT.sub("ABD", token) if token.startswith("ABD") else token)
        position += 1
    return tuple(parts)


def _untitled(tokens: tuple[str, ...]) -> list[str]:
    """Without titles in front (King George) and suffixes anywhere; George King keeps his name."""
    titles, kept = words_of("title"), [token for token in tokens if token not in _SUFFIXES]
    while len(kept) > 1 and kept[0] in titles:
        kept.pop(0)
    return kept or list(tokens)


def without_article(part: str) -> str:
    """ALHASSAN → HASSAN, ABDSAMAD → SAMAD; "" for a word that begins otherwise or would keep too little."""
    if part.startswith("ABD") and len(part) >= 8 and not given_name(part):
        return part[3:]
    return part[2:] if part[:2] in _ATTACHABLE and len(part) >= 6 and not given_name(part) else ""


def looks_like_person(name: LatinName) -> bool:
    """A comma after the family name, a title, or a known given name, and nothing that marks an organisation."""
    if name.is_organisation or not 1 < len(name.tokens) <= MAX_PARTS:
        return False
    titled = any(token in words_of("title") for token in name.tokens)
    return bool(name.comma) or titled or any(given_name(token) for token in name.tokens)


@cache
def _surnames() -> frozenset[str]:
    return column("surnames", "surname")


def looks_like_chinese_person(text: str) -> bool:
    """Two to four Chinese characters that begin with a usual family name."""
    return 2 <= len(text) <= 4 and (text[0] in _surnames() or text[:2] in _surnames())
