"""Identifiers, birth dates, countries and weak aliases out of the free remarks of the OFAC list.

Remarks are sentences separated by semicolons; what is not understood stays in the remarks, which are kept whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from integrations.dates import iso_date
from integrations.watchlists.countries import alpha3

_SORTS = (
    (re.compile(r"Vessel Registration Identification IMO (\d{7})"), "imo"),
    (re.compile(r"(?:Diplomatic )?Passport (?:No\. |# )?(.+)"), "passport"),
    (re.compile(r"(?:Unified|United) Social Credit Code(?: Certificate)?(?: \(USCCC?\))? (.+)"), "uscc"),
    (re.compile(r"Organization Code (.+)"), "organisation_code"),
    (
        re.compile(
            r"(?:National ID No\.|Cedula No\.|Identification Number|D\.N\.I\.|C\.U\.R\.P\.|SSN|"
            r"Personal ID Card|National Foreign ID Number|Cedula de Ciudadania|Residency Number) ?#? ?(.+)"
        ),
        "identity_number",
    ),
    (
        re.compile(r"(?:Tax ID No\.|NIT #|RUC #|RIF #|R\.F\.C\.|V\.A\.T\. Number|C\.U\.I\.T\.|Fiscal Code) ?(.+)"),
        "tax_number",
    ),
    (
        re.compile(
            r"(?:Registration Number|Registration ID|Company Number IMO|Company Number|Commercial Registry Number|"
            r"Business Registration Number|Business Registration Document #|Business Number|Trade License No\.|"
            r"Matricula Mercantil No\.?|Folio Mercantil No\.|Public Registration Number|Enterprise Number|"
            r"Government Gazette Number|Legal Entity Number|Chamber of Commerce Number) ?#? ?(.+)"
        ),
        "registration",
    ),
)
_TAIL = re.compile(r"\s*(?:\([^()]*\))?(?:\s*(?:issued|expires|effective date)\b.*)?\.?$")
_COUNTRY = re.compile(r"(?:alt\. )?(?:nationality|citizen|(?:Former )?Vessel Flag) (.+)")
_BIRTH = re.compile(r"(?:alt\. )?DOB (.+)")
_WEAK = re.compile(r"[afn]\.k\.a\. '([^']+)'")
_YEAR = r"(?:circa )?(?:\d{1,2} [A-Z][a-z]{2} )?(\d{4})"
_RANGE = re.compile(rf"(?:between )?{_YEAR}\s*(?:to|-|and)\s*{_YEAR}")
_LONGEST_RANGE = 15


@dataclass(slots=True)
class Remarks:
    """What was understood of one entry's remarks."""

    identifiers: dict[str, list[str]] = field(default_factory=dict)
    birth_dates: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    weak_names: list[str] = field(default_factory=list)


def understand(text: str) -> Remarks:
    """Read the remarks of one entry; unknown sentences are left alone."""
    remarks = Remarks()
    for sentence in re.split(r";\s*", text):
        part = sentence.strip().rstrip(".").strip()
        if found := _BIRTH.fullmatch(part):
            remarks.birth_dates += birth_dates(found[1])
        elif found := _COUNTRY.fullmatch(part):
            remarks.countries += [code] if (code := alpha3(found[1])) else []
        else:
            _identify(part.removeprefix("alt. "), remarks)
        remarks.weak_names += _WEAK.findall(part)
    return remarks


def _identify(part: str, remarks: Remarks) -> None:
    for pattern, sort in _SORTS:
        if found := pattern.fullmatch(part):
            value = _TAIL.sub("", found[1]).strip()
            if value:
                remarks.identifiers.setdefault(sort, []).append(value)
            return


def birth_dates(text: str) -> Iterator[str]:
    """ISO dates of one birth statement; a range of years gives each of them, up to fifteen."""
    if found := _RANGE.fullmatch(text.strip()):
        first, last = int(found[1]), int(found[2])
        yield from (str(year) for year in range(first, min(last, first + _LONGEST_RANGE - 1) + 1))
    elif iso := iso_date(text):
        yield iso
