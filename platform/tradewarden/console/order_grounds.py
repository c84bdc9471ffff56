"""Why a decision is as it is, for its page: findings in words, contributions, matches side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from databases.screenings import QueuedMatch
from kyc.entries import ListEntry
from risk.decision import Decision
from risk.explain import Explainer
from risk.facts import ListMatch, Screening
from risk.findings import Contribution, Finding, Outcome, Status
from risk.policy import Policy
from tradewarden.auth import masking
from tradewarden.console import charts, differences
from tradewarden.console.code_words import code_words
from tradewarden.console.i18n import Translator
from tradewarden.console.seen_words import seen_word
from tradewarden.console.source_words import source_in

RANK = {Status.HIT: 0, Status.ERROR: 1, Status.NO_DATA: 2, Status.PASS: 3}
PERSONAL = frozenset({"identity_number", "passport"})
SEVERITY_RANK = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding as the officer reads it. `points` stand on the first finding of a check only, as they count once."""

    check: str
    title: str
    status: str
    severity: str
    line: int | None
    sentence: str
    seen: tuple[tuple[str, str], ...]
    source: str
    points: int | None
    floor: str

    @property
    def without_effect(self) -> bool:
        """Data that is missing and costs nothing, because it comes later in the order's life."""
        return self.status == Status.NO_DATA and not self.points and not self.floor


@dataclass(frozen=True, slots=True)
class Findings:
    """What speaks, what could not be known and costs nothing, and what passed."""

    speaking: tuple[FindingRow, ...]
    unknown: tuple[FindingRow, ...]
    passed: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionRow:
    check: str
    title: str
    status: str
    points: int
    floor: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """One match with both names cut into equal and different pieces, and the officer's judgement so far."""

    list_id: str
    list_name: str
    entry_id: str
    verdict: str
    effect: str
    score_percent: str
    joint_punishment: bool
    excepted: bool
    ours: tuple[differences.Piece, ...]
    theirs: tuple[differences.Piece, ...]
    main_name: str
    reasons: tuple[str, ...]
    identifiers: tuple["Identifier", ...]
    queued: QueuedMatch | None

    @property
    def same_identifier(self) -> bool:
        """Whether the list knows our party's own code: then "not the same" wants a very good reason."""
        return any(one.equal for one in self.identifiers)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number the list prints for its entry; `equal` when our party carries it too."""

    sort: str
    value: str
    equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRow:
    role: str
    name: str
    uscc: str
    failed: str
    matches: tuple[MatchRow, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """How evidence is turned into words: the cards' sentences, the reader's language, names of the lists.

    `personal`: whether the reader sees numbers of identity papers in full.
    """

    explainer: Explainer
    t: Translator
    list_names: Mapping[str, tuple[str, str]]
    personal: bool = False

    def title(self, check: str) -> str:
        card = self.explainer.cards.get(check)
        return self.t.pick(card.title_zh, card.title_en) if card else check

    def source(self, check: str) -> str:
        card = self.explainer.cards.get(check)
        return self.t.pick(*source_in(card.source)) if card else "–"

    def list_name(self, list_id: str) -> str:
        return self.t.pick(*self.list_names[list_id]) if list_id in self.list_names else list_id


def finding_rows(decision: Decision, reader: Reader) -> Findings:
    """Hits first, the gravest first, then errors and missing data that cost something; the rest apart."""
    prices = {(part.check, part.status): part for part in decision.contributions}
    speaking = sorted(
        (finding for finding in decision.findings if finding.status is not Status.PASS),
        key=lambda finding: (RANK[finding.status], SEVERITY_RANK[finding.severity]),
    )
    rows = [_finding(one, prices.pop((one.check, one.status), None), reader) for one in speaking]
    passed = (finding for finding in decision.findings if finding.status is Status.PASS)
    return Findings(
        speaking=tuple(row for row in rows if not row.without_effect),
        unknown=tuple(row for row in rows if row.without_effect),
        passed=tuple(_finding(finding, None, reader) for finding in passed),
    )


def no_grounds(decision: Decision | None) -> str:
    """The text for an empty list of grounds: what nothing judged has not passed, nor has what lacked data."""
    if decision is None or not decision.findings:
        return "order.unchecked"
    passed = all(finding.status is Status.PASS for finding in decision.findings)
    return "order.no_findings" if passed else "order.none_hit"


def _finding(finding: Finding, price: Contribution | None, reader: Reader) -> FindingRow:
    finding = replace(finding, seen=code_words(reader.t, finding.seen))
    return FindingRow(
        check=finding.check,
        title=reader.title(finding.check),
        status=finding.status,
        severity=finding.severity,
        line=finding.line,
        sentence=reader.t.pick(*reader.explainer.sentence(finding)),
        seen=_seen(finding, reader),
        source=reader.source(finding.check),
        points=price.points if price else None,
        floor=_word(price.floor) if price else "",
    )


def _seen(finding: Finding, reader: Reader) -> tuple[tuple[str, str], ...]:
    """The numbers seen; missing data is named in the sentence already."""
    shown = finding.seen.items() if finding.status is not Status.NO_DATA else ()
    return tuple((reader.t.pick(*seen_word(name)), str(value)) for name, value in shown)


def _word(floor: Outcome) -> str:
    return floor.word if floor > Outcome.RELEASE else ""


def contribution_rows(parts: Iterable[Contribution], reader: Reader) -> tuple[ContributionRow, ...]:
    """What added points or demanded an outcome, most first."""
    counting = [part for part in parts if part.points or part.floor > Outcome.RELEASE]
    return tuple(
        ContributionRow(
            check=part.check,
            title=reader.title(part.check),
            status=part.status,
            points=part.points,
            floor=_word(part.floor),
            lines=part.lines,
        )
        for part in sorted(counting, key=lambda part: (-part.floor, -part.points))
    )


def bar(decision: Decision, policy: Policy | None, reader: Reader) -> charts.ScoreBar:
    """The contributions as a bar, with the thresholds of the policy that made the decision."""
    parts = [(reader.title(part.check), part.points) for part in decision.contributions]
    marks = {"review": policy.thresholds.review, "hold": policy.thresholds.hold} if policy else {}
    return charts.score_bar(parts, decision.score, marks)


def screening_rows(
    screenings: Sequence[Screening],
    queued: Sequence[QueuedMatch],
    reader: Reader,
    entries: Mapping[tuple[str, str], ListEntry],
) -> tuple[ScreeningRow, ...]:
    """Every party screened, those with matches first; `entries` by list and entry id show the list's identifiers."""
    waiting = {(match.name, match.list_id, match.entry_id): match for match in queued}
    rows = [
        ScreeningRow(
            role=screening.role,
            name=screening.name,
            uscc=screening.uscc,
            failed=screening.failed,
            matches=tuple(
                replace(
                    _match(screening, match, reader),
                    queued=waiting.get((screening.name, match.list_id, match.entry_id)),
                    identifiers=_identifiers(screening, entries.get((match.list_id, match.entry_id)), reader),
                )
                for match in screening.matches
            ),
        )
        for screening in screenings
    ]
    return tuple(sorted(rows, key=lambda row: (not row.failed, -len(row.matches))))


