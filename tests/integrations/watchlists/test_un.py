"""The United Nations list: both numbers, weak aliases, papers. All names are invented."""

import os
from pathlib import Path

import pytest

from integrations.errors import DoorError
from integrations.watchlists import SourceFile, read_list, registry
from risk.nouns.parties import Kind

SOURCE = registry()["SA01"]
PERSON = """<INDIVIDUAL><DATAID>900001</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>JANE</FIRST_NAME>
<SECOND_NAME>SPECIMEN</SECOND_NAME><THIRD_NAME/><UN_LIST_TYPE>TEST</UN_LIST_TYPE>
<REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON><COMMENTS1>Invented.</COMMENTS1>
<NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jane Sample</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Janie</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ADDRESS><CITY>Nowhere</CITY><COUNTRY>Rwanda</COUNTRY></INDIVIDUAL_ADDRESS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-02-03</DATE></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1968</FROM_YEAR><TO_YEAR>1969</TO_YEAR>
</INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>P-1</NUMBER></INDIVIDUAL_DOCUMENT>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT><NUMBER>N-2</NUMBER>
</INDIVIDUAL_DOCUMENT><INDIVIDUAL_DOCUMENT/></INDIVIDUAL>"""
ENTITY = """<ENTITY><DATAID>900002</DATAID><FIRST_NAME>SYNTHETIC SHIPPING COMPANY</FIRST_NAME>
<NAME_ORIGINAL_SCRIPT>虚构航运公司</NAME_ORIGINAL_SCRIPT><REFERENCE_NUMBER>TSe.001</REFERENCE_NUMBER>
<LISTED_ON>2018-03-30</LISTED_ON><COMMENTS1>IMO number: 5571322</COMMENTS1>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>SSC</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"""


def document(people=PERSON, entities=ENTITY) -> SourceFile:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">\n'
        f"<INDIVIDUALS>{people}</INDIVIDUALS>\n<ENTITIES>{entities}</ENTITIES></CONSOLIDATED_LIST>"
    )
    return SourceFile("un.xml", text.encode())


def test_person():
    result = read_list([document()], SOURCE)
    entry = result.entries[0]
    assert (entry.entry_id, entry.reference) == ("900001", "TSi.001")
    assert entry.names == ("JANE SPECIMEN", "Jane Sample", "Janie")
    assert entry.weak_names == {"Janie"}
    assert entry.kind is Kind.PERSON
    assert entry.birth_dates == ("1971-02-03", "1968", "1969")
    assert entry.identifiers == {"passport": ("P-1",), "identity_number": ("N-2",)}
    assert entry.countries == ("IRN", "RWA")
    assert entry.valid_from.isoformat() == "2012-12-31"
    assert entry.effect == "refuse"


def test_entity_and_totals():
    result = read_list([document()], SOURCE)
    assert result.entries[1].names == ("SYNTHETIC SHIPPING COMPANY", "虚构航运公司", "SSC")
    assert result.entries[1].identifiers == {"imo": ("5571322",)}
    assert (result.read, result.source_date.isoformat()) == (2, "2026-02-27")
    assert result.details == {"individuals": 1, "entities": 1, "names": 6}


@pytest.mark.parametrize(
    ("people", "value", "expected"),
    [
        (PERSON.replace("<DATAID>900001</DATAID>", ""), "JANE SPECIMEN", "a DATAID and a name"),
        (PERSON.replace("FIRST_NAME", "X").replace("SECOND_NAME", "Y"), "900001", "a DATAID and a name"),
        (PERSON.replace("INDIVIDUAL>", "GROUP>"), "GROUP", "INDIVIDUAL or ENTITY"),
    ],
)
def test_bad_record_is_named_and_counted(people, value, expected):
    result = read_list([document(people)], SOURCE)
    [loss] = result.rejected
    assert (loss.where, loss.value, loss.expected) == ("un.xml: line 3", value, expected)
    assert (result.read, len(result.entries)) == (2, 1)


def test_same_number_twice():
    result = read_list([document(PERSON + PERSON)], SOURCE)
    assert (result.read, len(result.entries), result.rejected[0].expected) == (3, 2, "each DATAID once")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "an XML document"),
        (b"<html/>", "CONSOLIDATED_LIST"),
        (document().data[:300], "well-formed XML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST/>', "no document type"),
    ],
)
def test_other_files_are_refused(data, expected):
    with pytest.raises(DoorError) as caught:
        read_list([SourceFile("un.xml", data)], SOURCE)
    assert expected in caught.value.expected


REAL = os.environ.get("TRADEWARDEN_REAL_DATA", "")


@pytest.mark.skipif(not REAL, reason="set TRADEWARDEN_REAL_DATA to a folder with un/UN_consolidated.xml")
def test_published_file_is_read_in_full():
    file = SourceFile("UN_consolidated.xml", Path(REAL, "un", "UN_consolidated.xml").read_bytes())
    result = read_list([file], SOURCE)
    assert len(result.entries) == result.read == file.data.count(b"<DATAID>")
