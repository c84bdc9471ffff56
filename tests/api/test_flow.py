"""The flow page and the workbench's notes: every door, sender, stream and process; alarms in words, with links."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from databases.alerts import NewAlert
from databases.dead_letters import NewDeadLetter
from tradewarden.alarms import alarms, sound
from tradewarden.auth import tokens
from tradewarden.console.alarm_words import KINDS, sentence
from tradewarden.console.i18n import Translator


@pytest.fixture
def busy(app, clock):
    """A dead letter, two partitions (one nobody holds) and three processes."""
    now = clock()
    with app.database.writing() as uow:
        uow.dead_letters.add([NewDeadLetter(source="kafka:trade.orders", place="", reason="", raw=b"{")], now)
        uow.streams.start("w1", now, now + timedelta(minutes=1), ["trade.orders"])
        uow.streams.lease("w1", [("trade.orders", 0)], now, now + timedelta(minutes=1))
        uow.streams.start("w0", now - timedelta(hours=1), now - timedelta(hours=1), ["trade.customs"])
        uow.streams.lease("w0", [("trade.customs", 3)], now - timedelta(hours=1), now - timedelta(minutes=50))
        uow.streams.heartbeat("w9", now, now, "stopped", "too many unreadable records")
        uow.streams.seen({("trade.orders", 0): 1204}, now)
        uow.connection.execute(text("UPDATE stream_partitions SET end_offset = 1204, next_offset = 1200"))


def test_the_page_shows_every_door_stream_and_process(busy, as_user):
    page = as_user("bob").get("/flow").text
    assert "账目平衡" in page
    assert "trade.orders[0]" in page
    assert page.index("<h2>进程</h2>") < page.index("<h2>消息流</h2>")
    assert page.count('<td class="number">4</td>') == 2  # the topic that is read, and its one partition
    assert page.count(">不明</span>") == 2  # the one nobody reads
    assert "各分区明细（2 个）" in page.partition("<details")[2]
    assert "trade.orders[0]" not in page.partition("<details")[0].partition("<h2>消息流</h2>")[2]
    assert "无人读取" in page
    assert "失去联系" in page
    assert "too many unreadable records" in page
    assert "/dead-letters?state=all&amp;source=kafka%3Atrade.orders" in page
    assert page.count(">平</span>") == 2
    english = as_user("eve")
    english.http.cookies.set("tw_language", "en")
    assert "Nobody reads" not in english.get("/flow").text


def test_an_uneven_door_is_named(app, busy, as_user):
    with app.database.writing() as uow:
        uow.connection.execute(text("UPDATE receptions SET received = received + 1 WHERE door = 'test'"))
    page = as_user("eve").get("/flow").text
    assert "账目不平" in page
    assert ">不平</span>" in page


def test_alarms_stand_on_the_workbench_with_links(app, busy, clock, as_user):
    with app.database.writing() as uow:
        for alarm in alarms(app.settings):
            alarm.look(uow, clock())
    manager, operator = as_user("eve").get("/workbench").text, as_user("ops").get("/workbench").text
    for said in (
        "trade.customs[3] 无人读取，积压不明",
        "w9 已停止读取消息：too many unreadable records",
        "进程 w0 失去联系",
    ):
        assert said in manager
        assert said in operator
    assert '<a class="strong" href="/alerts/' in manager
    assert '<a class="strong" href="/alerts/' not in operator
    assert '<a href="/flow">查看</a>' in operator
    with app.database.writing() as uow:
        for kind in KINDS:
            sound(uow, clock(), kind, [])
    assert "已停止读取消息" not in as_user("eve").get("/workbench").text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_alarm_has_its_sentence_even_without_figures(app, clock, kind, language, as_user):
    with app.database.writing() as uow:
        sound(uow, clock(), kind, [NewAlert(kind=kind, subject="the subject <b>", due_at=clock())])
        [alert] = uow.alerts.alarms(KINDS)
    said = sentence(Translator(language), alert)
    assert said
    assert "{" not in said
    page = as_user("eve").get(f"/alerts/{alert.alert_id}")
    assert page.status_code == 200
    assert "<b>" not in page.text.partition("alert.about")[2]


def test_the_sentences_tell_the_figures_of_their_alarms(app, busy, clock):
    """The words and the details that an alarm writes must not drift apart."""
    with app.database.writing() as uow:
        for alarm in alarms(app.settings):
            alarm.look(uow, clock() + timedelta(days=200))
        found = uow.alerts.alarms(KINDS)
    assert {alert.kind for alert in found} >= {"stale_list", "partition_unheld", "stream_stopped", "dead_letter"}
    for alert in found:
        assert "–" not in sentence(Translator("zh"), alert), alert


def test_the_gauges_tell_lag_ages_and_alarms(app, busy, clock, visitor):
    with app.database.writing() as uow:
        secret = tokens.make(uow, "dan", "prometheus", clock())
        for alarm in alarms(app.settings):
            alarm.look(uow, clock())
    clock.move(seconds=10)
    text_ = visitor().http.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).text
    for line in (
        'tradewarden_stream_lag{partition="0",topic="trade.orders"} 4.0',
        'tradewarden_stream_lag{partition="3",topic="trade.customs"} NaN',
        'tradewarden_stream_held{partition="0",topic="trade.orders"} 1.0',
        'tradewarden_stream_held{partition="3",topic="trade.customs"} 0.0',
        'tradewarden_stream_next_offset{partition="0",topic="trade.orders"} 1200.0',
        "tradewarden_dead_letters_oldest_seconds 10.0",
        "tradewarden_inbox_oldest_seconds 0.0",
        "tradewarden_outbox_waiting 0.0",
        "tradewarden_received_age_seconds 10.0",
        'tradewarden_inbox_pending{lane="live"} 0.0',
        'tradewarden_door_events{door="test",state="accepted"} 3.0',
        'tradewarden_door_balanced{door="kafka:trade.orders"} 1.0',
        'tradewarden_process_up{name="w1"} 1.0',
        'tradewarden_process_up{name="w9"} 0.0',
        'tradewarden_alarms{kind="stream_stopped"} 1.0',
        'tradewarden_alarms{kind="silence"} 0.0',
    ):
        assert line in text_


def streams_of(visitor):
    answer = visitor().get("/readyz")
    assert answer.status_code == 200
    return answer.json()["streams"]


def test_readiness_tells_the_streams_and_does_not_fail_for_them(app, busy, visitor):
    told = {"state": "unheld", "broker": "answers", "partitions": 2, "unheld": 1, "lag": None}
    assert streams_of(visitor) == told
    with app.database.writing() as uow:
        uow.connection.execute(text("DELETE FROM stream_partitions WHERE topic = 'trade.customs'"))
    assert streams_of(visitor) == {"state": "behind", "broker": "answers", "partitions": 1, "unheld": 0, "lag": 4}
    with app.database.writing() as uow:
        uow.connection.execute(text("UPDATE stream_partitions SET next_offset = 1204"))
    assert streams_of(visitor)["state"] == "current"


@pytest.mark.parametrize("released", [True, False])
def test_a_broker_nobody_asks_is_told_and_its_lag_is_no_zero(app, clock, visitor, as_user, released):
    """Whether the leases have run out or stand still for a moment: what nobody asked is unknown."""
    now = clock()
    with app.database.writing() as uow:
        uow.streams.start("w1", now, now + timedelta(minutes=9), ["trade.orders"])
        uow.streams.lease("w1", [("trade.orders", 0)], now, now + timedelta(minutes=9))
        uow.streams.seen({("trade.orders", 0): 0}, now)
    assert streams_of(visitor)["lag"] == 0
    clock.move(seconds=app.settings.lease_seconds + 1)
    if released:
        with app.database.writing() as uow:
            uow.streams.release("w1")
    assert streams_of(visitor) == {
        "state": "unheld" if released else "unknown",
        "broker": "not asked",
        "partitions": 1,
        "unheld": int(released),
        "lag": None,
    }
    assert ">不明</span>" in as_user("bob").get("/flow").text


def test_many_partitions_are_a_row_for_each_topic(app, clock, as_user):
    now = clock()
    with app.database.writing() as uow:
        for topic in ("trade.orders", "trade.customs"):
            uow.streams.start("w1", now, now + timedelta(minutes=1), [topic])
            uow.streams.lease("w1", [(topic, number) for number in range(6)], now, now + timedelta(minutes=1))
            uow.streams.seen({(topic, number): 7 for number in range(6)}, now)
    page = as_user("bob").get("/flow").text
    summary = page.partition("<h2>消息流</h2>")[2].partition("<details")[0]
    assert summary.count("<tr>") == 3
    assert summary.count("6 / 6") == 2
    assert summary.count('<td class="number">42</td>') == 2
