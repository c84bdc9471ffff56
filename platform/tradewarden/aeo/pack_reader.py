"""Opens an evidence pack for verification: a folder or a zip becomes names and places of bytes; nothing is unpacked."""

import hashlib
import os
import re
import stat
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from tradewarden.aeo.container import DIGEST_LENGTH, body_digest
from tradewarden.aeo.report import Findings

PIECE = 1 << 20
FIXED_HEADER = 30
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
UNREADABLE_ZIP = (BadZipFile, ValueError, NotImplementedError, struct.error, EOFError, IndexError, OSError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of a file of the pack lie: `size` bytes from `offset` of a file on disk."""

    path: Path
    offset: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces; fewer than `size` when the file on disk ends before."""
        left = self.size
        with self.path.open("rb") as file:
            file.seek(self.offset)
            while left > 0:
                chunk = file.read(min(PIECE, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk

    def lines(self) -> Iterator[bytes]:
        """Lines with their line ends; the last may lack one."""
        open_line = b""
        for chunk in self.chunks():
            parts = (open_line + chunk).split(b"\n")
            open_line = parts.pop()
            for part in parts:
                yield part + b"\n"
        if open_line:
            yield open_line

    def read(self) -> bytes:
        """All bytes; for small files only."""
        return b"".join(self.chunks())

    def sha256(self) -> str:
        """Hexadecimal SHA-256."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def open_pack(path: Path, findings: Findings) -> dict[str, Place]:
    """The files of a pack by name. Raises FileNotFoundError when there is nothing at `path`."""
    return _folder(path, findings) if path.is_dir() else _zip(path, findings)


def _folder(root: Path, findings: Findings) -> dict[str, Place]:
    """Regular files only; links and devices are reported and never opened."""
    places: dict[str, Place] = {}
    for folder, folders, files in os.walk(root):
        for name in sorted(folders + files):
            path = Path(folder, name)
            inside, found = path.relative_to(root).as_posix(), path.lstat()
            if stat.S_ISREG(found.st_mode):
                places[inside] = Place(path, 0, found.st_size)
            elif not stat.S_ISDIR(found.st_mode):
                findings.add("unsafe_name", inside)
    return places


def _zip(path: Path, findings: Findings) -> dict[str, Place]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - DIGEST_LENGTH))
        if file.read() != body_digest(path).encode():
            findings.add("container_changed", "zip")
    try:
        with ZipFile(path) as archive:
            infos, directory = archive.infolist(), archive.start_dir
    except UNREADABLE_ZIP:
        findings.add("container_changed", "zip")
        return {}
    return _laid_out(path, sorted(infos, key=lambda info: info.header_offset), directory, findings)


def _laid_out(path: Path, infos: list[ZipInfo], directory: int, findings: Findings) -> dict[str, Place]:
    """Places of the stored files; each must follow the one before it without a gap, the directory the last."""
    tops = Counter(info.orig_filename.split("/")[0] + "/" for info in infos)
    top = tops.most_common(1)[0][0] if tops else ""
    places: dict[str, Place] = {}
    reached = 0
    for info in infos:
        name = info.orig_filename
        content, as_listed = _content_offset(path, info)
        if info.header_offset != reached or not as_listed:
            findings.add("container_changed", f"zip: {name}")
        reached = content + info.file_size
        inside = name.removeprefix(top)
        if not SAFE_NAME.fullmatch(name) or stat.S_ISLNK(info.external_attr >> 16):
            findings.add("unsafe_name", name)
        elif not name.startswith(top) or inside in places:
            findings.add("file_added", name)
        else:
            places[inside] = Place(path, max(0, content), info.file_size)
    if reached != directory:
        findings.add("container_changed", "zip")
    return places


def _content_offset(path: Path, info: ZipInfo) -> tuple[int, bool]:
    """Where the content begins by its local header, and whether that header is a plain one for this name."""
    start = max(0, info.header_offset)
    header = Place(path, start, FIXED_HEADER).read().ljust(FIXED_HEADER, b"\0")
    name_size, extra_size = struct.unpack_from("<2H", header, 26)
    name = Place(path, start + FIXED_HEADER, name_size).read()
    plain = not info.compress_type and not info.flag_bits
    as_listed = plain and name == info.orig_filename.encode("utf-8", "surrogateescape")
    return info.header_offset + FIXED_HEADER + name_size + extra_size, as_listed
