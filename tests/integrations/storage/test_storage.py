"""Files kept by content: both stores behave alike; the local one survives what disks do."""

import hashlib
import io
import os

import pytest

from integrations.errors import LimitExceeded, Unavailable
from integrations.storage import LocalStorage, MemoryStorage, NotStored, Storage

CONTENT = b"evidence" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["local", "memory"])
def storage(request, tmp_path) -> Storage:
    return LocalStorage(tmp_path / "files") if request.param == "local" else MemoryStorage()


@pytest.mark.parametrize("given", [CONTENT, io.BytesIO(CONTENT)], ids=["bytes", "stream"])
def test_what_is_put_can_be_opened(storage, given):
    if isinstance(given, io.BytesIO):
        given.seek(0)
    assert storage.put(given) == SHA256
    assert storage.exists(SHA256)
    with storage.open(SHA256) as stream:
        assert stream.read() == CONTENT


def test_equal_content_is_one_file(storage):
    assert storage.put(CONTENT) == storage.put(io.BytesIO(CONTENT)) == SHA256


def test_empty_file_is_a_file(storage):
    assert storage.exists(storage.put(b""))


def test_missing_content_is_named(storage):
    assert not storage.exists("0" * 64)
    with pytest.raises(NotStored, match="0000"):
        storage.open("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "0" * 65])
def test_what_is_no_hash_names_no_file(storage, name):
    with pytest.raises(NotStored, match="hexadecimal"):
        storage.open(name)
    with pytest.raises(NotStored, match="hexadecimal"):
        storage.exists(name)


class Breaking(io.BytesIO):
    """A stream that fails in the middle, like an upload that is cut off."""

    def read(self, size=-1):  # noqa: ARG002
        if self.tell() > 0:
            raise ConnectionError("cut off")
        return super().read(10)


def test_broken_upload_leaves_nothing_behind(tmp_path):
    storage = LocalStorage(tmp_path)
    with pytest.raises(Unavailable, match="cut off"):
        storage.put(Breaking(CONTENT))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_lie_read_only_under_their_hash(tmp_path):
    LocalStorage(tmp_path).put(CONTENT)
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path == tmp_path / SHA256[:2] / SHA256[2:4] / SHA256
    assert path.stat().st_mode & 0o222 == 0


def test_changed_bytes_are_noticed(tmp_path):
    storage = LocalStorage(tmp_path)
    storage.put(CONTENT)
    assert storage.intact(SHA256)
    path = tmp_path / SHA256[:2] / SHA256[2:4] / SHA256
    path.chmod(0o640)
    path.write_bytes(CONTENT[:-1] + b"X")
    assert not storage.intact(SHA256)


def test_low_disk_refuses_new_files_and_keeps_the_old(tmp_path):
    LocalStorage(tmp_path).put(CONTENT)
    storage = LocalStorage(tmp_path, reserve_bytes=1 << 60)
    with pytest.raises(LimitExceeded, match="never deleted"):
        storage.put(b"more")
    assert storage.exists(SHA256)


def test_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(Unavailable, match="folder is writable"):
        LocalStorage(blocked).put(CONTENT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable, match="folder is writable"):
        LocalStorage(tmp_path).put(CONTENT)
