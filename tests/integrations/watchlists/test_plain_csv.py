"""Chinese and own lists as tables. All companies are invented; their codes use a region that does not exist."""

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import DoorError
from integrations.watchlists import INDEX, SourceFile, read_list, registry
from risk.nouns.parties import Kind

CHINESE = """企业名称,统一社会信用代码,列入原因,列入日期,移出日期,办案人
深圳市虚构甲贸易有限公司,91440399MAX0000153,虚开发票,2023年05月04日,,张三
深圳市虚构乙贸易有限公司,91440399MAX000023X,骗取出口退税,2023/5/6,2026-05-05,
"""


def read(text, source="JP03", encoding="utf-8"):
    return read_list([SourceFile("list.csv", text.encode(encoding))], registry()[source])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_usual_encoding(encoding):
    result = read(CHINESE, encoding=encoding)
    assert [entry.name for entry in result.entries] == ["深圳市虚构甲贸易有限公司", "深圳市虚构乙贸易有限公司"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_told_by_its_zeros(encoding):
    assert read("entry_id,name\n1,ACME LIMITED\n", encoding=encoding).entries[0].name == "ACME LIMITED"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_usual_separator(separator):
    assert read(CHINESE.replace(",", separator)).entries == read(CHINESE).entries


def test_joint_punishment_entry():
    first, second = read(CHINESE).entries
    assert first.identifiers == {"uscc": ("91440399MAX0000153",)}
    assert (first.effect, first.joint_punishment) == ("refuse", True)
    assert (first.valid_from, first.valid_to) == (date(2023, 5, 4), None)
    assert (second.valid_from, second.valid_to) == (date(2023, 5, 6), date(2026, 5, 5))
    assert first.remarks == "虚开发票"
    assert first.attributes == {"reason": "虚开发票", "办案人": "张三"}


def test_court_list_with_its_own_field_names():
    result = read(
        "iname,cardNum,businessEntity,courtName,partyTypeName,caseCode,publishDate,performance\n"
        "虚构丙有限公司,12345678-9,李四,某某法院,1,（2023）粤0399执1号,2023年05月04日,全部未履行\n"
        "王五,440399****1234,,某某法院,0,（2023）粤0399执2号,2023-05-04,部分履行\n",
        "JP01",
    )
    company, person = result.entries
    assert company.identifiers == {"organisation_code": ("123456789",)}
    assert company.kind is Kind.ORGANISATION
    assert person.identifiers == {"identity_number": ("440399****1234",)}
    assert person.kind is Kind.PERSON
    assert person.entry_id == "（2023）粤0399执2号/440399****1234"
    assert company.attributes["legal_representative"] == "李四"


def test_index_of_names():
    result = read_list([SourceFile("names.csv", "entry_id,name\n1,甲\n2,乙\n".encode())], INDEX)
    assert [(entry.list_id, entry.entry_id, entry.name) for entry in result.entries] == [
        ("index", "1", "甲"), ("index", "2", "乙")
    ]  # fmt: skip


def test_ids_of_rows_without_numbers_are_stable_and_distinct():
    text = "名称,列入原因\n甲,一\n甲,二\n"
    ids = [entry.entry_id for entry in read(text).entries]
    assert len(set(ids)) == 2
    assert ids == [entry.entry_id for entry in read(text).entries]


BAD = [
    ("entry_id,name\n1,甲\n2,\n", "line 3", "a name"),
    ("entry_id,name\n1,甲\n1,乙\n", "line 3", "line 2 has the same"),
    ("entry_id,name\n1,甲\n2,乙,丙,\n", "line 3", "2 columns"),
    ("entry_id,name,列入日期\n1,甲,\n2,乙,昨天\n", "line 3, listed_on", "a date such as"),
    ("entry_id,name\n1,甲\n2,a\x00b\n", "line 3, name", "control characters"),
    ("entry_id,name\n1,甲\n2," + "长" * 10_001 + "\n", "line 3, name", "at most 10000 characters"),
    ('entry_id,name\n1,甲\n2,"乙\n3,丙\n4,丁\n', "lines 3-5", "a quote that is not closed"),
]


@pytest.mark.parametrize(("text", "where", "expected"), BAD)
def test_bad_row_costs_itself(text, where, expected):
    result = read(text, "index")
    assert [entry.name for entry in result.entries] == ["甲"]
    [loss] = result.rejected
    assert loss.where == f"list.csv: {where}"
    assert expected in loss.expected
    assert loss.value.isprintable()
    assert result.read == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "a header row"),
        (b"\n\n", "a header row"),
        (b"1,ACME\n2,EMCA\n", "a header row"),
        (b"\xff\xfe\x00", "UTF-8, UTF-16 or GB 18030"),
        (b"name\n\xff\xff\xff\xff", "UTF-8, UTF-16 or GB 18030"),
        (b'name\n"' + b"x" * 200_000, "a CSV row"),
    ],
)
def test_unusable_file_is_one_error(data, expected):
    with pytest.raises(DoorError) as caught:
        read_list([SourceFile("list.csv", data)], INDEX)
    assert expected in caught.value.expected
    assert str(caught.value).isprintable()


def workbook(sheets):
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_list_as_a_workbook():
    rows = [
        ["名称", "统一社会信用代码", "列入日期"],
        ["虚构甲公司", "91440399MAX0000153", date(2023, 5, 4)],
        ["", "x", None],
    ]
    result = read_list([SourceFile("list.xlsx", workbook({"名单": rows}))], registry()["JP02"])
    [entry] = result.entries
    assert (entry.name, entry.valid_from, result.read) == ("虚构甲公司", date(2023, 5, 4), 2)
    assert result.rejected[0].where == "list.xlsx: 名单 row 3"


def test_workbook_with_two_filled_sheets_is_refused():
    with pytest.raises(DoorError, match="one filled sheet"):
        read_list([SourceFile("list.xlsx", workbook({"a": [["name"]], "b": [["name"]]}))], INDEX)


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=8))
def test_no_row_vanishes(rows):
    text = "entry_id,name,备注\n" + "".join(
        ",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in r) + "\n" for r in rows
    )
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert read(text, "index").read == filled
