import hashlib
import json
import stat
import zipfile
from datetime import date

import bagit
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewarden.aeo.evidence import KINDS, Document
from tradewarden.aeo.merkle import leaf_hash, root
from tradewarden.aeo.pack import Cancelled, Watch, export
from tradewarden.aeo.period import Period
from tradewarden.aeo.verify import verify
from tradewarden.aeo.writers import Bag, RecordFile
from tradewarden.errors import CannotDo


def tree_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pack_is_a_valid_bag_with_everything_in_it(write_pack, evidence, tmp_path):
    summary = write_pack("pack")
    bag = bagit.Bag(str(tmp_path / "pack"))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    files = tree_of(tmp_path / "pack")
    for kind in KINDS:
        lines = files[kind.path].splitlines()
        assert len(lines) == summary.records[kind.path]
        if kind.name != "documents":
            assert lines == evidence.lines[kind.name]
    assert summary.documents == 1
    assert summary.absent == ()
    assert hashlib.sha256(files["checkpoint.json"]).hexdigest() == summary.pack_hash
    assert verify(tmp_path / "pack").as_json() == {
        "verdict": "intact",
        "problems": [],
        "records": sum(summary.records.values()),
        "signer": summary.fingerprint,
    }


def test_the_checkpoint_holds_the_root_over_every_line_and_both_ends_of_every_chain(write_pack, tmp_path):
    write_pack("pack")
    files = tree_of(tmp_path / "pack")
    checkpoint = json.loads(files["checkpoint.json"])
    names = sorted(name for name in files if name.endswith(".jsonl"))
    lines = [line for name in names for line in files[name].splitlines(keepends=True)]
    assert checkpoint["tree"] == {"size": len(lines), "root": root(map(leaf_hash, lines)).hex()}
    assert checkpoint["streams"]["console"]["before"]["seq"] == 3
    assert checkpoint["streams"]["console"]["after"]["seq"] == 7
    assert checkpoint["period"] == {"from": "2026-03-01", "to": "2026-03-31", "timezone": "Asia/Shanghai"}
    assert checkpoint["policies"] == ["ab" * 32]
    assert checkpoint["tagmanifest_sha256"] == hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()


def test_the_workbook_is_for_people_and_holds_no_formula(write_pack, tmp_path):
    write_pack("pack")
    book = openpyxl.load_workbook(tmp_path / "pack" / "data" / "index.xlsx")
    rows = list(book["决定 Decisions"].iter_rows(values_only=True))
    assert rows[0][0] == "订单号 Order"
    assert rows[1][:5] == ("O-1", 1, "2026-04-02 09:30:00", "复核 review", 1)
    assert len(rows) == 5
    counts = {row[2]: row[3] for row in book["文件 Files"].iter_rows(min_row=2, values_only=True)}
    assert counts["data/decisions.jsonl"] == 4
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_text_that_looks_like_a_formula_stays_text(write_pack, evidence, synthetic_decision, tmp_path):
    evidence.papers = [Document(evidence.papers[0].sha256, {"name": '=HYPERLINK("http://x")'})]
    evidence.lines["decisions"] = [synthetic_decision(1, order_id="=1+1", policy="+SUM(A1)")]
    write_pack("pack")
    sheet = openpyxl.load_workbook(tmp_path / "pack" / "data" / "index.xlsx")["决定 Decisions"]
    assert [(sheet["A2"].value, sheet["A2"].data_type), sheet["H2"].data_type] == [("=1+1", "s"), "s"]


def test_the_same_evidence_gives_the_same_zip_byte_for_byte(write_pack, tmp_path):
    write_pack("one.zip")
    write_pack("two.zip")
    first = (tmp_path / "one.zip").read_bytes()
    assert first == (tmp_path / "two.zip").read_bytes()
    assert first.endswith(b"sha256:" + hashlib.sha256(first[:-64]).hexdigest().encode())


