"""Settings: the only place that reads the environment. Each field is the answer to the question in its description."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tradewarden.errors import CannotStart


class Settings(BaseSettings):
    """Every setting is an environment variable with the prefix `TRADEWARDEN_`, for example `TRADEWARDEN_PORT`."""

    model_config = SettingsConfigDict(env_prefix="TRADEWARDEN_", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("data"), description="Where do the database, files and keys live?")
    database_url: str = Field("", description="Which database? Empty: SQLite in the data folder.")
    host: str = Field("127.0.0.1", description="On which address does the console listen?")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="On which port does the console listen?")
    witness_dir: Path | None = Field(
        None, description="Where are seals of the audit log handed to a second custodian? None: data_dir/witness."
    )
    https: bool = Field(False, description="Is the console reached over HTTPS (secure cookies)?")
    kafka_servers: str = Field("", description="Which Kafka brokers (host:port, comma separated)? Empty: none.")
    kafka_client: Literal["kafka-python", "confluent"] = Field(
        "kafka-python", description="Which library talks to Kafka? confluent is faster and an optional extra."
    )
    kafka_partitions: Annotated[int, Field(ge=1, le=1000)] = Field(
        12, description="How many partitions does a topic get that is made here?"
    )
    poll_bytes: Annotated[int, Field(ge=1024)] = Field(
        32_000_000, description="How many bytes of a stream does a batch hold at most?"
    )
    lease_seconds: Annotated[float, Field(ge=3, le=600)] = Field(
        15, description="After how long without a sign of life do others take a worker's partitions?"
    )
    dead_ratio: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="Above which share of dead letters does a stream stop? 1: never."
    )
    dead_window: Annotated[int, Field(ge=10, le=100_000)] = Field(
        200, description="Over how many of the last records is that share taken?"
    )
    batch_size: Annotated[int, Field(ge=1, le=5000)] = Field(64, description="How many events does a worker take?")
    hands: Annotated[int, Field(ge=1, le=16)] = Field(
        1, description="How many batches does a worker process work at once? On SQLite always 1."
    )
    idle_seconds: Annotated[float, Field(gt=0, le=60)] = Field(0.2, description="How long does an idle worker wait?")
    body_limit_bytes: Annotated[int, Field(ge=1024)] = Field(8_000_000, description="How large may an upload be?")
    outbox_keep_days: Annotated[int, Field(ge=1)] = Field(14, description="How long are sent messages kept?")
    outbox_alarm: Annotated[int, Field(ge=1)] = Field(10_000, description="From how many waiting messages on an alarm?")
    traces: str = Field("", description="Where do OpenTelemetry traces go (OTLP over HTTP)? Empty: nowhere.")
    alarm_lag_minutes: Annotated[int, Field(ge=1)] = Field(5, description="How far may a stream be behind?")
    alarm_pending_minutes: Annotated[int, Field(ge=1)] = Field(10, description="How long may an order wait unjudged?")
    alarm_dead_letter_hours: Annotated[int, Field(ge=1)] = Field(24, description="How long may a dead letter lie?")
    alarm_silence_hours: Annotated[int, Field(ge=1, le=168)] = Field(
        6, description="After how long without any order is silence unusual?"
    )
    alarm_unscreened_days: Annotated[int, Field(ge=1)] = Field(
        90, description="How long may an approved client be in no screening?"
    )
    log_level: str = Field("INFO", description="From which level are log lines written?")
    metrics: bool = Field(True, description="Is /metrics served?")

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        """An empty folder name would mean the current one, which is never what was meant."""
        if value == "":
            raise ValueError("the folder name is empty")
        return value

    @property
    def url(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tradewarden.db'}"

    @property
    def keys_dir(self) -> Path:
        """Folder of the signing key and the draw secret, outside the database."""
        return self.data_dir / "keys"

    @property
    def witnesses(self) -> Path:
        """Folder of the seals, to be kept where the database is not."""
        return self.witness_dir or self.data_dir / "witness"

    @property
    def files_dir(self) -> Path:
        """Folder of the content-addressed documents."""
        return self.data_dir / "files"


def load_settings() -> Settings:
    """Settings from the environment. Raises CannotStart naming variable, value and what was expected."""
    try:
        return Settings()  # type: ignore[call-arg]  # every field has its default, filled from the environment
    except ValidationError as error:
        first = error.errors()[0]
        name = "TRADEWARDEN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise CannotStart(
            f"{name}={first.get('input')!r} is not usable: {first['msg']}. Set it to a valid value or unset it."
        ) from error
