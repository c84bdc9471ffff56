"""No name, company code, identity, telephone number or address of a person leaves in a log line, whoever wrote it.

Every name and number here is synthetic.
"""

import io
import json
import logging
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import DoorError
from tradewarden.errors import CannotStart
from tradewarden.logs import configure
from tradewarden.redaction import HIDDEN, clean, without_names

USCC = "91440399MAX0000153"
IDENTITY = "440399199001011234"
SECRETS = [
    "惠州市锦澜纺织有限公司",
    "BLU PRECISION LIMITED",
    "Blue Precision Trading Ltd",
    USCC,
    IDENTITY,
    "44039919900101123X",
    "13812345678",
    "+86 138-1234-5678",
    "0755-12345678",
    "zhang.san@example.com",
]
SENTENCES = ["{}", "no client {} is known", "line 3: seen '{}', expected a name", "KeyError({!r})", "({}), see above"]
KEPT = [
    "the server does not answer (connection refused); check TRADEWARDEN_DATABASE_URL",
    "trade.orders[3]@1874: not JSON at byte 17",
    "order SYN-2026-000123 revision 2: decision 0f3a9c1e",
    "File '/opt/tradewarden/lib/relay.py', line 42",
    "found UnknownError(None); expected confirmed messages",
    "took 12345678901 ns and 3.14 s since 2026-11-02T04:00:00.000000+00:00",
]


@pytest.fixture
def lines(monkeypatch):
    """The program's logging into memory; answers the lines as JSON. Everything is put back in the end."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before, level, options = root.handlers, root.level, structlog.get_config()
    configure("INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers = before
    root.setLevel(level)
    structlog.configure(**options)
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_written_text_loses_it(secret, sentence):
    cleaned = without_names(sentence.format(secret))
    assert secret not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize("text", KEPT)
def test_what_an_operator_needs_stays(text):
    assert without_names(text) == text


@given(st.sampled_from(SECRETS), st.text(max_size=40), st.text(max_size=40))
def test_whatever_stands_around_it(secret, before, after):
    assert secret not in without_names(f"{before} {secret} {after}")


@given(st.text(max_size=300))
def test_cleaning_never_fails_and_is_bounded(text):
    assert len(without_names(text)) <= len(text) * 3 + 3


@pytest.mark.parametrize("key", ["client", "name", "buyer", "payload", "anything"])
def test_the_text_of_a_key_that_is_not_listed_is_its_length(key):
    assert clean(key, "BLU PRECISION LIMITED") == "‹21›"
    assert clean(key, {"name": "锦澜"}) == "‹14›"
    assert clean(key, [1, True, None, "锦澜"]) == [1, True, None, "‹2›"]


@pytest.mark.parametrize("key", ["order_id", "topic", "event"])
def test_a_listed_key_keeps_its_text_without_numbers_of_people(key):
    assert clean(key, "SYN-2026-000123") == "SYN-2026-000123"
    assert clean(key, f"order of {USCC}") == f"order of {HIDDEN}"


def test_partitions_held_keep_their_topics():
    assert clean("held", [("trade.orders", 0), ("trade.customs", 11)]) == [["trade.orders", 0], ["trade.customs", 11]]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/dead-letters/17/replay", "/dead-letters/17/replay"),
        ("/api/v1/orders", "/api/v1/orders"),
        ("/orders?client=BLU+PRECISION", "/orders"),
        ("/accounts/{username}/reset", "/accounts/{username}/reset"),
        ("/orders/{order_id:path}", "/orders/{order_id:path}"),
        ("/", "/"),
    ],
)
def test_a_requests_path_is_readable_without_its_query(path, shown):
    assert clean("path", path) == shown


@pytest.mark.parametrize("secret", SECRETS)
def test_a_name_in_a_requests_path_is_hidden(secret):
    assert clean("path", f"/clients/{secret}/orders") == f"/clients/{HIDDEN}/orders"


def test_a_line_is_json_with_its_ids_and_without_names(lines):
    structlog.contextvars.bind_contextvars(batch="17")
    structlog.get_logger().error("order.failed", order_id="O-1", detail="no client '锦澜'", client="锦澜", retry=2.0)
    (line,) = lines()
    assert line.pop("timestamp")
    assert line == {
        "event": "order.failed", "level": "error", "batch": "17", "order_id": "O-1", "retry": 2.0,
        "detail": f"no client {HIDDEN}", "client": "‹2›",
    }  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_an_exception_with_a_party_in_its_text(lines, secret):
    try:
        raise DoorError("json", "parties[0].name", secret, "a name", f"Ask {secret}.")
    except DoorError:
        structlog.get_logger().exception("door.refused", order_id="O-1")
    (line,) = lines()
    assert secret not in json.dumps(line, ensure_ascii=False)
    assert "DoorError" in line["exception"]
    assert "test_redaction.py" in line["exception"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_librarys_line_and_its_exception_are_cleaned_too(lines, secret):
    try:
        raise ValueError(f"cannot work on {secret}")
    except ValueError:
        logging.getLogger("apscheduler.executors").exception("Job for %s raised", secret)
    (line,) = lines()
    assert secret not in json.dumps(line, ensure_ascii=False)
    assert (line["logger"], line["level"]) == ("apscheduler.executors", "error")


def test_chatter_of_libraries_is_not_heard(lines):
    logging.getLogger("kafka.conn").info("connecting")
    assert lines() == []


@pytest.mark.parametrize(("level", "heard"), [("DEBUG", "warning error"), ("INFO", "error"), ("ERROR", "error")])
def test_the_kafka_clients_warnings_are_heard_only_when_debugging(lines, level, heard):
    configure(level)
    logger = logging.getLogger("kafka.net.selector")
    levels = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
    assert " ".join(word for word, number in levels.items() if logger.isEnabledFor(number)) == heard


def test_an_unknown_level_is_refused():
    with pytest.raises(CannotStart, match="TRADEWARDEN_LOG_LEVEL"):
        configure("LOUD")
