"""Dead letters, the outbox, file metadata and small facts."""

from datetime import timedelta

import pytest

from databases.dead_letters import NewDeadLetter
from databases.errors import StaleState
from databases.files import StoredFile
from databases.inbox import IncomingEvent
from databases.outbox import Message
from databases.paging import PageRequest

HOUR = timedelta(hours=1)
LETTER = NewDeadLetter(
    source="kafka", place="trade.orders/0/17", reason="no JSON", raw=b"\xff\0{", headers={"id": "甲"}, attempts=3
)


def test_a_letter_comes_back_byte_for_byte(database, now):
    with database.writing() as unit:
        assert unit.dead_letters.add([], now) == ()
        (letter_id,) = unit.dead_letters.add([LETTER], now)
        kept = unit.dead_letters.get(letter_id)
        assert unit.dead_letters.get(999_999) is None
        assert unit.dead_letters.open_count() == 1
    assert (kept.raw, kept.headers, kept.place, kept.attempts) == (LETTER.raw, LETTER.headers, LETTER.place, 3)
    assert (kept.state, kept.received_at, kept.inbox_id) == ("open", now, None)


def test_a_letter_is_closed_once(database, now):
    event = IncomingEvent(
        source="replay", event_id="1", order_id="O", revision=1, client_key="C", raw=b"{}", payload_hash="h"
    )
    with database.writing() as unit:
        first, second = unit.dead_letters.add([LETTER, LETTER], now)
        (mended,) = unit.inbox.accept([event], now)
        unit.dead_letters.mark_replayed(first, "wang", now + HOUR, mended.inbox_id)
        unit.dead_letters.discard(second, "li", now)
        kept = unit.dead_letters.get(first)
        assert (kept.state, kept.closed_by, kept.closed_at, kept.replayed_as) == (
            "replayed", "wang", now + HOUR, mended.inbox_id,
        )  # fmt: skip
        for again in (first, second, 999_999):
            with pytest.raises(StaleState, match="is not open"):
                unit.dead_letters.discard(again, "li", now)
        assert unit.inbox.counts().balanced


def test_letters_by_state(database, now):
    with database.writing() as unit:
        ids = unit.dead_letters.add([LETTER] * 5, now)
        unit.dead_letters.discard(ids[0], "li", now)
        page = unit.dead_letters.list(page=PageRequest(limit=2))
        assert ([letter.letter_id for letter in page.items], page.total) == ([ids[4], ids[3]], 4)
        assert unit.dead_letters.list("discarded").total == 1
        assert unit.dead_letters.list("").total == 5


def test_messages_leave_in_order_and_stay_until_sent(database, now):
    messages = [Message(topic="risk.decisions", key=f"C{n}", payload=b"{}", headers={"id": str(n)}) for n in range(6)]
    with database.writing() as unit:
        assert unit.outbox.backlog() == (0, None)
        unit.outbox.append(messages[:1], now)
        unit.outbox.append(messages[1:], now + HOUR)
        waiting = unit.outbox.pending(4)
        assert [one.headers["id"] for one in waiting] == ["0", "1", "2", "3"]
        assert (waiting[0].topic, waiting[0].key, waiting[0].payload) == ("risk.decisions", "C0", b"{}")
        unit.outbox.mark_sent([one.message_id for one in waiting[:2]], now)
        unit.outbox.mark_failed([waiting[2].message_id])
        assert [(one.headers["id"], one.attempts) for one in unit.outbox.pending(9)] == [
            ("2", 1), ("3", 0), ("4", 0), ("5", 0),
        ]  # fmt: skip
        assert unit.outbox.backlog() == (4, now + HOUR)
        unit.outbox.mark_sent([], now)


def test_files_by_content(database, now):
    def file(order="O-1", kind="invoice", sha256="ab" * 32, hours=0):
        return StoredFile(
            sha256=sha256, name="发票.pdf", media_type="application/pdf", size=10**10, kind=kind, added_by="wang",
            added_at=now + hours * HOUR, order_id=order,
        )  # fmt: skip

    with database.writing() as unit:
        assert unit.files.add(file())
        assert not unit.files.add(file())
        assert unit.files.add(file(order="O-2", hours=1))
        assert unit.files.add(file(kind="contract", sha256="cd" * 32, hours=2))
        assert unit.files.get("ab" * 32) == [file(), file(order="O-2", hours=1)]
        assert [one.kind for one in unit.files.of_order("O-1")] == ["invoice", "contract"]
        assert [one.order_id for one in unit.files.between(now, now + 2 * HOUR)] == ["O-1", "O-2"]
        assert unit.files.get("unknown") == []


def test_small_facts(database):
    with database.writing() as unit:
        assert unit.meta.get("installation") is None
        unit.meta.set("installation", "a")
        unit.meta.set("installation", "乙")
        assert unit.meta.get("installation") == "乙"
