"""What comes out of a list file: its entries, and by name whatever could not become one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from integrations.errors import printable
from kyc.entries import ListEntry


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as its publisher gave it: the name is only for messages and for recognising the kind of file."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that did not become an entry, or part of one: where, what stood there (printable), what was expected."""

    where: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedList:
    """The reading of one list. `read` records became `entries` or `rejected`, none vanished.

    A record is a subject of the list. A row that only adds to a subject (an alias, an address) is counted in
    `details`; when its subject is missing it is a record of its own, and rejected. `source_date` is the date the
    publisher printed in the file, None where it prints none. `sha256` is the hash of the file, or of the hashes in
    order when the list comes in several.
    """

    list_id: str
    source_date: date | None
    sha256: str
    entries: list[ListEntry]
    rejected: list[Rejected] = field(default_factory=list)
    details: Mapping[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return len(self.entries) + len(self.rejected)


def rejected(where: str, value: object, expected: str) -> Rejected:
    """A rejection with its value made short and printable."""
    return Rejected(where, printable(value), expected)


def combined_sha256(files: Sequence[SourceFile]) -> str:
    """The hash of one file, or the hash over the hashes of several."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
