"""Reads the checkpoint of a pack: its form, its signature, its signer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from risk.canonical import canonical
from tradewarden.aeo.checkpoint import PACK_KIND, FileSeal
from tradewarden.aeo.evidence import Span
from tradewarden.aeo.keys import fingerprint, same_fingerprint, signature_is_valid
from tradewarden.aeo.pack_reader import Place
from tradewarden.aeo.report import Findings
from tradewarden.aeo.tag_files import CHECKPOINT, SIGNATURE

SIGNATURE_TEXT = re.compile(rb"[0-9a-f]{128}\n")
HASH = re.compile(r"[0-9a-f]{64}")


class TreeSeal(msgspec.Struct, frozen=True):
    """Size and root of the tree over all records."""

    size: int
    root: str


class SealedStatement(msgspec.Struct, frozen=True):
    """The part of checkpoint.json that a verifier compares with."""

    kind: str
    files: Mapping[str, FileSeal]
    streams: Mapping[str, Span]
    tree: TreeSeal
    tagmanifest_sha256: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What the signer promised."""

    files: Mapping[str, str]
    streams: Mapping[str, Span]
    size: int
    root: str
    tagmanifest_sha256: str
    signer: str


def read_seal(places: Mapping[str, Place], pinned: str, findings: Findings) -> Seal | None:
    """The seal, or None when there is none to compare with; whatever is wrong with it goes to `findings`."""
    if CHECKPOINT not in places:
        return None
    content = places[CHECKPOINT].read()
    statement = _statement(content)
    if statement is None:
        findings.add("checkpoint_malformed", CHECKPOINT)
        return None
    signer = fingerprint(statement.public_key)
    if pinned and not same_fingerprint(pinned, signer):
        findings.add("other_signer", CHECKPOINT)
    signature = places[SIGNATURE].read() if SIGNATURE in places else b""
    if not SIGNATURE_TEXT.fullmatch(signature):
        findings.add("checkpoint_malformed", SIGNATURE)
    elif not signature_is_valid(statement.public_key, signature.decode().strip(), content):
        findings.add("signature_invalid", f"{CHECKPOINT}, {SIGNATURE}")
    return Seal(
        files={path: file.sha256 for path, file in statement.files.items()},
        streams=statement.streams,
        size=statement.tree.size,
        root=statement.tree.root,
        tagmanifest_sha256=statement.tagmanifest_sha256,
        signer=signer,
    )


def _no_float(text: str) -> None:
    raise ValueError(f"evidence holds no floats: {text}")


def _statement(content: bytes) -> SealedStatement | None:
    """The statement when its bytes are the one canonical spelling of well-formed values."""
    try:
        value = json.loads(content.decode(), parse_float=_no_float)
        if canonical(value) != content:
            return None
        statement = msgspec.convert(value, SealedStatement, strict=True)
    except (ValueError, TypeError, RecursionError):  # msgspec.ValidationError is a ValueError
        return None
    hashes = [statement.tree.root, statement.tagmanifest_sha256, statement.public_key]
    hashes += [file.sha256 for file in statement.files.values()]
    hashes += [head.hash for span in statement.streams.values() for head in (span.before, span.after)]
    well_formed = statement.kind == PACK_KIND and all(HASH.fullmatch(text) for text in hashes)
    return statement if well_formed else None
