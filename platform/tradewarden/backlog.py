"""What keeps the outbox small: sent messages are deleted after a while, and an alarm says when too many wait.

A message that waits is never dropped and no worker stops because of it: it tells of a decision that stands in the
database already, so a broker that is away for a day costs room on the disk and nothing else. The alarm comes long
before that room is used up (10,000 messages are about 10 MB), and it comes also when few messages wait for long.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from databases.alerts import NewAlert
from databases.unit_of_work import UnitOfWork
from tradewarden.alarms import sound
from tradewarden.settings import Settings

PRUNED_AT_ONCE = 5000
OLDEST = timedelta(minutes=15)
ALARM_DUE = timedelta(hours=4)

Job = Callable[[UnitOfWork, datetime], int]


def prune_sent(uow: UnitOfWork, now: datetime, keep: timedelta) -> int:
    """Delete messages that went out longer than `keep` ago, a bounded number in one transaction."""
    return uow.outbox.prune(now - keep, PRUNED_AT_ONCE)


def alarm_backlog(uow: UnitOfWork, now: datetime, most: int) -> int:
    """An alert when `most` messages wait or the oldest waits for longer than OLDEST; it closes when they are gone."""
    waiting, oldest = uow.outbox.backlog()
    if oldest is None or (waiting < most and now - oldest < OLDEST):
        return sound(uow, now, "outbox_backlog", ())
    details = {"waiting": waiting, "oldest": oldest.isoformat(), "set_aside": len(uow.outbox.set_aside())}
    alert = NewAlert(kind="outbox_backlog", subject="outbox", due_at=now + ALARM_DUE, details=details)
    return sound(uow, now, "outbox_backlog", [alert])


def outbox_jobs(settings: Settings) -> tuple[tuple[str, int, Job], ...]:
    """The rows of these jobs for the scheduler: name, period in seconds, job."""
    keep = timedelta(days=settings.outbox_keep_days)
    return (
        ("outbox_prune", 5 * 60, partial(prune_sent, keep=keep)),
        ("outbox_backlog", 60, partial(alarm_backlog, most=settings.outbox_alarm)),
    )
