"""The difference report in words, on its pages and in its file: units, currencies and modes by name with their code."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from databases.customs_differences import Difference, ListedDifference
from databases.unit_of_work import UnitOfWork
from risk.customs_comparison import field_matters, field_words, measured
from risk.days import china_day
from risk.nouns.status import StatusKind
from tradewarden.console import codes, formats
from tradewarden.console.i18n import Translator
from tradewarden.console.order_facts import Names

COLUMNS = (
    "order_id", "revision", "declaration_number", "client_id", "client_name", "field", "field_code", "ours", "theirs",
    "state", "matters", "customs_status", "source", "occurred_at", "found_at", "closed_at", "closed_by", "reason",
)  # fmt: skip


def names_today(uow: UnitOfWork, now: datetime, translators: Sequence[Translator]) -> tuple[Names, ...]:
    """The names of codes as they are in force, in each of these languages."""
    today = china_day(now)
    reference = codes.reference(uow, today)
    return tuple(Names(reference, today, t) for t in translators)


def side_words(names: Sequence[Names], field: str, side: str) -> str:
    """What one side said, in the language of each of `names`: `1200 条 (015)`, `3900 美元 (USD)`, `0110 一般贸易`.

    A code the tables don't know stays bare.
    """
    found = measured(field, side)
    if not found.table or not found.code:
        return side
    named = (one.named(found.table, found.code).removeprefix(found.code).strip() for one in names)
    name = " ".join(dict.fromkeys(named))
    if not found.figure:
        return f"{found.code} {name}".strip()
    return f"{found.figure} {name} ({found.code})" if name else f"{found.figure} {found.code}"


def matters(one: Difference) -> bool:
    """Whether a difference is one of value, classification or quantity; a gap never is."""
    return one.state != "missing" and field_matters(one.field)


def reason_words(t: Translator, one: Difference) -> str:
    """Why it was closed: the product's own reasons are coded, a person's stand as written."""
    return t.known("difference_reason", one.reason) if one.closed_by == "system" else one.reason


def status_words(t: Translator, status: str) -> str:
    """What customs had done when it said so."""
    return t.known(f"trade_status.{StatusKind.DECLARATION.value}", status)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The report as rows of text, in one language or several side by side; codes by name as `names` know them."""

    names: Sequence[Names]

    def header(self) -> list[str]:
        """The columns' names."""
        return [" ".join(names.t(f"difference_export.{column}") for names in self.names) for column in COLUMNS]

    def rows(self, found: Iterable[ListedDifference]) -> Iterator[list[str]]:
        """One row of text each, times on a Shanghai clock."""
        for listed in found:
            cells = self._cells(listed)
            yield [cells[column] for column in COLUMNS]

    def _cells(self, listed: ListedDifference) -> dict[str, str]:
        one = listed.difference
        by_system = one.closed_by == "system"
        return {
            "order_id": one.order_id,
            "revision": str(one.revision),
            "declaration_number": listed.declaration_number,
            "client_id": listed.client_id,
            "client_name": listed.client_name,
            "field": self._in_each(lambda t: t.pick(*field_words(one.field))),
            "field_code": one.field,
            "ours": side_words(self.names, one.field, one.ours),
            "theirs": side_words(self.names, one.field, one.theirs),
            "state": self._in_each(lambda t: t.known("difference_state", one.state)),
            "matters": self._in_each(lambda t: t("difference.matters")) if matters(one) else "",
            "customs_status": self._in_each(lambda t: status_words(t, listed.status)),
            "source": listed.source,
            "occurred_at": formats.moment_s(listed.occurred_at),
            "found_at": formats.moment_s(one.found_at),
            "closed_at": formats.moment_s(one.closed_at) if one.closed_at else "",
            "closed_by": self._in_each(lambda t: t("difference.by_system")) if by_system else one.closed_by,
            "reason": self._in_each(lambda t: reason_words(t, one)),
        }

    def _in_each(self, say: Callable[[Translator], str]) -> str:
        return " ".join(dict.fromkeys(say(names.t) for names in self.names))
