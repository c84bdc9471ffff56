"""The consolidated list of the United Nations Security Council in its published XML.

Entry id is DATAID, reference the REFERENCE_NUMBER (such as CDi.001); both are kept. Aliases of quality Low are names
too, and marked weak.
"""

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from integrations.dates import day, iso_date
from integrations.errors import DoorError
from integrations.safe_xml import parse
from integrations.watchlists.countries import alpha3
from integrations.watchlists.imported import ImportedList, Rejected, SourceFile, rejected
from integrations.watchlists.ofac_remarks import birth_dates
from integrations.watchlists.registry import ListSource
from kyc.entries import ListEntry
from risk.nouns.parties import Kind

_LIMIT = 128 * 1024 * 1024
_KINDS = {"INDIVIDUAL": Kind.PERSON, "ENTITY": Kind.ORGANISATION}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_STEP = "Download the consolidated list again as XML."


def read_un(file: SourceFile, source: ListSource) -> ImportedList:
    """Every INDIVIDUAL and ENTITY as one entry. Raises DoorError when the file is not this list."""
    root = parse(file.data, file.name, _LIMIT)
    if root.tag != "CONSOLIDATED_LIST":
        raise DoorError(file.name, "root element", str(root.tag), "CONSOLIDATED_LIST", _STEP)
    entries: dict[str, ListEntry] = {}
    losses: list[Rejected] = []
    for record in _records(root):
        result = _entry(record, file, source)
        if isinstance(result, Rejected):
            losses.append(result)
        elif result.entry_id in entries:
            losses.append(rejected(_where(record, file), result.entry_id, "each DATAID once"))
        else:
            entries[result.entry_id] = result
    kinds = [entry.kind for entry in entries.values()]
    return ImportedList(
        list_id=source.id,
        source_date=day(root.get("dateGenerated", "")[:10]),
        sha256=file.sha256,
        entries=list(entries.values()),
        rejected=losses,
        details={
            "individuals": kinds.count(Kind.PERSON),
            "entities": kinds.count(Kind.ORGANISATION),
            "names": sum(len(entry.names) for entry in entries.values()),
        },
    )


def _records(root: etree._Element) -> Iterator[etree._Element]:
    for section in root:
        yield from section


def _where(record: etree._Element, file: SourceFile) -> str:
    return f"{file.name}: line {record.sourceline}"


def _entry(record: etree._Element, file: SourceFile, source: ListSource) -> ListEntry | Rejected:
    kind = _KINDS.get(str(record.tag))
    number = _text(record, "DATAID")
    name = " ".join(part for tag in _NAME_PARTS if (part := _text(record, tag)))
    if kind is None:
        return rejected(_where(record, file), str(record.tag), "INDIVIDUAL or ENTITY")
    if not number or not name:
        return rejected(_where(record, file), number or name, "a DATAID and a name")
    prefix = str(record.tag)
    strong, weak = _aliases(record, prefix)
    original = _texts(record, "NAME_ORIGINAL_SCRIPT")
    names = tuple(dict.fromkeys([name, *original, *strong, *weak]))
    return ListEntry(
        list_id=source.id,
        entry_id=number,
        reference=_text(record, "REFERENCE_NUMBER"),
        names=names,
        kind=kind,
        identifiers=_identifiers(record, prefix),
        countries=_countries(record, prefix),
        birth_dates=tuple(dict.fromkeys(_births(record))),
        effect=source.effect,
        joint_punishment=source.joint_punishment,
        valid_from=_listed_on(record),
        programme=_text(record, "UN_LIST_TYPE"),
        remarks=_text(record, "COMMENTS1"),
        weak_names=frozenset(weak) - {name, *original, *strong},
        attributes=_attributes(record, prefix),
    )


def _text(element: etree._Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _texts(element: etree._Element, path: str) -> list[str]:
    return [text for found in element.findall(path) if (text := " ".join((found.text or "").split()))]


def _listed_on(record: etree._Element) -> date | None:
    return day(_text(record, "LISTED_ON"))


def _aliases(record: etree._Element, prefix: str) -> tuple[list[str], list[str]]:
    strong: list[str] = []
    weak: list[str] = []
    for alias in record.findall(f"{prefix}_ALIAS"):
        if name := _text(alias, "ALIAS_NAME"):
            (weak if _text(alias, "QUALITY").casefold() == "low" else strong).append(name)
    return strong, weak


def _identifiers(record: etree._Element, prefix: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for document in record.findall(f"{prefix}_DOCUMENT"):
        kind = f"{_text(document, 'TYPE_OF_DOCUMENT')} {_text(document, 'TYPE_OF_DOCUMENT2')}".casefold()
        if number := _text(document, "NUMBER"):
            sort = "passport" if "pass" in kind else "identity_number"
            found.setdefault(sort, []).append(number)
    if ships := re.findall(r"IMO\)? (?:[Nn]umber|No\.?)?:?\s*(\d{7})\b", _text(record, "COMMENTS1")):
        found["imo"] = ships
    return {sort: tuple(dict.fromkeys(numbers)) for sort, numbers in found.items()}


def _countries(record: etree._Element, prefix: str) -> tuple[str, ...]:
    named = _texts(record, "NATIONALITY/VALUE") + _texts(record, f"{prefix}_ADDRESS/COUNTRY")
    return tuple(dict.fromkeys(code for name in named if (code := alpha3(name))))


def _births(record: etree._Element) -> Iterator[str]:
    for birth in record.findall("INDIVIDUAL_DATE_OF_BIRTH"):
        first, last = _text(birth, "FROM_YEAR"), _text(birth, "TO_YEAR")
        if first and last:
            yield from birth_dates(f"{first} to {last}")
        for tag in ("DATE", "YEAR"):
            if iso := iso_date(_text(birth, tag)):
                yield iso
    for text in _texts(record, "INDIVIDUAL_ALIAS/DATE_OF_BIRTH"):
        if iso := iso_date(text):
            yield iso


def _attributes(record: etree._Element, prefix: str) -> dict[str, str]:
    addresses = (
        ", ".join(text for part in address if (text := " ".join((part.text or "").split())))
        for address in record.findall(f"{prefix}_ADDRESS")
    )
    values = {
        "title": "; ".join(_texts(record, "TITLE/VALUE")),
        "designation": "; ".join(_texts(record, "DESIGNATION/VALUE")),
        "gender": _text(record, "GENDER"),
        "nationality": "; ".join(_texts(record, "NATIONALITY/VALUE")),
        "addresses": " | ".join(address for address in addresses if address),
        "updated_on": max(_texts(record, "LAST_DAY_UPDATED/VALUE"), default=""),
    }
    return {key: value for key, value in values.items() if value}
