"""An index over the entries of all lists. Immutable once built: a new version is a new index, swapped by its owner."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kyc.compare import Comparison, Named, compare_names, conclude, render
from kyc.entries import ListEntry, Subject
from kyc.filing import NameFile
from kyc.identity import Identifiers, codes, organisation_codes, plain
from kyc.matching.scored import FULL, Scored
from kyc.names.corrected import corrected
from kyc.names.name import Name, once, read
from risk.nouns.parties import Kind

MINIMUM_SCORE = Decimal("0.70")
"""The operating point (policy): from here on a candidate is shown."""
MAX_NAMES = 8
"""Names of one subject that are looked up."""
NOT_AS_GIVEN = 8_000
"""The most a person's entry may reach for a subject that was declared an organisation: the kind may be a default."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be the subject: the two names that met, and the comparison in words."""

    entry: ListEntry
    subject_name: str
    matched_name: str
    comparison: Comparison

    @property
    def score(self) -> Decimal:
        return self.comparison.score

    @property
    def verdict(self) -> str:
        return self.comparison.verdict


class ScreeningIndex:
    """Made by `build`, then only read: safe to share between threads."""

    def __init__(self, entries: tuple[ListEntry, ...]) -> None:
        self.entries = entries
        self._file = NameFile()
        self._entry_of = array("I")
        self._name_of = array("H")
        self._identifiers: dict[str, list[int]] = {}

    def __len__(self) -> int:
        """The number of names filed, former names within a name included."""
        return len(self._file)

    @classmethod
    def build(cls, entries: Iterable[ListEntry], progress: Progress | None = None) -> "ScreeningIndex":
        """File every name of every entry. `progress(done, total)` is called every thousand entries and at the end."""
        index = cls(tuple(entries))
        total = len(index.entries)
        for number, entry in enumerate(index.entries):
            index._add(number, entry)
            if progress and (number + 1) % 1_000 == 0:
                progress(number + 1, total)
        index._file.close()
        if progress:
            progress(total, total)
        return index

    def _add(self, number: int, entry: ListEntry) -> None:
        for key in _identifier_keys(entry.identifiers):
            self._identifiers.setdefault(key, []).append(number)
        for position, text in enumerate(entry.names):
            for spelling in _spellings(once(text)):
                self._file.add(spelling, entry.kind)
                self._entry_of.append(number)
                self._name_of.append(position)

    def screen(
        self,
        subject: Subject,
        minimum_score: Decimal = MINIMUM_SCORE,
        top: int = 20,
        as_of: date | None = None,
        lists: frozenset[str] | None = None,
    ) -> tuple[Candidate, ...]:
        """The entries in force on `as_of` (None: all) that reach `minimum_score`, the best first, at most `top`.

        An entry with an equal identifier is a candidate whatever its names. `lists` restricts to these list ids.
        """
        met = ((self.entries[number], pairs) for number, pairs in self._candidates(subject).items())
        proposed = (
            (entry, pairs)
            for entry, pairs in met
            if (as_of is None or entry.in_force(as_of)) and (lists is None or entry.list_id in lists)
        )
        return _best(subject, proposed, minimum_score, top)

    def _candidates(self, subject: Subject) -> dict[int, list[tuple[str, str]]]:
        """Per entry the pairs of names (the subject's, the entry's) that met; no pair when only a code did."""
        found: dict[int, list[tuple[str, str]]] = {}
        for key in _identifier_keys(Named.of_subject(subject).identifiers):
            for number in self._identifiers.get(key, ()):
                found.setdefault(number, [])
        for text in _names(subject):
            name = read(text)
            kinds = _readings(name, subject.kind)
            for spelling in (*_spellings(name), *_as_meant(name, kinds)):
                for number in self._file.find(spelling, kinds):
                    entry = self._entry_of[number]
                    pair = (text, self.entries[entry].names[self._name_of[number]])
                    pairs = found.setdefault(entry, [])
                    if pair not in pairs:
                        pairs.append(pair)
        return found


