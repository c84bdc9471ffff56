"""Passwords: argon2id hashes, and what makes a password too weak.

Strength estimators know English; "Haiguan2026" gets full marks there. So the words people here really use (pinyin,
ports, trade terms, keyboard rows) are an own list, and what is left beside them must be long enough by itself.
"""

import csv
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128
MINIMUM_OWN = 7
ONE_TIME_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that looks like something else

_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1, type=Type.ID)
_SUBSTITUTES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def _words() -> tuple[str, ...]:
    with (Path(__file__).parent / "weak_words.csv").open(encoding="utf-8", newline="") as file:
        words = {row["word"] for row in csv.DictReader(file)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


WEAK_WORDS = _words()
_DUMMY = _HASHER.hash(secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class Weakness:
    """Why a password is refused: a key of the text catalogue and what was seen (never the password)."""

    key: str
    seen: str = ""


def weakness(password: str, *, own_words: Iterable[str] = ()) -> Weakness | None:
    """The first reason to refuse, or None. `own_words` are the login, the person's and the company's names."""
    if len(password) < MINIMUM_LENGTH:
        return Weakness("password.too_short", str(len(password)))
    if len(password) > MAXIMUM_LENGTH:
        return Weakness("password.too_long", str(len(password)))
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < 6:
        return Weakness("password.repeats", str(len(set(plain))))
    own = [word.casefold() for word in own_words if len(word) >= 3]
    used, rest = _strip(plain, [*sorted(own, key=len, reverse=True), *WEAK_WORDS])
    letters = "".join(character for character in rest if character.isalnum() and not character.isdigit())
    if len(letters) + min(2, sum(character.isdigit() for character in rest)) < MINIMUM_OWN:
        return Weakness("password.common_words", ", ".join(used[:4]))
    return None


def _strip(plain: str, words: Iterable[str]) -> tuple[list[str], str]:
    """Known words found (as written, or with the usual digit-for-letter substitutes) and the text without them."""
    used: list[str] = []
    for word in words:
        while (at := plain.find(word)) >= 0 or (at := plain.translate(_SUBSTITUTES).find(word)) >= 0:
            used.append(word)
            plain = plain[:at] + "\x00" + plain[at + len(word) :]
    return list(dict.fromkeys(used)), plain


def hashed(password: str) -> str:
    """The argon2id hash with its parameters and salt, as text."""
    return _HASHER.hash(password)


def verified(stored: str, password: str) -> bool:
    """Whether the password fits. An empty `stored` (no such account) takes as long as a real one."""
    try:
        return _HASHER.verify(stored or _DUMMY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def one_time() -> str:
    """A random password for the first login: 20 characters in groups of five, about 99 bits."""
    groups = ("".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