def _identifiers(screening: Screening, entry: ListEntry | None, reader: Reader) -> tuple[Identifier, ...]:
    ours = screening.uscc.strip().upper()
    return tuple(
        Identifier(sort, _masked(sort, value, reader), bool(ours) and value.strip().upper() == ours)
        for sort, values in sorted(entry.identifiers.items() if entry else ())
        for value in values
    )


def _masked(sort: str, value: str, reader: Reader) -> str:
    return masking.identity_number(value) if sort in PERSONAL and not reader.personal else value


def _match(screening: Screening, match: ListMatch, reader: Reader) -> MatchRow:
    theirs = match.matched_name or match.name
    left, right = differences.compare(screening.name, theirs)
    return MatchRow(
        list_id=match.list_id,
        list_name=reader.list_name(match.list_id),
        entry_id=match.entry_id,
        verdict=match.verdict,
        effect=match.effect,
        score_percent=f"{match.score * 100:.0f}",
        joint_punishment=match.joint_punishment,
        excepted=match.excepted,
        ours=left,
        theirs=right,
        main_name=match.name if match.name != theirs else "",
        reasons=tuple(reader.t.pick(zh, en) for _, zh, en in match.reasons),
        identifiers=(),
        queued=None,
    )


def version_pairs(versions: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Names and versions of what the judgement looked at."""
    return tuple((name, str(value)) for name, value in sorted(versions.items()))
