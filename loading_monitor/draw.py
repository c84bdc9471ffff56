"""The provable draw: nobody could know it before, anybody can check it afterwards (handbook 08 §5).

Before a period the SHA-256 of a secret is published (the commitment). An order's number is HMAC-SHA-256 of its id under
that secret, read as a fraction of 2**256; it is drawn when the fraction is below its share. Once the secret is
revealed, every draw of the period can be repeated, and no order could be favoured without changing the commitment.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

WHOLE = 1 << 256
LEAST_SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw: `number` of 2**256 against the share `limit` (0..1)."""

    subject: str
    commitment: str
    number: int
    limit: Decimal

    @property
    def selected(self) -> bool:
        """Compared exactly, in integers: number / 2**256 < limit."""
        numerator, denominator = self.limit.as_integer_ratio()
        return self.number * denominator < numerator * WHOLE

    @property
    def record(self) -> Mapping[str, str]:
        """The draw as evidence keeps it."""
        return {
            "subject": self.subject,
            "commitment": self.commitment,
            "number": f"{self.number:064x}",
            "limit": format(self.limit, "f"),
        }


@lru_cache(maxsize=16)
def commitment(secret: bytes) -> str:
    """What is published before the period: the hexadecimal SHA-256 of the secret."""
    return hashlib.sha256(secret).hexdigest()


def draw(secret: bytes, subject: str, limit: Decimal) -> Draw:
    """Draw for `subject` (an order or declaration id) with share `limit`.

    Raises ValueError when the secret is short enough to be guessed or the share is not within 0..1.
    """
    if len(secret) < LEAST_SECRET_BYTES:
        raise ValueError(f"draw secret has {len(secret)} bytes; use at least {LEAST_SECRET_BYTES} random ones")
    if not 0 <= limit <= 1:
        raise ValueError(f"share {limit} of the draw for {subject[:80]!r} must lie within 0 and 1")
    number = hmac.digest(secret, b"loading supervision|" + subject.encode("utf-8", "surrogatepass"), "sha256")
    return Draw(subject, commitment(secret), int.from_bytes(number, "big"), limit)


def agrees(record: Mapping[str, str], secret: bytes, selected: bool) -> bool:
    """True when a recorded draw follows from the revealed secret and led to what was recorded."""
    repeated = draw(secret, record["subject"], Decimal(record["limit"]))
    return dict(repeated.record) == dict(record) and repeated.selected is selected
