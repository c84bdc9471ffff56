"""Latin names cut into words: letters, legal forms, business words, places, and the words that tell names apart."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from kyc.names.regions import Level, regions
from kyc.names.tables import mapping, rows, words_of

MAX_WORDS = 40
_SPACED_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?\.?")
_SLASHED = re.compile(r"\b([^\W\d_])/([^\W\d_])(?:/([^\W\d_]))?\b")
_POSSESSIVE = re.compile(r"'S\b")
_WORD = re.compile(r"[^\W_]+|&")
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Ø": "OE"})
_LEADING_FORMS = frozenset(
    {"OOO", "OAO", "PAO", "ZAO", "AO", "PJSC", "JSC", "OJSC", "CJSC", "LLC", "PT", "CV", "UAB", "TOV"}
)
_MIDDLE_FORMS = frozenset(
    {"CO LTD", "LTD", "LLC", "GMBH", "LIMITED", "PTE LTD", "PVT LTD", "COMPANY LIMITED", "SDN BHD"}
)
_GRAMMAR = frozenset({"&", "AND", "THE", "OF", "FOR", "IN"})
_SHORT_PLACES = frozenset({"YIWU", "WUHU", "WUXI", "ZIBO", "XIAN", "AMOY", "LHASA", "CIXI", "HK", "PRC"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word or set phrase: `text` as written, `group` what it means, `sort` name, industry, weak, place or stop."""

    text: str
    group: str
    sort: str


@dataclass(frozen=True, kw_only=True)
class LatinName:
    """`tokens` are all words in order; `words` the same without legal forms, with set phrases together.

    `forms` are classes of legal forms with their families. `comma` counts the tokens before the first comma, 0 without.
    """

    tokens: tuple[str, ...]
    words: tuple[Word, ...]
    forms: frozenset[str]
    families: frozenset[str]
    comma: int = 0

    @cached_property
    def proper(self) -> tuple[str, ...]:
        """The words that mean nothing else."""
        return tuple(word.text for word in self.words if word.sort == "name")

    @cached_property
    def distinctive(self) -> tuple[str, ...]:
        """The words that tell this name apart: the proper ones; where there are none, all but places and stop words."""
        return self.proper or tuple(word.group for word in self.words if word.sort in {"industry", "weak"})

    @cached_property
    def tells(self) -> bool:
        """False for a single letter, one business word or legal forms alone: nothing that tells a name apart."""
        if any(len(word) > 1 for word in self.proper):
            return True
        general = {word.group for word in self.words if word.sort in {"industry", "weak"}}
        other = sum(word.sort in {"name", "place"} or word in self.letters for word in self.words)
        return len(general) + other > 1 and bool(self.distinctive)

    @cached_property
    def letters(self) -> tuple[Word, ...]:
        """The small words that are not grammar: the A of A A TRADING, the AT of AT&T."""
        return tuple(word for word in self.words if word.sort == "stop" and word.text not in _GRAMMAR)

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The single words without legal forms and stop words."""
        return tuple(piece for word in self.words if word.sort != "stop" for piece in word.text.split())

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """The meanings of the words of each sort."""
        found: dict[str, set[str]] = {"industry": set(), "weak": set(), "place": set()}
        for word in self.words:
            if word.sort in found:
                found[word.sort].add(word.group)
        return {sort: frozenset(groups) for sort, groups in found.items()}

    @cached_property
    def is_organisation(self) -> bool:
        """True when a legal form, a business word or a number shows it."""
        marked = self.families - {"generic"} or any(word.sort in {"industry", "weak"} for word in self.words)
        return bool(marked or self.forms or any(token.isdigit() for token in self.tokens))


def variants(text: str) -> tuple[str, ...]:
    """The text with Ä Ö Ü Å Ø written out (MUELLER) when it has any: both ways are usual (handbook 05 §4.5)."""
    written_out = text if text.isascii() else unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    return (written_out,) if written_out != text else ()


@lru_cache(maxsize=1 << 12)
def parse(text: str) -> LatinName:
    """Take a normalised text apart. Takes any text; letters outside the tables stay what they are."""
    before, comma, _ = text.partition(",")
    tokens = tokenise(text)
    body, forms = _forms(tokens)
    words = words_in(tuple(body))
    families = frozenset(_form_table()[form][1] for form in forms)
    return LatinName(
        tokens=tokens,
        words=words,
        forms=frozenset(_form_table()[form][0] for form in forms),
        families=families,
        comma=len(tokenise(before)) if comma else 0,
    )


def tokenise(text: str) -> tuple[str, ...]:
    """Words of letters or digits; apostrophes vanish, L.L.C. becomes LLC, A/S becomes AS. At most MAX_WORDS."""
    if not text.isascii():
        text = _to_latin(text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text).replace("'", "")
    if "." in text:
        text = _SPACED_INITIALS.sub(lambda match: match[0].replace(".", "") + " ", text)
    if "/" in text:
        text = _SLASHED.sub(lambda match: "".join(filter(None, match.groups())), text)
    return tuple(_WORD.findall(text)[:MAX_WORDS])


@cache
def _letters() -> dict[int, str]:
    return {ord(letter): latin for letter, latin in mapping("letters", "letter", "latin").items()}


def _to_latin(text: str) -> str:
    text = unicodedata.normalize("NFD", text.translate(_letters()))
    return "".join(character for character in text if unicodedata.category(character) != "Mn")


@cache
def _form_table() -> dict[str, tuple[str, str]]:
    table = {row["form"]: (row["class"], row["family"]) for row in rows("latin_forms")}
    return table | {form.replace("&", "AND"): meaning for form, meaning in table.items()}


@cache
def _longest(table: str) -> int:
    keys = _form_table() if table == "forms" else _vocabulary()
    return max(key.count(" ") + 1 for key in keys)


def _forms(tokens: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The words without legal forms, and the forms: at the end, in front (OOO …) or before a place (… LTD SHENZHEN)."""
    body, forms = list(tokens), list[str]()
    while len(body) > 0 and (length := _form_at_end(body)):
        forms.append(" ".join(body[-length:]))
        del body[-length:]
    if length := _form_in_front(body):
        forms.append(" ".join(body[:length]))
        del body[:length]
    if not forms:
        for length in (2, 1):
            for start in range(1, len(body) - length + 1):
                if " ".join(body[start : start + length]) in _MIDDLE_FORMS:
                    forms.append(" ".join(body[start : start + length]))
                    del body[start : start + length]
                    return body, forms
    return body, forms


