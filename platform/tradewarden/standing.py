"""What stands between batches: the policy, reference data and screening index in force, each cached by its version.

A `Context` is one consistent set of them; it is taken at the beginning of a batch inside its transaction, so that a
decision names exactly the versions it was made with.
"""

import gc
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from databases.audit_chain import SYSTEM_STREAM, NewEntry
from databases.history import HistoryMemory
from databases.unit_of_work import UnitOfWork
from kyc.screen import ScreeningIndex
from risk.checks.card import Check
from risk.days import china_day
from risk.facts import Screening
from risk.policy import Policy
from risk.policy_default import completed, default_policy
from risk.reference import Reference
from tradewarden.errors import CannotStart

NO_LIST = "no list has been imported"
RECOUNTED_AFTER = timedelta(minutes=1)
RECOUNTED_SHARE = 50
SMALL_MONTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a batch is judged with. `exceptions` are (subject key, list id, entry id) an officer silenced."""

    today: date
    policy: Policy
    policy_hash: str
    reference: Reference
    index: ScreeningIndex
    lists_version: str
    stale_lists: tuple[str, ...]
    exceptions: frozenset[tuple[str, str, str]]
    supervision_ratio: Decimal | None
    draw_secret: bytes
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Counted:
    """The supervision ratio when it was counted last, and how many orders this process had decided by then."""

    day: date
    at: datetime
    declarations: int
    decided: int
    ratio: Decimal | None


@dataclass(slots=True, kw_only=True)
class Standing:
    """The caches of one process, shared by its threads. `screened` remembers parties already screened,
    with the key of their subject; `histories` the past of clients.

    `decided` counts the orders this process has decided: see `_supervision_ratio`.
    """

    draw_secret: bytes
    screened: dict[object, tuple[Screening, str]] = field(default_factory=dict)
    histories: HistoryMemory = field(default_factory=HistoryMemory)
    decided: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ratio: _Counted | None = None
    _policy: tuple[str, Policy] | None = None
    _reference: tuple[tuple[str, date], Reference] | None = None
    _index: tuple[str, ScreeningIndex] | None = None

    def context(self, uow: UnitOfWork, checks: Sequence[Check], now: datetime) -> Context:
        """The context of a batch beginning `now`. Raises CannotStart when no policy has been published."""
        with self._lock:  # one thread loads what is new, the others take it over
            return self._taken(uow, checks, now)

    def count_decided(self, orders: int) -> None:
        """This process has decided so many orders more."""
        with self._lock:
            self.decided += orders

    def _taken(self, uow: UnitOfWork, checks: Sequence[Check], now: datetime) -> Context:
        today = china_day(now)
        policy_hash, policy = self._live_policy(uow, checks)
        reference = self._current_reference(uow, today)
        lists_version, index = self._current_index(uow)
        return Context(
            today=today,
            policy=policy,
            policy_hash=policy_hash,
            reference=reference,
            index=index,
            lists_version=lists_version,
            stale_lists=stale_lists(uow, policy, now),
            exceptions=frozenset(
                (item.subject_key, item.list_id, item.entry_id) for item in uow.screenings.active_exceptions(today)
            ),
            supervision_ratio=self._supervision_ratio(uow, today, now),
            draw_secret=self.draw_secret,
            versions={**uow.watchlists.versions(), "reference": uow.reference.version()},
        )

    def _supervision_ratio(self, uow: UnitOfWork, today: date, now: datetime) -> Decimal | None:
        """The share of this month's declarations that is planned to be watched.

        Counting them takes longer the more the month has seen. So it is counted anew once the orders decided since
        are more than 1 in 50 of those counted, after a minute, and on a new day; a small month is counted every time.
        """
        last = self._ratio
        if last is None or last.day != today or not timedelta(0) <= now - last.at < RECOUNTED_AFTER:
            last = None
        since = 0 if last is None else self.decided - last.decided
        if last is None or last.declarations < SMALL_MONTH or since * RECOUNTED_SHARE > last.declarations:
            found = uow.loading.ratio(today.replace(day=1), today + timedelta(days=1))
            last = self._ratio = _Counted(today, now, found.declarations, self.decided, found.planned_ratio)
        return last.ratio

    def _live_policy(self, uow: UnitOfWork, checks: Sequence[Check]) -> tuple[str, Policy]:
        live_hash = uow.policies.live_hash()
        if live_hash is None:
            raise CannotStart("No policy is in force. Run `tradewarden db upgrade`, which publishes the first one.")
        if self._policy is None or self._policy[0] != live_hash:
            live = uow.policies.live()
            if live is None:
                raise CannotStart("The policy in force went away while it was read. Run the command again.")
            self._policy = (live_hash, completed(live, (check.card for check in checks)))
        return self._policy

    def _current_reference(self, uow: UnitOfWork, on: date) -> Reference:
        key = (uow.reference.version(), on)
        if self._reference is None or self._reference[0] != key:
            self._reference = (key, uow.reference.snapshot(on))
        return self._reference[1]

    def _current_index(self, uow: UnitOfWork) -> tuple[str, ScreeningIndex]:
        version = uow.watchlists.snapshot_version()
        if self._index is None or self._index[0] != version:
            self._index = (version, ScreeningIndex.build(uow.watchlists.current_entries()))
            self.screened.clear()
            gc.collect()
            gc.freeze()  # the index is large and lives long; collections need not walk it again
        return self._index


def stale_lists(uow: UnitOfWork, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Lists whose source was last looked at too long ago, demanded lists that are missing, or that there is none."""
    status = uow.watchlists.checked()
    if not status:
        return (NO_LIST,)
    oldest = now - timedelta(days=policy.screening.list_max_age_days)
    stale = [list_id for list_id, checked_at in status.items() if checked_at < oldest]
    return tuple(sorted({*stale, *(wanted for wanted in policy.screening.required_lists if wanted not in status)}))


def ensure_policy(uow: UnitOfWork, checks: Sequence[Check], now: datetime) -> bool:
    """Publish the first policy, or a version that knows what this release added to it; True when one was published.

    A part the stored text lacks stands at its default when it is read, so the policy as read has another hash.
    """
    cards = [check.card for check in checks]
    live = uow.policies.live()
    if live is None:
        _publish(uow, default_policy(cards), "first policy of the installation", now)
        return True
    missing = [card for card in cards if card.id not in live.checks]
    grown = live.hash != uow.policies.live_hash()
    if not missing and not grown:
        return False
    settings = {**live.checks, **default_policy(missing).checks}
    version = uow.policies.next_version(live.name)
    added = [f"new checks: {', '.join(card.id for card in missing)}"] if missing else []
    note = "; ".join([*added, "parts added by this release, at their defaults"] if grown else added)
    _publish(uow, replace(live, version=version, checks=settings), note, now)
    return True


def _publish(uow: UnitOfWork, policy: Policy, note: str, now: datetime) -> None:
    uow.policies.publish(policy, "system", "setup", now, note)
    entry = NewEntry(
        at=now,
        actor="setup",
        action="policy.published",
        object_type="policy",
        object_id=f"{policy.name} v{policy.version}",
        after_hash=policy.hash,
        reason=note,
    )
    uow.audit.append(SYSTEM_STREAM, [entry])
