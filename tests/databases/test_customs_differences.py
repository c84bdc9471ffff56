"""Differences to customs in the memory: found once, closed by agreement or by a person, listed and counted."""

from datetime import timedelta

import pytest

from databases.customs_differences import DifferenceQuery, NewDifference
from databases.errors import StaleState
from databases.orders import RevisionRecord
from databases.paging import PageRequest
from databases.trade_events import IncomingStatus
from risk.canonical import canonical
from risk.nouns.status import CustomsFeedback, StatusEvent, StatusKind

DAY = timedelta(days=1)


@pytest.fixture
def receipt(database, now):
    """Keeps a customs receipt about an order; returns its row."""

    def made(number, order_id="O-1", days=0, customs=None):
        event = StatusEvent(
            event_id=f"e{number}",
            source="customs",
            kind=StatusKind.DECLARATION,
            status="accepted",
            occurred_at=now + days * DAY,
            order_id=order_id,
            declaration_number=f"53042026000000000{number}",
            customs=customs,
        )
        incoming = IncomingStatus(event=event, raw=canonical(event), payload_hash=str(number))
        with database.writing() as unit:
            [answer] = unit.trade_events.accept([incoming], now)
        return answer.row

    return made


@pytest.fixture
def keep(database, trade, clean_order, now):
    def kept(order_id="O-1", revision=1, at=now):
        order = trade.changed(clean_order, order_id=order_id, revision=revision)
        record = RevisionRecord(
            order_id=order_id, revision=revision, client_id="C-1", order=order, occurred_at=at, as_of=at
        )
        with database.writing() as unit:
            unit.orders.record([record])

    return kept


def found(row, field="total", order_id="O-1", **changes):
    values = {"revision": 1, "ours": "1 USD", "theirs": "2 USD", **changes}
    return NewDifference(trade_event_id=row, order_id=order_id, field=field, **values)


def listed(database, page=None, **query):
    with database.reading() as unit:
        return unit.differences.search(DifferenceQuery(**query), page)


def test_a_difference_is_kept_once_and_changes_with_its_values(database, now, receipt, keep):
    keep()
    row = receipt(1)
    with database.writing() as unit:
        unit.differences.put([found(row), found(row, "packages", state="missing", theirs="")], now)
        unit.differences.put([found(row, theirs="3 USD", revision=2)], now + DAY)
        unit.differences.put([], now)
        [total, packages] = unit.differences.of_orders(["O-1"])
    assert (total.theirs, total.revision, total.found_at, total.state) == ("3 USD", 2, now + DAY, "open")
    assert packages.state == "missing"
    [one] = listed(database).items
    assert (one.difference.field, one.client_name, one.declaration_number) == (
        "total",
        "惠州市锦澜纺织有限公司",
        "530420260000000001",
    )


def test_a_person_closes_once_and_the_system_closes_the_rest(database, now, receipt, keep):
    keep()
    row = receipt(1)
    with database.writing() as unit:
        unit.differences.put([found(row), found(row, "packages")], now)
        total, packages = unit.differences.of_orders(["O-1"])
        unit.differences.close(total.id, "bob", "确认笔误", now)
        unit.differences.settle([total.id, packages.id], "agrees", now)
        assert [(one.closed_by, one.reason) for one in unit.differences.of_orders(["O-1"])] == [
            ("bob", "确认笔误"),
            ("system", "agrees"),
        ]
        with pytest.raises(StaleState, match="closed already"):
            unit.differences.close(total.id, "eve", "again", now)
        assert unit.differences.get(total.id).closed_at == now
        assert unit.differences.get(10**6) is None


def test_the_report_is_filtered_counted_and_paged(database, now, receipt, keep):
    for number in (1, 2):
        keep(f"O-{number}")
    rows = [receipt(number, f"O-{number}", days=number) for number in (1, 2)]
    new = [found(row, "lines[1].hs_code", f"O-{n}") for n, row in enumerate(rows, start=1)]
    new.append(found(rows[0], "net_weight_kg", state="missing", theirs=""))
    with database.writing() as unit:
        unit.differences.put(new, now)
    assert listed(database).total == 2
    assert listed(database, states=()).total == 3
    assert listed(database, states=("missing",)).items[0].difference.field == "net_weight_kg"
    assert [one.difference.order_id for one in listed(database, field="hs_code", text="O-2").items] == ["O-2"]
    assert listed(database, field="code").total == 0
    assert listed(database, text="530420260000000001").total == 1
    assert listed(database, text="C-1").total == 2
    assert listed(database, order_id="O-1", states=()).total == 2
    assert listed(database, since=now + 2 * DAY).total == 1
    assert listed(database, until=now + 2 * DAY).total == 1
    assert len(listed(database, PageRequest(limit=1, offset=1)).items) == 1
    with pytest.raises(ValueError, match="can't sort"):
        listed(database, PageRequest(sort="ours"))
    with database.reading() as unit:
        counts = unit.differences.counts(DifferenceQuery(states=("open",)))
        assert counts == {("open", "hs_code"): 2, ("missing", "net_weight_kg"): 1}
        assert unit.differences.counts(DifferenceQuery(text="O-2")) == {("open", "hs_code"): 1}


def test_what_is_to_verify_is_what_was_never_or_not_lately_compared(database, now, receipt, keep):
    keep("O-1")
    keep("O-2")
    receipt(1, "O-1", customs=CustomsFeedback(packages=3))
    receipt(2, "O-2")
    receipt(3, "unknown")
    with database.writing() as unit:
        assert unit.differences.to_verify(now, 10) == ["O-1", "O-2"]
        assert unit.differences.to_verify(now, 1) == ["O-1"]
        unit.differences.mark_verified({"O-1": 1}, ["O-2"])
        assert unit.differences.to_verify(now, 10) == []
        assert unit.differences.verified(None, None) == (2, 2)
        assert unit.differences.verified(now + DAY, None) == (0, 0)
        assert list(unit.differences.feedback(["O-1", "O-2"])) == ["O-1"]
    keep("O-1", revision=2, at=now + DAY)
    with database.writing() as unit:
        assert unit.differences.to_verify(now, 10) == ["O-1"]
        assert unit.differences.to_verify(now + 2 * DAY, 10) == []
        assert unit.differences.in_force(["O-1"])["O-1"].order.revision == 2
    receipt(4, "O-2")
    with database.writing() as unit:
        assert unit.differences.to_verify(now, 10) == ["O-2", "O-1"]
