"""The checkpoint of a pack: what the signature covers. Canonical JSON, so that it has exactly one spelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from risk.canonical import canonical
from tradewarden.aeo.evidence import Span
from tradewarden.aeo.period import Period

PACK_KIND = "tradewarden-evidence-pack/1"


@dataclass(frozen=True, slots=True)
class FileSeal:
    """One file of records: number of records and SHA-256 of its bytes."""

    records: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything a verifier compares with. Hashes are lower-case hexadecimal; `root` is over all record lines."""

    period: Period
    generated_at: datetime
    generated_by: str
    files: Mapping[str, FileSeal]
    streams: Mapping[str, Span]
    size: int
    root: str
    policies: tuple[str, ...]
    tagmanifest_sha256: str
    public_key: str

    def to_bytes(self) -> bytes:
        """The bytes that are signed and stored as checkpoint.json."""
        return canonical(
            {
                "kind": PACK_KIND,
                "period": {"from": self.period.first, "to": self.period.last, "timezone": "Asia/Shanghai"},
                "generated_at": self.generated_at.astimezone(UTC),
                "generated_by": self.generated_by,
                "files": self.files,
                "streams": self.streams,
                "tree": {"size": self.size, "root": self.root},
                "policies": self.policies,
                "tagmanifest_sha256": self.tagmanifest_sha256,
                "public_key": self.public_key,
            }
        )
