"""Watch lists on the command line: a damaged file never replaces a good list, differences say what differs."""

import pytest

from .conftest import CommandLine


def table(path, count, bad=0, name="Synthetic Listed Company"):
    rows = [f"S-{number},{name} {number}" for number in range(1, count + 1)]
    rows += [f"B-{number}," for number in range(bad)]
    path.write_text("\n".join(["entry_id,name", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """(command line, folder) with ten entries of `index` in force as version 1."""
    from_folder = tmp_path_factory.mktemp("lists")
    run = CommandLine(from_folder / "data")
    assert run("lists", "import", "index", table(from_folder / "good.csv", 10)).status == 0
    return run, from_folder


def in_force(run):
    [record] = run("lists", "status", "--json").records
    return record["version"], record["entries"]


@pytest.mark.parametrize(
    ("count", "bad", "said"),
    [(0, 0, "no entry is left"), (7, 0, "20% of the list would vanish"), (300, 20, "5% of the records")],
)
def test_damaged_list_is_refused_and_the_good_one_stays(imported, count, bad, said):
    run, folder = imported
    done = run("lists", "import", "index", table(folder / "bad.csv", count, bad, "Other Synthetic Name"), "--json")
    assert (done.status, done.out) == (2, "")
    for part in (said, f"usable {count}", f"rejected {bad}", "in force 10", "--accept-shrunken"):
        assert part in done.err
    assert in_force(run) == (1, 10)


@pytest.mark.parametrize("arguments", [("index", 1, 99), ("index", 0, 1), ("SA02", 1, 2), ("nope", 1, 1)])
def test_unknown_version_or_list_is_an_error(imported, arguments):
    run, _ = imported
    done = run("lists", "diff", *arguments)
    assert (done.status, done.out) == (2, "")
    assert str(arguments[0]) in done.err
    assert "Traceback" not in done.err


def test_confirmed_list_is_taken_and_the_difference_names_the_fields(tradewarden, tmp_path):
    assert tradewarden("lists", "import", "index", table(tmp_path / "a.csv", 10)).status == 0
    path = table(tmp_path / "b.csv", 5)
    path.write_text(path.read_text("utf-8").replace("Company 1\n", "Firm 1\n"), encoding="utf-8")
    done = tradewarden("lists", "import", "index", path, "--accept-shrunken", "--json")
    assert done.status == 0, done.err
    assert (done.records[0]["stored"], done.records[0]["removed"]) == (5, 5)
    changes = {record["entry_id"]: record for record in tradewarden("lists", "diff", "index", 1, 2, "--json").records}
    assert changes["S-1"]["fields"] == ["names"]
    assert (changes["S-9"]["kind"], changes["S-9"]["fields"]) == ("removed", [])
    assert "[names]" in tradewarden("lists", "diff", "index", 1, 2).out