def compare_with_all(
    subject: Subject, entries: Iterable[ListEntry], minimum_score: Decimal = MINIMUM_SCORE, top: int = 20
) -> tuple[Candidate, ...]:
    """What `screen` would say if it compared every name: the yardstick of its recall, far too slow for work."""
    every = ((entry, [(one, other) for one in _names(subject) for other in entry.names]) for entry in entries)
    return _best(subject, every, minimum_score, top)


Proposed = tuple[ListEntry, list[tuple[str, str]]]


def _best(subject: Subject, proposed: Iterable[Proposed], minimum_score: Decimal, top: int) -> tuple[Candidate, ...]:
    least, side = int(minimum_score * FULL), Named.of_subject(subject)
    found: list[tuple[Scored, ListEntry, str, str]] = []
    for entry, pairs in proposed:
        scored, mine, theirs = _weigh(side, subject.kind, entry, pairs)
        if scored.points >= least:
            found.append((scored, entry, mine, theirs))
    found.sort(key=lambda each: (-each[0].points, each[1].list_id, each[1].entry_id))
    return tuple(Candidate(entry, mine, theirs, render(scored)) for scored, entry, mine, theirs in found[:top])


def _names(subject: Subject) -> tuple[str, ...]:
    given = (subject.name, *subject.names)
    return tuple(dict.fromkeys(name for name in given if name))[:MAX_NAMES]


def _spellings(name: Name) -> tuple[Name, ...]:
    return (name, *name.variants, *name.aliases)


def _as_meant(name: Name, kinds: tuple[Kind, ...]) -> tuple[Name, ...]:
    """The spellings of a firm's name without the slips in their business words and legal forms."""
    if name.han or Kind.ORGANISATION not in kinds:
        return ()
    return tuple(read(text) for spelling in _spellings(name) if (text := corrected(spelling.latin)))


def _readings(name: Name, kind: Kind) -> tuple[Kind, ...]:
    """As what kinds of entry the name has to be looked up."""
    if name.han or kind in {Kind.PERSON, Kind.VESSEL}:
        return (kind, Kind.ANY) if kind is not Kind.ANY else (Kind.ANY,)
    if name.latin.is_organisation and kind is Kind.ORGANISATION:
        return (Kind.ORGANISATION, Kind.ANY)
    return tuple(Kind)


def _weigh(subject: Named, kind: Kind, entry: ListEntry, pairs: list[tuple[str, str]]) -> tuple[Scored, str, str]:
    """The best pair of names, and what codes, dates and countries make of it."""
    best, best_pair = Scored(0, ()), (subject.names[0], entry.name)
    for pair in pairs:
        mine, theirs = read(pair[0]), read(pair[1])
        compared, most = _kind(mine, kind, entry.kind)
        if compared is None:
            continue
        scored = compare_names(mine, theirs, compared)
        if scored.points > most:
            scored = scored.capped(most, "kind_differs", kind.value, entry.kind.value)
        if scored.points > best.points:
            best, best_pair = scored, pair
            if scored.points == FULL:
                break
    if subject.identifiers or subject.birth_dates or subject.countries:
        best = conclude(subject, Named.of_entry(entry), best)
    return best, *best_pair


def _kind(name: Name, declared: Kind, listed: Kind) -> tuple[Kind | None, int]:
    """As what the two are compared and the most that may come of it; None when they cannot be one subject.

    A buyer is an organisation by default, and a listed person may stand behind that default: unless the name shows an
    organisation the person's entry is still shown.
    """
    if Kind.ANY in (declared, listed) or declared is listed:
        return (listed if declared is Kind.ANY else declared), FULL
    if Kind.VESSEL in (declared, listed) or name.latin.is_organisation or (name.han and name.chinese.is_company):
        return None, 0
    return Kind.PERSON, NOT_AS_GIVEN


def _identifier_keys(identifiers: Identifiers) -> Iterator[str]:
    """Keys of all identifiers; a code is also filed under the organisation code inside it."""
    for sort, values in identifiers.items():
        if sort not in {"uscc", "organisation_code"}:
            yield from (f"{sort}:{plain(value).removeprefix('IMO')}" for value in values if value)
    yield from (f"uscc:{code}" for code in codes(identifiers.get("uscc", ())))
    yield from (f"org:{code}" for code in organisation_codes(identifiers))
