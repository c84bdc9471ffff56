"""Where files are kept: addressed by the SHA-256 of their content, written once, never changed."""

import re
from typing import BinaryIO, Protocol

from integrations.errors import DoorError

CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotStored(DoorError):
    """There is no file with this content here."""


class Storage(Protocol):
    """A store of files. Two files of equal content are one."""

    def put(self, content: bytes | BinaryIO) -> str:
        """Keep the content for good and return its SHA-256 (lower-case hex). Raises Unavailable."""

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream to be closed by the caller. Raises NotStored, Unavailable."""

    def exists(self, sha256: str) -> bool:
        """Whether the content is kept here."""


def checked(sha256: str) -> str:
    """The hash when it is one; what is none can name no file. Raises NotStored."""
    if not _SHA256.fullmatch(sha256):
        raise NotStored("storage", "sha256", sha256, "64 lower-case hexadecimal digits", "Correct the reference.")
    return sha256


def missing(sha256: str) -> NotStored:
    """The error for content that is not here."""
    step = "Restore it from the backup or the second custodian."
    return NotStored("storage", "sha256", sha256, "a file that is kept here", step)
