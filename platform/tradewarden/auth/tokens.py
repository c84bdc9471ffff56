"""Tokens for the REST interface: personal, named, hashed in the database, ending after a year or when revoked."""

from datetime import datetime, timedelta

from databases.access import ApiToken, NewToken
from databases.audit_chain import NewEntry
from databases.unit_of_work import UnitOfWork
from databases.users import User
from tradewarden.auth import csrf
from tradewarden.auth.refusals import Refused
from tradewarden.auth.sessions import STREAM

PREFIX = "tw_"
LIFE = timedelta(days=365)
PER_ACCOUNT = 10


def make(uow: UnitOfWork, username: str, name: str, now: datetime) -> str:
    """A new token's secret, shown once. Raises Refused 422 without a name or with too many living tokens."""
    label = " ".join(name.split())
    if not 1 <= len(label) <= 60:
        raise Refused(422, "tokens.bad_name", {"seen": len(label)})
    living = [token for token in uow.access.tokens_of(username) if token.alive(now)]
    if len(living) >= PER_ACCOUNT:
        raise Refused(422, "tokens.too_many", {"seen": len(living)})
    secret = PREFIX + csrf.new_secret()
    new = NewToken(token_hash=csrf.fingerprint(secret), username=username, name=label, expires_at=now + LIFE)
    token_id = uow.access.add_token(new, now)
    _audit(uow, username, "token.made", token_id, now)
    return secret


def revoke(uow: UnitOfWork, username: str, token_id: int, now: datetime) -> None:
    """End one's own token. Raises Refused 404 for a token that is not one's own."""
    if not any(token.token_id == token_id for token in uow.access.tokens_of(username)):
        raise Refused(404, "tokens.unknown", {"seen": token_id})
    uow.access.revoke_token(token_id, now)
    _audit(uow, username, "token.revoked", token_id, now)


def found(uow: UnitOfWork, secret: str, now: datetime) -> tuple[ApiToken, User] | None:
    """The living token and its living account, whose one-time password has been changed."""
    if not secret.startswith(PREFIX):
        return None
    token = uow.access.token(csrf.fingerprint(secret))
    user = uow.users.get(token.username) if token is not None and token.alive(now) else None
    if token is None or user is None or user.disabled_at is not None or user.must_change_password:
        return None
    return token, user


def _audit(uow: UnitOfWork, actor: str, action: str, token_id: int, now: datetime) -> None:
    entry = NewEntry(at=now, actor=actor, action=action, object_type="token", object_id=str(token_id))
    uow.audit.append(STREAM, [entry])
