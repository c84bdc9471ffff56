"""One name, read once: its spelling and, when asked for, its parts under each way of reading it."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from kyc.names import chinese, latin, person, vessel
from kyc.names.normalise import Spelling, has_han, normalise


@dataclass(frozen=True)
class Name:
    """A normalised name. Parts are computed at first use and kept; the object itself never changes."""

    spelling: Spelling

    @cached_property
    def han(self) -> bool:
        """True when Chinese characters stand in it."""
        return has_han(self.spelling.text)

    @cached_property
    def is_number(self) -> bool:
        """True for a name of digits only, which belongs to no script."""
        return self.spelling.key.isdigit()

    @cached_property
    def says_something(self) -> bool:
        """False for legal forms, regions and punctuation alone: nothing that could tell one subject from another."""
        if self.han or self.is_number:
            return bool(self.chinese.trade)
        if len(self.spelling.key) < 2:
            return False
        general = bool(self.latin.words) and not self.latin.proper
        return self.latin.tells or bool(self.person.full and not self.latin.forms and not general)

    @cached_property
    def chinese(self) -> chinese.ChineseName:
        return chinese.parse(self.spelling.text)

    @cached_property
    def latin(self) -> latin.LatinName:
        return latin.parse(self.spelling.text)

    @cached_property
    def is_organisation(self) -> bool:
        """True when the Latin reading shows an organisation."""
        return self.latin.is_organisation

    @cached_property
    def person(self) -> person.PersonName:
        return person.parse(self.latin)

    @cached_property
    def vessel(self) -> vessel.VesselName:
        return vessel.parse(self.latin)

    @cached_property
    def variants(self) -> tuple["Name", ...]:
        """The same name with umlauts written out."""
        return () if self.han else tuple(read(text) for text in latin.variants(self.spelling.text))

    @cached_property
    def aliases(self) -> tuple["Name", ...]:
        """Former and other names that were written beside this one."""
        return tuple(read(text) for text in self.spelling.aliases)


def once(text: str) -> Name:
    """The name behind any text, for whoever needs it this one time; see `read`."""
    return Name(normalise(text))


@lru_cache(maxsize=1 << 14)
def read(text: str) -> Name:
    """The name behind any text, kept for the next time. Raises nothing; an empty text is a name without parts.

    A name read and taken apart holds 2 kB, so the names of long lists are not all kept: those are that are met.
    """
    return once(text)
