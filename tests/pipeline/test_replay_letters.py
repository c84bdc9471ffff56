"""Dead letters mended and replayed, on both engines: decided once, books balanced at every step, on record."""

import hashlib
import json
import threading
from dataclasses import replace as changed

import pytest

from databases.alerts import AlertQuery
from databases.dead_letters import LetterQuery, NewDeadLetter
from databases.errors import NotFound, StaleState
from integrations.json_events import encode, encode_status
from integrations.kafka.port import LOGISTICS, Record
from risk.nouns.order import OrderEvent
from risk.nouns.status import StatusEvent, StatusKind
from tradewarden.errors import CannotDo
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.replay_letters import OtherOrder, ReasonWanted, Replay, check, discard, replay
from tradewarden.pipeline.status import take_records

from .conftest import NOW

SOURCE = "kafka:trade.orders"


def event_of(order, **values):
    defaults = {"event_id": f"{order.order_id}/1", "source": "erp", "occurred_at": NOW, "order_id": order.order_id}
    return OrderEvent(**{**defaults, "order": order, **values})


def bury(app, raw, **values):
    letter = NewDeadLetter(source=SOURCE, place="trade.orders[0]@7", reason="no order", raw=raw, **values)
    with app.database.writing() as uow:
        [letter_id] = uow.dead_letters.add([letter], NOW)
    return letter_id


def died(app, event):
    """An accepted event that was poisonous: its row is dead and has a letter."""
    with app.database.writing() as uow:
        [acceptance] = take(uow, [event], SOURCE, "test", NOW)
        [item] = uow.inbox.claim(1)
        uow.inbox.mark_dead([item.inbox_id], NOW)
    return acceptance.inbox_id, bury(app, item.raw, inbox_id=item.inbox_id, event_id=item.event_id)


def books(app):
    with app.database.reading() as uow:
        counts = uow.inbox.counts()
        doors = uow.books.doors()
        accepted = sum(one.accepted for one in uow.books.sources())
    assert counts.balanced
    assert all(door.balanced for door in doors)
    assert accepted == sum(door.accepted for door in doors)
    assert counts.received == sum(door.received for door in doors)
    return counts.received, counts.applied, counts.duplicate, counts.dead, counts.pending


def letter_of(app, letter_id):
    with app.database.reading() as uow:
        return uow.dead_letters.get(letter_id)


def worked(app):
    while process_batch(app, Worker()).claimed:
        continue


def test_a_letter_that_was_never_decoded_is_mended_replayed_and_decided(app, clean_order):
    good = encode(event_of(clean_order))
    broken = good.replace(b'"source":"erp"', b'"source":"erp","revision":"one"')
    assert broken != good
    letter_id = bury(app, broken)
    assert books(app) == (1, 0, 0, 1, 0)

    result = replay(app, Replay(letter_id=letter_id, actor="ops", raw=good, reason="revision is a number"))

    assert (result.state, result.order_id, result.letters) == ("accepted", clean_order.order_id, (letter_id,))
    assert books(app) == (1, 0, 0, 0, 1)
    worked(app)
    assert books(app) == (1, 1, 0, 0, 0)
    kept = letter_of(app, letter_id)
    assert (kept.state, kept.closed_by, kept.replayed_as, kept.raw) == ("replayed", "ops", result.inbox_id, broken)
    with app.database.reading() as uow:
        assert uow.orders.get(clean_order.order_id) is not None
        [entry] = uow.audit.of_stream("dead-letters")
        assert uow.audit.verify("dead-letters") == ()
    assert (entry.actor, entry.action, entry.object_id) == ("ops", "dead_letter.replayed", str(letter_id))
    assert entry.reason == "revision is a number"
    assert entry.before_hash == hashlib.sha256(broken).hexdigest()
    assert entry.after_hash == hashlib.sha256(good).hexdigest()
    assert json.loads(entry.details)["edited"] is True


