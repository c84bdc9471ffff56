"""Whatever is done to a pack, both verifiers find it, name the place, and say the same.

Positions and values are drawn from a seed, so a failure can be repeated.
"""

import hashlib
import json
import random
import shutil
from pathlib import Path

import pytest

from tradewarden.aeo.keys import load_key
from tradewarden.aeo.standalone import verify as standalone
from tradewarden.aeo.verify import verify

SEED = 20260331
PER_FILE = 15
IN_ZIP = 250


def both(path, pinned=""):
    """The problems, after making sure that both verifiers say the same."""
    own, other = verify(path, pinned), standalone.verify(str(path), pinned)
    problems = {(problem.kind, problem.where) for problem in own.problems}
    assert problems == set(other.problems)
    assert (own.records, own.signer) == (other.records, other.signer)
    return problems


def named(problems):
    return " ".join(where for _, where in problems)


@pytest.fixture
def pack(write_pack, tmp_path) -> Path:
    write_pack("pack")
    return tmp_path / "pack"


@pytest.fixture
def zipped(write_pack, tmp_path) -> Path:
    write_pack("pack.zip")
    return tmp_path / "pack.zip"


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def flipped(path, position, mask):
    """Change one byte of a file; returns the content to be put back."""
    content = path.read_bytes()
    path.write_bytes(content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :])
    return content


def test_an_untouched_pack_is_intact_for_both(pack, zipped, key):
    for path in (pack, zipped):
        assert both(path) == both(path, key.fingerprint) == set()


def test_any_byte_of_any_file_of_a_folder(pack):
    chance = random.Random(SEED)
    for name in files_of(pack):
        content = (pack / name).read_bytes()
        positions = {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(PER_FILE))}
        for position in sorted(positions):
            flipped(pack / name, position, chance.randrange(1, 256))
            problems = both(pack)
            assert name in named(problems), (name, position)
            if name.endswith(".jsonl"):
                line = content[:position].count(b"\n") + 1
                assert any(kind.startswith("record_") and where == f"{name}:{line}" for kind, where in problems)
            (pack / name).write_bytes(content)
    assert both(pack) == set()


@pytest.mark.parametrize("name", ["checkpoint.json", "checkpoint.sig"])
def test_bytes_all_over_the_checkpoint_and_its_signature(pack, name):
    chance = random.Random(SEED)
    content = (pack / name).read_bytes()
    for position in range(chance.randrange(4), len(content), 4):
        flipped(pack / name, position, chance.choice([0x20, 0x01, chance.randrange(1, 256)]))
        assert name in named(both(pack)), position
        (pack / name).write_bytes(content)


def test_any_byte_of_the_zip(zipped):
    chance = random.Random(SEED)
    content = zipped.read_bytes()
    size = len(content)
    end = range(size - 93 - 16, size)  # closing record and comment, where parsers are most easily led astray
    for position in sorted({*end, *(chance.randrange(size) for _ in range(IN_ZIP))}):
        flipped(zipped, position, chance.randrange(1, 256))
        assert ("container_changed", "zip") in both(zipped), position
        zipped.write_bytes(content)


def test_a_changed_record_inside_the_zip_is_named(zipped):
    content = zipped.read_bytes()
    place = content.index(b'"order_id":"O-3"')
    flipped(zipped, place + 12, 1)
    assert ("record_changed", "data/decisions.jsonl:3") in both(zipped)


