"""Bounds of the Excel door. A workbook is a compressed archive: small on disk says nothing about its real size."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes of the file and of everything in it unpacked, entries of the archive, filled cells, characters of a cell;
    bytes of memory and seconds of processor time of the process that reads it."""

    file_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 150 * 1024 * 1024
    entries: int = 1_000
    cells: int = 600_000
    text: int = 10_000
    memory_bytes: int = 1024 * 1024 * 1024
    seconds: int = 60


DEFAULT = Limits()