def test_errors_leave_the_letter_open_and_count_the_attempt(app, clean_order):
    raw = json.loads(encode(event_of(clean_order)))
    raw["colour"] = "red"
    raw["order"]["declaration"]["header"]["gross_weight_kg"] = "heavy"
    letter_id = bury(app, json.dumps(raw).encode())

    result = replay(app, Replay(letter_id=letter_id, actor="ops"))

    assert (result.state, result.done, result.letters) == ("refused", False, ())
    assert {error.where for error in result.errors} == {"$.colour", "$.order.declaration.header.gross_weight_kg"}
    assert all(error.value and error.expected for error in result.errors)
    kept = letter_of(app, letter_id)
    assert (kept.state, kept.attempts) == ("open", 2)
    assert [str(error) for error in check(kept, kept.raw, NOW)] == [str(error) for error in result.errors]
    assert books(app) == (1, 0, 0, 1, 0)
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("dead-letters")
    assert entry.action == "dead_letter.replay_refused"
    assert entry.before_hash == entry.after_hash


def test_an_accepted_event_that_died_is_revived(app, clean_order):
    inbox_id, letter_id = died(app, event_of(clean_order))
    assert books(app) == (1, 0, 0, 1, 0)
    result = replay(app, Replay(letter_id=letter_id, actor="ops"))
    assert (result.state, result.inbox_id) == ("revived", inbox_id)
    assert books(app) == (1, 0, 0, 0, 1)
    worked(app)
    assert books(app) == (1, 1, 0, 0, 0)


def test_a_revived_event_carries_the_mended_content(app, clean_order):
    inbox_id, letter_id = died(app, event_of(clean_order))
    better = event_of(changed(clean_order, order_id="O-MENDED"), event_id=f"{clean_order.order_id}/1")
    assert (
        replay(
            app, Replay(letter_id=letter_id, actor="ops", reason="mended", raw=encode(better), other_order=True)
        ).state
        == "revived"
    )
    with app.database.reading() as uow:
        item = uow.inbox.by_id(inbox_id)
    assert (item.raw, item.order_id, item.state, item.finished_at) == (encode(better), "O-MENDED", "pending", None)
    # the sender's next delivery of the mended content is a repeat, of the old one a conflict
    with app.database.writing() as uow:
        answers = take(uow, [better, event_of(clean_order)], SOURCE, "test", NOW)
    assert [answer.state for answer in answers] == ["duplicate", "conflict"]
    books(app)


def test_an_event_that_dies_again_has_a_new_letter_that_can_be_replayed_again(app, clean_order):
    inbox_id, first = died(app, event_of(clean_order))
    replay(app, Replay(letter_id=first, actor="ops"))
    with app.database.writing() as uow:
        uow.inbox.mark_dead([inbox_id], NOW)
    second = bury(app, encode(event_of(clean_order)), inbox_id=inbox_id)
    assert books(app) == (1, 0, 0, 1, 0)
    assert replay(app, Replay(letter_id=second, actor="ops")).state == "revived"
    worked(app)
    assert books(app) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize(("values", "path"), [({"event_id": "other"}, "$.event_id"), ({"source": "crm"}, "$.source")])
def test_a_revived_event_stays_the_same_event(app, clean_order, values, path):
    _, letter_id = died(app, event_of(clean_order))
    result = replay(
        app, Replay(letter_id=letter_id, actor="ops", reason="mended", raw=encode(event_of(clean_order, **values)))
    )
    assert result.state == "refused"
    assert [error.where for error in result.errors] == [path]
    assert books(app) == (1, 0, 0, 1, 0)


def test_an_undecodable_delivery_of_an_event_that_came_again_is_a_repeat(app, clean_order):
    letter_id = bury(app, b"{")
    with app.database.writing() as uow:
        take(uow, [event_of(clean_order)], SOURCE, "test", NOW)
    assert books(app) == (2, 0, 0, 1, 1)
    result = replay(app, Replay(letter_id=letter_id, actor="ops", reason="mended", raw=encode(event_of(clean_order))))
    assert result.state == "duplicate"
    assert books(app) == (2, 0, 1, 0, 1)


