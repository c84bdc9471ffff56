"""Why a request does not get through. Raised by guards and use cases; the web layer makes pages or problems of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewarden.errors import TradeWardenError


class NotSignedIn(TradeWardenError):
    """No session, or it has ended."""


class MustChangePassword(TradeWardenError):
    """The account still has the one-time password it was created with."""


@dataclass(eq=False)
class Refused(TradeWardenError):
    """A refusal with its HTTP-like status, a key of the text catalogue and the values its text wants."""

    status: int
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.key} {dict(self.values)}"
