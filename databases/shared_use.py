"""The same bill of lading, container or vessel in other orders (LC120 and the like)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from databases.bulk import chunks
from databases.order_rows import OrderRows
from databases.order_tables import order_containers, orders
from risk.facts import SharedUse

CONTAINER_DAYS = 7
LIMIT = 20
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseKey:
    """What to look for in other orders. `traded_at`: see `order_rows.trading_time`."""

    order_id: str
    client_id: str
    transport_document: str
    containers: tuple[str, ...]
    vessel: str
    voyage: str
    traded_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What an order is found by as it stands: a later revision may let go of any of it."""

    client_id: str
    transport_document: str = ""
    containers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Use:
    kind: str
    value: str
    order_id: str
    client_id: str
    vessel: str
    voyage: str
    traded_at: datetime


@dataclass(slots=True, kw_only=True)
class UseLedger:
    """Documents and containers as other orders use them: what the database told, and orders recorded since.

    Only orders that were not in the database when the ledger was made may be added.
    """

    documents: dict[str, list[_Use]] = field(default_factory=lambda: defaultdict(list))
    boxes: dict[str, list[_Use]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: OrderRows) -> None:
        """An order that is being recorded."""
        row = rows.order
        names = ("order_id", "client_id", "vessel", "voyage", "traded_at")
        if row["transport_document"]:
            use = _Use("transport_document", row["transport_document"], *(row[name] for name in names))
            self.documents[use.value].append(use)
        for box in rows.boxes:
            self.boxes[box["number"]].append(_Use("container", box["number"], *(box[name] for name in names)))

    def of(self, key: UseKey) -> tuple[SharedUse, ...]:
        """Uses by other, not cancelled orders, at most 20 of each kind, the nearest in time first."""
        papers = [use for use in self.documents.get(key.transport_document, ()) if _foreign(use, key)]
        boxes = [
            use
            for number in dict.fromkeys(key.containers)
            for use in self.boxes.get(number, ())
            if _elsewhere(use, key)
        ]
        return (*_nearest(papers, key), *_nearest(boxes, key)) if papers or boxes else ()


def held_by(connection: Connection, order_ids: Sequence[str]) -> dict[str, Held]:
    """What those of these orders that the database knows are found by."""
    o, b = orders.c, order_containers.c
    found: dict[str, Held] = {}
    for piece in chunks(order_ids):
        boxes: dict[str, list[str]] = defaultdict(list)
        for order_id, number in connection.execute(select(b.order_id, b.number).where(b.order_id.in_(piece))):
            boxes[order_id].append(number)
        papers = select(o.order_id, o.client_id, o.transport_document).where(o.order_id.in_(piece))
        for order_id, client_id, document in connection.execute(papers):
            found[order_id] = Held(client_id, document or "", tuple(boxes[order_id]))
    return found


def uses_of(connection: Connection, keys: Sequence[UseKey]) -> UseLedger:
    """What the database tells about the documents and containers of these orders."""
    ledger = UseLedger()
    for use in _documents(connection, {key.transport_document for key in keys if key.transport_document}):
        ledger.documents[use.value].append(use)
    for use in _boxes(connection, keys):
        ledger.boxes[use.value].append(use)
    return ledger


def _documents(connection: Connection, numbers: set[str]) -> list[_Use]:
    c = orders.c
    query = select(c.transport_document, c.order_id, c.client_id, c.vessel, c.voyage, c.traded_at)
    query = query.where(c.state != "cancelled")
    return [
        _Use("transport_document", *row)
        for piece in chunks(sorted(numbers))
        for row in connection.execute(query.where(c.transport_document.in_(piece)))
    ]


def _boxes(connection: Connection, keys: Sequence[UseKey]) -> list[_Use]:
    numbers = sorted({number for key in keys for number in key.containers})
    if not numbers:
        return []
    since = min(key.traded_at for key in keys) - CONTAINER_DAYS * DAY
    until = max(key.traded_at for key in keys) + CONTAINER_DAYS * DAY
    c = order_containers.c
    query = select(c.number, c.order_id, c.client_id, c.vessel, c.voyage, c.traded_at)
    return [
        _Use("container", *row)
        for piece in chunks(numbers)
        for row in connection.execute(query.where(c.number.in_(piece), c.traded_at.between(since, until)))
    ]


def _foreign(use: _Use, key: UseKey) -> bool:
    return use.order_id != key.order_id and use.client_id != key.client_id


def _elsewhere(use: _Use, key: UseKey) -> bool:
    """Unknown vessels and voyages count too: whether that is enough is the check's question."""
    near = abs(use.traded_at - key.traded_at) <= CONTAINER_DAYS * DAY
    known = bool(use.vessel or use.voyage)
    same = known and (_plain(use.vessel), _plain(use.voyage)) == (_plain(key.vessel), _plain(key.voyage))
    return use.order_id != key.order_id and near and not same


def _plain(text: str) -> str:
    return " ".join(text.upper().split())


def _nearest(uses: list[_Use], key: UseKey) -> Iterator[SharedUse]:
    near = sorted(uses, key=lambda use: (abs(use.traded_at - key.traded_at), use.order_id, use.value))
    for use in near[:LIMIT]:
        yield SharedUse(
            kind=use.kind,
            value=use.value,
            order_id=use.order_id,
            client_id=use.client_id,
            vessel=use.vessel,
            voyage=use.voyage,
            days_apart=abs(use.traded_at - key.traded_at) // DAY,
        )
