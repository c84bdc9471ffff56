"""CSV input of commands: a damaged row is an error of its own, never a silent "no match"."""

import pytest

from tradewarden.cli.compare import comparison_record
from tradewarden.cli.tables import csv_rows

GOOD = "Ann,Bob\n"
BAD = [
    ("only one cell\n", "too few cells, right missing"),
    ("Ann,Bob,Eve\n", "more cells than columns"),
    ("An\0n,Bob\n", "NUL"),
    (f'"Ann,Bob\n{GOOD}', "quote is not closed"),
    (f'Ann,"Bob\n{GOOD}', "quote is not closed"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_damaged_row_is_an_error_and_stops_no_other(tmp_path, text, said):
    path = tmp_path / "pairs.csv"
    path.write_text(f"left,right\n{GOOD}{text}", encoding="utf-8")
    good, bad = csv_rows(path, ("left", "right"))
    assert comparison_record(1, good)["left"] == "Ann"
    with pytest.raises(ValueError, match=said):
        comparison_record(2, bad)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_excel_are_read(tmp_path, encoding):
    path = tmp_path / "pairs.csv"
    path.write_text("left,right\n深圳市合成贸易有限公司,合成\n", encoding=encoding)
    [row] = csv_rows(path, ("left", "right"))
    assert row["left"] == "深圳市合成贸易有限公司"
