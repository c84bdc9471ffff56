"""Transactions, migrations and the errors around them, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from databases import schema
from databases.columns import metadata
from databases.engine import Database
from databases.errors import (
    DatabaseUnavailable,
    MigrationMissing,
    ReadOnlyStorage,
    StorageError,
    UnstorableText,
)
from databases.inbox import IncomingEvent
from databases.outbox import Message


def test_upgrade_makes_the_schema_the_tables_describe(empty_url, now):
    database = Database(empty_url)
    assert database.revision() is None
    seen = []
    database.upgrade(progress=lambda *step: seen.append(step), now=now)
    assert database.revision() == database.head()
    with database.reading() as unit:
        context = MigrationContext.configure(unit.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert [what for what, _, _ in seen][:2] == ["schema 0001", "schema 0002"]
    assert all(done <= total for _, done, total in seen)
    database.dispose()


def test_two_processes_that_upgrade_at_once(empty_url, now):
    databases = [Database(empty_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one.upgrade, None, now) for one in databases]:
            done.result(60)
    assert {one.revision() for one in databases} == {databases[0].head()}
    for one in databases:
        one.dispose()


def test_a_failed_upgrade_leaves_nothing_behind(empty_url, now, monkeypatch):
    database = Database(empty_url)
    with monkeypatch.context() as patch:
        patch.setattr("databases.reference.References.load_seed", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            database.upgrade(now=now)
    assert database.revision() is None
    database.upgrade(now=now)
    assert database.revision() == database.head()
    database.dispose()


def test_upgrade_twice_changes_nothing(database, now):
    with database.reading() as unit:
        before = unit.reference.parts()
    database.upgrade(now=now)
    with database.reading() as unit:
        assert unit.reference.parts() == before


def test_down_and_up_again(empty_url, now):
    database = Database(empty_url)
    database.upgrade(now=now)
    with database._writer.begin() as connection:
        command.downgrade(schema.config(connection), "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    database.upgrade(now=now)
    assert database.revision() == database.head()
    database.dispose()


def test_postgres_does_not_spend_its_time_on_compressing_orders(empty_url, engine, now):
    if engine != "postgres":
        pytest.skip("SQLite keeps bytes as they are")
    database = Database(empty_url)
    database.upgrade(now=now)
    told = text(
        "SELECT attstorage, attcompression FROM pg_attribute "
        "WHERE attrelid = 'order_revisions'::regclass AND attname = 'body'"
    )
    plain = (("e", ""), ("x", "l"))  # kept as it is, or by LZ4 where the server has it
    with database._writer.begin() as connection:
        assert tuple(connection.execute(told).one()) in plain
        command.downgrade(schema.config(connection), "0012")
        assert tuple(connection.execute(told).one()) == ("x", "")
        command.upgrade(schema.config(connection), "head")
        assert tuple(connection.execute(told).one()) in plain
    database.dispose()


def test_there_is_one_head():
    assert len(schema._script().get_heads()) == 1


def test_writing_commits_on_clean_exit_only(database):
    with database.writing() as unit:
        unit.meta.set("kept", "yes")
    with pytest.raises(ZeroDivisionError), database.writing() as unit:
        unit.meta.set("kept", str(1 / 0 if unit.meta.set("kept", "no") is None else 0))
    with database.reading() as unit:
        assert unit.meta.get("kept") == "yes"


def test_reading_cannot_write(database):
    with pytest.raises(StorageError, match="reading unit"), database.reading() as unit:
        unit.meta.set("a", "b")


def test_what_a_worker_locks_a_reader_only_looks_at(database, now):
    event = IncomingEvent(
        source="api", event_id="1", order_id="O-1", revision=1, client_key="C", raw=b"{}", payload_hash="h"
    )
    with database.writing() as unit:
        unit.inbox.accept([event], now)
        unit.outbox.append([Message(topic="t", key="k", payload=b"")], now)
    with database.reading() as unit:
        assert len(unit.inbox.claim(5)) == len(unit.outbox.pending(5)) == 1
        assert unit.orders.heads(["O-1"]) == {}


def test_reading_sees_one_state(database):
    with database.writing() as unit:
        unit.meta.set("a", "1")
    with database.reading() as reader:
        assert reader.meta.get("a") == "1"
        with database.writing() as unit:
            unit.meta.set("a", "2")
        assert reader.meta.get("a") == "1"
    with database.reading() as reader:
        assert reader.meta.get("a") == "2"


def test_missing_schema_is_named(empty_url):
    database = Database(empty_url)
    with pytest.raises(MigrationMissing, match=r"none \(empty database\).*tradewarden db upgrade"), database.writing():
        pass
    database.dispose()


@pytest.mark.parametrize(
    ("found", "message"), [("0001", "at revision 0001, this code needs"), ("9999", "9999, newer than this code")]
)
def test_other_revisions_are_named(database, url, found, message):
    with database.writing() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    other = Database(url)
    with pytest.raises(MigrationMissing, match=message), other.reading():
        pass
    other.dispose()


def test_a_newer_database_is_not_upgraded(database, url):
    with database.writing() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    other = Database(url)
    with pytest.raises(MigrationMissing, match="newer"):
        other.upgrade()
    other.dispose()


@pytest.mark.parametrize("value", ["a\0b", "half \ud800 pair"])
def test_text_no_engine_can_keep_is_refused(database, value):
    with pytest.raises(UnstorableText, match=r"value: character \d+ is U\+"), database.writing() as unit:
        unit.meta.set("key", value)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "can't be read"),
        ("mysql://host/name", "unknown kind of database 'mysql'"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_bad_addresses(address, message):
    with pytest.raises(DatabaseUnavailable, match=message):
        Database(address)


def test_unreachable_server_is_named_without_its_password():
    database = Database("postgresql://ward:s3cret@127.0.0.1:1/trade")
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/trade: the server does not answer") as caught:
        database.upgrade()
    assert "s3cret" not in str(caught.value)
    database.dispose()


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailable, match="no intact SQLite database"):
        database.upgrade()
    database.dispose()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite:///{tmp_path / 'file' / 'data' / 'x.db'}")
    with pytest.raises(ReadOnlyStorage, match="can't be made"):
        database.upgrade()


def test_a_folder_that_cannot_be_written():
    # nobody may make files in /proc, root included
    database = Database("sqlite:////proc/tradewarden.db")
    with pytest.raises(ReadOnlyStorage, match="TRADEWARDEN_DATA_DIR"):
        database.upgrade()
    database.dispose()


def test_sqlite_is_durable_and_strict(sqlite_template, tmp_path):
    path = tmp_path / "copy.db"
    path.write_bytes(Path(sqlite_template).read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as unit:
        pragmas = {
            name: unit.connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    database.dispose()


def test_what_we_create_is_for_its_owner_alone(tmp_path, now):
    given = tmp_path / "given"
    given.mkdir(mode=0o755)
    for folder, mode in ((tmp_path / "made", 0o700), (given, 0o755)):
        database = Database(f"sqlite:///{folder / 'tradewarden.db'}")
        database.upgrade(now=now)
        with database.reading():
            assert folder.stat().st_mode & 0o777 == mode
            assert {path.stat().st_mode & 0o777 for path in folder.glob("tradewarden.db*")} == {0o600}
        database.dispose()
