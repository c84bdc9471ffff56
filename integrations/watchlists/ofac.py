"""The OFAC SDN list in its published headerless CSV files: subjects, aliases, addresses and the overflow of remarks.

Columns: SDN ent_num,name,type,program,title,call_sign,vess_type,tonnage,GRT,flag,owner,remarks; ALT
ent_num,alt_num,alt_type,alt_name,remarks; ADD ent_num,add_num,address,city_state_zip,country,remarks;
SDN_COMMENTS ent_num,remarks. `-0-` means empty; a trailing end-of-file mark (0x1A) is ignored.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from integrations.errors import DoorError
from integrations.watchlists.countries import alpha3
from integrations.watchlists.imported import ImportedList, Rejected, SourceFile, combined_sha256, rejected
from integrations.watchlists.ofac_remarks import Remarks, understand
from integrations.watchlists.registry import ListSource
from kyc.entries import ListEntry
from risk.nouns.parties import Kind

_COLUMNS = {12: "sdn", 5: "alt", 6: "add", 2: "comments"}
_NEEDED = ("sdn", "alt", "add")
_STEP = "Give sdn.csv, alt.csv and add.csv of one day, once each; sdn_comments.csv may be added."
_KINDS = {"individual": Kind.PERSON, "vessel": Kind.VESSEL, "": Kind.ORGANISATION, "aircraft": Kind.ANY}
_ATTRIBUTES = ("title", "call_sign", "vessel_type", "tonnage", "gross_tonnage", "flag", "owner")


@dataclass(slots=True)
class _Subject:
    """One SDN row with everything the other files add to it."""

    cells: list[str]
    aliases: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_ofac(files: Sequence[SourceFile], source: ListSource) -> ImportedList:
    """Join the files (any order) into one entry for each SDN row. Raises DoorError for an unknown or missing file."""
    tables = {_kind_of(file): file for file in files}
    if len(tables) != len(files) or "sdn" not in tables:
        names = ", ".join(file.name for file in files)
        raise DoorError("OFAC", "files", names or "no file", "one SDN file and no kind of file twice", _STEP)
    if missing := [f"{kind}.csv" for kind in _NEEDED if kind not in tables]:
        found = ", ".join(file.name for file in files)
        expected = f"{' and '.join(missing)} beside it: aliases and addresses stand in files of their own"
        raise DoorError("OFAC", "files", found, expected, _STEP)
    losses: list[Rejected] = []
    details: dict[str, int] = {}
    subjects = _subjects(tables["sdn"], losses, details)
    for kind in ("alt", "add", "comments"):
        if kind in tables:
            _attach(kind, tables[kind], subjects, losses, details)
    return ImportedList(
        list_id=source.id,
        source_date=None,
        sha256=combined_sha256([tables[kind] for kind in _COLUMNS.values() if kind in tables]),
        entries=[_entry(subject, source) for subject in subjects.values()],
        rejected=losses,
        details=details,
    )


def _kind_of(file: SourceFile) -> str:
    for _, row in _rows(file):
        if kind := _COLUMNS.get(len(row)):
            return kind
    step = "Give the files as published: sdn.csv, alt.csv, add.csv, sdn_comments.csv."
    raise DoorError(file.name, "first rows", file.data[:40], "rows of 12, 5, 6 or 2 columns", step)


def _rows(file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Every row that holds anything, with its line number; `-0-` becomes empty."""
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.data.decode("cp1252", "replace")  # older files of the publisher
    reader = csv.reader(io.StringIO(text.rstrip("\x1a\r\n \t"), newline=""))
    try:
        for row in reader:
            if row:
                yield reader.line_num, ["" if (cell := raw.strip()) == "-0-" else cell for raw in row]
    except csv.Error as error:
        step = "Download the file again."
        raise DoorError(file.name, f"line {reader.line_num}", str(error), "a CSV row", step) from error


def _subjects(file: SourceFile, losses: list[Rejected], details: dict[str, int]) -> dict[str, _Subject]:
    subjects: dict[str, _Subject] = {}
    count = 0
    for line, row in _rows(file):
        count += 1
        where = f"{file.name}: line {line}"
        if len(row) != 12:
            losses.append(rejected(where, row, "12 columns"))
        elif not row[0].isdigit() or not row[1]:
            losses.append(rejected(where, row[:2], "an entity number and a name"))
        elif row[0] in subjects:
            losses.append(rejected(where, row[:2], "each entity number once"))
        else:
            subjects[row[0]] = _Subject(row)
    details["sdn_rows"] = count
    return subjects


def _attach(
    kind: str, file: SourceFile, subjects: dict[str, _Subject], losses: list[Rejected], details: dict[str, int]
) -> None:
    columns = next(number for number, name in _COLUMNS.items() if name == kind)
    count = attached = 0
    for line, row in _rows(file):
        count += 1
        where = f"{file.name}: line {line}"
        subject = subjects.get(row[0])
        if len(row) != columns:
            losses.append(rejected(where, row, f"{columns} columns"))
        elif subject is None:
            losses.append(rejected(where, row, "an entity number that stands in the SDN file"))
        elif kind == "alt" and not row[3]:
            losses.append(rejected(where, row, "a name"))
        else:
            attached += 1
            _add(kind, row, subject)
    details[f"{kind}_rows"] = count
    details[f"{kind}_attached"] = attached


def _add(kind: str, row: list[str], subject: _Subject) -> None:
    if kind == "alt":
        subject.aliases.append((row[2], row[3]))
        subject.remarks += [row[4]] if row[4] else []
    elif kind == "add":
        subject.addresses.append(", ".join(cell for cell in row[2:5] if cell))
        subject.countries += [code] if (code := alpha3(row[4])) else []
        subject.remarks += [row[5]] if row[5] else []
    else:
        subject.remarks.insert(0, row[1])


def _entry(subject: _Subject, source: ListSource) -> ListEntry:
    number, name, kind, programme = subject.cells[:4]
    remarks = "".join([subject.cells[11], *(f" {text}" for text in subject.remarks)]).strip()
    known: Remarks = understand(remarks)
    flag = alpha3(subject.cells[9])
    attributes = {key: cell for key, cell in zip(_ATTRIBUTES, subject.cells[4:11], strict=True) if cell}
    if kind == "aircraft":
        attributes["kind"] = "aircraft"
    if subject.addresses:
        attributes["addresses"] = " | ".join(address for address in subject.addresses if address)
    weak = dict.fromkeys(known.weak_names)
    names = dict.fromkeys([name, *(alias for _, alias in subject.aliases), *weak])
    return ListEntry(
        list_id=source.id,
        entry_id=number,
        names=tuple(names),
        kind=_KINDS.get(kind, Kind.ANY),
        identifiers={sort: tuple(dict.fromkeys(values)) for sort, values in known.identifiers.items()},
        countries=tuple(dict.fromkeys([*([flag] if flag else []), *known.countries, *subject.countries])),
        birth_dates=tuple(dict.fromkeys(known.birth_dates)),
        effect=source.effect,
        joint_punishment=source.joint_punishment,
        programme=programme,
        remarks=remarks,
        weak_names=frozenset(weak) - {name, *(alias for _, alias in subject.aliases)},
        attributes=attributes,
    )
