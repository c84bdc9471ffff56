"""The zip of a pack: stored, sorted, without clock, closed by its own hash. One folder has exactly one such zip.

The comment at the end is `sha256:` and the hash of all bytes before that hash, so that any changed byte is found, also
one in a header that no unzip program looks at.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from shutil import copyfileobj
from zipfile import ZIP_STORED, ZipFile, ZipInfo

MARK = b"sha256:"
DIGEST_LENGTH = 64
PIECE = 1 << 20


def write_zip(folder: Path, names: Iterable[str], target: Path) -> None:
    """Write the files of `folder` (relative names, ASCII) under their folder's name into the new zip `target`.

    Raises FileExistsError when `target` exists.
    """
    with ZipFile(target, "x", ZIP_STORED) as archive:
        for name in sorted(names):
            info = ZipInfo(f"{folder.name}/{name}")
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as content, archive.open(info, "w") as entry:
                copyfileobj(content, entry, PIECE)
        archive.comment = MARK + b"0" * DIGEST_LENGTH
    digest = body_digest(target).encode("ascii")
    with target.open("r+b") as file:
        file.seek(-DIGEST_LENGTH, 2)
        file.write(digest)


def body_digest(path: Path) -> str:
    """SHA-256 (hexadecimal) of a file without its last 64 bytes."""
    left = max(0, path.stat().st_size - DIGEST_LENGTH)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            digest.update(piece)
    return digest.hexdigest()
