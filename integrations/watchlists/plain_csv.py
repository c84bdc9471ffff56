"""Chinese lists and own lists as plain tables: CSV of any usual encoding and separator, or rows taken from Excel.

The columns are told by their headers (Chinese or English); columns nobody knows are kept as attributes.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from integrations.characters import EXPECTED, FORBIDDEN
from integrations.dates import day, iso_date
from integrations.errors import DoorError
from integrations.text_encoding import decode_text
from integrations.watchlists.countries import alpha3
from integrations.watchlists.headers import known, meanings
from integrations.watchlists.imported import ImportedList, Rejected, SourceFile, rejected
from integrations.watchlists.registry import ListSource
from kyc.entries import ListEntry
from risk.nouns.parties import Kind

Rows = Iterable[tuple[str, Sequence[str]]]
"""Rows of a table: where each stands (line 3, sheet row 4) and its cells as text."""

_LONGEST_CELL = 10_000
_LIST_SEPARATORS = re.compile(r"[;；|、]")
_KINDS = {
    "0": Kind.PERSON,
    "1": Kind.ORGANISATION,
    "自然人": Kind.PERSON,
    "个人": Kind.PERSON,
    "person": Kind.PERSON,
    "individual": Kind.PERSON,
    "法人": Kind.ORGANISATION,
    "企业": Kind.ORGANISATION,
    "organisation": Kind.ORGANISATION,
    "entity": Kind.ORGANISATION,
    "船舶": Kind.VESSEL,
    "vessel": Kind.VESSEL,
}
_USCC = re.compile(r"[0-9A-Z]{18}")
_ORGANISATION_CODE = re.compile(r"([0-9A-Z]{8})-?([0-9X])")
_IDENTIFIERS = ("uscc", "tax_number", "customs_code", "imo")
_OWN_FIELDS = {
    "entry_id",
    "name",
    "name_en",
    "aliases",
    "card_number",
    "listed_on",
    "removed_on",
    "kind",
    "reference",
} | {
    "programme",
    "remarks",
}


@dataclass(frozen=True, slots=True)
class _Record:
    where: str
    cells: dict[str, str]

    def __getitem__(self, meaning: str) -> str:
        return self.cells.get(meaning, "")


def read_csv(file: SourceFile, source: ListSource) -> ImportedList:
    """A CSV file with a header row. Raises DoorError when it has no column with names."""
    text, encoding = decode_text(file.data, file.name)
    return read_rows(_csv_rows(text, file.name), file, source, f"CSV in {encoding}")


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, list[str]]]:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    last = 0
    try:
        for row in reader:
            first, last = last + 1, reader.line_num
            yield f"line {first}" if first == last else f"lines {first}-{last}", row
    except csv.Error as error:
        step = "Open and save the file again as CSV."
        raise DoorError(name, f"line {reader.line_num}", str(error), "a CSV row", step) from error


def read_rows(rows: Rows, file: SourceFile, source: ListSource, form: str = "table") -> ImportedList:
    """The entries of a table whose first filled row holds the headers. Raises DoorError without a name column."""
    filled = ((where, [cell.strip() for cell in row]) for where, row in rows if any(cell.strip() for cell in row))
    where, headers = next(filled, ("first row", []))
    columns = meanings(headers)
    if "name" not in columns.values():
        step = "Put headers such as entry_id,name or 名称,统一社会信用代码 into the first row."
        shown = ", ".join(headers)
        raise DoorError(file.name, f"{where} ({form})", shown, "a header row with a column name or 名称", step)
    entries: dict[str, ListEntry] = {}
    places: dict[str, str] = {}
    losses: list[Rejected] = []
    for place, cells in filled:
        spot = f"{file.name}: {place}"
        entry = _entry(spot, cells, columns, source)
        if isinstance(entry, Rejected):
            losses.append(entry)
        elif entry.entry_id in entries:
            first = places[entry.entry_id]
            losses.append(rejected(spot, f"{entry.entry_id} {entry.name}", f"an id of its own; {first} has the same"))
        else:
            entries[entry.entry_id], places[entry.entry_id] = entry, place
    unknown = [header for header in headers if header and not known(header)]
    return ImportedList(
        list_id=source.id,
        source_date=None,
        sha256=file.sha256,
        entries=list(entries.values()),
        rejected=losses,
        details={"columns": len(headers), "columns_kept_as_attributes": len(unknown)},
    )


def _entry(where: str, cells: list[str], columns: dict[int, str], source: ListSource) -> ListEntry | Rejected:
    if len(cells) > (last := max(columns) + 1) and any(cells[last:]):
        return rejected(where, ", ".join(cells[last:]), f"{last} columns; a separator inside a cell needs quotes")
    if swallowed := next((cell for cell in cells if _holds_rows(cell, len(columns))), ""):
        return rejected(where, swallowed, "one row; a quote that is not closed has swallowed the lines after it")
    record = _Record(where, {meaning: cells[n] for n, meaning in columns.items() if n < len(cells) and cells[n]})
    for meaning, text in record.cells.items():
        if len(text) > _LONGEST_CELL or FORBIDDEN.search(text):
            return rejected(f"{where}, {meaning}", text, f"{EXPECTED}, at most {_LONGEST_CELL} characters")
    for meaning in ("listed_on", "removed_on"):
        if record[meaning] and day(record[meaning]) is None:
            return rejected(f"{where}, {meaning}", record[meaning], "a date such as 2023-05-04 or 2023年05月04日")
    if not record["name"]:
        return rejected(where, ", ".join(record.cells.values()), "a name")
    return _built(record, source)


def _holds_rows(cell: str, columns: int) -> bool:
    """Whether a cell over several lines looks like rows of the table rather than like text with line breaks."""
    lines = cell.splitlines()
    return len(lines) > 1 and any(max(map(line.count, ",;\t")) >= max(columns - 1, 1) for line in lines)


def _built(record: _Record, source: ListSource) -> ListEntry:
    kind = _KINDS.get(record["kind"].casefold(), source.match_kind)
    more = [part.strip() for text in (record["name_en"], record["aliases"]) for part in _LIST_SEPARATORS.split(text)]
    countries = [alpha3(part) for part in _LIST_SEPARATORS.split(record["country"])]
    births = [iso_date(part) for part in _LIST_SEPARATORS.split(record["birth_date"])]
    return ListEntry(
        list_id=source.id,
        entry_id=record["entry_id"] or _derived_id(record),
        reference=record["reference"] or record["case_number"],
        names=tuple(dict.fromkeys([record["name"], *(name for name in more if name)])),
        kind=kind,
        identifiers=_identifiers(record, kind),
        countries=tuple(dict.fromkeys(code for code in countries if code)),
        birth_dates=tuple(dict.fromkeys(birth for birth in births if birth)),
        effect=source.effect,
        joint_punishment=source.joint_punishment,
        valid_from=day(record["listed_on"]),
        valid_to=day(record["removed_on"]),
        programme=record["programme"],
        remarks=" ".join(text for text in (record["reason"], record["remarks"]) if text),
        attributes=_attributes(record),
    )


def _identifiers(record: _Record, kind: Kind) -> dict[str, tuple[str, ...]]:
    found = {sort: [record[sort]] for sort in _IDENTIFIERS if record[sort]}
    number = record["card_number"].upper().replace(" ", "")
    if code := _ORGANISATION_CODE.fullmatch(number):
        found.setdefault("organisation_code", []).append(code[1] + code[2])
    elif kind is not Kind.PERSON and _USCC.fullmatch(number):
        found.setdefault("uscc", []).append(number)
    elif number:
        found.setdefault("identity_number", []).append(number)
    return {sort: tuple(dict.fromkeys(values)) for sort, values in found.items()}


def _derived_id(record: _Record) -> str:
    """A list without numbers of its own: the case, else the code with the date, else a hash of what names the row."""
    for parts in (("case_number", "uscc"), ("case_number", "card_number"), ("uscc", "listed_on")):
        values = [record[part] for part in parts]
        if all(values):
            return "/".join(values)
    named = "\x1f".join(record[part] for part in ("name", "uscc", "card_number", "case_number", "listed_on", "reason"))
    return hashlib.sha256(named.encode()).hexdigest()[:20]


def _attributes(record: _Record) -> dict[str, str]:
    kept = {
        meaning.removeprefix("column:"): text
        for meaning, text in record.cells.items()
        if meaning not in _OWN_FIELDS and meaning not in _IDENTIFIERS
    }
    return {key: kept[key] for key in sorted(kept)}
