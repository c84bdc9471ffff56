"""Fetching htmx: the pinned checksum decides; whatever goes wrong is said in one sentence."""

import base64
import hashlib
import io
import tarfile

import pytest

from tradewarden.console import assets
from tradewarden.errors import CannotDo


def archive(member="package/dist/htmx.min.js", content=b"/* htmx */"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def asset(packed, member="package/dist/htmx.min.js"):
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    return assets.Asset(package="htmx.org", version="2.0.0", integrity=integrity, member=member, file="htmx.js")


def test_the_pinned_asset_is_complete():
    (pinned,) = assets.pinned()
    assert pinned.package == "htmx.org"
    assert pinned.version.startswith("2.")
    assert len(base64.b64decode(pinned.integrity.removeprefix("sha512-"))) == 64
    assert pinned.version in pinned.file


def test_a_fitting_archive_gives_its_member():
    packed = archive()
    assert assets.unpacked(packed, asset(packed)) == b"/* htmx */"


def test_a_changed_archive_is_refused():
    packed = archive()
    with pytest.raises(CannotDo, match="sha512"):
        assets.unpacked(packed + b"x", asset(packed))


def test_an_archive_without_the_file_is_refused():
    packed = archive("package/other.js")
    with pytest.raises(CannotDo, match=r"holds no package/dist/htmx\.min\.js"):
        assets.unpacked(packed, asset(packed))


def test_without_npm_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(assets.shutil, "which", lambda _: None)
    monkeypatch.setattr(assets, "find_spec", lambda _: None)
    with pytest.raises(CannotDo, match=r"Node\.js"):
        assets.npm_command()


def test_npm_that_fails_is_quoted(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "npm_command", lambda: ["sh", "-c", "echo no network >&2; exit 1"])
    with pytest.raises(CannotDo, match="no network"):
        assets.install(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_fetched_again(monkeypatch, tmp_path):
    (pinned,) = assets.pinned()
    (tmp_path / pinned.file).write_bytes(b"there")
    monkeypatch.setattr(assets, "fetch", lambda _: pytest.fail("fetched again"))
    assert assets.install(tmp_path) == [tmp_path / pinned.file]