def reseal(folder, key):
    """What an insider with a key would do: make every manifest and the checkpoint fit again."""
    files = files_of(folder)
    fixed = {"tagmanifest-sha256.txt", "checkpoint.json", "checkpoint.sig"}
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    lines = [f"{sums[name]}  {name}\n" for name in files if name.startswith("data/")]
    (folder / "manifest-sha256.txt").write_text("".join(lines))
    sums["manifest-sha256.txt"] = hashlib.sha256((folder / "manifest-sha256.txt").read_bytes()).hexdigest()
    tags = [name for name in files if not name.startswith("data/") and name not in fixed]
    (folder / "tagmanifest-sha256.txt").write_text("".join(f"{sums[name]}  {name}\n" for name in tags))
    if key is None:
        return
    checkpoint = json.loads((folder / "checkpoint.json").read_bytes())
    sealed = hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    checkpoint |= {"tagmanifest_sha256": sealed, "public_key": key.public_hex}
    for name in checkpoint["files"]:
        checkpoint["files"][name]["sha256"] = sums[name]
    content = json.dumps(checkpoint, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    (folder / "checkpoint.json").write_bytes(content)
    (folder / "checkpoint.sig").write_text(key.sign(content) + "\n")


def edit(path, change):
    lines = path.read_bytes().splitlines(keepends=True)
    change(lines)
    path.write_bytes(b"".join(lines))


def swap(lines):
    lines[0], lines[1] = lines[1], lines[0]


RECORD_EDITS = {
    "delete": (lambda lines: lines.pop(1), ("record_missing", "data/decisions.jsonl:2")),
    "delete last": (lambda lines: lines.pop(), ("record_missing", "data/decisions.jsonl:4")),
    "insert": (lambda lines: lines.insert(2, b'{"forged":1}\n'), ("record_added", "data/decisions.jsonl:3")),
    "append": (lambda lines: lines.append(b'{"forged":1}\n'), ("record_added", "data/decisions.jsonl:5")),
    "repeat": (lambda lines: lines.insert(0, lines[3]), ("record_added", "data/decisions.jsonl:5")),
    "swap": (swap, ("record_moved", "data/decisions.jsonl:2")),
    "replace": (lambda lines: lines.__setitem__(2, b"{}\n"), ("record_changed", "data/decisions.jsonl:3")),
    "blank line": (lambda lines: lines.append(b"\n"), ("record_added", "data/decisions.jsonl:5")),
    "no line end": (lambda lines: lines.append(lines.pop()[:-1]), ("record_changed", "data/decisions.jsonl:4")),
    "empty": (lambda lines: lines.clear(), ("record_missing", "data/decisions.jsonl:1")),
}


@pytest.mark.parametrize("name", RECORD_EDITS)
def test_records(pack, name):
    change, expected = RECORD_EDITS[name]
    edit(pack / "data" / "decisions.jsonl", change)
    problems = both(pack)
    assert expected in problems
    assert ("file_changed", "data/decisions.jsonl") in problems


@pytest.mark.parametrize("name", RECORD_EDITS)
def test_records_with_all_manifests_made_to_fit(pack, name):
    edit(pack / "data" / "decisions.jsonl", RECORD_EDITS[name][0])
    reseal(pack, None)
    assert {("file_changed", "data/decisions.jsonl"), ("file_changed", "tagmanifest-sha256.txt")} <= both(pack)


AUDIT_EDITS = {
    "delete": (lambda lines: lines.pop(1), ("audit_gap", "data/audit.jsonl:2 (console #6)")),
    "delete first": (lambda lines: lines.pop(0), ("audit_gap", "data/audit.jsonl:1 (console #5)")),
    "cut the tail": (lambda lines: lines.pop(), ("audit_cut_off", "data/audit.jsonl (worker-1 #4)")),
    "cut a chain": (lambda lines: lines.__delitem__(slice(0, 4)), ("audit_cut_off", "data/audit.jsonl (console #7)")),
    "swap": (swap, ("audit_gap", "data/audit.jsonl:1 (console #5)")),
    "repeat": (lambda lines: lines.insert(1, lines[0]), ("audit_gap", "data/audit.jsonl:2 (console #4)")),
    "change": (
        lambda lines: lines.__setitem__(2, lines[2].replace(b"order.read", b"order.made")),
        ("audit_changed", "data/audit.jsonl:3 (console #6)"),
    ),
    "change with a new hash": (
        lambda lines: lines.__setitem__(2, rehashed(lines[2], actor="nobody")),
        ("audit_broken_link", "data/audit.jsonl:4 (console #7)"),
    ),
    "change the last with a new hash": (
        lambda lines: lines.__setitem__(3, rehashed(lines[3], actor="nobody")),
        ("audit_cut_off", "data/audit.jsonl (console #7)"),
    ),
    "append": (
        lambda lines: lines.append(rehashed(lines[-1], seq=5, previous_hash=json.loads(lines[-1])["hash"])),
        ("audit_cut_off", "data/audit.jsonl (worker-1 #4)"),
    ),
    "another stream": (
        lambda lines: lines.append(rehashed(lines[4], stream="console-2", seq=2)),
        ("audit_gap", "data/audit.jsonl:9 (console-2 #2)"),
    ),
    "not JSON": (lambda lines: lines.__setitem__(0, b"{\n"), ("audit_changed", "data/audit.jsonl:1")),
    "not an object": (lambda lines: lines.__setitem__(0, b"[]\n"), ("audit_changed", "data/audit.jsonl:1")),
    "deep": (lambda lines: lines.__setitem__(0, b"[" * 100_000 + b"\n"), ("audit_changed", "data/audit.jsonl:1")),
    "half a letter": (lambda lines: lines.__setitem__(0, b'"\\ud800"\n'), ("audit_changed", "data/audit.jsonl:1")),
}


def rehashed(line, **changes):
    entry = json.loads(line) | changes
    del entry["hash"]
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    entry["hash"] = hashlib.sha256(text).hexdigest()
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize("name", AUDIT_EDITS)
def test_audit_chains_name_the_entry_by_themselves(pack, name):
    """Also without the index of records: the chains alone show it."""
    change, expected = AUDIT_EDITS[name]
    edit(pack / "data" / "audit.jsonl", change)
    reseal(pack, None)
    assert expected in both(pack)


FILE_EDITS = {
    "delete a document": ("data/documents", "file_missing"),
    "delete the index": ("data/records.idx", "file_missing"),
    "delete records": ("data/orders.jsonl", "file_missing"),
    "delete the manifest": ("manifest-sha256.txt", "file_missing"),
    "delete the tag manifest": ("tagmanifest-sha256.txt", "file_missing"),
    "delete the checkpoint": ("checkpoint.json", "file_missing"),
    "delete the signature": ("checkpoint.sig", "file_missing"),
    "delete the verifier": ("verify.py", "file_missing"),
    "delete the declaration": ("bagit.txt", "file_missing"),
}


@pytest.mark.parametrize("name", FILE_EDITS)
def test_deleted_files(pack, name):
    path, kind = FILE_EDITS[name]
    target = pack / path
    if target.is_dir():
        target = next(target.iterdir())
    target.unlink()
    problems = both(pack)
    assert (kind, target.relative_to(pack).as_posix()) in problems
    assert not any(kind == "file_added" for kind, _ in problems)


@pytest.mark.parametrize(
    "name", ["data/extra.jsonl", "data/documents/x", "note.txt", ".hidden", "data/a b/c", "空.txt"]
)
def test_added_files(pack, name):
    (pack / name).parent.mkdir(exist_ok=True)
    (pack / name).write_bytes(b"{}\n")
    assert ("file_added", name) in both(pack)


def test_truncated_and_swapped_files(pack):
    one, two = (pack / "data" / "orders.jsonl"), (pack / "data" / "decisions.jsonl")
    contents = one.read_bytes(), two.read_bytes()
    one.write_bytes(contents[1])
    two.write_bytes(contents[0])
    problems = both(pack)
    assert {("file_changed", "data/orders.jsonl"), ("file_changed", "data/decisions.jsonl")} <= problems
    one.write_bytes(contents[0][:-40])
    two.write_bytes(contents[1])
    assert ("file_changed", "data/orders.jsonl") in both(pack)


def test_links_are_named_and_never_followed(pack, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    original = (pack / "data" / "orders.jsonl").read_bytes()
    (pack / "data" / "orders.jsonl").unlink()
    (outside / "orders").write_bytes(original)
    (pack / "data" / "orders.jsonl").symlink_to(outside / "orders")
    (pack / "data" / "folder").symlink_to(outside)
    problems = both(pack)
    assert {("unsafe_name", "data/orders.jsonl"), ("unsafe_name", "data/folder")} <= problems
    assert "secret" not in named(problems)


def test_a_manifest_that_points_outside_is_malformed(pack):
    with (pack / "manifest-sha256.txt").open("a") as file:
        file.write(f"{'0' * 64}  data/../../secret\n{'0' * 64}  bagit.txt\n")
    problems = both(pack)
    count = len((pack / "manifest-sha256.txt").read_bytes().splitlines())
    assert ("manifest_malformed", f"manifest-sha256.txt:{count - 1}") in problems
    assert ("manifest_malformed", f"manifest-sha256.txt:{count}") in problems


def test_an_older_checkpoint_put_in_place_of_the_newer(pack, write_pack, evidence, tmp_path):
    evidence.lines["decisions"] = evidence.lines["decisions"][:-1]
    write_pack("older")
    for name in ("checkpoint.json", "checkpoint.sig"):
        shutil.copy(tmp_path / "older" / name, pack / name)
    assert {("file_changed", "tagmanifest-sha256.txt"), ("file_changed", "data/decisions.jsonl")} <= both(pack)


def test_a_pack_signed_anew_by_another_key_is_found_by_the_fingerprint_only(pack, key, tmp_path):
    other = load_key(tmp_path / "other")
    edit(pack / "data" / "decisions.jsonl", lambda lines: lines.pop())
    reseal(pack, other)
    assert ("tree_changed", "checkpoint.json") in both(pack)
    assert ("other_signer", "checkpoint.json") in both(pack, key.fingerprint)
    assert ("other_signer", "checkpoint.json") not in both(pack, other.fingerprint)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"{" * 50_000,
        b'{"kind":"tradewarden-evidence-pack/1"}',
        b'{"files":{"x":1},"kind":"tradewarden-evidence-pack/1","streams":{},"tree":{"root":"","size":0}}',
    ],
)
def test_a_checkpoint_of_any_shape_is_an_answer_not_a_crash(pack, content):
    (pack / "checkpoint.json").write_bytes(content)
    assert ("checkpoint_malformed", "checkpoint.json") in both(pack)


def test_another_spelling_of_the_same_checkpoint_is_found(pack, key):
    checkpoint = json.loads((pack / "checkpoint.json").read_bytes())
    content = json.dumps(checkpoint, ensure_ascii=False, sort_keys=True).encode()
    (pack / "checkpoint.json").write_bytes(content)
    (pack / "checkpoint.sig").write_text(key.sign(content) + "\n")
    assert both(pack) == {("checkpoint_malformed", "checkpoint.json")}


def test_a_hundred_changed_records_are_named_and_the_rest_counted_as_more(write_pack, evidence, tmp_path):
    evidence.lines["orders"] = [b'{"n":%d}' % number for number in range(150)]
    write_pack("pack")
    edit(tmp_path / "pack/data/orders.jsonl", lambda lines: lines.__setitem__(slice(None), [b"{}\n"] * 150))
    problems = both(tmp_path / "pack")
    assert sum(kind == "record_changed" for kind, _ in problems) == 100
    assert ("records_more", "data/orders.jsonl:101") in problems
