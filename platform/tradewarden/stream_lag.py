"""What waits in the broker, as far as it is known: nobody who asks, no figure.

Readers ask where a partition ends several times in the life of a lease. Who holds none, or has had no answer for as
long as a lease lasts, knows nothing; the figure of then is no figure of now, and no reason to call the stream current.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from databases.streams import PartitionState


def is_held(one: PartitionState, now: datetime) -> bool:
    """Whether a worker reads the partition."""
    return bool(one.holder) and one.held_until is not None and one.held_until > now


def was_asked(one: PartitionState, now: datetime, lease_seconds: float) -> bool:
    """Whether the broker answered for the partition within the length of a lease."""
    return one.seen_at is not None and now - one.seen_at <= timedelta(seconds=lease_seconds)


def known_lag(one: PartitionState, now: datetime, lease_seconds: float) -> int | None:
    """Records that wait; None while nobody can tell."""
    return one.lag if is_held(one, now) and was_asked(one, now, lease_seconds) else None


def total_lag(partitions: Sequence[PartitionState], now: datetime, lease_seconds: float) -> int | None:
    """Records that wait in all of them; None when one of them can't be told: a part is not the whole."""
    lags = [known_lag(one, now, lease_seconds) for one in partitions]
    known = [lag for lag in lags if lag is not None]
    return sum(known) if len(known) == len(lags) else None
