"""Identifiers of companies, containers, declarations and ships: shape and check characters. Judged, never repaired.

Sources: GB 32100-2015 (unified social credit code), GB 11714 (its inner organisation code), ISO 6346 (containers),
customs registration practice (handbook 01 §3, §4), IMO resolution A.1117(30) (ship numbers).
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {character: value for value, character in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTER_VALUES = [value for value in range(10, 39) if value % 11]
_CONTAINER_VALUE: dict[str, int] = dict(zip("0123456789" + _LETTERS, [*range(10), *_LETTER_VALUES], strict=True))
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")

_CUSTOMS_CODE = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
_ENTRY_NUMBER = re.compile(r"[0-9]{4}20[0-9]{2}[01][0-9]{9}")
_IMO_NUMBER = re.compile(r"(?:IMO)?([0-9]{7})")


class UsccVerdict(StrEnum):
    """What the check characters say. `CHECK18_FAILS`: only the outer one fails, as on some early genuine codes."""

    VALID = "valid"
    CHECK18_FAILS = "check18_fails"
    BOTH_FAIL = "both_fail"
    BAD_LENGTH = "bad_length"
    ILLEGAL_CHAR = "illegal_char"


class ContainerVerdict(StrEnum):
    """What ISO 6346 says. `EQUIPMENT`: the digit is right but category J or Z is detachable equipment or a chassis."""

    VALID = "valid"
    EQUIPMENT = "equipment"
    CHECK_FAILS = "check_fails"
    BAD_LENGTH = "bad_length"
    BAD_FORMAT = "bad_format"


def _compact(text: str) -> str:
    """NFKC, without any white space, upper case."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def normalise_uscc(text: str) -> str:
    """Full-width to half-width, white space out, upper case. Letters O and I stay: a wrong character must be seen."""
    return _compact(text)


def uscc_check18(first17: str) -> str:
    """The 18th character over the first 17 (GB 32100). Raises KeyError for a character outside the alphabet."""
    total = sum(_USCC_VALUE[character] * weight for character, weight in zip(first17, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def organisation_check9(first8: str) -> str:
    """The check character of an organisation code over its first 8 characters (GB 11714). ValueError unless 0-9A-Z."""
    total = sum(int(character, 36) * weight for character, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


@lru_cache(maxsize=4096)
def uscc_verdict(code: str) -> UsccVerdict:
    """Judge a normalised unified social credit code. Takes any text, raises nothing."""
    if len(code) != 18:
        return UsccVerdict.BAD_LENGTH
    if not all(character in _USCC_VALUE for character in code):
        return UsccVerdict.ILLEGAL_CHAR
    if uscc_check18(code[:17]) == code[17]:
        return UsccVerdict.VALID
    return UsccVerdict.CHECK18_FAILS if organisation_check9(code[8:16]) == code[16] else UsccVerdict.BOTH_FAIL


def normalise_container(text: str) -> str:
    """Full-width to half-width, white space and hyphens out, upper case."""
    return _compact(text).replace("-", "")


def container_check_digit(first10: str) -> int:
    """The digit over owner code, category and serial (ISO 6346); remainder 10 is written 0. KeyError unless 0-9A-Z."""
    return sum([_CONTAINER_VALUE[character] << place for place, character in enumerate(first10)]) % 11 % 10


def container_verdict(number: str) -> ContainerVerdict:
    """Judge a normalised container number. Takes any text, raises nothing."""
    if len(number) != 11:
        return ContainerVerdict.BAD_LENGTH
    if not _CONTAINER.fullmatch(number):
        return ContainerVerdict.BAD_FORMAT
    if container_check_digit(number[:10]) != int(number[10]):
        return ContainerVerdict.CHECK_FAILS
    return ContainerVerdict.VALID if number[3] == "U" else ContainerVerdict.EQUIPMENT


def is_customs_code(code: str) -> bool:
    """Ten characters 0-9A-Z, the first four (the administrative division) digits. There is no check digit."""
    return _CUSTOMS_CODE.fullmatch(code) is not None


def customs_enterprise_type(code: str) -> str:
    """The sixth character of a customs code: the kind of enterprise, 8 a broker; "" when the code is too short."""
    return code[5:6]


def is_entry_number(number: str) -> bool:
    """18 digits: office 4, year 20yy, 1 for import or 0 for export, serial 9. There is no check digit."""
    return _ENTRY_NUMBER.fullmatch(number) is not None


def entry_number_direction(number: str) -> str:
    """I or E as the ninth digit of a well-formed entry number says, else ""."""
    return {"1": "I", "0": "E"}[number[8]] if is_entry_number(number) else ""


def is_imo_number(text: str) -> bool:
    """Seven digits, "IMO" before them allowed; the last is the last digit of the sum of the others times 7..2."""
    match = _IMO_NUMBER.fullmatch(_compact(text))
    if match is None:
        return False
    digits = [int(digit) for digit in match[1]]
    return sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6]