def test_the_zip_holds_the_folder_under_one_name(write_pack, tmp_path):
    write_pack("pack.zip")
    write_pack("pack")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
    assert [path.name for path in (tmp_path / "unpacked").iterdir()] == ["evidence-2026-03-01_2026-03-31"]
    assert tree_of(tmp_path / "unpacked" / "evidence-2026-03-01_2026-03-31") == tree_of(tmp_path / "pack")
    assert verify(tmp_path / "pack.zip").verdict == "intact"


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_an_existing_pack_is_never_overwritten(write_pack, tmp_path, name):
    write_pack(name)
    before = verify(tmp_path / name)
    with pytest.raises(CannotDo, match="exists already"):
        write_pack(name)
    assert verify(tmp_path / name) == before


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
@pytest.mark.parametrize("after", [0, 3, 9])
def test_cancelling_leaves_nothing(evidence, key, tmp_path, march_order, name, after):
    asked = iter(range(1000))
    with pytest.raises(Cancelled, match="nothing was written"):
        export(evidence, key, march_order(tmp_path / name), Watch(cancelled=lambda: next(asked) >= after))
    assert list(tmp_path.iterdir()) == []


def test_a_failing_source_leaves_nothing(evidence, key, tmp_path, march_order):
    evidence.lines["screenings"] = [b"{}\n{}"]
    with pytest.raises(ValueError, match=r"record 1 of data/screenings\.jsonl is not one line"):
        export(evidence, key, march_order(tmp_path / "pack"))
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_audited_is_not_handed_out(evidence, key, tmp_path, march_order):
    def refuse(summary):
        raise RuntimeError(summary.pack_hash)

    with pytest.raises(RuntimeError):
        export(evidence, key, march_order(tmp_path / "pack"), before_publishing=refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(evidence, key, tmp_path, march_order):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotDo, match=r"file/pack can't be written"):
        export(evidence, key, march_order(tmp_path / "file" / "pack"))


def test_progress_counts_every_record(evidence, key, tmp_path, march_order):
    seen = {}
    summary = export(evidence, key, march_order(tmp_path / "pack"), Watch(progress=seen.__setitem__))
    assert {f"data/{kind}.jsonl": count for kind, count in seen.items()} == dict(summary.records)


def test_missing_and_damaged_documents_are_said_not_hidden(write_pack, evidence, tmp_path):
    lost, altered = "1" * 64, "2" * 64
    evidence.papers += [Document(lost, {}), Document(altered, {})]
    evidence.stored[altered] = b"not what it was"
    summary = write_pack("pack")
    states = [json.loads(line) for line in (tmp_path / "pack/data/documents.jsonl").read_bytes().splitlines()]
    assert [(state["sha256"], state["state"]) for state in states[1:]] == [(lost, "missing"), (altered, "damaged")]
    assert summary.absent == (lost, altered)
    assert [path.name for path in (tmp_path / "pack/data/documents").iterdir()] == [states[0]["sha256"]]
    assert verify(tmp_path / "pack").verdict == "intact"


def test_a_document_name_can_not_leave_the_pack(write_pack, evidence):
    evidence.papers = [Document("../../evil", {})]
    with pytest.raises(CannotDo, match="not a SHA-256"):
        write_pack("pack")


def test_an_empty_period_is_a_pack_too(write_pack, evidence, tmp_path):
    evidence.lines, evidence.chains, evidence.papers = {}, {}, []
    assert sum(write_pack("pack.zip").records.values()) == 0
    assert verify(tmp_path / "pack.zip").verdict == "intact"


def test_the_period_is_whole_days_in_china():
    period = Period(date(2026, 2, 28), date(2026, 2, 28))
    assert period.start.isoformat() == "2026-02-28T00:00:00+08:00"
    assert period.end.isoformat() == "2026-03-01T00:00:00+08:00"
    with pytest.raises(CannotDo, match="Swap"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@given(st.lists(st.binary(min_size=1).filter(lambda data: b"\n" not in data), max_size=20))
def test_records_and_index_agree_for_any_lines(tmp_path_factory, lines):
    bag = Bag(tmp_path_factory.mktemp("bag"))
    with bag.file("data/records.idx") as index, bag.file("data/x.jsonl") as file:
        records = RecordFile(bag, "data/x.jsonl", file, index)
        for line in lines:
            records.write(line)
    leaves = [leaf_hash(line + b"\n") for line in lines]
    assert bag.tree.root() == root(leaves)
    expected = [f"{leaf.hex()}  data/x.jsonl:{number}" for number, leaf in enumerate(leaves, 1)]
    assert (bag.folder / "data/records.idx").read_text().splitlines() == expected


def test_files_of_a_pack_are_ordinary_files(write_pack, tmp_path):
    write_pack("pack")
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in (tmp_path / "pack").rglob("*") if not path.is_dir())
