#!/usr/bin/env python3
"""TradeWarden 证据包独立核验 | Stand-alone verification of a TradeWarden evidence pack.

    python verify.py [PACK] [--key FINGERPRINT] [--json]

PACK is the folder or the .zip; without it, the folder in which this file lies. Needs Python 3.8 or later and nothing
else, so it can be read and trusted by itself. Exit status: 0 intact, 1 something was changed, 2 could not verify.

1. zip only: its closing hash must fit, nothing may lie between the files; unsafe names and links are never opened.
2. checkpoint.json must be canonical and carry a valid Ed25519 signature (RFC 8032); with --key, of that signer.
3. The checkpoint names the tag manifest, that the tag files, manifest-sha256.txt the data (BagIt, RFC 8493): every
   file is hashed; missing, additional and changed files are reported.
4. Records of a changed file are compared with data/records.idx; the Merkle root (RFC 6962) of all is computed anew.
5. Every audit entry's hash is computed anew; every chain must run from the head before the period to the signed head.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import itertools
import json
import os
import re
import stat
import struct
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

KIND = "tradewarden-evidence-pack/1"
MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
CHECKPOINT, SIGNATURE = "checkpoint.json", "checkpoint.sig"
AUDIT, INDEX = "data/audit.jsonl", "data/records.idx"
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LISTED = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")
RECORDS = re.compile(r"data/[a-z_]+\.jsonl")
HASH = re.compile(r"[0-9a-f]{64}")
MOST_PER_FILE = 100
SENTENCES = {
    "container_changed": ("压缩包容器被改动", "the zip around the files was changed"),
    "unsafe_name": ("不安全的文件名或链接,未打开", "unsafe name or link, not opened"),
    "file_missing": ("缺少文件", "the file is missing"),
    "file_added": ("多出文件", "the file was added"),
    "file_changed": ("文件内容与签名的清单不符", "the content is not the one that was signed"),
    "manifest_malformed": ("清单此行格式不符", "this line of the manifest is malformed"),
    "record_changed": ("记录被改动", "the record was changed"),
    "record_missing": ("缺少记录", "the record is missing"),
    "record_added": ("多出记录", "the record was added"),
    "record_moved": ("记录次序被改动", "the record was moved"),
    "records_more": ("此后还有其他改动的记录", "more records differ after this one"),
    "audit_changed": ("审计条目与其哈希不符", "the audit entry does not fit its hash"),
    "audit_gap": ("审计链缺少条目或次序不符", "audit entries are missing or out of order from here"),
    "audit_broken_link": ("审计条目与前一条不相接", "the audit entry does not follow the one before it"),
    "audit_cut_off": ("审计链没有终于签名的链头", "the audit chain does not end at the signed head"),
    "tree_changed": ("全部记录的默克尔树根不符", "the Merkle root over all records differs"),
    "checkpoint_malformed": ("检查点或签名格式不符", "the checkpoint or its signature is malformed"),
    "signature_invalid": ("签名无效", "the signature is not valid"),
    "other_signer": ("签名者不是所指定的密钥", "signed by another key than the one expected"),
}
Place = Any  # (path, offset, size): where the bytes of one file of the pack lie


class Report:
    """Problems in the order in which they are found, each once."""

    def __init__(self) -> None:
        self.problems: dict[Any, None] = {}
        self.records, self.signer = 0, ""

    def add(self, kind: str, where: str) -> None:
        self.problems[kind, where.encode("utf-8", "backslashreplace").decode()] = None


def pieces(place: Place) -> Iterator[bytes]:
    path, offset, left = place
    with open(path, "rb") as file:
        file.seek(offset)
        while left > 0 and (piece := file.read(min(1 << 20, left))):
            left -= len(piece)
            yield piece


def lines(place: Place) -> Iterator[bytes]:
    """Lines with their line ends; the last may lack one."""
    rest = b""
    for piece in pieces(place):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def sha256(place: Place) -> str:
    digest = hashlib.sha256()
    for piece in pieces(place):
        digest.update(piece)
    return digest.hexdigest()


def open_folder(root: str, report: Report) -> dict[str, Place]:
    """The regular files of a folder by their names in the pack. Links are not followed."""
    places = {}
    for folder, folders, files in os.walk(root):
        for path in [os.path.join(folder, name) for name in sorted(folders + files)]:
            name, found = os.path.relpath(path, root).replace(os.sep, "/"), os.lstat(path)
            if stat.S_ISREG(found.st_mode):
                places[name] = (path, 0, found.st_size)
            elif not stat.S_ISDIR(found.st_mode):
                report.add("unsafe_name", name)
    return places


def open_zip(path: str, report: Report) -> dict[str, Place]:
    """The stored files of a zip by their names in the pack, without its top folder. Nothing is unpacked."""
    size = os.path.getsize(path)
    if sha256((path, 0, size - 64)).encode() != b"".join(pieces((path, max(0, size - 64), 64))):
        report.add("container_changed", "zip")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
            end = archive.start_dir
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError, IndexError, OSError):
        report.add("container_changed", "zip")
        return {}
    tops = collections.Counter(info.orig_filename.split("/")[0] + "/" for info in infos)
    top = tops.most_common(1)[0][0] if tops else ""
    places, expected = {}, 0
    for info in infos:
        name, start = info.orig_filename, info.header_offset
        header = b"".join(pieces((path, max(0, start), 30))).ljust(30, b"\0")
        name_size, extra_size = struct.unpack("<2H", header[26:])
        stored = b"".join(pieces((path, max(0, start) + 30, name_size))) == name.encode("utf-8", "surrogateescape")
        if start != expected or not stored or info.compress_type or info.flag_bits:
            report.add("container_changed", "zip: " + name)
        expected = start + 30 + name_size + extra_size + info.file_size
        if not SAFE.fullmatch(name) or stat.S_ISLNK(info.external_attr >> 16):
            report.add("unsafe_name", name)
        elif not name.startswith(top) or name[len(top) :] in places:
            report.add("file_added", name)
        else:
            places[name[len(top) :]] = (path, max(0, expected - info.file_size), info.file_size)
    if expected != end:
        report.add("container_changed", "zip")
    return places


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_checkpoint(places: dict[str, Place], pinned: str, report: Report) -> dict[str, Any]:
    """The checkpoint, or {} when there is none to compare with. Checks its form, signature and signer."""
    if CHECKPOINT not in places:
        return {}
    content = b"".join(pieces(places[CHECKPOINT]))
    signature = b"".join(pieces(places[SIGNATURE])) if SIGNATURE in places else b""
    try:
        value = json.loads(content.decode())
        usable = canonical(value) == content and well_formed(value)
    except (ValueError, RecursionError):
        usable = False
    if not usable:
        report.add("checkpoint_malformed", CHECKPOINT)
        return {}
    public = bytes.fromhex(value["public_key"])
    report.signer = hashlib.sha256(public).hexdigest()
    if pinned and report.signer != pinned:
        report.add("other_signer", CHECKPOINT)
    if not re.fullmatch(rb"[0-9a-f]{128}\n", signature):
        report.add("checkpoint_malformed", SIGNATURE)
    elif not ed25519_valid(public, bytes.fromhex(signature.decode()), content):
        report.add("signature_invalid", CHECKPOINT + ", " + SIGNATURE)
    return dict(value)


def well_formed(value: Any) -> bool:
    """Whether every field of the checkpoint that is used here has its type."""
    try:
        numbers = [value["tree"]["size"]] + [file["records"] for file in value["files"].values()]
        hashes = [value["tree"]["root"], value["tagmanifest_sha256"], value["public_key"]]
        hashes += [file["sha256"] for file in value["files"].values()]
        for span in value["streams"].values():
            numbers += [span["before"]["seq"], span["after"]["seq"]]
            hashes += [span["before"]["hash"], span["after"]["hash"]]
        exact = all(type(number) is int for number in numbers) and all(HASH.fullmatch(text) for text in hashes)
        return exact and value["kind"] == KIND
    except (KeyError, TypeError, AttributeError):
        return False


# Ed25519 of RFC 8032 section 5.1; a point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add_points(one: Any, two: Any) -> Any:
    a, b = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    c, d = 2 * one[3] * two[3] * D, 2 * one[2] * two[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(number: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while number:
        result = add_points(result, point) if number & 1 else result
        point, number = add_points(point, point), number >> 1
    return result


def decompress(encoded: bytes) -> Any:
    """The point of 32 bytes, or None."""
    number = int.from_bytes(encoded, "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x % 2 != sign else x
    return (x, y, 1, x * y % P)


def ed25519_valid(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of the public key (32 bytes) made the signature (64 bytes) over the message."""
    key, s = decompress(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    x, y, z, _ = add_points(multiply(s, base), multiply(h, (P - key[0], key[1], 1, P - key[3])))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return bool((y + x % 2 * 2**255).to_bytes(32, "little") == signature[:32])


def read_manifest(name: str, places: dict[str, Place], report: Report) -> dict[str, str]:
    listed: dict[str, str] = {}
    for number, line in enumerate(lines(places[name]) if name in places else (), 1):
        match = LISTED.fullmatch(line)
        path = match.group(2).decode() if match else ""
        if not match or path in listed or not SAFE.fullmatch(path) or path.startswith("data/") != (name == MANIFEST):
            report.add("manifest_malformed", f"{name}:{number}")
        else:
            listed[path] = match.group(1).decode()
    return listed


def check_files(places: dict[str, Place], seal: dict[str, Any], report: Report) -> set[str]:
    """Hash every file and compare; returns the names of those that differ."""
    listed = {**read_manifest(TAGMANIFEST, places, report), **read_manifest(MANIFEST, places, report)}
    listed.update({TAGMANIFEST: seal.get("tagmanifest_sha256", ""), CHECKPOINT: "", SIGNATURE: ""})
    sealed = {name: file["sha256"] for name, file in seal.get("files", {}).items()}
    differing = set()
    for name in sorted({*listed, *sealed, *places}):
        if name not in places:
            report.add("file_missing", name)
        elif name not in listed:
            if (MANIFEST if name.startswith("data/") else TAGMANIFEST) in places:
                report.add("file_added", name)
        else:
            actual = sha256(places[name])
            if listed[name] not in ("", actual) or sealed.get(name, actual) != actual:
                report.add("file_changed", name)
                differing.add(name)
    return differing


class Tree:
    """Merkle tree hash of RFC 6962 section 2.1; keeps the roots of the complete subtrees only."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, line: bytes) -> str:
        leaf = first = hashlib.sha256(b"\0" + line).digest()
        carry, self.size = self.size, self.size + 1
        while carry % 2:
            leaf, carry = hashlib.sha256(b"\1" + self.peaks.pop() + leaf).digest(), carry // 2
        self.peaks.append(leaf)
        return first.hex()

    def root(self) -> str:
        top = self.peaks[-1] if self.peaks else hashlib.sha256().digest()
        for peak in reversed(self.peaks[:-1]):
            top = hashlib.sha256(b"\1" + peak + top).digest()
        return top.hex()


def check_records(places: dict[str, Place], seal: dict[str, Any], differing: set[str], report: Report) -> None:
    """The tree over all records, and which records of the differing files were touched."""
    tree, names = Tree(), sorted(name for name in places if RECORDS.fullmatch(name))
    for name in names:
        new, comparable = [], name in differing and INDEX in places and INDEX not in differing
        for line in lines(places[name]):
            leaf = tree.append(line)
            new += [leaf] if comparable else []
        if comparable:
            mark = f"{name}:".encode()
            old = [line[:64].decode() for line in lines(places[INDEX]) if line[66:].startswith(mark)]
            for count, (kind, number) in enumerate(itertools.islice(compare(old, new), MOST_PER_FILE + 1)):
                report.add(kind if count < MOST_PER_FILE else "records_more", f"{name}:{number}")
    report.records = tree.size
    whole = seal and names == sorted(seal["files"]) and not differing.intersection(names)
    if whole and seal["tree"] != {"root": tree.root(), "size": tree.size}:
        report.add("tree_changed", CHECKPOINT)


def compare(old: list[str], new: list[str]) -> Iterator[tuple[str, int]]:
    """What happened between two lists of record hashes: kind and line number."""
    if len(old) == len(new):
        before, after = set(old), set(new)
        for number, leaf in enumerate(new):
            if leaf != old[number]:
                moved = leaf in before and old[number] in after
                yield "record_moved" if moved else "record_changed", number + 1
        return
    for kind, leaves, others in (("record_missing", old, new), ("record_added", new, old)):
        spare = collections.Counter(others)
        for number, leaf in enumerate(leaves):
            spare[leaf] -= 1
            if spare[leaf] < 0:
                yield kind, number + 1


def check_audit(places: dict[str, Place], seal: dict[str, Any], report: Report) -> None:
    """Re-compute every entry's hash and follow every chain."""
    spans = seal.get("streams", {})
    heads = {stream: (span["before"]["seq"], span["before"]["hash"]) for stream, span in spans.items()}
    for number, line in enumerate(lines(places[AUDIT]) if AUDIT in places else (), 1):
        where = f"{AUDIT}:{number}"
        try:
            entry = json.loads(line.decode())
            stream, seq, stated, previous = (str(entry[name]) for name in ("stream", "seq", "hash", "previous_hash"))
            actual = hashlib.sha256(canonical({k: v for k, v in entry.items() if k != "hash"})).hexdigest()
            place = (int(seq), stated)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            report.add("audit_changed", where)
            continue
        where += f" ({stream} #{place[0]})"
        if actual != stated:
            report.add("audit_changed", where)
        last = heads.get(stream, (0, "0" * 64) if seal else (place[0] - 1, previous))
        if place[0] != last[0] + 1:
            report.add("audit_gap", where)
        elif previous != last[1]:
            report.add("audit_broken_link", where)
        heads[stream] = place
    for stream, span in spans.items():
        if heads[stream] != (span["after"]["seq"], span["after"]["hash"]):
            report.add("audit_cut_off", f"{AUDIT} ({stream} #{span['after']['seq']})")


def verify(path: str, pinned: str = "") -> Report:
    """Check a pack. Raises OSError when something can't be read."""
    report = Report()
    places = open_folder(path, report) if os.path.isdir(path) else open_zip(path, report)
    seal = read_checkpoint(places, pinned, report)
    check_records(places, seal, check_files(places, seal, report), report)
    check_audit(places, seal, report)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description="证据包独立核验 | verify a TradeWarden evidence pack")
    parser.add_argument("pack", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="folder or .zip")
    parser.add_argument("--key", default="", help="应有的签名密钥指纹 | fingerprint that the signer must have")
    parser.add_argument("--json", action="store_true", help="一行 JSON | one line of JSON")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # consoles that know no Chinese would crash

    try:
        report = verify(options.pack, re.sub(r"[\s:]", "", options.key).lower())
    except OSError as error:
        print(f"无法核验 | could not verify: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    problems = [{"kind": kind, "where": where} for kind, where in report.problems]
    verdict = "broken" if problems else "intact"
    if options.json:
        result = {"verdict": verdict, "problems": problems, "records": report.records, "signer": report.signer}
        print(json.dumps(result))
        return int(bool(problems))
    for kind, where in report.problems:
        print(f"✗ {where}: {' | '.join(SENTENCES[kind])}  [{kind}]")
    print(f"记录 | records: {report.records}\n签名者指纹 | fingerprint of the signer: {report.signer}")
    if not options.key:
        print("未给出 --key,请另行核对指纹 | no --key given: compare the fingerprint by another way")
    print(f"结论:{'被改动' if problems else '完好'} | verdict: {verdict}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