def test_an_id_that_holds_other_content_is_refused(app, clean_order):
    letter_id = bury(app, b"{")
    with app.database.writing() as uow:
        take(uow, [event_of(clean_order)], SOURCE, "test", NOW)
    other = event_of(changed(clean_order, client_name="另一家"))
    result = replay(app, Replay(letter_id=letter_id, actor="ops", reason="mended", raw=encode(other)))
    assert result.state == "refused"
    [error] = result.errors
    assert error.where == "$.event_id"
    assert "is pending" in error.expected
    assert books(app) == (2, 0, 0, 1, 1)


def test_two_letters_of_one_event_are_closed_together(app, clean_order):
    event = event_of(clean_order)
    undecoded = bury(app, b"{")
    _, of_row = died(app, event)
    assert books(app) == (2, 0, 0, 2, 0)
    result = replay(app, Replay(letter_id=undecoded, actor="ops", reason="mended", raw=encode(event)))
    assert (result.state, result.letters) == ("revived", (undecoded, of_row))
    assert books(app) == (2, 0, 1, 0, 1)
    assert letter_of(app, of_row).state == "replayed"


def status_of(**values):
    defaults = {"event_id": "S-1", "source": "forwarder", "kind": StatusKind.LOGISTICS, "status": "departed"}
    return StatusEvent(**{**defaults, "occurred_at": NOW, "order_id": "O-1", **values})


def record_of(value, offset):
    return Record(topic=LOGISTICS, partition=0, offset=offset, key=None, value=value, headers=(), sent_at=NOW)


def test_a_letter_of_a_status_feed_goes_the_way_of_status_events(app):
    feed = f"kafka:{LOGISTICS}"
    good = encode_status(status_of())
    with app.database.writing() as uow:
        take_records(uow, [record_of(b'{"kind": 7}', 0), record_of(good[:-1], 1), record_of(b"[]", 2)], "test", NOW)
        third, second, first = (letter.letter_id for letter in uow.dead_letters.list().items)
    assert letter_of(app, first).source == feed
    assert replay(app, Replay(letter_id=first, actor="ops")).state == "refused"
    result = replay(app, Replay(letter_id=first, actor="ops", reason="mended", raw=good))
    assert (result.state, result.event_id) == ("accepted", "S-1")
    assert replay(app, Replay(letter_id=second, actor="ops", reason="mended", raw=good)).state == "duplicate"
    other = replay(
        app, Replay(letter_id=third, actor="ops", reason="mended", raw=encode_status(status_of(order_id="O-2")))
    )
    assert (other.state, [error.where for error in other.errors]) == ("refused", ["$.event_id"])
    assert letter_of(app, third).state == "open"
    with app.database.reading() as uow:
        counts = uow.inbox.counts()
        assert uow.alerts.queue(AlertQuery(kind="event_conflict")).total == 0
        assert uow.trade_events.get(result.inbox_id).event.event_id == "S-1"
    assert counts.balanced
    assert (counts.received, counts.applied, counts.duplicate, counts.dead) == (3, 1, 1, 1)


def test_a_closed_or_unknown_letter_is_told(app, clean_order):
    letter_id = bury(app, encode(event_of(clean_order)))
    replay(app, Replay(letter_id=letter_id, actor="ops"))
    with pytest.raises(StaleState, match="was replayed by ops"):
        replay(app, Replay(letter_id=letter_id, actor="eve"))
    with pytest.raises(StaleState):
        discard(app, letter_id, "eve", "late")
    with pytest.raises(NotFound):
        replay(app, Replay(letter_id=999, actor="eve"))


