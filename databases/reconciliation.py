"""Reconciliation 对账: the books of what came in, by door and by sender, and the entries that a replayed letter makes.

`receptions` tallies what came in at the doors, the states of the inbox rows tell what became of it. A delivery that
could not be decoded is one received and one dead of its door. When its letter is replayed, the event goes through the
door once more, but nothing new has come in from outside: `replayed` takes the second reception back and moves the
first one from dead to where the event is now. An inbox row that died is counted by its state, so a row that is
revived moves from dead to pending by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from databases.clients import clients
from databases.columns import UtcTime
from databases.deliveries import FIGURES, enter, receptions
from databases.errors import StaleState
from databases.inbox import IncomingEvent, inbox
from databases.screenings import screenings


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorBooks:
    """What came in at a door: received = accepted + duplicate + conflict + dead (what could not be decoded)."""

    door: str
    received: int
    accepted: int
    duplicate: int
    conflict: int
    dead: int
    last_at: datetime

    @property
    def balanced(self) -> bool:
        return self.received == self.accepted + self.duplicate + self.conflict + self.dead


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBooks:
    """What became of the accepted events of a sender: applied (older revisions beside), cancelled, dead, pending."""

    source: str
    accepted: int
    applied: int
    stored_older: int
    cancelled: int
    dead: int
    pending: int


class Reconciliation:
    """The books inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def doors(self) -> tuple[DoorBooks, ...]:
        """The books of every door, the one used last first."""
        c = receptions.c
        sums = [func.coalesce(func.sum(column), 0).label(column.name) for column in (c[figure] for figure in FIGURES)]
        last = func.max(c.at, type_=UtcTime()).label("last_at")
        query = select(c.door, *sums, last).group_by(c.door).order_by(last.desc())
        return tuple(
            DoorBooks(
                door=row.door,
                received=int(row.received),
                accepted=int(row.accepted),
                duplicate=int(row.duplicate),
                conflict=int(row.conflict),
                dead=int(row.dead),
                last_at=row.last_at,
            )
            for row in self.connection.execute(query)
        )

    def sources(self, limit: int = 100) -> tuple[SourceBooks, ...]:
        """The accepted events by sender and what became of them, the largest senders first."""
        c = inbox.c
        states = ("applied", "stored_older", "cancelled", "dead", "pending")
        sums = [func.sum(case((c.state == state, 1), else_=0)).label(state) for state in states]
        accepted = func.count().label("accepted")
        query = select(c.source, accepted, *sums).group_by(c.source).order_by(accepted.desc(), c.source).limit(limit)
        return tuple(
            SourceBooks(
                source=row.source,
                accepted=int(row.accepted),
                applied=int(row.applied),
                stored_older=int(row.stored_older),
                cancelled=int(row.cancelled),
                dead=int(row.dead),
                pending=int(row.pending),
            )
            for row in self.connection.execute(query)
        )

    def oldest_pending(self, lane: str = "") -> datetime | None:
        """Since when the event waits that has waited longest (in a lane); None when nothing waits."""
        query = select(func.min(inbox.c.received_at, type_=UtcTime())).where(inbox.c.state == "pending")
        query = query.where(inbox.c.lane == lane) if lane else query
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def received_between(self, since: datetime, until: datetime) -> int:
        """How many events came in at all doors (`until` exclusive)."""
        c = receptions.c
        query = select(func.coalesce(func.sum(c.received), 0)).where(c.at >= since, c.at < until)
        return int(self.connection.execute(query).scalar_one())

    def last_received(self) -> datetime | None:
        """When anything came in last."""
        c = receptions.c
        query = select(c.at).where(c.received > 0).order_by(c.id.desc()).limit(1)
        found: datetime | None = self.connection.execute(query).scalar()
        return found

    def unscreened(self, since: datetime) -> tuple[str, ...]:
        """Approved clients, not changed since then, whose name or USCC was in no screening since then; by number."""
        c = screenings.c
        recent = select(c.name, c.uscc).where(c.screened_at >= since).distinct()
        known = {value for row in self.connection.execute(recent) for value in row if value}
        wanted = (clients.c.admission == "approved") & (clients.c.changed_at < since)
        query = select(clients.c.client_id, clients.c.name, clients.c.uscc).where(wanted).order_by(clients.c.client_id)
        rows = self.connection.execute(query)
        return tuple(row.client_id for row in rows if row.name not in known and row.uscc not in known)

    def replayed(self, door: str, now: datetime) -> None:
        """The undecodable delivery of `door` that was counted dead is the one just taken in again."""
        enter(self.connection, door, now, received=-1, dead=-1)

    def replayed_as_repeat(self, door: str, now: datetime) -> None:
        """The undecodable delivery of `door` turned out to be an event that is in the inbox already."""
        enter(self.connection, door, now, duplicate=1, dead=-1)

    def revive(self, inbox_id: int, event: IncomingEvent) -> None:
        """A dead item waits again, with the mended content. Raises StaleState when it is not dead (any more)."""
        c = inbox.c
        values = {
            "state": "pending",
            "order_id": event.order_id,
            "revision": event.revision,
            "client_key": event.client_key,
            "lane": event.lane,
            "raw": event.raw,
            "payload_hash": event.payload_hash,
            "finished_at": None,
            "decision_id": "",
        }
        same = (c.id == inbox_id) & (c.source == event.source) & (c.event_id == event.event_id) & (c.state == "dead")
        if not self.connection.execute(inbox.update().where(same).values(values)).rowcount:
            raise StaleState(f"inbox item {inbox_id} is not dead (any more); look at the letter again")
