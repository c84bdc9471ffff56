"""What may stand in a log line: numbers and identifiers of things, never names or numbers of people and companies.

Two sieves. Keys: only the listed ones keep their text; another key's text is shown as its length. Values: text that
somebody wrote (an error's message, a reason) loses what was quoted, every Chinese word, names in capitals, and whatever
has the form of a company code, an identity number, a telephone number or an e-mail address. Too much is hidden rather
than too little; the record a line tells of is found by its ids.
"""

import re
from collections.abc import MutableMapping
from typing import Any

PROCESSES = ("relay", "worker", "scheduler", "job", "process", "lane", "lanes", "thread", "threads")
IDS = (
    "batch",
    "order",
    "order_id",
    "decision",
    "decision_id",
    "revision",
    "inbox_id",
    "letter_id",
    "trace_id",
    "span_id",
)
PLACES = ("message", "topic", "topics", "partition", "partitions", "held", "place", "seal", "route")
WORDS = ("event", "level", "timestamp", "logger", "error", "kind", "state", "status", "method", "code", "step")
RELEASES = ("schema", "version")
PLAIN = frozenset((*PROCESSES, *IDS, *PLACES, *WORDS, *RELEASES))
"""Keys whose text is an identifier or a word of ours."""
WRITTEN = frozenset(["detail", "reason", "exception", "cause", "seen"])
"""Keys whose text may quote what came in."""
HIDDEN = "‹…›"

QUOTED = re.compile(r"""'(?:\\.|[^'\\\n]){0,400}'|"(?:\\.|[^"\\\n]){0,400}"|“[^”\n]{0,400}”""")
HARMLESS = re.compile(r"""['"][a-z0-9_./:\[\]@<>=-]{0,200}['"]|['"]\.*/[\w./-]{0,200}['"]""")
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff][\u3400-\u9fff\uf900-\ufaff·（）()、\d]*")
CAPITALS = re.compile(r"\b[A-Z][A-Z&.,'-]+(?:\s+[A-Z&][A-Z&.,'-]*)+")
LEGAL_FORM = r"(?:Ltd|Limited|Inc|Corp|Co|GmbH|LLC|Company)"
TITLED = re.compile(rf"\b[A-Z][a-z]+(?:\s+(?:[A-Z][a-z]+|&|of|and))*\s+{LEGAL_FORM}\b\.?")
E_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,63})+")
COMPANY_CODE = re.compile(r"\b[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}\b")
IDENTITY = re.compile(r"\b\d{17}[\dXx]\b")
SEGMENT = re.compile(r"v\d|[a-z][a-z_-]{0,30}|\{[a-z_:]{1,30}\}|\d{1,10}")
"""A part of a request's path that is a word of ours, a placeholder or the number of a record."""
TELEPHONE = re.compile(r"(?<![\d.:-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|\b0\d{2,3}-\d{7,8}\b")
FORMS = (COMPANY_CODE, IDENTITY, TELEPHONE, E_MAIL)


def without_numbers(text: str) -> str:
    """Without what has the form of a company code, identity number, telephone number or e-mail address."""
    for form in FORMS:
        text = form.sub(HIDDEN, text)
    return text


def without_names(text: str) -> str:
    """Also without anything that may be a name: what was quoted, Chinese words, words in capitals."""
    text = QUOTED.sub(lambda found: found[0] if HARMLESS.fullmatch(found[0]) else HIDDEN, text)
    for form in (CHINESE, TITLED, CAPITALS):
        text = form.sub(HIDDEN, text)
    return without_numbers(text)


def without_ids(path: str) -> str:
    """A request's path without its query; whatever in it may be a name is hidden.

    >>> without_ids("/dead-letters/17"), without_ids("/orders/BLU-1?q=x")
    ('/dead-letters/17', '/orders/‹…›')
    """
    parts = path.partition("?")[0].split("/")
    return "/".join(part if not part or SEGMENT.fullmatch(part) else HIDDEN for part in parts)


def clean(key: str, value: object) -> object:
    """The value as it may be logged under that key."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(key, item) for item in value]
    text = value if isinstance(value, str) else str(value)
    if key in WRITTEN:
        return without_names(text)
    if key == "path":
        return without_ids(text)
    if key in PLAIN:
        return without_numbers(text)
    return f"‹{len(text)}›"


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that cleans every line just before it is written."""
    for key in list(event):
        if not key.startswith("_"):
            event[key] = without_names(str(event[key])) if _foreign(key, event) else clean(key, event[key])
    return event


def _foreign(key: str, event: MutableMapping[str, Any]) -> bool:
    """Whether this is the sentence of a library's log line, which may quote anything."""
    return key == "event" and "_record" in event
