"""The store's twin for tests: files in a dictionary."""

import hashlib
import io
from typing import BinaryIO

from integrations.storage.port import checked, missing


class MemoryStorage:
    """Storage that forgets everything with the process."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put(self, content: bytes | BinaryIO) -> str:
        data = content if isinstance(content, bytes) else content.read()
        sha256 = hashlib.sha256(data).hexdigest()
        self._files[sha256] = data
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        if not self.exists(sha256):
            raise missing(sha256)
        return io.BytesIO(self._files[sha256])

    def exists(self, sha256: str) -> bool:
        return checked(sha256) in self._files
