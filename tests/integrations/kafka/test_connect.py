"""Connecting to a broker that is not there: one clear error at once, nothing left behind."""

import socket
import time

import pytest

from integrations.errors import Unavailable
from integrations.kafka import Undelivered, connect_consumer, connect_producer
from integrations.kafka.answering import answering


@pytest.fixture
def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_nobody_there_is_said_clearly(closed_port):
    with pytest.raises(Undelivered, match=r"refused.*a broker that answers.*nothing is lost"):
        connect_producer(closed_port)
    with pytest.raises(Unavailable, match="a broker that answers"):
        connect_consumer(closed_port, "group", topics=["x"])


@pytest.mark.parametrize("servers", ["", "nonsense", "host:", "host:port", ","])
def test_what_is_no_address_is_said_clearly(servers):
    with pytest.raises(Undelivered, match="a broker that answers"):
        connect_producer(servers)


@pytest.fixture
def standing_still():
    """The address of a server that accepts (the system does it) and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_who_accepts_and_says_nothing_does_not_answer(standing_still):
    begun = time.monotonic()
    with pytest.raises(OSError, match="timed out"):
        answering(standing_still, seconds=0.2)
    with pytest.raises(Unavailable, match="timed out"):
        connect_consumer(standing_still, "group")
    assert time.monotonic() - begun < 5
