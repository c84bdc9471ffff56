"""Names of ships: prefixes such as M/V are dropped; numbers, Arabic or Roman, are part of the name."""

from dataclasses import dataclass

from kyc.names.latin import LatinName
from kyc.names.tables import words_of

_ROMAN = {"II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "XI": "11", "XII": "12"}
_LAST = {"I": "1", "V": "5", "X": "10"}
_PREFIX_LENGTH = 2


@dataclass(frozen=True, slots=True)
class VesselName:
    """The words of the name and the numbers in it, in order."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]


def parse(name: LatinName) -> VesselName:
    """A ship's name without its prefix; a name that is nothing but a prefix keeps it."""
    tokens = list(name.tokens)
    for length in range(_PREFIX_LENGTH, 0, -1):
        if len(tokens) > length and " ".join(tokens[:length]) in words_of("vessel"):
            del tokens[:length]
            break
    plain = [_ROMAN.get(token, token) for token in tokens]
    if len(plain) > 1:
        plain[-1] = _LAST.get(plain[-1], plain[-1])
    words = tuple(token for token in plain if not token.isdigit())
    return VesselName(words, tuple(token.lstrip("0") or "0" for token in plain if token.isdigit()))


def has_prefix(name: LatinName) -> bool:
    """True when the name begins with a ship's prefix (M/V, MT …)."""
    return bool(name.tokens[1:]) and name.tokens[0] in words_of("vessel")
