"""The two sides of a screening: an entry of a watch list and the party that is looked up.

Databases and integrations produce entries; nothing here knows where a list comes from (handbook 05 §1, §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from risk.canonical import digest
from risk.nouns.parties import Kind, Party, Role

EFFECTS = ("refuse", "hold", "escalate", "review", "warn", "score")
"""What a list demands of an order, strongest first; `risk.facts.WORST_EFFECT` turns them into outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One subject of one list. `names` holds the primary name first, then aliases and former names.

    `entry_id` is the publisher's own number; `reference` a second number it prints (UN reference beside DATAID).
    `identifiers` are texts by sort: uscc, organisation_code, imo, identity_number, passport, customs_code,
    registration, tax_number. `weak_names`: those the publisher calls low quality. `birth_dates` are ISO dates,
    months or years ("1971", "1971-02", "1971-02-03"). `countries` are ISO 3166-1 alpha-3. `valid_to` is the last
    day in force; None means still in force.
    """

    list_id: str
    entry_id: str
    names: tuple[str, ...]
    kind: Kind = Kind.ANY
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    effect: str = "review"
    joint_punishment: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    programme: str = ""
    reference: str = ""
    remarks: str = ""
    weak_names: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The primary name, "" for an entry that is known by identifiers only."""
        return self.names[0] if self.names else ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that identifies the subject: when it changes, an exception for this entry lapses."""
        return digest(
            {
                "names": sorted(self.names),
                "kind": self.kind.value,
                "identifiers": {sort: sorted(values) for sort, values in self.identifiers.items()},
                "countries": sorted(self.countries),
                "birth_dates": sorted(self.birth_dates),
            }
        )

    def in_force(self, on: date) -> bool:
        """True on every day from `valid_from` to `valid_to`, both included."""
        started = self.valid_from is None or self.valid_from <= on
        return started and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whoever is screened. `names` are further names of the same party: English, former and trade names.

    `country` is ISO 3166-1 alpha-3; `birth_date` ISO as in ListEntry; empty text means the fact was not given.
    """

    name: str
    names: tuple[str, ...] = ()
    kind: Kind = Kind.ANY
    uscc: str = ""
    country: str = ""
    birth_date: str = ""
    imo_number: str = ""
    identity_number: str = ""
    customs_code: str = ""
    role: Role = Role.CLIENT

    @property
    def key(self) -> str:
        """Names this subject in an exception: the code when there is one, else the name with its kind."""
        return f"uscc:{self.uscc}" if self.uscc else f"{self.kind.value}:{self.name}"

    @classmethod
    def of(cls, party: Party) -> "Subject":
        """The subject behind a party of an order."""
        return cls(
            name=party.name,
            names=tuple(name for name in (party.name_en, *party.former_names) if name),
            kind=party.kind,
            uscc=party.uscc,
            country=party.country,
            birth_date=party.birth_date,
            imo_number=party.imo_number,
            identity_number=party.identity_number,
            customs_code=party.customs_code,
            role=party.role,
        )
