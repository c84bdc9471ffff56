"""Where the jars of a Kafka broker come from: a folder that is named, or one fetched once by Maven and kept."""

import shutil
import subprocess
import uuid
from pathlib import Path

from tradewarden.errors import CannotStart

KAFKA = "4.1.0"
POM = Path(__file__).with_name("broker.pom.xml")
CHECKOUT = Path(__file__).parents[3]
FETCH_SECONDS = 300


def kept_folder() -> Path:
    """Where fetched jars are kept: in the checkout, or in the user's cache when TradeWarden was installed."""
    in_checkout = (CHECKOUT / "pyproject.toml").exists()
    return (CHECKOUT / ".cache" if in_checkout else Path.home() / ".cache" / "tradewarden") / "kafka" / f"libs-{KAFKA}"


def jars(named: Path | None = None) -> Path:
    """The folder with the broker's jars; fetches them when none is named and none is kept.

    `named` is the `libs` folder of a Kafka installation, or the installation itself. Raises CannotStart saying what to
    install.
    """
    if not shutil.which("java"):
        raise CannotStart("No java found. Install Java 17 or newer (a runtime is enough) to start a Kafka broker.")
    if named is not None:
        found = next((folder for folder in (named, named / "libs") if any(folder.glob("kafka_2.1*.jar"))), None)
        if found is None:
            raise CannotStart(f"{named}: no kafka_2.13-*.jar in it. Name the libs folder of a Kafka installation.")
        return found
    kept = kept_folder()
    if not kept.exists():
        _fetch(kept)
    return kept


def _fetch(kept: Path) -> None:
    """Fetch into a folder of our own first, so that an interrupted download is never taken for a whole one."""
    if not shutil.which("mvn"):
        raise CannotStart("No mvn found. Install Maven to fetch the broker's jars, or name them with --kafka-libs.")
    fresh = kept.with_name(f"{kept.name}.{uuid.uuid4().hex[:8]}")
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"]
    try:
        done = subprocess.run(  # noqa: S603  # our own words and paths only
            command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise CannotStart(f"Maven did not fetch the broker's jars in {FETCH_SECONDS} s. Try again later.") from error
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise CannotStart(f"Maven could not fetch the broker's jars: {done.stdout[-200:]}")
    if kept.exists():
        shutil.rmtree(fresh)
    else:
        fresh.rename(kept)
