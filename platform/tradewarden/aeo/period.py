"""The period of an evidence pack: calendar days in China, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tradewarden.errors import CannotDo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of `first` to the last of `last`, Asia/Shanghai.

    Raises CannotDo when the last day lies before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CannotDo(f"The period ends ({self.last}) before it begins ({self.first}). Swap --from and --to.")

    @property
    def start(self) -> datetime:
        """The first moment, included."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The first moment after the period, excluded."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    def __str__(self) -> str:
        return f"{self.first}_{self.last}"
