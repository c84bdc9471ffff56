"""One page of a longer answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
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
