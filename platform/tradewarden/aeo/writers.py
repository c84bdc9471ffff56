"""Files of a pack, hashed while they are written."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tradewarden.aeo.checkpoint import FileSeal
from tradewarden.aeo.merkle import Tree, leaf_hash

INDEX_PATH = "data/records.idx"


@dataclass
class Bag:
    """A folder being filled; remembers the SHA-256 of every file and the tree over every record."""

    folder: Path
    sums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    tree: Tree = field(default_factory=Tree)

    def file(self, path: str) -> "HashedFile":
        """A new file at `path` (relative, with slashes). Raises FileExistsError when it was written before."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return HashedFile(self, path, target.open("xb"))

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """A whole file at once."""
        with self.file(path) as file:
            for piece in pieces:
                file.write(piece)

    def adopt(self, path: str) -> None:
        """Take in a file that another library wrote."""
        digest = hashlib.sha256()
        with (self.folder / path).open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
            self.sizes[path] = file.tell()
        self.sums[path] = digest.hexdigest()

    def discard(self, path: str) -> None:
        """Remove a file again."""
        (self.folder / path).unlink()
        del self.sums[path], self.sizes[path]


class HashedFile:
    """A file whose hash and size go to the bag when it is closed without an error."""

    def __init__(self, bag: Bag, path: str, file: BinaryIO) -> None:
        self._bag, self._path, self._file = bag, path, file
        self._digest = hashlib.sha256()

    def __enter__(self) -> "HashedFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._file:
            if kind is None:
                self._bag.sizes[self._path] = self._file.tell()
                self._bag.sums[self._path] = self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)


class RecordFile:
    """JSON Lines: each record becomes a leaf of the bag's tree and a line of the index.

    The leaf covers the line end too: a file that lost its last line end has lost a byte of evidence.
    """

    def __init__(self, bag: Bag, path: str, file: HashedFile, index: HashedFile) -> None:
        self._bag, self._path, self._file, self._index = bag, path, file, index
        self.records = 0

    def write(self, record: bytes) -> None:
        """Append one record. Raises ValueError when it is not a single line."""
        if b"\n" in record or not record:
            raise ValueError(f"record {self.records + 1} of {self._path} is not one line of JSON: {record[:80]!r}")
        line = record + b"\n"
        leaf = leaf_hash(line)
        self.records += 1
        self._bag.tree.append(leaf)
        self._file.write(line)
        self._index.write(b"%s  %s:%d\n" % (leaf.hex().encode(), self._path.encode(), self.records))

    def seal(self) -> FileSeal:
        """What the checkpoint says about the file, once it is closed."""
        return FileSeal(self.records, self._bag.sums[self._path])
