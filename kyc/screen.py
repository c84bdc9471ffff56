"""Screening one party of an order: candidates of the index as the facts a check looks at."""

from datetime import date
from decimal import Decimal

from kyc.entries import Subject
from kyc.index import MINIMUM_SCORE, Candidate, ScreeningIndex
from risk.facts import ListMatch, Screening
from risk.nouns.parties import Party

__all__ = ["MINIMUM_SCORE", "Candidate", "ScreeningIndex", "screen_party", "to_list_match"]

NO_MATCH = "nomatch"
MOST_MATCHES = 20


def to_list_match(candidate: Candidate) -> ListMatch:
    """A candidate with what its list demands; `excepted` is the caller's to say."""
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
    )


def screen_party(
    party: Party, index: ScreeningIndex, minimum_score: Decimal = MINIMUM_SCORE, as_of: date | None = None
) -> Screening:
    """The screening of one party; an empty result is one too. What was compared and found different is not a match."""
    found = index.screen(Subject.of(party), minimum_score, MOST_MATCHES, as_of)
    matches = tuple(to_list_match(candidate) for candidate in found if candidate.verdict != NO_MATCH)
    return Screening(role=party.role, name=party.name, uscc=party.uscc, matches=matches)
