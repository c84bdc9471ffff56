"""One page of a longer answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

T = TypeVar("T")
Q = TypeVar("Q")
MAXIMUM_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which page: `limit` rows (1..1000) after `offset`, in the order of the field `sort` names ("" = default)."""

    limit: int = 50
    offset: int = 0
    sort: str = ""
    descending: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAXIMUM_PAGE or self.offset < 0:
            raise ValueError(f"page out of bounds: limit {self.limit} (1..{MAXIMUM_PAGE}), offset {self.offset} (>= 0)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """The rows of one page and how many there are in all."""

    items: Sequence[T]
    total: int
    limit: int
    offset: int


def paged(
    connection: Connection, query: Select[Any], page: PageRequest | None, view: Callable[[Row[Any]], T]
) -> Page[T]:
    """One page of an ordered query, with the number of all its rows."""
    page = page or PageRequest()
    total = connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    rows = connection.execute(query.limit(page.limit).offset(page.offset))
    return Page(items=tuple(view(row) for row in rows), total=total, limit=page.limit, offset=page.offset)


def first_rows(
    search: Callable[[Q, PageRequest], Page[T]], query: Q, asked: PageRequest, most: int | None = None
) -> tuple[list[T], int]:
    """The first rows in the order of `asked`, about `most` of them or all, page by page; and how many there are."""
    found: list[T] = []
    while True:
        part = search(query, replace(asked, limit=MAXIMUM_PAGE, offset=len(found)))
        found.extend(part.items)
        if len(part.items) < MAXIMUM_PAGE or (most is not None and len(found) >= most):
            return found, part.total


def ordered(
    query: Select[Any], page: PageRequest | None, sorts: Mapping[str, ColumnElement[Any]], default: str
) -> Select[Any]:
    """The query in the page's order; the first column breaks ties so that pages don't overlap.

    Raises ValueError naming the sorts there are.
    """
    page = page or PageRequest()
    name = page.sort or default
    if name not in sorts:
        raise ValueError(f"can't sort by {name!r}; expected one of {', '.join(sorts)}")
    column = sorts[name]
    tie = query.selected_columns[0]
    if page.descending:
        return query.order_by(column.desc().nulls_last(), tie.desc())
    return query.order_by(column.asc().nulls_last(), tie.asc())