def _form_at_end(body: list[str]) -> int:
    for length in range(min(_longest("forms"), len(body)), 0, -1):
        if " ".join(body[-length:]) in _form_table():
            return length
    return 0


def _form_in_front(body: list[str]) -> int:
    """One of the short forms that stand in front, or any form written out in three words or more."""
    for length in range(min(_longest("forms"), len(body) - 1), 2, -1):
        if " ".join(body[:length]) in _form_table():
            return length
    return int(len(body) > 1 and body[0] in _LEADING_FORMS)


@cache
def _vocabulary() -> dict[str, Word]:
    """Every known word or phrase; Chinese provinces and cities under the name of all their readings."""
    known: dict[str, Word] = {}
    for region in regions():
        if region.level <= Level.PREFECTURE or (region.level is Level.COUNTY and region.short):
            least = 5 if region.level <= Level.PREFECTURE else 6
            for name in region.english:
                if len(name) >= least or name in _SHORT_PLACES:
                    spelling = " ".join(tokenise(name))
                    known[spelling] = Word(spelling, f"cn:{spelling}", "place")
    for row in rows("latin_words"):
        for spelling in {row["word"], row["word"].replace("&", "AND")}:
            known[spelling] = Word(spelling, row["group"], row["sort"])
    for word in words_of("stop"):
        known.setdefault(word, Word(word, word, "stop"))
    for aliases in (region.english for region in regions() if region.level <= Level.PREFECTURE):
        for alias in aliases[1:]:
            if alias in known and known[alias].sort == "place":
                known[alias] = Word(alias, f"cn:{' '.join(tokenise(aliases[0]))}", "place")
    return known


@cache
def _known_pieces() -> frozenset[str]:
    return frozenset(piece for table in (_vocabulary(), _form_table()) for phrase in table for piece in phrase.split())


def is_known(word: str) -> bool:
    """True for a word of the tables: business, place, stop word or legal form."""
    return word in _known_pieces()


def words_in(tokens: tuple[str, ...]) -> tuple[Word, ...]:
    """The tokens as words and set phrases, the longest phrase first. A single letter is a word too."""
    return tuple(_words(tokens))


def _words(body: tuple[str, ...]) -> Iterator[Word]:
    vocabulary, longest, position = _vocabulary(), _longest("words"), 0
    while position < len(body):
        for length in range(min(longest, len(body) - position), 0, -1):
            known = vocabulary.get(" ".join(body[position : position + length]))
            if known is not None:
                yield known
                break
        else:
            length, text = 1, body[position]
            yield Word(text, text, "stop" if text == "&" else "name")
        position += length
