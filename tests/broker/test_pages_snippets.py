"""What the page of the topics tells a newcomer to type: servers, processes, and the programs in both libraries."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from tradewarden.selftest.broker import free_ports

pytestmark = [pytest.mark.broker, pytest.mark.postgres, pytest.mark.timeout(240)]
PAGE = (Path(__file__).parents[2] / "integrations" / "kafka" / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMAND = [sys.executable, "-c", "from tradewarden.cli.main import main; main()"]
ORDERS = 12


class Terminal:
    """A folder with an environment; what is started in it is ended by its id."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.environment = {**os.environ, "TRADEWARDEN_DATA_DIR": str(folder / "data")}
        self.running = []

    def start(self, name, *command):
        with (self.folder / f"{name}.out").open("wb") as out, (self.folder / f"{name}.err").open("wb") as err:
            started = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=out, stderr=err)
        self.running.append(started)
        return started

    def told(self, name, stream="out"):
        return (self.folder / f"{name}.{stream}").read_text(encoding="utf-8")

    def tradewarden(self, *arguments):
        command = [*COMMAND, *map(str, arguments)]
        subprocess.run(command, cwd=self.folder, env=self.environment, check=True, capture_output=True, timeout=120)

    def snippet(self, number):
        text = SNIPPETS[number].replace("127.0.0.1:9092", f"127.0.0.1:{self.port}")
        return self.start(f"snippet{number}", sys.executable, "-c", text)

    def source(self, text):
        self.environment |= dict(re.findall(r"^export (\w+)='(.*)'$", text, re.MULTILINE))

    def close(self, processes=None):
        for process in reversed(self.running if processes is None else processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(30)


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.2)


@pytest.fixture
def terminal(tmp_path):
    (port,) = free_ports(1)
    opened = Terminal(tmp_path, port)
    try:
        command = (sys.executable, "-m", "tradewarden.selftest.servers", "--kafka-port", str(port))
        # as a shell starts what goes on behind it
        servers = opened.start("servers", "sh", "-c", 'trap "" INT; exec "$@"', "sh", *command)
        wait_for(lambda: opened.told("servers").count("\n") == 2 or servers.poll() is not None)
        if servers.poll() == 2:
            pytest.skip(opened.told("servers", "err"))
        opened.source(opened.told("servers"))
        yield opened
        opened.close(opened.running[1:])
        servers.send_signal(signal.SIGINT)
        assert servers.wait(60) == 0
        assert "their data is deleted" in opened.told("servers", "err")
        assert not Path(unquote(opened.environment["TRADEWARDEN_DATABASE_URL"]).partition("host=")[2]).exists()
    finally:
        opened.close()


def test_the_page_has_a_program_to_send_and_one_to_receive_for_each_library():
    assert [text.partition("\n")[0].split(":")[0] for text in SNIPPETS] == ["# send", "# receive"] * 2
    assert [("confluent_kafka" in text) for text in SNIPPETS] == [False, False, True, True]


def test_the_address_is_the_default_of_the_command():
    assert PAGE.count("127.0.0.1:9092") == 5


def test_everything_on_the_page_works(terminal):
    terminal.tradewarden("db", "upgrade")
    for name in ("worker", "relay"):
        assert f"tradewarden {name} &" in PAGE
        terminal.start(name, *COMMAND, name)
    terminal.tradewarden("simulate", "--seed", 1, "--orders", ORDERS, "--out", "trade")
    terminal.tradewarden("lists", "import", "index", "trade/watchlist.csv")
    wait_for(lambda: "risk.alerts" in _topics(terminal))
    senders = [terminal.snippet(0), terminal.snippet(2)]
    assert [sender.wait(60) for sender in senders] == [0, 0]
    assert (terminal.told("snippet0"), terminal.told("snippet2")) == (f"{ORDERS} sent\n", "sent\n")
    receivers = [terminal.snippet(1), terminal.snippet(3)]
    assert [receiver.wait(90) for receiver in receivers] == [0, 0], terminal.told("snippet1", "err")
    told = [sorted(terminal.told(name).splitlines()) for name in ("snippet1", "snippet3")]
    assert told[0] == told[1]
    decided = [line for line in told[0] if line.startswith("risk.decisions ")]
    assert len(decided) == len(set(decided)) == ORDERS, "sent twice, decided once"
    assert {line.split()[1] for line in told[0] if line.startswith("risk.alerts ")}


def _topics(terminal):
    """The topics there are, asked with a plain client."""
    script = (
        f"from kafka import KafkaConsumer; print(KafkaConsumer(bootstrap_servers='127.0.0.1:{terminal.port}').topics())"
    )
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return asked.stdout


def test_a_port_in_use_is_said(broker):
    command = [sys.executable, "-m", "tradewarden.selftest.servers", "--kafka-port", str(broker.port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"Port {broker.port} is in use" in done.stderr
    assert done.stdout == ""
