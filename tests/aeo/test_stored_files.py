import hashlib

import pytest

from integrations.storage import LocalStorage, MemoryStorage
from tradewarden.aeo.stored_files import PIECE_BYTES, StoredFiles


@pytest.mark.parametrize("kind", ["local", "memory"])
def test_the_stored_bytes_come_in_pieces(tmp_path, kind):
    storage = LocalStorage(tmp_path) if kind == "local" else MemoryStorage()
    content = b"synthetic" * PIECE_BYTES
    pieces = list(StoredFiles(storage).pieces(storage.put(content)))
    assert len(pieces) == 9
    assert b"".join(pieces) == content


def test_a_lost_file_is_none_and_a_half_read_one_is_closed(tmp_path):
    storage = LocalStorage(tmp_path)
    assert StoredFiles(storage).pieces(hashlib.sha256(b"lost").hexdigest()) is None
    half = StoredFiles(storage).pieces(storage.put(b"x" * 3 * PIECE_BYTES))
    next(half)
    half.close()
