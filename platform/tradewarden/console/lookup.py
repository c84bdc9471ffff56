"""Screening one name against the lists in force, for the officers' page and for the REST interface alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from kyc.entries import Subject
from kyc.screen import to_list_match
from risk.facts import Screening
from risk.nouns.parties import Kind, Role
from tradewarden.console.desk import Desk

TOP = 10


class Question(BaseModel):
    """Who is to be screened. Only the name is needed; codes and dates make the answer sharper."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=1000, examples=["BLU PRECISION LIMITED"])
    uscc: str = Field("", max_length=18, examples=["91440399MAX0000153"])
    kind: Kind = Kind.ANY
    country: str = Field("", max_length=3, examples=["HKG"])
    birth_date: str = Field("", max_length=10, examples=["1971-02-03"])


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup found, and the versions of the lists it looked at."""

    screening: Screening
    versions: Mapping[str, str]


def look_up(at: Desk, question: Question) -> Found:
    """Screen one name; the lookup is audited, matches or none. No list at all is said, never taken for "clear"."""
    subject = Subject(
        name=question.name,
        uscc=question.uscc,
        kind=question.kind,
        country=question.country,
        birth_date=question.birth_date,
    )
    with at.app.database.writing() as uow:
        context = at.app.standing.context(uow, at.app.checks, at.now)
        minimum = Decimal(context.policy.screening.minimum_score)
        candidates = context.index.screen(subject, minimum, TOP, at.now.date())
        matches = tuple(to_list_match(candidate) for candidate in candidates)
        versions = uow.watchlists.versions()
        at.audited(uow, "screening.run", "subject", subject.key[:200], matches=len(matches), lists=len(versions))
    failed = "" if versions else "no list"
    screening = Screening(role=Role.CLIENT, name=question.name, uscc=question.uscc, matches=matches, failed=failed)
    return Found(screening, versions)
