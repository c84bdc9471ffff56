"""Files in a local folder: `ab/cd/<sha256>`. A file appears whole or not at all, and survives a loss of power."""

import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, BinaryIO

from integrations.errors import LimitExceeded, Unavailable
from integrations.storage.port import CHUNK, checked, missing


class LocalStorage:
    """Storage in `folder`. Refuses new files when less than `reserve_bytes` of the disk would stay free.

    Never deletes anything: protected evidence is not thrown away to make room.
    """

    def __init__(self, folder: Path, reserve_bytes: int = 0) -> None:
        self.folder = folder
        self.reserve_bytes = reserve_bytes

    def put(self, content: bytes | BinaryIO) -> str:
        """Write to a temporary file, flush it to the disk, then rename it to its hash. Raises Unavailable,
        LimitExceeded when the disk runs low."""
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        try:
            incoming = self.folder / "incoming"
            incoming.mkdir(parents=True, exist_ok=True)
            self._demand_room(incoming)
            with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as temporary:
                path = Path(temporary.name)
                try:
                    sha256 = _copy(stream, temporary)
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
            self._settle(path, sha256)
        except OSError as error:
            step = "Check that the folder is writable and the disk has room, then try again."
            raise Unavailable("storage", str(self.folder), str(error), "a file that can be written", step) from error
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise missing(sha256) from error
        except OSError as error:
            step = "Check the rights of the folder."
            raise Unavailable("storage", str(self.folder), str(error), "a file that can be read", step) from error

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def intact(self, sha256: str) -> bool:
        """Whether the kept bytes still have this hash. Raises NotStored, Unavailable."""
        with self.open(sha256) as stream:
            digest = hashlib.sha256()
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def _path(self, sha256: str) -> Path:
        name = checked(sha256)
        return self.folder / name[:2] / name[2:4] / name

    def _settle(self, temporary: Path, sha256: str) -> None:
        target = self._path(sha256)
        if target.exists():
            temporary.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o440)
        temporary.replace(target)
        for folder in (target.parent, target.parent.parent, self.folder):
            _flush_folder(folder)

    def _demand_room(self, folder: Path) -> None:
        free = shutil.disk_usage(folder).free
        if free < self.reserve_bytes:
            expected = f"at least {self.reserve_bytes} bytes free"
            step = "Add disk space; kept evidence is never deleted to make room."
            raise LimitExceeded("storage", str(self.folder), f"{free} bytes free", expected, step)


def _copy(stream: BinaryIO, target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _flush_folder(folder: Path) -> None:
    """Make a new name durable, not only the bytes behind it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
