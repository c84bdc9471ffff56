"""What can't be done is said in one line that names place, value and next step, with exit status 2."""

import socket
import sqlite3


def _says(ran, *words):
    assert ran.status == 2
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err, ran.err


def test_unknown_ending(tradewarden, tmp_path):
    _says(tradewarden("assess", tmp_path / "orders.txt"), "orders.txt", ".jsonl")


def test_file_that_is_not_there(tradewarden, tmp_path):
    _says(tradewarden("assess", tmp_path / "none.jsonl"), "none.jsonl", "can't be read")


def test_unknown_list(tradewarden, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("entry_id,name\n1,x\n", encoding="utf-8")
    _says(tradewarden("lists", "import", "XX99", path), "XX99", "SA01")


def test_screen_without_any_list(tradewarden):
    _says(tradewarden("screen", "somebody"), "No list", "lists import")


def test_data_folder_that_is_a_file(tradewarden, tmp_path):
    (tmp_path / "data").write_text("not a folder", encoding="utf-8")
    _says(tradewarden("db", "upgrade"), "data", "TRADEWARDEN_DATA_DIR")


def test_database_of_another_release(tradewarden, tmp_path):
    assert tradewarden("db", "upgrade").status == 0
    with sqlite3.connect(tmp_path / "data" / "tradewarden.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    _says(tradewarden("lists", "status"), "0001", "tradewarden db upgrade")


def test_busy_port(tradewarden):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        _says(tradewarden("serve", TRADEWARDEN_PORT=port), port, "TRADEWARDEN_PORT")


def test_bad_setting(tradewarden):
    _says(tradewarden("db", "upgrade", TRADEWARDEN_PORT="99999999"), "TRADEWARDEN_PORT", "99999999")


def test_relay_without_a_broker(tradewarden):
    _says(tradewarden("relay"), "TRADEWARDEN_KAFKA_SERVERS")


def test_pack_is_never_overwritten(tradewarden, tmp_path):
    out = tmp_path / "pack"
    out.mkdir()
    done = tradewarden("aeo", "export", "--from", "2026-01-01", "--to", "2026-01-02", "--out", out)
    _says(done, "exists already")
