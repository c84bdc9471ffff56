"""Are two names one subject? Codes first, then the names part by part, then dates and countries.

The answer carries a score, a verdict and every reason in words; nothing is decided by a number nobody can explain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from kyc.dates import adjust_for_dates
from kyc.entries import ListEntry, Subject
from kyc.identity import Identifiers, compare_identifiers, invalid_codes
from kyc.matching.across import compare_across
from kyc.matching.chinese import compare_companies
from kyc.matching.organisation import compare_organisations
from kyc.matching.person import compare_chinese_persons, compare_persons
from kyc.matching.reasons import sentence
from kyc.matching.scored import DOUBT, FULL, MATCH, REVIEW, Note, Scored
from kyc.matching.vessel import compare_vessels
from kyc.names.name import Name, read
from kyc.names.person import looks_like_chinese_person, looks_like_person
from kyc.names.vessel import has_prefix
from risk.nouns.parties import Kind


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`score` 0..1 with four decimals; `verdict` match, review or nomatch."""

    score: Decimal
    verdict: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One side of a comparison: its names, the first one leading, and what else is known of it."""

    names: tuple[str, ...]
    identifiers: Identifiers = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()

    @classmethod
    def of_subject(cls, subject: Subject) -> "Named":
        """The subject of a screening."""
        given = {
            "uscc": subject.uscc,
            "imo": subject.imo_number,
            "identity_number": subject.identity_number,
            "customs_code": subject.customs_code,
        }
        return cls(
            names=(subject.name, *subject.names),
            identifiers={sort: (value,) for sort, value in given.items() if value},
            countries=(subject.country,) if subject.country else (),
            birth_dates=(subject.birth_date,) if subject.birth_date else (),
        )

    @classmethod
    def of_entry(cls, entry: ListEntry, names: tuple[str, ...] = ()) -> "Named":
        """An entry of a list, or only some of its names."""
        return cls(names or entry.names, entry.identifiers, entry.countries, entry.birth_dates)


def compare(left: Named | str, right: Named | str, kind: Kind = Kind.ANY) -> Comparison:
    """Compare two subjects of a kind; a text stands for a subject of that one name. Raises nothing for any text."""
    mine = Named((left,)) if isinstance(left, str) else left
    theirs = Named((right,)) if isinstance(right, str) else right
    return render(weigh(mine, theirs, kind))


def weigh(left: Named, right: Named, kind: Kind) -> Scored:
    """The points and notes of a comparison; `render` makes words of them."""
    return conclude(left, right, _best(left, right, kind))


def conclude(left: Named, right: Named, by_name: Scored) -> Scored:
    """What codes, dates and countries make of a comparison of names."""
    by_code = compare_identifiers(left.identifiers, right.identifiers)
    if by_code is not None and by_code.points == FULL:
        return by_code
    if by_code is not None:
        alarm = (Note("same_name_two_codes"),) if by_name.points >= MATCH else ()
        return Scored(by_code.points, alarm + by_code.notes + by_name.notes)
    invalid = (*invalid_codes(left.identifiers), *invalid_codes(right.identifiers))
    if invalid:
        by_name = Scored(by_name.points, by_name.notes + tuple(Note("uscc_invalid", (code,)) for code in invalid))
    adjusted = adjust_for_dates(by_name, left.birth_dates, right.birth_dates)
    return _countries(adjusted, left.countries, right.countries)


def _best(left: Named, right: Named, kind: Kind) -> Scored:
    best = Scored(0, (Note("nothing_distinctive"),))
    for mine in left.names:
        for theirs in right.names:
            scored = compare_names(read(mine), read(theirs), kind)
            if scored.points > best.points or best.points == 0:
                best = scored
    return best


def compare_names(left: Name, right: Name, kind: Kind) -> Scored:
    """The best comparison of two names, their spellings and what was written beside them (former names)."""
    best = compare_spellings(left, right, kind)
    if best.points < FULL - 500 and (left.variants or right.variants or left.aliases or right.aliases):
        for mine, theirs, alias in _others(left, right):
            scored = compare_spellings(mine, theirs, kind)
            if scored.points > best.points:
                notes = (Note("alias", (alias,)), *scored.notes) if alias else scored.notes
                best = Scored(min(scored.points, FULL - 500) if alias else scored.points, notes)
    if (left.spelling.cut or right.spelling.cut) and best.points > DOUBT:
        best = best.capped(DOUBT, "too_long")
    return best


def _others(left: Name, right: Name) -> Iterator[tuple[Name, Name, str]]:
    for mine in (left, *left.variants):
        for theirs in (right, *right.variants):
            yield mine, theirs, ""
    for mine in (left, *left.aliases):
        for theirs in (right, *right.aliases):
            alias = mine.spelling.text if mine is not left else theirs.spelling.text if theirs is not right else ""
            if alias:
                yield mine, theirs, alias


def compare_spellings(left: Name, right: Name, kind: Kind) -> Scored:
    """Two names without regard to their aliases, read as the kind says or as they look."""
    if (left.han or left.is_number) and (right.han or right.is_number) and (left.han or right.han):
        person = kind is Kind.PERSON or (kind is Kind.ANY and _both_persons(left, right))
        if person and not (left.chinese.person or right.chinese.person):
            return compare_chinese_persons(left.spelling.key, right.spelling.key)
        return compare_companies(left.chinese, right.chinese, left.spelling.key, right.spelling.key)
    if min(len(left.spelling.key), len(right.spelling.key)) < 2:
        return Scored(0, (Note("nothing_distinctive"),))
    if left.han or right.han:
        han, latin = (left, right) if left.han else (right, left)
        return compare_across(han.chinese, latin.latin)
    return _latin(left, right, kind)


def _both_persons(left: Name, right: Name) -> bool:
    return all(looks_like_chinese_person(name.spelling.key) and not name.chinese.is_company for name in (left, right))


def _latin(left: Name, right: Name, kind: Kind) -> Scored:
    organisation = kind is Kind.ORGANISATION or left.is_organisation or right.is_organisation
    if kind is Kind.VESSEL or (
        kind is Kind.ANY and not organisation and (has_prefix(left.latin) or has_prefix(right.latin))
    ):
        return compare_vessels(left.vessel, right.vessel)
    persons = not organisation and (looks_like_person(left.latin) or looks_like_person(right.latin))
    if kind is Kind.PERSON or (kind is Kind.ANY and persons):
        return compare_persons(left.person, right.person)
    return compare_organisations(left.latin, right.latin, left.spelling.key, right.spelling.key)


def _countries(scored: Scored, left: tuple[str, ...], right: tuple[str, ...]) -> Scored:
    """Countries are told, not weighed: people and firms move, and a listed one has reason to."""
    if scored.points < REVIEW or not left or not right:
        return scored
    same = sorted(set(left) & set(right))
    note = Note("country_equal", (same[0],)) if same else Note("country_differs", (left[0], right[0]))
    return Scored(scored.points, (*scored.notes, note))


def render(scored: Scored) -> Comparison:
    """Points as a score and a verdict, notes as sentences."""
    reasons = tuple(Reason(note.code, *sentence(note)) for note in scored.notes)
    return Comparison(score_of(scored.points), verdict_of(scored.points), reasons)


def score_of(points: int) -> Decimal:
    """0..1 with four decimals."""
    return (Decimal(points) / FULL).quantize(Decimal("0.0001"))


def verdict_of(points: int) -> str:
    """match, review or nomatch."""
    return "match" if points >= MATCH else "review" if points >= REVIEW else "nomatch"
