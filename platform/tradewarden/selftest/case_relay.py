"""The outbox relay killed around sending: on the topics everything at least once, under one id, in order of its key."""

from collections.abc import Sequence

from integrations.kafka.port import OUTGOING
from tradewarden.selftest.evidence import Outgoing, read
from tradewarden.selftest.judgement import Verdict
from tradewarden.selftest.lab import Lab, Stage
from tradewarden.selftest.places import Engine
from tradewarden.selftest.table import Row
from tradewarden.selftest.topics import Seen, Topics

ORDERS_PER_KILL = 15
STRIKE_SECONDS = 30
SENT_SECONDS = 60


def relay_killed(lab: Lab, topics: Topics, engine: Engine, kills: int) -> Row:
    """A relay killed again and again before, between and after sending."""
    case = "relay killed at outbox_send"
    stage = lab.stage(case, engine)
    rng = lab.rng(f"{case} {engine}")
    begin = topics.ends(OUTGOING)
    written: list[Outgoing] = []
    messages = lab.traffic(case, ORDERS_PER_KILL * kills)
    for number in range(kills):
        stage.feed(messages[len(messages) * number // kills : len(messages) * (number + 1) // kills])
        stage.drain()
        # read before they are sent: sent ones may be cleared away
        written += [message for message in read(stage.place).outgoing if message not in set(written)]
        task = stage.task("relay", work="relay", fail_point="outbox_send", hits=rng.randint(1, 2))
        child = stage.start(task)
        if (status := child.wait(STRIKE_SECONDS)) != "killed":
            stage.problem(f"outbox_send was not reached: the relay was {status}")
            child.kill()
    relay = stage.start(stage.task("relay", work="relay"))
    if not stage.until(lambda: _backlog(stage) == 0, SENT_SECONDS):
        stage.problem(f"{_backlog(stage)} messages are still in the outbox")
    if (status := relay.stop()) != "done":
        stage.problem(f"the relay asked to stop ended as {status}")
    return stage.row(stage.hits()["outbox_send"], judge_topics(written, topics.read(begin, OUTGOING)))


def judge_topics(written: Sequence[Outgoing], seen: Sequence[Seen]) -> Verdict:
    """Lost: written and not on its topic. Doubled: on a topic with other content, other key, out of order, or unknown.

    A repeat under the same id with the same content is what "at least once" means, and no fault.
    """
    verdict = Verdict()
    expected = {(message.topic, message.id): message for message in written}
    first: dict[tuple[str, str], Seen] = {}
    changed, strange = [], []
    for record in seen:
        name = (record.partition[0], record.headers.get("id", b"").decode())
        if name not in expected or (record.key or b"").decode() != expected[name].key:
            strange.append(name)
        elif first.setdefault(name, record).value != record.value:
            changed.append(name)
    verdict.lose("outgoing messages", expected.keys() - first.keys())
    verdict.double("outgoing messages with another content", changed)
    verdict.double("outgoing messages nobody wrote", strange)
    verdict.double("outgoing messages out of order", _overtaken(written, first))
    return verdict


def _overtaken(written: Sequence[Outgoing], first: dict[tuple[str, str], Seen]) -> list[Outgoing]:
    """Messages that came, at first, behind a later one of their key and topic."""
    place: dict[tuple[str, str], int] = {}
    overtaken = []
    for message in written:
        record = first.get((message.topic, message.id))
        if record is None:
            continue
        if record.offset < place.get((message.topic, message.key), -1):
            overtaken.append(message)
        place[message.topic, message.key] = max(record.offset, place.get((message.topic, message.key), -1))
    return overtaken


def _backlog(stage: Stage) -> int:
    with stage.place.app.database.reading() as uow:
        return int(uow.outbox.backlog()[0])