def test_of_two_at_once_one_wins_and_the_other_is_told(app, clean_order):
    letter_id = bury(app, encode(event_of(clean_order)))
    start = threading.Barrier(2)
    told = []

    def press(name):
        start.wait()
        try:
            told.append(replay(app, Replay(letter_id=letter_id, actor=name)).state)
        except StaleState as error:
            told.append(type(error).__name__)

    both = [threading.Thread(target=press, args=(name,)) for name in ("ops", "eve")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(told) == ["StaleState", "accepted"]
    assert books(app) == (1, 0, 0, 0, 1)


def test_a_kill_before_the_commit_leaves_everything_as_it_was(app, clean_order, monkeypatch):
    letter_id = bury(app, encode(event_of(clean_order)))

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("databases.audit.Audit.append", killed)
    with pytest.raises(KeyboardInterrupt):
        replay(app, Replay(letter_id=letter_id, actor="ops"))
    assert letter_of(app, letter_id).state == "open"
    assert books(app) == (1, 0, 0, 1, 0)


def test_what_breaks_the_decoder_is_told_as_an_error(app, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr("tradewarden.pipeline.replay_letters.decode_order", broken)
    letter_id = bury(app, b"{}")
    result = replay(app, Replay(letter_id=letter_id, actor="ops"))
    assert (result.state, result.errors[0].where) == ("refused", "whole message")
    assert "ZeroDivisionError" in result.errors[0].expected
    assert books(app) == (1, 0, 0, 1, 0)


def test_discarding_needs_a_reason_and_is_on_record(app):
    letter_id = bury(app, b"\xff\xfe")
    with pytest.raises(CannotDo, match="needs a reason"):
        discard(app, letter_id, "ops", "  ")
    discard(app, letter_id, "ops", "a test message of the sender")
    assert letter_of(app, letter_id).state == "discarded"
    assert books(app) == (1, 0, 0, 1, 0)
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("dead-letters")
    assert (entry.action, entry.reason) == ("dead_letter.discarded", "a test message of the sender")


def test_letters_are_found_and_counted(app):
    first = bury(app, b"{")
    with app.database.writing() as uow:
        [second] = uow.dead_letters.add([NewDeadLetter(source="rest", place="", reason="100%_BAD", raw=b"")], NOW)
        assert uow.dead_letters.ids(LetterQuery()) == (first, second)
        assert uow.dead_letters.ids(LetterQuery(source=SOURCE)) == (first,)
        assert uow.dead_letters.ids(LetterQuery(reason="100%_b")) == (second,)
        assert uow.dead_letters.ids(LetterQuery(reason="%")) == (second,)
        assert uow.dead_letters.oldest_open() == NOW
        uow.dead_letters.discard(first, "ops", NOW)
        tally = {(one.source, one.state): (one.count, one.oldest) for one in uow.dead_letters.tally()}
    assert tally == {(SOURCE, "discarded"): (1, NOW), ("rest", "open"): (1, NOW)}


def about(order_id, client, **values):
    order = {"order_id": order_id, "client_uscc": client, "declaration": {}}
    return json.dumps({"event_id": "E-1", "order_id": order_id, "order": order, **values}).encode()


@pytest.mark.parametrize(
    ("order_id", "client", "named"),
    [
        ("{order}", "{client}", set()),
        ("O-OTHER", "{client}", {"order"}),
        ("{order}", "91440399MA5OTHER1X", {"client"}),
        ("O-OTHER", "91440399MA5OTHER1X", {"order", "client"}),
        ("", "", set()),
    ],
)
def test_another_order_or_client_has_to_be_meant(app, clean_order, order_id, client, named):
    own = {"order": clean_order.order_id, "client": clean_order.client_uscc}
    broken = about(order_id.format(**own), client.format(**own))
    letter_id = bury(app, broken)
    wanted = Replay(letter_id=letter_id, actor="ops", reason="mended", raw=encode(event_of(clean_order)))
    before = books(app)
    if named:
        with pytest.raises(OtherOrder) as refused:
            replay(app, wanted)
        assert {change.name for change in refused.value.changes} == named
        assert (books(app), letter_of(app, letter_id).attempts) == (before, 1)
    assert replay(app, changed(wanted, other_order=bool(named))).done
    with app.database.reading() as uow:
        [entry] = uow.audit.of_stream("dead-letters")
    assert {name for name in ("order", "client") if f"{name}_was" in json.loads(entry.details)} == named


def test_changed_bytes_want_a_reason_and_the_same_bytes_none(app, clean_order):
    good = encode(event_of(clean_order))
    letter_id = bury(app, good)
    with pytest.raises(ReasonWanted, match="say why"):
        replay(app, Replay(letter_id=letter_id, actor="ops", raw=good + b" ", reason=" "))
    assert letter_of(app, letter_id).state == "open"
    assert replay(app, Replay(letter_id=letter_id, actor="ops", raw=good)).done
