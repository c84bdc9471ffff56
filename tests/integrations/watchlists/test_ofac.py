"""The OFAC files: every row accounted for. All names are invented."""

import os
from pathlib import Path

import pytest

from integrations.errors import DoorError
from integrations.watchlists import SourceFile, read_list, registry
from risk.nouns.parties import Kind

EMPTY = ",".join(["-0- "] * 7)
SDN = (
    f"""90001,"SYNTHETIC TRADING FZE",-0- ,"TESTPROG",{EMPTY},"a.k.a. 'STF'; Tax ID No. 12-34 (Iran)."\n"""
    f"""90002,"SAMPLE, Jane Q.","individual","SDGT","Director",{EMPTY[5:]},"DOB 10 Dec 1948; alt. DOB circa 1951; """
    "POB Nowhere; nationality Iran; Passport X1084010 (Egypt) issued 23 Jun 1999 expires 05 Feb 2004; "
    'National ID No. 229 (Norway)."\n'
    '90003,"IMAGINED STAR","vessel","IRAN",-0- ,"ABCD1","Bulk Carrier","2597","1098","Malta","Nobody Ltd.",'
    '"Vessel Registration Identification IMO 9187629; Former Vessel Flag Tuvalu."\n'
).encode()
ALT = b'90001,1,"aka","SYNTHETIC GENERAL TRADING",-0- \n90002,2,"fka","SPECIMEN, Jane",-0- \n'
ADD = b'90001,1,"Building 1","Tehran","Iran",-0- \n90001,2,-0- ,"Nowhere","Atlantis",-0- \n'
SOURCE = registry()["SA02"]


def files(sdn=SDN, alt=ALT, add=ADD):
    return [SourceFile("add.csv", add), SourceFile("sdn.csv", sdn), SourceFile("alt.csv", alt)]


def entries(**changes):
    return {entry.entry_id: entry for entry in read_list(files(**changes), SOURCE).entries}


def test_every_row_is_accounted_for():
    result = read_list(files(), SOURCE)
    assert (result.read, len(result.entries), result.rejected) == (3, 3, [])
    assert result.details == {
        "sdn_rows": 3, "alt_rows": 2, "alt_attached": 2, "add_rows": 2, "add_attached": 2
    }  # fmt: skip


def test_company_with_aliases_addresses_and_weak_name():
    entry = entries()["90001"]
    assert entry.names == ("SYNTHETIC TRADING FZE", "SYNTHETIC GENERAL TRADING", "STF")
    assert entry.weak_names == {"STF"}
    assert entry.kind is Kind.ORGANISATION
    assert (entry.effect, entry.joint_punishment, entry.programme) == ("escalate", False, "TESTPROG")
    assert entry.identifiers == {"tax_number": ("12-34",)}
    assert entry.countries == ("IRN",)
    assert entry.attributes["addresses"] == "Building 1, Tehran, Iran | Nowhere, Atlantis"


def test_person_with_births_and_papers():
    entry = entries()["90002"]
    assert entry.kind is Kind.PERSON
    assert entry.birth_dates == ("1948-12-10", "1951")
    assert entry.identifiers == {"passport": ("X1084010",), "identity_number": ("229",)}
    assert entry.countries == ("IRN",)
    assert entry.attributes["title"] == "Director"


def test_vessel_with_imo_number_and_flag():
    entry = entries()["90003"]
    assert entry.kind is Kind.VESSEL
    assert entry.identifiers == {"imo": ("9187629",)}
    assert entry.countries == ("MLT", "TUV")
    assert entry.attributes["owner"] == "Nobody Ltd."


BAD_ROWS = [
    ({"alt": b'99999,7,"aka","ORPHAN NAME",-0- \n'}, "alt.csv: line 1", "stands in the SDN file"),
    ({"add": b"99999,7,-0- ,-0- ,-0- ,-0- \n"}, "add.csv: line 1", "stands in the SDN file"),
    ({"alt": ALT + b'90001,9,"aka",-0- ,-0- \n'}, "alt.csv: line 3", "a name"),
    ({"alt": ALT + b'90001,9,"aka"\n'}, "alt.csv: line 3", "5 columns"),
    ({"sdn": SDN + b'90004,"SHORT ROW",-0- \n'}, "sdn.csv: line 4", "12 columns"),
    ({"sdn": SDN + SDN.splitlines()[0] + b"\n"}, "sdn.csv: line 4", "each entity number once"),
    ({"sdn": SDN + b"x" + SDN.splitlines()[0] + b"\n"}, "sdn.csv: line 4", "an entity number and a name"),
]


@pytest.mark.parametrize(("changes", "where", "expected"), BAD_ROWS)
def test_bad_row_is_named_and_the_others_stay(changes, where, expected):
    result = read_list(files(**changes), SOURCE)
    [loss] = result.rejected
    assert (loss.where, expected in loss.expected) == (where, True)
    assert len(result.entries) == 3
    assert result.read == 4


def test_end_of_file_mark_and_missing_last_line_end_are_no_rows():
    assert read_list(files(sdn=SDN.rstrip(b"\n") + b"\r\n\x1a"), SOURCE).read == 3


def test_old_encoding_keeps_the_row():
    assert "90001" in entries(sdn=SDN.replace(b"SYNTHETIC TRADING", b"SYNTH\xc9TIC TRADING"))


def test_years_of_a_range():
    sdn = SDN.replace(b"DOB 10 Dec 1948", b"DOB 01 Jan 1961 to 31 Dec 1963")
    assert entries(sdn=sdn)["90002"].birth_dates == ("1961", "1962", "1963", "1951")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], "one SDN file"),
        ([SourceFile("alt.csv", ALT)], "one SDN file"),
        ([SourceFile("sdn.csv", SDN)], "alt.csv and add.csv"),
        ([SourceFile("sdn.csv", SDN), SourceFile("add.csv", ADD)], "alt.csv beside it"),
        ([SourceFile("sdn.csv", SDN), SourceFile("alt.csv", ALT)], "add.csv beside it"),
        ([SourceFile("a.csv", SDN), SourceFile("b.csv", SDN)], "no kind of file twice"),
        ([SourceFile("x.csv", b"a,b,c\n")], "12, 5, 6 or 2 columns"),
        ([SourceFile("x.csv", b"")], "12, 5, 6 or 2 columns"),
    ],
)
def test_wrong_files_are_refused(given, expected):
    with pytest.raises(DoorError) as caught:
        read_list(given, SOURCE)
    assert expected in caught.value.expected
    assert caught.value.next_step


REAL = os.environ.get("TRADEWARDEN_REAL_DATA", "")


@pytest.mark.skipif(not REAL, reason="set TRADEWARDEN_REAL_DATA to a folder with ofac/sdn.csv, alt.csv, add.csv")
def test_published_files_are_read_in_full():
    given = [SourceFile(name, Path(REAL, "ofac", name).read_bytes()) for name in ("sdn.csv", "alt.csv", "add.csv")]
    result = read_list(given, SOURCE)
    numbers = {line.split(b",", 1)[0] for line in given[0].data.splitlines() if line.split(b",", 1)[0].isdigit()}
    assert {entry.entry_id.encode() for entry in result.entries} == numbers
    assert result.rejected == []
    assert all(result.details[f"{kind}_rows"] == result.details[f"{kind}_attached"] for kind in ("alt", "add"))
