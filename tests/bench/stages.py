"""Where the time of a batch goes: CPU time of this thread in each stage, what stages call counted to the callee."""

import functools
from collections import Counter
from time import thread_time
from typing import Any

from databases.audit import Audit
from databases.clients import Clients
from databases.decisions import Decisions
from databases.history import History, HistoryLedger
from databases.inbox import Inbox
from databases.loading import Loadings
from databases.orders import Orders
from databases.outbox import Outbox
from databases.price import PriceLedger, Prices
from databases.screenings import Screenings
from tradewarden.pipeline import apply, assess, gather, record, work
from tradewarden.standing import Standing

STAGES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("decode", apply, ("decode_order",)),
    ("claim", Inbox, ("claim", "mark_applied")),
    ("context", Standing, ("context",)),
    ("heads", Orders, ("heads",)),
    ("ask: clients", Clients, ("profiles",)),
    ("ask: history", History, ("ledger",)),
    ("ask: prices", Prices, ("ledger",)),
    ("ask: shared use, plans", Orders, ("use_ledger",)),
    ("ask: shared use, plans", Loadings, ("assigned",)),
    ("facts: history", HistoryLedger, ("of",)),
    ("facts: prices", PriceLedger, ("bands",)),
    ("facts: the rest", gather.Gathering, ("gathered",)),
    ("carry to the next order", gather.Gathering, ("add",)),
    ("rows of the order", work, ("described_rows",)),
    ("screen", gather, ("screen_order",)),
    ("judge (every check)", assess, ("judge",)),
    ("class and plan", assess, ("classify", "plan")),
    ("evidence", record, ("evidence",)),
    ("record: orders", Orders, ("record",)),
    ("record: decisions", Decisions, ("record",)),
    ("record: screenings", Screenings, ("record",)),
    ("record: audit", Audit, ("append",)),
    ("record: outbox", Outbox, ("append",)),
)


class Stages:
    """Seconds by stage, from `install` on."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inner: list[float] = []

    def install(self) -> None:
        """Put a clock around every stage of this process."""
        for label, owner, names in STAGES:
            for name in names:
                setattr(owner, name, self._clocked(getattr(owner, name), label))

    def _clocked(self, function: Any, label: str) -> Any:
        @functools.wraps(function)
        def clocked(*given: Any, **named: Any) -> Any:
            begin = thread_time()
            self._inner.append(0.0)
            try:
                return function(*given, **named)
            finally:
                spent = thread_time() - begin
                self.seconds[label] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return clocked

    def show(self, orders: int, seconds: float) -> None:
        """Print microseconds of each stage for one order; the rest of `seconds` is the commit and the loop."""
        rest = seconds - sum(self.seconds.values())
        for label, spent in [*self.seconds.most_common(), ("commit, loop and the rest", rest)]:
            print(f"  {label:<28} {spent / orders * 1e6:>8.1f} us   {spent / seconds:>6.1%}")
