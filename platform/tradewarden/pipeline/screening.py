"""Screening the parties of an order with the index in force; unchanged parties are not screened twice.

Fail closed: a screening that can't be done becomes a result that says so, and the check on it never lets an order go.
"""

from dataclasses import dataclass, replace

from kyc.entries import Subject
from kyc.screen import screen_party
from risk.facts import Screening
from risk.nouns.order import Order
from risk.nouns.parties import Party
from tradewarden.pipeline.parties import parties_of
from tradewarden.standing import Context, Standing

REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Screened:
    """The screenings of an order, with the key of each one's subject."""

    results: tuple[Screening, ...]
    subject_keys: tuple[str, ...]


def screen_order(order: Order, decision_id: str, standing: Standing, context: Context) -> Screened:
    """One result for each party against the lists of today, whenever the order's event happened.

    A result taken over names the decision it was first made for.
    """
    results: list[Screening] = []
    keys: list[str] = []
    # other lists, another threshold or another day: another question
    asked = (context.today, context.lists_version, context.policy.screening.minimum_score)
    for party in parties_of(order):
        key = (*_subject(party), *asked)
        remembered = standing.screened.get(key)
        if remembered:
            result, subject_key = remembered
        else:
            result, subject_key = _screen(party, context), Subject.of(party).key
            if not result.failed:
                _remember(standing, key, replace(result, reused_from=decision_id), subject_key)
        results.append(_with_exceptions(result, subject_key, context))
        keys.append(subject_key)
    return Screened(tuple(results), tuple(keys))


def _subject(party: Party) -> tuple[object, ...]:
    """What `Subject.of` takes over from a party, without making one: nearly every party is known already."""
    return (
        party.name, tuple(filter(None, (party.name_en, *party.former_names))), party.kind, party.uscc, party.country,
        party.birth_date, party.imo_number, party.identity_number, party.customs_code, party.role,
    )  # fmt: skip


def _screen(party: Party, context: Context) -> Screening:
    try:
        return screen_party(
            party, context.index, minimum_score=context.policy.screening.minimum_score, as_of=context.today
        )
    except Exception as error:  # noqa: BLE001 - a name that breaks the screener must hold its order, not stop the batch
        return Screening(
            role=party.role, name=party.name, uscc=party.uscc, failed=f"{type(error).__name__}: {error}"[:200]
        )


def _remember(standing: Standing, key: object, reused: Screening, subject_key: str) -> None:
    if len(standing.screened) >= REMEMBERED:
        standing.screened.clear()
    standing.screened[key] = (reused, subject_key)


def _with_exceptions(result: Screening, subject_key: str, context: Context) -> Screening:
    if not result.matches or not context.exceptions:
        return result
    matches = tuple(
        replace(match, excepted=(subject_key, match.list_id, match.entry_id) in context.exceptions)
        for match in result.matches
    )
    return replace(result, matches=matches)
