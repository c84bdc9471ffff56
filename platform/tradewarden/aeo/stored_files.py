"""The document storage as the source of a pack's documents."""

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.storage import Storage

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """A `FileStore` over a storage."""

    storage: Storage

    def pieces(self, sha256: str) -> Iterator[bytes] | None:
        """The bytes of a file in pieces, or None when the storage lost it."""
        return self._read(sha256) if self.storage.exists(sha256) else None

    def _read(self, sha256: str) -> Iterator[bytes]:
        with self.storage.open(sha256) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
