"""Screening one party of an order: candidates of the index as the facts a check looks at."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from kyc.entries import Subject
from kyc.index import MINIMUM_SCORE, Candidate, ScreeningIndex
from kyc.names.name import read
from risk.facts import ListMatch, Screening
from risk.nouns.parties import Party

__all__ = ["MINIMUM_SCORE", "Candidate", "ScreeningIndex", "screen_party", "to_list_match"]

NO_MATCH = "nomatch"
MOST_MATCHES = 20

Exceptions = Collection[tuple[str, str, str]]
"""(subject key, list id, entry id) of every exception in force: see `kyc.entries.Subject.key`."""


def to_list_match(candidate: Candidate, *, excepted: bool = False) -> ListMatch:
    """A candidate with what its list demands; whether an exception silences it is the caller's to say."""
    entry = candidate.entry
    return ListMatch(
        list_id=entry.list_id,
        entry_id=entry.entry_id,
        name=entry.name,
        matched_name=candidate.matched_name,
        score=candidate.score,
        verdict=candidate.verdict,
        effect=entry.effect,
        joint_punishment=entry.joint_punishment,
        reasons=tuple((reason.code, reason.zh, reason.en) for reason in candidate.comparison.reasons),
        excepted=excepted,
    )


def screen_party(
    party: Party,
    index: ScreeningIndex,
    minimum_score: Decimal = MINIMUM_SCORE,
    as_of: date | None = None,
    exceptions: Exceptions = frozenset(),
) -> Screening:
    """The screening of one party; an empty result is one too. What was compared and found different is not a match.

    A party with neither a code nor a name that says anything cannot be screened: the result says `failed`, so that
    nothing takes its silence for innocence.
    """
    subject = Subject.of(party)
    if not _can_be_screened(subject):
        failed = f"no name to screen: {party.name[:60]!r}"
        return Screening(role=party.role, name=party.name, uscc=party.uscc, failed=failed)
    found = index.screen(subject, minimum_score, MOST_MATCHES, as_of)
    matches = tuple(
        to_list_match(each, excepted=(subject.key, each.entry.list_id, each.entry.entry_id) in exceptions)
        for each in found
        if each.verdict != NO_MATCH
    )
    return Screening(role=party.role, name=party.name, uscc=party.uscc, matches=matches)


def _can_be_screened(subject: Subject) -> bool:
    if subject.uscc or subject.imo_number or subject.identity_number:
        return True
    return any(read(name).says_something for name in (subject.name, *subject.names))
