"""Verifies an evidence pack with the product's own means; the stand-alone verifier must always say the same.

The two are written apart on purpose (this one over `cryptography`, `msgspec` and the product's Merkle tree) and are
held together by tests that change the bytes of a pack one by one.
"""

from pathlib import Path

from tradewarden.aeo.pack_audit import check_audit
from tradewarden.aeo.pack_files import check_files
from tradewarden.aeo.pack_reader import open_pack
from tradewarden.aeo.pack_records import check_records
from tradewarden.aeo.pack_seal import read_seal
from tradewarden.aeo.report import Findings, Report
from tradewarden.errors import CannotDo


def verify(path: Path, pinned: str = "") -> Report:
    """Check a pack, a folder or a zip. `pinned` is the fingerprint the signer must have, if one is expected.

    Raises CannotDo when there is no pack or it can't be read.
    """
    findings = Findings()
    try:
        places = open_pack(path, findings)
        seal = read_seal(places, pinned, findings)
        differing = check_files(places, seal, findings)
        records = check_records(places, seal, differing, findings)
        check_audit(places, seal, findings)
    except OSError as error:
        raise CannotDo(
            f"The pack {path} can't be read: {error.strerror} ({error.filename}). Name a pack: a folder or a .zip."
        ) from error
    return Report(findings.problems, records, seal.signer if seal else "")
