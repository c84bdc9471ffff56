"""Files of a pack against their manifests and the seal."""

import re
from collections.abc import Mapping

from tradewarden.aeo.pack_reader import SAFE_NAME, Place
from tradewarden.aeo.pack_seal import Seal
from tradewarden.aeo.report import Findings
from tradewarden.aeo.tag_files import CHECKPOINT, MANIFEST, SIGNATURE, TAGMANIFEST

MANIFEST_LINE = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\n")


def check_files(places: Mapping[str, Place], seal: Seal | None, findings: Findings) -> frozenset[str]:
    """Hash every listed file; reports missing, additional and changed files and returns the changed ones."""
    listed = _manifest(TAGMANIFEST, places, findings) | _manifest(MANIFEST, places, findings)
    promised = {path: {sha256} for path, sha256 in listed.items()}
    if seal:
        promised[TAGMANIFEST] = {seal.tagmanifest_sha256}
        for path, sha256 in seal.files.items():
            promised.setdefault(path, set()).add(sha256)
    known = {*listed, TAGMANIFEST, CHECKPOINT, SIGNATURE}
    differing = set()
    for path in sorted({*known, *promised, *places}):
        if path not in places:
            findings.add("file_missing", path)
        elif path not in known:
            # without its manifest nothing is listed, and the missing manifest has been reported
            if (MANIFEST if path.startswith("data/") else TAGMANIFEST) in places:
                findings.add("file_added", path)
        elif path in promised and promised[path] != {places[path].sha256()}:
            findings.add("file_changed", path)
            differing.add(path)
    return frozenset(differing)


def _manifest(name: str, places: Mapping[str, Place], findings: Findings) -> dict[str, str]:
    listed: dict[str, str] = {}
    if name not in places:
        return listed
    for number, line in enumerate(places[name].lines(), 1):
        match = MANIFEST_LINE.fullmatch(line)
        path = match[2].decode() if match else ""
        payload = path.startswith("data/")
        if match and path not in listed and SAFE_NAME.fullmatch(path) and payload == (name == MANIFEST):
            listed[path] = match[1].decode()
        else:
            findings.add("manifest_malformed", f"{name}:{number}")
    return listed
