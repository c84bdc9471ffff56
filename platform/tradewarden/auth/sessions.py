"""Sign-in and sessions: throttled attempts, random tokens of which the database keeps the hash, two time limits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from databases.audit_chain import NewEntry
from databases.engine import Database
from databases.unit_of_work import UnitOfWork
from databases.users import Session, User
from tradewarden.auth import csrf, passwords
from tradewarden.auth.refusals import Refused

STREAM = "web"
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in form sends and where it comes from."""

    username: str
    password: str = field(repr=False)
    address: str
    agent: str = ""


def sign_in(database: Database, form: SignIn, now: datetime) -> tuple[str, User]:
    """The new session's secret and the account. Raises Refused 401 (wrong) or 429 (too many attempts).

    The throttle is judged again in the transaction that counts the attempt, so parallel guesses gain nothing; a wrong
    name costs the same time as a wrong password and gets the same answer.
    """
    if not form.username:
        raise Refused(401, "login.wrong")
    with database.reading() as uow:
        _throttle(uow, form, now)
        user = uow.users.get(form.username)
    stored = user.password_hash if user is not None and user.disabled_at is None else ""
    fits = passwords.verified(stored, form.password)
    with database.writing() as uow:
        _throttle(uow, form, now)
        uow.users.note_attempt(form.username, form.address, fits, now)
        uow.audit.append(STREAM, [_attempt(form, fits, now)])
        if fits and user is not None:
            if passwords.outdated(user.password_hash):
                uow.users.rehash(user.username, passwords.hashed(form.password))
            return open_session(uow, user.username, form, now), user
    raise Refused(401, "login.wrong")


def confirm(database: Database, form: SignIn, now: datetime) -> None:
    """That the session's owner knows the password. Raises Refused 422 (wrong) or 429; counted like sign-ins."""
    with database.reading() as uow:
        _throttle(uow, form, now)
        user = uow.users.get(form.username)
    if user is None or not passwords.verified(user.password_hash, form.password):
        with database.writing() as uow:
            uow.users.note_attempt(form.username, form.address, False, now)
            uow.audit.append(STREAM, [_attempt(form, False, now)])
        raise Refused(422, "password.old_wrong")


def open_session(uow: UnitOfWork, username: str, form: SignIn, now: datetime) -> str:
    """Keep a new session and return its secret, which is stored nowhere."""
    secret = csrf.new_secret()
    uow.users.forget_expired(now)
    uow.users.open_session(
        Session(
            token_hash=csrf.fingerprint(secret),
            username=username,
            created_at=now,
            last_seen_at=now,
            idle_expires_at=now + IDLE,
            expires_at=now + ABSOLUTE,
            address=form.address[:64],
            agent=form.agent[:200],
        )
    )
    return secret


def found(uow: UnitOfWork, secret: str, now: datetime) -> tuple[Session, User] | None:
    """The living session behind a cookie."""
    return uow.users.session(csrf.fingerprint(secret), now) if secret else None


def stale(session: Session, now: datetime) -> bool:
    """Whether the session's last use is old enough to be worth a write."""
    return now - session.last_seen_at >= TOUCH_AFTER


def touched(database: Database, session: Session, now: datetime) -> None:
    """Move the idle limit; the absolute limit never moves."""
    with database.writing() as uow:
        uow.users.touch(session.token_hash, now, min(now + IDLE, session.expires_at))


def _throttle(uow: UnitOfWork, form: SignIn, now: datetime) -> None:
    since = now - WINDOW
    minutes = int(WINDOW.total_seconds() // 60)
    if (
        uow.users.failures_since(since, username=form.username) >= FAILURES_PER_ACCOUNT
        or uow.users.failures_since(since, address=form.address) >= FAILURES_PER_ADDRESS
    ):
        raise Refused(429, "login.throttled", {"minutes": minutes})


def _attempt(form: SignIn, fits: bool, now: datetime) -> NewEntry:
    return NewEntry(
        at=now,
        actor=form.username[:64] or "anonymous",
        action="session.opened" if fits else "session.refused",
        object_type="user",
        object_id=form.username[:64],
        details={"address": form.address},
    )
