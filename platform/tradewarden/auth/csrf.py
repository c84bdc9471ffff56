"""Forged requests: a token bound to the session's secret, and the Origin header.

The token is derived, so it needs no storage and ends with the session. Before login the secret is that of a short
anonymous cookie.
"""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

_LABEL = b"tradewarden csrf v1"


def token(secret: str) -> str:
    """The token a form of this session must carry."""
    return hmac.new(secret.encode(), _LABEL, hashlib.sha256).hexdigest()


def token_fits(secret: str, given: str) -> bool:
    """Compared in constant time; an empty secret fits nothing."""
    return bool(secret) and hmac.compare_digest(token(secret).encode(), given.encode("utf-8", "replace"))


def same_origin(*, origin: str, referer: str, fetch_site: str, host: str, schemes: tuple[str, ...]) -> bool:
    """Whether an unsafe request comes from our own pages.

    `Origin` decides; browsers that leave it out send `Referer` or `Sec-Fetch-Site`. With none of the three the request
    is refused: no browser we serve does that. Host names compare with their port.
    """
    if fetch_site and fetch_site not in {"same-origin", "none"}:
        return False
    claimed = origin or referer
    if not claimed:
        return fetch_site == "same-origin"
    parts = urlsplit(claimed)
    return parts.scheme in schemes and bool(host) and parts.netloc.casefold() == host.casefold()


def new_secret() -> str:
    """A random URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What the database keeps of a session or API token: lower-case hexadecimal SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
