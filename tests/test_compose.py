"""The production shape: every process is there, watched, unprivileged, and without a secret that everybody knows."""

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml
from compose_spec import PyCompose

from integrations.kafka.kafka_python import LARGEST_MESSAGE
from integrations.kafka.port import INCOMING, OUTGOING
from tradewarden.cli.main import app
from tradewarden.cli.server import REQUESTS_GRACE_SECONDS
from tradewarden.cli.signals import GRACE_SECONDS
from tradewarden.heartbeat import process_name
from tradewarden.settings import Settings

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {"api": "serve", "worker": "worker", "worker-bulk": "worker", "relay": "relay", "scheduler": "scheduler"}
ONCE = ("migrate", "topics")
LASTING = sorted(set(SERVICES) - set(ONCE))
HEARD = sorted(set(OURS) - {"api"})
TEMPLATED = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY$|CREDENTIAL")
REQUIRED = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")


def test_everything_that_is_needed_is_there():
    assert {"postgres", "kafka", *ONCE, *OURS} == set(SERVICES)


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_is_watched_and_started_again(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_has_limits_and_time_to_stop(name):
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"]["memory"]
    seconds = int(service["stop_grace_period"].removesuffix("s"))
    assert seconds > GRACE_SECONDS + REQUESTS_GRACE_SECONDS


@pytest.mark.parametrize("name", ONCE)
def test_what_runs_once_is_repeated_until_it_succeeds(name):
    assert SERVICES[name]["restart"] == "on-failure"


@pytest.mark.parametrize("name", HEARD)
def test_a_process_without_a_port_is_asked_by_the_name_it_goes_by(name):
    service = SERVICES[name]
    command = service["command"]
    called = command[command.index("--name") + 1]
    assert service["healthcheck"]["test"] == ["CMD", "tradewarden", "health", called]
    assert called.endswith("-{host}"), "two replicas would share a heartbeat"
    assert process_name(called).endswith(socket.gethostname())
    assert "container_name" not in service


@pytest.mark.parametrize("name", OURS)
def test_the_command_line_takes_what_is_typed_there(name):
    word, *arguments = SERVICES[name]["command"]
    command = typer.main.get_command(app).commands[word]
    assert command.make_context(word, list(arguments)).params


def test_each_lane_has_its_workers():
    lanes = {name: SERVICES[name]["command"][-1] for name in ("worker", "worker-bulk")}
    assert lanes == {"worker": "live", "worker-bulk": "bulk"}


def test_the_topics_are_the_ones_that_are_read_and_written():
    (script,) = SERVICES["topics"]["command"]
    named = set(re.findall(r"\b(?:trade|risk)(?:\.[a-z]+)+\b", script))
    assert named == {*INCOMING, *OUTGOING}
    assert SERVICES["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    largest = int(SERVICES["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"])
    assert largest >= LARGEST_MESSAGE


def test_fallbacks_are_the_defaults_of_the_settings():
    """The compose file may not have another opinion than the program."""
    environment = SERVICES["worker"]["environment"]
    fallbacks = {
        key: found.group(2) for key, value in environment.items() if (found := TEMPLATED.fullmatch(str(value)))
    }
    assert fallbacks
    loaded = Settings.model_validate(
        {key.removeprefix("TRADEWARDEN_").lower(): text for key, text in fallbacks.items()}
    )
    untouched = Settings()
    for key in fallbacks:
        field = key.removeprefix("TRADEWARDEN_").lower()
        assert getattr(loaded, field) == getattr(untouched, field), key


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_default(name):
    secrets = {key: value for key, value in SERVICES[name].get("environment", {}).items() if SECRET.search(key)}
    assert all(REQUIRED.fullmatch(value) for value in secrets.values()), secrets
    assert secrets or name in {"kafka", "topics"}


def test_nothing_secret_stands_in_an_address_or_has_a_fallback():
    assert not re.search(r"://[^/\s]*:[^/\s@]+@", TEXT)
    fallbacks = re.findall(r"\$\{([A-Z_]+):?-", TEXT)
    assert not [name for name in fallbacks if SECRET.search(name)]


@pytest.mark.parametrize("name", OURS)
def test_one_image_many_commands(name):
    service = SERVICES[name]
    assert service["command"][0] == OURS[name]
    assert service["image"] == SERVICES["migrate"]["image"]
    assert f"`tradewarden {OURS[name]}`" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_our_processes_run_without_privileges(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_wait_for_the_schema_and_the_broker(name):
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "topics": {"condition": "service_completed_successfully"},
        "kafka": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_every_setting_in_use_is_a_setting(name):
    known = {f"TRADEWARDEN_{field.upper()}" for field in Settings.model_fields}
    used = {key for key in SERVICES[name]["environment"] if key.startswith("TRADEWARDEN_")}
    assert used <= known


def test_only_the_console_is_reachable_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api": ["${TRADEWARDEN_BIND:-127.0.0.1}:${TRADEWARDEN_PORT:-8000}:8000"]}


def test_data_lies_in_named_volumes():
    mounts = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert mounts == set(COMPOSE["volumes"]) == {"postgres", "kafka", "data"}


@pytest.mark.parametrize("name", ["postgres", "kafka"])
def test_foreign_images_are_pinned(name):
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"\d+(\.\d+)*", tag)


def test_kafka_runs_without_zookeeper():
    assert SERVICES["kafka"]["environment"]["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert "zookeeper" not in {name.lower() for name in SERVICES}


def test_the_image_is_multi_stage_unprivileged_and_watched():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line.split(" AS ")[0] for line in lines if line.startswith("FROM ")] == ["FROM python:3.11-slim"] * 2
    last = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER tradewarden" in last
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert 'ENTRYPOINT ["tradewarden"]' in last


def test_the_image_takes_in_only_what_it_is_built_from():
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    taken = {line[1:] for line in ignored if line.startswith("!")}
    copied = {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    assert taken == copied | {"databases", "integrations", "kyc", "loading_monitor", "platform", "risk"}


def test_the_file_meets_the_compose_specification():
    """A parser of the specification reads it without docker, and refuses what is not in it."""
    filled = TEMPLATED.sub(r"\2", REQUIRED.sub("given", json.dumps(COMPOSE)))
    parsed = PyCompose.from_json(filled)
    parsed.validate()
    assert set(parsed.service_names()) == set(SERVICES)
    broken = json.loads(filled)
    broken["services"]["relay"]["helthcheck"] = {}
    with pytest.raises(ValueError, match="helthcheck"):
        PyCompose.from_json(json.dumps(broken))


def compose(*arguments, **environment):
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode:
        pytest.skip("docker compose is not installed; install docker-compose-plugin to have the file checked by it")
    command = [docker, "compose", "--file", str(ROOT / "docker-compose.yml"), *arguments]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True)


def test_docker_compose_accepts_the_file_and_demands_the_password():
    assert compose("config", "--quiet", POSTGRES_PASSWORD="x", PATH="/usr/bin:/bin").returncode == 0
    refused = compose("config", "--quiet", PATH="/usr/bin:/bin")
    assert refused.returncode != 0
    assert "set POSTGRES_PASSWORD" in refused.stderr
