"""What a child of the nursery does: the real worker or relay, with a fail point armed, on settings of its own."""

import os
import signal
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from integrations.kafka import connect_producer
from tradewarden.cli.signals import until_stopped
from tradewarden.failpoints import FailPoint, arm
from tradewarden.logs import configure
from tradewarden.pipeline.apply import Worker
from tradewarden.relay import Relay
from tradewarden.settings import Settings
from tradewarden.streams import open_lanes
from tradewarden.wiring import Application, build
from tradewarden.worker import work

LEASE_SECONDS = 4.0
"""Short, so that a worker that is held loses its partitions soon."""


class OwnSettings(Settings):
    """Settings of the self-test's own databases: what the environment says of the real ones does not count."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One child. With `fail_point` it is killed (or, `held`, stopped) there at the `hits`-th time.

    `report` is the file to which a fail point that strikes is written, `log` the one for everything it says.
    """

    work: Literal["worker", "relay"] = "worker"
    name: str
    data_dir: str
    database_url: str
    kafka_servers: str
    report: str
    log: str
    batch_size: int = 8
    fail_point: FailPoint | None = None
    hits: int = 1
    held: bool = False

    @property
    def settings(self) -> Settings:
        return OwnSettings(  # type: ignore[call-arg]  # the others keep their defaults
            data_dir=Path(self.data_dir),
            database_url=self.database_url,
            kafka_servers=self.kafka_servers,
            batch_size=self.batch_size,
            idle_seconds=0.05,
            lease_seconds=LEASE_SECONDS,
            kafka_partitions=4,
        )


def carry_out(task: Task) -> None:
    """Do the task in this process until SIGTERM."""
    log = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    report = os.open(task.report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    settings = task.settings
    configure(settings.log_level)
    app = build(settings)
    if task.fail_point is not None:
        arm(
            task.fail_point,
            task.hits,
            lambda name: _write(report, f"{task.name} {name}\n"),
            signal.SIGSTOP if task.held else signal.SIGKILL,
        )
    until_stopped(partial(_work, task, app))


def _work(task: Task, app: Application, stop: threading.Event) -> None:
    # the nursery blocked it until here, where somebody listens: a child may be told to stop as soon as it is born
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if task.work == "relay":
        Relay(app, lambda: connect_producer(app.settings.kafka_servers), stop, task.name).run()
        return
    publish = bool(app.settings.kafka_servers)
    worker = Worker(name=task.name, batch_size=app.settings.batch_size, publish=publish)
    work(app, worker, stop, lanes=open_lanes(app, worker))


def _write(file: int, line: str) -> None:
    os.write(file, line.encode())
