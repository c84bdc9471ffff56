"""Zips made to mislead: both verifiers refuse them, name the place, agree, and never unpack or follow anything."""

import hashlib
import random
import struct
import zipfile
from pathlib import Path

import pytest

from tradewarden.aeo.standalone import verify as standalone
from tradewarden.aeo.verify import verify

TOP = "evidence-2026-03-01_2026-03-31/"


def both(path):
    own, other = verify(path), standalone.verify(str(path))
    problems = {(problem.kind, problem.where) for problem in own.problems}
    assert problems == set(other.problems)
    return problems


@pytest.fixture
def zipped(write_pack, tmp_path) -> Path:
    write_pack("pack.zip")
    return tmp_path / "pack.zip"


def close_again(path):
    """Make the closing hash fit, as an attacker would."""
    body = path.read_bytes()[:-64]
    path.write_bytes(body + hashlib.sha256(body).hexdigest().encode())


def rewritten(path, add=(), **options):
    """The same files in another zip, with more entries, closed by a fitting hash."""
    with zipfile.ZipFile(path) as archive:
        contents = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", **options) as archive:
        for info, content in [*contents, *add]:
            archive.writestr(info, content, options.get("compression", zipfile.ZIP_STORED))
        archive.comment = b"sha256:" + b"0" * 64
    close_again(path)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", TOP + "../../evil", TOP + "data\\evil", "C:/evil", TOP + ".evil", TOP + "data/"]
)
def test_unsafe_names_are_not_opened(zipped, name):
    rewritten(zipped, [(zipfile.ZipInfo(name), b"evil")])
    assert ("unsafe_name", name) in both(zipped)


def test_a_link_in_a_zip_is_not_opened(zipped):
    link = zipfile.ZipInfo(TOP + "data/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    rewritten(zipped, [(link, b"/etc/passwd")])
    assert ("unsafe_name", TOP + "data/link") in both(zipped)


def test_a_second_file_of_a_name_and_a_second_folder_are_found(zipped):
    with pytest.warns(UserWarning, match="Duplicate name"):
        rewritten(zipped, [(zipfile.ZipInfo(TOP + "bagit.txt"), b"x"), (zipfile.ZipInfo("other/bagit.txt"), b"x")])
    assert {("file_added", TOP + "bagit.txt"), ("file_added", "other/bagit.txt")} <= both(zipped)


def test_a_compressed_zip_is_refused_without_inflating_it(zipped):
    rewritten(zipped, [(zipfile.ZipInfo(TOP + "bomb"), b"\0" * 50_000_000)], compression=zipfile.ZIP_DEFLATED)
    assert zipped.stat().st_size < 1_000_000
    problems = both(zipped)
    assert ("container_changed", f"zip: {TOP}bomb") in problems
    assert ("container_changed", f"zip: {TOP}bagit.txt") in problems


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_bytes_hidden_beside_the_files_are_found_even_when_the_closing_hash_fits(zipped, place):
    content = zipped.read_bytes()
    second = content.index(b"PK\3\4", 4)
    with zipfile.ZipFile(zipped) as archive:
        directory = archive.start_dir
    offset = {"before": 0, "between": second, "after": directory}[place]
    moved = bytearray(content[:offset] + b"hidden!!" + content[offset:])
    # let the directory point to where things are now
    struct.pack_into("<L", moved, len(moved) - 71 - 6, directory + 8)
    position = directory + 8
    while moved[position : position + 4] == b"PK\1\2":
        name, extra, comment = struct.unpack_from("<3H", moved, position + 28)
        (start,) = struct.unpack_from("<L", moved, position + 42)
        struct.pack_into("<L", moved, position + 42, start + 8 if start >= offset else start)
        position += 46 + name + extra + comment
    zipped.write_bytes(moved)
    close_again(zipped)
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
    kinds = both(zipped)
    assert kinds
    assert {kind for kind, _ in kinds} == {"container_changed"}


def test_a_local_name_that_differs_from_the_directory_is_found(zipped):
    content = bytearray(zipped.read_bytes())
    place = content.index(b"README.txt")
    content[place] ^= 1
    zipped.write_bytes(content)
    close_again(zipped)
    assert both(zipped) == {("container_changed", f"zip: {TOP}README.txt")}


def test_a_zip_cut_anywhere_or_filled_with_noise_is_broken_not_a_crash(zipped, tmp_path):
    chance = random.Random(7)
    content = zipped.read_bytes()
    cases = [content[: chance.randrange(len(content))] for _ in range(40)] + [b"", b"PK", chance.randbytes(5000)]
    for number, case in enumerate(cases):
        target = tmp_path / f"{number}.zip"
        target.write_bytes(case)
        assert ("container_changed", "zip") in both(target)


def test_a_directory_of_noise_is_broken_not_a_crash(zipped):
    """Several bytes of the central directory changed at once, with a fitting closing hash."""
    chance = random.Random(11)
    content = zipped.read_bytes()
    with zipfile.ZipFile(zipped) as archive:
        directory = archive.start_dir
    for _ in range(80):
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(directory, len(content) - 71)] = chance.randrange(256)
        zipped.write_bytes(changed)
        if zipped.read_bytes() != content:
            assert ("container_changed", "zip") in both(zipped)
        close_again(zipped)
        both(zipped)


def test_a_bare_zip_of_the_files_without_their_folder(zipped, tmp_path):
    target = tmp_path / "flat.zip"
    with zipfile.ZipFile(zipped) as archive, zipfile.ZipFile(target, "w") as flat:
        for info in archive.infolist():
            flat.writestr(info.filename.removeprefix(TOP), archive.read(info))
    assert ("container_changed", "zip") in both(target)
