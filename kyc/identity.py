"""Codes before names: what equal or different identifiers say whatever the names are (handbook 05 §4.1)."""

from collections.abc import Iterable, Mapping

from kyc.matching.scored import FULL, Note, Scored
from risk.identifiers import UsccVerdict, is_imo_number, normalise_uscc, uscc_verdict

DIFFERENT = 1_000
_READABLE = {UsccVerdict.VALID, UsccVerdict.CHECK18_FAILS}
"""Some early genuine codes fail the outer check (handbook 01 §2): when equal they name one company, when different
from another the last character may be a slip, so they do not prove two."""
_UNIQUE = ("imo", "identity_number")
"""Two different valid values mean two subjects. Nobody has two of these; passports and registrations may be several."""
_SHORTEST = 6
"""A shorter passport or registration number proves nothing."""

Identifiers = Mapping[str, tuple[str, ...]]


def codes(values: Iterable[str]) -> frozenset[str]:
    """The readable unified social credit codes among the values, normalised."""
    normalised = (normalise_uscc(value) for value in values)
    return frozenset(value for value in normalised if value and uscc_verdict(value) in _READABLE)


def organisation_codes(identifiers: Identifiers) -> frozenset[str]:
    """Nine-character organisation codes: as given (12345678-9) and as positions 9 to 17 of each valid code."""
    given = {plain(value) for value in identifiers.get("organisation_code", ())}
    short = {value for value in map(plain, identifiers.get("uscc", ())) if len(value) == 9}
    inside = {code[8:17] for code in codes(identifiers.get("uscc", ()))}
    return frozenset(value for value in given | short | inside if len(value) == 9)


def plain(value: str) -> str:
    """An identifier without spaces and hyphens, upper case, half width."""
    return normalise_uscc(value.replace("-", ""))


def compare_identifiers(left: Identifiers, right: Identifiers) -> Scored | None:
    """What the identifiers decide; None when they are missing, invalid or say nothing."""
    if not left or not right:
        return None
    mine, theirs = codes(left.get("uscc", ())), codes(right.get("uscc", ()))
    if same := mine & theirs:
        return Scored(FULL, (Note("uscc_equal", (min(same),)),))
    if mine and theirs and all(uscc_verdict(code) is UsccVerdict.VALID for code in mine | theirs):
        return Scored(DIFFERENT, (Note("uscc_differs", (min(mine), min(theirs))),))
    if same := organisation_codes(left) & organisation_codes(right):
        return Scored(FULL, (Note("organisation_code_equal", (min(same),)),))
    return _others(left, right)


def _others(left: Identifiers, right: Identifiers) -> Scored | None:
    verdict: Scored | None = None
    for sort in left.keys() & right.keys() - {"uscc", "organisation_code"}:
        mine, theirs = _usable(sort, left[sort]), _usable(sort, right[sort])
        if same := mine & theirs:
            return Scored(FULL, (Note("identifier_equal", (sort, min(same))),))
        if not mine or not theirs:
            continue
        if any(agrees_masked(one, other) for one in mine for other in theirs):
            continue
        if sort in _UNIQUE:
            verdict = Scored(DIFFERENT, (Note("identifier_differs", (sort, min(mine), min(theirs))),))
    return verdict


def _usable(sort: str, values: tuple[str, ...]) -> frozenset[str]:
    found = (plain(value).removeprefix("IMO") if sort == "imo" else plain(value) for value in values)
    return frozenset(value for value in found if (is_imo_number(value) if sort == "imo" else len(value) >= _SHORTEST))


def agrees_masked(one: str, other: str) -> bool:
    """True when two identity numbers of one length agree wherever neither is masked (4403**********1234)."""
    if len(one) != len(other) or not ("*" in one or "*" in other):
        return False
    return all(a == b or "*" in (a, b) for a, b in zip(one, other, strict=True))


def invalid_codes(identifiers: Identifiers) -> tuple[str, ...]:
    """The unified social credit codes that are given and not valid: to be said, not used."""
    given = map(normalise_uscc, identifiers.get("uscc", ()))
    return tuple(value for value in given if len(value) == 18 and uscc_verdict(value) not in _READABLE)
