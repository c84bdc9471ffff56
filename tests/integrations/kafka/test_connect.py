"""Connecting to a broker that is not there: one clear error at once, nothing left behind."""

import socket

import pytest

from integrations.errors import Unavailable
from integrations.kafka import Undelivered, connect_consumer, connect_producer


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
