"""The addition that opens broker and database to programs on the same machine, and to nobody else."""

import copy
import json
import re
from pathlib import Path

import yaml
from compose_spec import PyCompose

ROOT = Path(__file__).parent.parent
BASE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
ADDED = yaml.safe_load((ROOT / "docker-compose.host.yml").read_text(encoding="utf-8"))


def merged():
    """Both files as compose lays one over the other: mappings key by key, lists one after the other."""

    def lay(under, over):
        for key, value in over.items():
            if isinstance(value, dict):
                lay(under.setdefault(key, {}), value)
            elif isinstance(value, list):
                under[key] = [*under.get(key, ()), *value]
            else:
                under[key] = value
        return under

    return lay(copy.deepcopy(BASE), ADDED)


def listeners(text):
    return dict(part.split("://", 1) for part in text.split(","))


def test_both_files_together_meet_the_specification():
    text = re.sub(r"\$\{[A-Z_]+:[-?]([^}]*)\}", r"given", json.dumps({**merged(), "name": "tradewarden"}))
    PyCompose.from_json(text.replace("given:given:8000", "127.0.0.1:8000:8000")).validate()


def test_ports_are_published_to_this_machine_only():
    published = [port for service in ADDED["services"].values() for port in service.get("ports", ())]
    assert len(published) == len(ADDED["services"]) == 2
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_broker_names_itself_as_each_side_reaches_it():
    kafka = merged()["services"]["kafka"]
    listening = listeners(kafka["environment"]["KAFKA_LISTENERS"])
    told = listeners(kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"])
    before = listeners(BASE["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"])
    assert told.items() >= before.items(), "the containers go on as before"
    (outside,) = set(told) - set(before)
    address, inside = kafka["ports"][0].rsplit(":", 1)
    assert told[outside] == address
    assert listening[outside] == f":{inside}"
    protocols = dict(
        part.split(":") for part in kafka["environment"]["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    )
    assert set(protocols) == set(listening)
