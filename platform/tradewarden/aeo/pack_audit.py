"""Audit entries of a pack: every hash recomputed, every chain followed from the head before to the signed head."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from risk.canonical import digest
from tradewarden.aeo.evidence import AUDIT_PATH, EMPTY_CHAIN, Head
from tradewarden.aeo.pack_reader import Place
from tradewarden.aeo.pack_seal import Seal
from tradewarden.aeo.report import Findings


@dataclass(frozen=True, slots=True)
class Link:
    """An entry's place in its chain. `true_hash` is recomputed from its content, `hash` is what it says."""

    stream: str
    seq: int
    hash: str
    previous: str
    true_hash: str


def check_audit(places: Mapping[str, Place], seal: Seal | None, findings: Findings) -> None:
    """Report changed, missing, additional, misplaced and cut-off entries."""
    heads = {stream: span.before for stream, span in seal.streams.items()} if seal else {}
    for number, line in enumerate(places[AUDIT_PATH].lines() if AUDIT_PATH in places else (), 1):
        link = _link(line)
        if link is None:
            findings.add("audit_changed", f"{AUDIT_PATH}:{number}")
            continue
        where = f"{AUDIT_PATH}:{number} ({link.stream} #{link.seq})"
        unknown = EMPTY_CHAIN if seal else Head(link.seq - 1, link.previous)
        _follow(heads.get(link.stream, unknown), link, where, findings)
        heads[link.stream] = Head(link.seq, link.hash)
    if seal:
        for stream, span in seal.streams.items():
            if heads[stream] != span.after:
                findings.add("audit_cut_off", f"{AUDIT_PATH} ({stream} #{span.after.seq})")


def _follow(last: Head, link: Link, where: str, findings: Findings) -> None:
    if link.true_hash != link.hash:
        findings.add("audit_changed", where)
    if link.seq != last.seq + 1:
        findings.add("audit_gap", where)
    elif link.previous != last.hash:
        findings.add("audit_broken_link", where)


def _link(line: bytes) -> Link | None:
    """The entry of a line, or None when it is not one."""
    try:
        entry = json.loads(line.decode())
        return Link(
            stream=str(entry["stream"]),
            seq=int(str(entry["seq"])),
            hash=str(entry["hash"]),
            previous=str(entry["previous_hash"]),
            true_hash=digest({name: value for name, value in entry.items() if name != "hash"}),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
