"""The judgement counts what is planted: a table of zeros means something only because of this."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from integrations.errors import DoorError
from integrations.json_events import decode_order, decode_status, encode_status
from integrations.kafka.port import DECISIONS
from risk.nouns.status import StatusEvent
from tradewarden.errors import CannotDo
from tradewarden.pipeline.status import payload_hash
from tradewarden.selftest import planted
from tradewarden.selftest.case_relay import judge_topics
from tradewarden.selftest.evidence import Evidence, Key, Letter, Outgoing, Revision, Standing
from tradewarden.selftest.judgement import Arrived, judge_case
from tradewarden.selftest.news import NEWS_POISONS, with_news
from tradewarden.selftest.planted import planted_faults
from tradewarden.selftest.poison import POISONS
from tradewarden.selftest.topics import Seen
from tradewarden.selftest.traffic import Sent, Trouble, all_poisons

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
ORDER = Revision("O-1", 1)
NEWS = Key("customs", "n1")
TOLD = StatusEvent(event_id="n1", source="customs", kind="declaration", status="accepted", occurred_at=NOW)
NEWS_SENT = Sent(topic="trade.customs", key="O-1", value=b"{}", kind="event", status=TOLD)


@pytest.fixture
def sent(lab):
    [message] = [m for m in lab.traffic("judgement", 1) if m.kind == "event"][:1]
    return message


@pytest.fixture
def case(sent):
    """A message that had its one effect."""
    key = Key(sent.event.source, sent.event.event_id)
    evidence = Evidence(
        inbox=[(key, "applied")],
        revisions=[key],
        contradictions=[],
        decided=[ORDER],
        audited=[ORDER],
        cancelled=[],
        orders={"O-1": Standing("held", 1, 2, 40)},
        letters=[Letter("kafka:trade.orders", "trade.orders[0]@7")],
        alerts=[("decision", "d-1")],
        outgoing=[Outgoing(DECISIONS, "client", "d-1")],
        received=2,
        pending=0,
        balanced=True,
        news=[(NEWS, "O-1")],
        news_contradictions=[(NEWS, "h")],
        differences=[("O-1", "total", "1 USD", "2 USD")],
    )
    arrived = Arrived(
        events=frozenset([key]),
        contradictions=frozenset(),
        places=("trade.orders[0]@7",),
        total=2,
        told=(TOLD,),
    )
    return arrived, evidence


FAULTS = {
    "no trace in the inbox": ({"inbox": []}, (1, 0, 0)),
    "still pending": (lambda e: {"inbox": [(e.inbox[0][0], "pending")]}, (1, 0, 0)),
    "revision not kept": ({"revisions": []}, (1, 0, 0)),
    "not decided": ({"decided": [], "audited": []}, (1, 0, 0)),
    "not audited": ({"audited": []}, (1, 0, 0)),
    "no dead letter": ({"letters": []}, (1, 0, 0)),
    "no alert": ({"alerts": []}, (1, 0, 0)),
    "not counted": ({"received": 1}, (1, 0, 0)),
    "inbox twice": (lambda e: {"inbox": [*e.inbox, *e.inbox]}, (0, 1, 0)),
    "revision kept twice": (lambda e: {"revisions": [*e.revisions, *e.revisions]}, (0, 1, 0)),
    "decided twice": ({"decided": [ORDER, ORDER]}, (0, 1, 0)),
    "audited twice": ({"audited": [ORDER, ORDER]}, (0, 1, 0)),
    "audited for nothing": ({"audited": [ORDER, Revision("O-2", 1)]}, (0, 1, 0)),
    "letter twice": (lambda e: {"letters": [*e.letters, *e.letters]}, (0, 1, 0)),
    "alert twice": (lambda e: {"alerts": [*e.alerts, *e.alerts]}, (0, 1, 0)),
    "sent twice": (lambda e: {"outgoing": [*e.outgoing, *e.outgoing]}, (0, 1, 0)),
    "counted twice": ({"received": 3}, (0, 1, 0)),
    "news not kept": ({"news": []}, (1, 0, 0)),
    "news kept twice": ({"news": [(NEWS, "O-1"), (NEWS, "O-1")]}, (0, 1, 0)),
    "news at another order": ({"news": [(NEWS, "")]}, (1, 0, 0)),
    "news contradicted twice": ({"news_contradictions": [(NEWS, "h"), (NEWS, "h")]}, (0, 1, 0)),
    "no difference to customs": ({"differences": []}, (1, 0, 0)),
    "difference twice": (lambda e: {"differences": [*e.differences, *e.differences]}, (0, 1, 0)),
    "released": ({"orders": {"O-1": Standing("released", 1, 0, 0)}}, (0, 0, 1)),
    "unknown": ({"orders": {}}, (0, 0, 1)),
}


def test_an_effect_of_its_own_is_no_fault(sent, case):
    arrived, evidence = case
    assert judge_case([sent], arrived, evidence, evidence).clean


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_counted_once(sent, case, fault):
    arrived, clean = case
    changes, expected = FAULTS[fault]
    found = replace(clean, **(changes(clean) if callable(changes) else changes))
    verdict = judge_case([sent, NEWS_SENT], arrived, found, clean)
    assert (verdict.lost, verdict.doubled, verdict.wrongly_released) == expected
    assert len(verdict.notes) == 1


def test_what_never_came_to_the_door_is_lost(sent, case):
    arrived, evidence = case
    verdict = judge_case([sent], replace(arrived, events=frozenset()), evidence, evidence)
    assert verdict.lost == 1
    assert judge_case([NEWS_SENT], replace(arrived, told=()), evidence, evidence).lost == 1


def test_a_contradiction_of_news_that_is_not_kept_is_lost(case):
    arrived, clean = case
    sent = replace(NEWS_SENT, kind="conflict")
    arrived = replace(arrived, news_contradictions=frozenset([(NEWS, payload_hash(TOLD))]))
    assert judge_case([sent], arrived, clean, clean).lost == 1
    kept = replace(clean, news_contradictions=[(NEWS, payload_hash(TOLD))])
    assert judge_case([sent], arrived, kept, kept).clean


WRITTEN = [Outgoing(DECISIONS, "a", "1"), Outgoing(DECISIONS, "a", "2"), Outgoing(DECISIONS, "b", "3")]


def seen(*names, value=b"x"):
    keys = {"1": b"a", "2": b"a", "3": b"b", "9": b"a"}
    return [Seen((DECISIONS, 0), n, keys[name], value, {"id": name.encode()}) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (seen("1", "2", "3"), (0, 0)),
        (seen("1", "2", "1", "2", "3"), (0, 0)),
        (seen("3", "1", "2"), (0, 0)),
        (seen("1", "2"), (1, 0)),
        (seen("2", "1", "3"), (0, 1)),
        (seen("1", "2", "3", "9"), (0, 1)),
        (seen("1", "2", "3") + seen("1", value=b"y"), (0, 1)),
    ],
)
def test_outgoing_messages_may_repeat_but_not_change_or_overtake(records, expected):
    verdict = judge_topics(WRITTEN, records)
    assert (verdict.lost, verdict.doubled) == expected


@pytest.mark.timeout(120)
def test_faults_planted_into_a_real_database_are_counted(lab, monkeypatch):
    assert planted_faults(lab).passed
    monkeypatch.setattr(planted, "LOSS", ())
    with pytest.raises(CannotDo, match="lost"):
        planted_faults(lab)


def test_traffic_is_a_function_of_its_seed_and_poison_is_never_readable(lab):
    sent = lab.traffic("same", 30)
    assert sent == lab.traffic("same", 30)
    assert sent != lab.traffic("other", 30)
    kinds = set()
    for message in all_poisons("poison", 60, NOW.date()):
        if message.kind == "poison":
            kinds.add(message.what)
            with pytest.raises(DoorError):
                decode_order(message.value or b"", "kafka", NOW)
        else:
            assert decode_order(message.value, "kafka", NOW) == message.event
    assert kinds == {name for name, _ in POISONS}


@pytest.mark.parametrize(("name", "spoil"), NEWS_POISONS, ids=[name for name, _ in NEWS_POISONS])
def test_no_poison_of_a_feed_can_be_decoded(name, spoil):
    for seed in range(5):
        raw = spoil(encode_status(replace(TOLD, order_id="O-1")), Random(seed))
        with pytest.raises(DoorError):
            decode_status(raw or b"", "kafka:trade.customs", NOW)


def test_news_is_a_function_of_the_seed_and_a_copy_comes_after_what_it_copies(lab):
    trouble = Trouble(duplicates=0.5, conflicts=0.3, poison=0.3)
    orders = lab.traffic("news", 12, trouble)
    found = with_news("s", orders, NOW, trouble)
    assert found == with_news("s", orders, NOW, trouble) != with_news("t", orders, NOW, trouble)
    assert [message for message in found if message in orders] == orders
    kinds = {message.kind for message in found if message.topic in {"trade.customs", "trade.logistics"}}
    assert kinds == {"event", "duplicate", "conflict", "poison"}
    seen = {}
    for message in found:
        if message.status is not None:
            seen.setdefault((message.status.source, message.status.event_id), []).append(message)
    for alike in seen.values():
        assert alike[0].kind == "event"
        assert len({message.key for message in alike}) == len({message.topic for message in alike}) == 1
