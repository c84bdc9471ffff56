"""Accounts, sessions with two limits, and login attempts."""

from datetime import timedelta

import pytest

from databases.errors import NotFound, StaleState, StorageError
from databases.users import Session, User

MINUTE = timedelta(minutes=1)


def user(now, name="wang", **values):
    defaults = {
        "display_name": "王",
        "roles": ("officer", "operator"),
        "password_hash": "$argon2id$x",
        "created_at": now,
    }
    return User(username=name, **defaults | values)


def session(now, name="wang"):
    return Session(
        token_hash="t1",
        username=name,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now + 30 * MINUTE,
        expires_at=now + 720 * MINUTE,
        csrf_hash="c",
        address="127.0.0.1",
        agent="x",
    )


def test_an_account(database, now):
    with database.writing() as unit:
        unit.users.create(user(now, "Wang"))
        found = unit.users.get("WANG")
        assert (found.username, found.roles, found.must_change_password) == ("wang", ("officer", "operator"), True)
        assert found.password_changed_at == now
        assert unit.users.get("li") is None
        assert [one.username for one in unit.users.all()] == ["wang"]


def test_names_are_taken_once_whatever_their_case(database, now):
    with database.writing() as unit:
        unit.users.create(user(now, "wang"))
        with pytest.raises(StaleState, match="'WANG' is taken"):
            unit.users.create(user(now, "WANG"))


def test_a_session_lives_until_idle_or_old(database, now):
    with database.writing() as unit:
        unit.users.create(user(now))
        unit.users.open_session(session(now))
        kept, owner = unit.users.session("t1", now + 29 * MINUTE)
        assert (kept, owner.username) == (session(now), "wang")
        assert unit.users.session("t1", now + 30 * MINUTE) is None
        assert unit.users.session("other", now) is None
        unit.users.touch("t1", now + 29 * MINUTE, now + 900 * MINUTE)
        assert unit.users.session("t1", now + 700 * MINUTE) is not None
        assert unit.users.session("t1", now + 720 * MINUTE) is None
        assert [one.token_hash for one in unit.users.sessions_of("wang", now)] == ["t1"]


@pytest.mark.parametrize(
    "step",
    [
        lambda users, _: users.close_session("t1"),
        lambda users, _: users.close_all("WANG"),
        lambda users, now: users.disable("wang", now),
        lambda users, now: users.set_password("wang", "new", now),
        lambda users, _: users.set_roles("wang", ["auditor"]),
        lambda users, now: users.forget_expired(now + 60 * MINUTE),
    ],
    ids=["log out", "everywhere", "disable", "password", "roles", "clean up"],
)
def test_what_ends_a_session(database, now, step):
    with database.writing() as unit:
        unit.users.create(user(now))
        unit.users.open_session(session(now))
        assert unit.users.session("t1", now) is not None
        step(unit.users, now)
        assert unit.users.session("t1", now) is None


def test_a_disabled_account_has_no_sessions_even_new_ones(database, now):
    with database.writing() as unit:
        unit.users.create(user(now))
        unit.users.disable("wang", now)
        unit.users.open_session(session(now))
        assert unit.users.session("t1", now) is None
        unit.users.enable("wang")
        assert unit.users.session("t1", now) is not None


def test_a_session_needs_an_account(database, now):
    with pytest.raises(StorageError), database.writing() as unit:
        unit.users.open_session(session(now, name="ghost"))


def test_changes_of_an_account(database, now):
    later = now + MINUTE
    with database.writing() as unit:
        unit.users.create(user(now))
        unit.users.set_password("wang", "new", later)
        unit.users.rehash("wang", "newer")
        unit.users.set_roles("wang", ["auditor"])
        unit.users.set_language("wang", "en")
        found = unit.users.get("wang")
    assert (found.password_hash, found.password_changed_at, found.must_change_password) == ("newer", later, False)
    assert (found.roles, found.language) == (("auditor",), "en")


@pytest.mark.parametrize(
    "change",
    [
        lambda users, now: users.set_password("ghost", "x", now),
        lambda users, _: users.set_roles("ghost", []),
        lambda users, now: users.disable("ghost", now),
        lambda users, _: users.enable("ghost"),
        lambda users, _: users.set_language("ghost", "zh"),
    ],
)
def test_changes_of_nobody(database, now, change):
    with pytest.raises(NotFound, match="no account 'ghost'"), database.writing() as unit:
        change(unit.users, now)


def test_login_attempts(database, now):
    with database.writing() as unit:
        unit.users.create(user(now))
        for minute, (name, address, succeeded) in enumerate(
            [
                ("wang", "a", False),
                ("Wang", "b", False),
                ("ghost", "a", False),
                ("wang", "a", True),
                ("wang", "a", False),
            ]
        ):
            unit.users.note_attempt(name, address, succeeded, now + minute * MINUTE)
        count = unit.users.failures_since
        assert [count(now, username="wang"), count(now, address="a"), count(now, username="ghost")] == [3, 3, 1]
        assert count(now + MINUTE, username="wang") == 2
        found = unit.users.get("wang")
        assert (found.failed_logins, found.last_login_at) == (1, now + 3 * MINUTE)
        for wrong in ({}, {"username": "a", "address": "b"}):
            with pytest.raises(ValueError, match="not for both or none"):
                count(now, **wrong)
