"""The document storage in the form the evidence wants it: pieces of bytes, or None for what is not there."""

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.storage import NotStored, Storage

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """A `FileStore` over a storage."""

    storage: Storage

    def pieces(self, sha256: str) -> Iterator[bytes] | None:
        """The bytes of a file in pieces, or None when the storage lost it."""
        try:
            file = self.storage.open(sha256)
        except NotStored:
            return None
        return iter(lambda: file.read(PIECE_BYTES), b"")
