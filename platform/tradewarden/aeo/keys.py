"""The signing key of the evidence: Ed25519, made at first use, kept in a file outside the database.

Whoever can write the database must not be able to sign. The file is PEM (PKCS 8), so that the key can be moved to
other tools; it belongs to the owner alone. There is no default key and no key is ever replaced silently.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tradewarden.errors import CannotDo

FILE_NAME = "evidence.key"


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """A loaded signing key. Its text form never shows the private part."""

    _private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"EvidenceKey({self.fingerprint})"

    @property
    def public_hex(self) -> str:
        """The 32 raw bytes of the public key in lower-case hexadecimal."""
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def fingerprint(self) -> str:
        """What auditors note down and pin; see `fingerprint`."""
        return fingerprint(self.public_hex)

    def sign(self, message: bytes) -> str:
        """Ed25519 signature in lower-case hexadecimal."""
        return self._private.sign(message).hex()


def fingerprint(public_hex: str) -> str:
    """SHA-256 of the raw public key, lower-case hexadecimal. Raises ValueError when it is not hexadecimal."""
    return hashlib.sha256(bytes.fromhex(public_hex)).hexdigest()


def same_fingerprint(left: str, right: str) -> bool:
    """Whether two notations (any case, with colons or blanks) mean the same key."""
    return _plain(left) == _plain(right)


def _plain(text: str) -> str:
    return "".join(text.replace(":", " ").split()).lower()


def signature_is_valid(public_hex: str, signature_hex: str, message: bytes) -> bool:
    """Whether the signature over `message` was made by the key. Malformed keys and signatures are just not valid."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        public.verify(bytes.fromhex(signature_hex), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_key(folder: Path) -> EvidenceKey:
    """The signing key in `folder`, made there (mode 0600) when there is none yet.

    Raises CannotDo when the folder can't be used, others may read the key, or the file is not an Ed25519 key.
    """
    path = folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        _refuse_shared(path)
        content = path.read_bytes()
    except OSError as error:
        raise CannotDo(
            f"The evidence key {path} can't be read or made ({error.strerror}). "
            f"Make the folder {folder} readable and writable for this account."
        ) from error
    return _parsed(path, content)


def _make(path: Path) -> None:
    """Write a new key beside its place and link it in: of two processes at once, one wins and both load the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def _refuse_shared(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        raise CannotDo(
            f"The evidence key {path} has mode {mode:04o}; others could sign with it. Expected 0600: "
            f"run chmod 600 {path}, and replace the key if somebody else may have read it."
        )


def _parsed(path: Path, content: bytes) -> EvidenceKey:
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise CannotDo(
            f"The evidence key {path} is damaged or protected ({len(content)} bytes, not a plain PEM private key). "
            "Restore it from the backup; a new key can't vouch for the old evidence."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise CannotDo(
            f"The evidence key {path} is a {type(private).__name__}; expected Ed25519. Restore it from the backup."
        )
    return EvidenceKey(private)
