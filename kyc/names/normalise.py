"""One spelling for what is written in many ways, in the order of handbook 05 §4.2. Nothing here decides anything.

NFKC, invisible and control characters (lone surrogates too), CJK radicals, traditional to simplified with the variant
table, brackets, case, white space, mark-up, noise words, former names.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

import opencc

from kyc.names.tables import rows

MAX_LENGTH = 400
"""Characters of a name that are looked at; longer ones are cut and say so. No register allows a name of this length."""

_OPENING = "([{【〔〖〘〚"
_CLOSING = ")]}】〕〗〙〛"
_QUOTES = '"“”„‟«»‹›「」『』《》〈〉＂`´'
_APOSTROPHES = "'’‘‛ʼʹʻ‵′"
_DASHES = "‐‑‒–—―−﹘﹣－"


class _Characters(dict[int, int | str | None]):
    """What one character becomes, worked out at its first appearance."""

    def __init__(self) -> None:
        super().__init__()
        self._simplify = opencc.OpenCC("t2s").convert
        for row in rows("characters"):
            self[ord(row["character"])] = row["becomes"]
        self.update({ord(mark): "(" for mark in _OPENING} | {ord(mark): ")" for mark in _CLOSING})
        self.update({ord(mark): None for mark in _QUOTES} | {ord(mark): "'" for mark in _APOSTROPHES})
        self.update({ord(mark): "-" for mark in _DASHES})

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        category = unicodedata.category(character)
        becomes: int | str | None = code
        if character in "\t\n\r\v\f" or category[0] == "Z":
            becomes = " "
        elif category in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            becomes = None
        elif code >= 0x3400 and category == "Lo":
            becomes = self._simplify(character)
        self[code] = becomes
        return becomes


_CHARACTERS = _Characters()
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|font|small|mark)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_HAN_SPACE = re.compile(r"(?<=[\u3400-\u9fff()]) +| +(?=[\u3400-\u9fff()])")
_NOT_KEY = re.compile(r"[\W_]+")
_STAMP = re.compile(
    r"\((?:已?盖章|公章|签章|印章|章|合同专用章|财务章|签字|个体工商户|个体户|存续|在业|开业|已?注销|已?吊销|本部|本级)\)"
    r"|(?:盖章|公章)$"
)
_LABEL = re.compile(
    r"^(?:个体工商户|个体户|(?:公司|企业|单位|客户)?名称|境内发货人|境外收货人|收货人|发货人|抬头|户名|甲方|乙方"
    r"|(?:COMPANY )?NAME|MESSRS|M/S)(?: *: *| +)|^个体工商户(?=[\u3400-\u9fff])"
)
_FORMER_MARK = re.compile(
    r"\( *(?:原名称?|曾用名|原企业名称|旧名称?|前称|更名前|变更前|原(?=.{4})"
    r"|(?:FORMERLY(?: KNOWN AS)?|F\.?/?K\.?/?A|A\.?/?K\.?/?A|ALSO KNOWN AS|D\.?/?B\.?/?A)\b)[ .:]*",
)
_FORMER_TAIL = re.compile(
    r"(?:[ ,;]*(?:曾用名|原名|原企业名称) *:"
    r"|[ ,;]+(?:FORMERLY(?: KNOWN AS)?|F/K/A|FKA|A/K/A|AKA|F\.K\.A\.|A\.K\.A\.)[ :]+)(.{2,})$"
)
_BETWEEN = re.compile(
    r"(?<![A-Z0-9])(?:C/O|CARE OF|T/A|TRADING AS|D/?B/?A|D\.B\.A\.|DOING BUSINESS AS|O/B/O|B/O"
    r"|(?:FOR (?:AND )?)?(?:ON|IN) BEHALF OF|(?:FOR|BY ORDER AND FOR) (?:THE )?ACCOUNT OF|F/A/O)(?![A-Z0-9])[ .:]*"
)
_IN_BRACKETS = re.compile(r"\(([^()]*[^()\W] [^()]*)\)")
_MOST_PARTS = 4
_ACRONYM = re.compile(r"^([A-Z].*[^ (]) ?\(([A-Z]{3,8})\)$")
_BILINGUAL = re.compile(r"^(.*[\u3400-\u9fff)])[ /|(-]*([A-Z][A-Z0-9&'.,-]*(?: [A-Z0-9&'.,()-]+)+)\)?$")


@dataclass(frozen=True, slots=True)
class Spelling:
    """`text` is upper case with single spaces and round brackets; `key` only its letters and digits.

    `aliases` are further names written beside it (former, also known as, the other language). `cut` says that the name
    was longer than MAX_LENGTH.
    """

    text: str
    key: str
    aliases: tuple[str, ...] = ()
    cut: bool = False


def has_han(text: str) -> bool:
    """True when a Chinese character stands in the text."""
    return not text.isascii() and _HAN.search(text) is not None


def key_of(text: str) -> str:
    """Letters and digits of a normalised text, nothing between them."""
    return _NOT_KEY.sub("", text)


def normalise(name: str) -> Spelling:
    """The normalised spelling of any text; takes everything, raises nothing."""
    raw = name[: MAX_LENGTH * 3]
    text = _marked_up(raw) if raw.isascii() else _marked_up(unicodedata.normalize("NFKC", raw).translate(_CHARACTERS))
    cut = len(name) > len(raw) or len(text) > MAX_LENGTH
    text = " ".join(text[:MAX_LENGTH].upper().replace("[", "(").replace("]", ")").split())
    text, others = _several(text)
    aliases: tuple[str, ...] = ()
    if has_han(text):
        text = _STAMP.sub("", _HAN_SPACE.sub("", _LABEL.sub("", text)))
        text, aliases = _bilingual(text)
    else:
        text = _LABEL.sub("", text)
    text, former = _former(text)
    text, short = _own_acronym(text)
    aliases += (*short, *others)
    if not has_han(text):
        aliases += _in_brackets(text)
    return Spelling(text, key_of(text), aliases + former, cut)


def _marked_up(text: str) -> str:
    """Without HTML tags and character references, and without control characters an ASCII text may still hold."""
    if "<" in text or "&" in text:
        text = _TAG.sub(" ", _INLINE_TAG.sub("", unescape(text)))
    if text.isascii() and text.isprintable():
        return text.replace('"', "").replace("`", "'").replace("{", "(").replace("}", ")")
    return text.translate(_CHARACTERS)


def _bilingual(text: str) -> tuple[str, tuple[str, ...]]:
    """A Chinese name followed by a Latin one of two words or more is two names."""
    match = _BILINGUAL.match(text)
    if match is None:
        return text, ()
    return match[1].rstrip("( "), (match[2].strip(" ()"),)


def _former(text: str) -> tuple[str, tuple[str, ...]]:
    """Former and other names out of the text: in brackets, or after a marker at the end."""
    aliases: list[str] = []
    while (mark := _FORMER_MARK.search(text)) and len(aliases) < 4:
        end = _closing(text, mark.end())
        aliases.append(text[mark.end() : end].strip(" ;,"))
        text = (text[: mark.start()] + text[end + 1 :]).strip()
    if tail := _FORMER_TAIL.search(text):
        aliases.append(tail[1].strip(" ()"))
        text = text[: tail.start()]
    return text, tuple(alias for alias in aliases if alias)


def _several(text: str) -> tuple[str, tuple[str, ...]]:
    """A firm in care of, trading as or on behalf of another: the first is the name, the others stand beside it."""
    parts = [part.strip(" ,;()/-") for part in _BETWEEN.split(text)[: _MOST_PARTS + 1]]
    named = [part for part in parts if part]
    if len(parts) == 1 or not named:
        return text, ()
    return named[0], tuple(named[1:])


def _in_brackets(text: str) -> tuple[str, ...]:
    """Two words or more in brackets may be a name of their own, and so may what stands around them."""
    inside = [found.strip() for found in _IN_BRACKETS.findall(text)[:_MOST_PARTS]]
    around = " ".join(_IN_BRACKETS.sub(" ", text).split())
    return (*inside, around) if inside and key_of(around) else tuple(inside)


def _own_acronym(text: str) -> tuple[str, tuple[str, ...]]:
    """EASTERN ISLANDS TRADERS MOVEMENT (EITM): initials in brackets at the end are a second name, not a part."""
    match = _ACRONYM.match(text)
    if match is None:
        return text, ()
    first_letters = iter(word[0] for word in re.split(r"[\W_]+", match[1]) if word)
    own = all(letter in first_letters for letter in match[2])
    return (match[1], (match[2],)) if own else (text, ())


def _closing(text: str, start: int) -> int:
    """Where the bracket that was open at `start` closes; the end of the text when it never does."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if not depth:
            return position
    return len(text)
