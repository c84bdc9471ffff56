"""Reading the filters of a list from the query string. A value that can't be read is refused, never ignored:
an ignored filter would silently show everything."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from databases.paging import Page, PageRequest
from risk.findings import Outcome
from tradewarden.auth.refusals import Refused
from tradewarden.console.formats import SHANGHAI

PAGE_SIZE = 50
LONGEST = 200
LAST_PAGE = 20_000
FIRST_YEAR = 1990
LAST_YEAR = 2199


class Filters:
    """The query string's values by name, read as what they should be. Every method raises Refused 422."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        value = self.values.get(name, "").strip()
        if len(value) > LONGEST or not value.isprintable():
            raise self._wrong(name, "filter.text")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value and value not in choices:
            raise self._wrong(name, "filter.choice")
        return value

    def outcome(self, name: str = "outcome") -> Outcome | None:
        words = {outcome.word: outcome for outcome in Outcome}
        value = self.choice(name, tuple(words))
        return words[value] if value else None

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        value = self.text(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 12 and lowest <= int(value) <= highest):
            raise self._wrong(name, "filter.number")
        return int(value)

    def moment(self, name: str, *, end: bool = False) -> datetime | None:
        """A date or a minute on a Shanghai clock; with `end` a bare date means the whole day (exclusive bound)."""
        value = self.text(name)
        if not value:
            return None
        try:
            whole_day = len(value) == 10
            day = date.fromisoformat(value[:10])
            found = datetime.combine(day, time()) if whole_day else datetime.fromisoformat(value)
        except ValueError as error:
            raise self._wrong(name, "filter.date") from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:  # outside, the database or the zone can't compute
            raise self._wrong(name, "filter.date_range", first=FIRST_YEAR, last=LAST_YEAR)
        return (found + timedelta(days=1) if end and whole_day else found).replace(tzinfo=SHANGHAI)

    def page(self) -> int:
        """The page asked for; what lies far beyond any list is read as the last one we count to."""
        return min(self.number("page", 1, 10**9) or 1, LAST_PAGE)

    def beyond(self, found: Page[Any]) -> int | None:
        """The last page there is, when the one asked for lies behind it."""
        last = max(1, -(-found.total // PAGE_SIZE))
        return last if self.page() > last else None

    def request(self, sorts: tuple[str, ...], default: str) -> PageRequest:
        """The page asked for; `sort` is a field name, with a minus for descending."""
        sort = self.choice("sort", (*sorts, *(f"-{name}" for name in sorts))) or default
        return PageRequest(
            limit=PAGE_SIZE,
            offset=(self.page() - 1) * PAGE_SIZE,
            sort=sort.lstrip("-"),
            descending=sort.startswith("-"),
        )

    def sort(self, default: str) -> str:
        return self.text("sort") or default

    def _wrong(self, name: str, key: str, **more: object) -> Refused:
        return Refused(422, key, {"where": name, "seen": self.values.get(name, "")[:60], **more})
