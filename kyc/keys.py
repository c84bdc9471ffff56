"""Which names are worth comparing: the keys under which an index files a name and looks one up.

Every road by which kyc.matching reaches a review or a match has a key here, so blocking loses nothing by design; the
tests measure it against comparing everything. Two sorts of keys: a shared *sure* key alone makes a candidate; shared
*words* are counted, and a candidate must share as many as the shorter name has.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from kyc.matching.mended import LONG, SHORTEST
from kyc.matching.organisation import initials
from kyc.names.chinese import ChineseName, readings
from kyc.names.lookalikes import folded as same_look
from kyc.names.name import Name
from kyc.names.person import without_article
from kyc.names.pinyin import is_pinyin, one_u, spelled
from kyc.names.regions import provinces
from kyc.names.sounds import folded, keys
from risk.nouns.parties import Kind

MAX_WORDS = 12
"""Words of one name that are filed and looked up; the rest of a longer name still counts in the comparison."""

WHOLE_REST = 4
"""Words from which on all but one, a long one, are a key by themselves."""
_LONGEST_RUN = 4
_BEGINNING = 4


@dataclass(frozen=True, slots=True)
class Keys:
    """`sure` keys, and the words per reading: each word is the keys any one of which stands for it.

    `initials` says that single letters stand in the name, so that fewer words may have to do.
    """

    sure: tuple[str, ...]
    words: dict[Kind, tuple[tuple[str, ...], ...]]
    initials: bool = False


def filed(name: Name, kind: Kind) -> Keys:
    """The keys under which an index files a name."""
    return _keys(name, (kind,), filing=True)


def looked_up(name: Name, kinds: Iterable[Kind]) -> Keys:
    """The keys under which a name is looked up when it may be read as any of `kinds`; mirror image of `filed`."""
    return _keys(name, kinds, filing=False)


def _keys(name: Name, kinds: Iterable[Kind], *, filing: bool) -> Keys:
    sure: list[str] = []
    if name.han or name.is_number:
        sure += _chinese(name, filing=filing)
    if name.han:
        return Keys(tuple(dict.fromkeys(sure)), {})
    read_as = tuple(kinds)
    readings = {kind: distinctive(name, kind) for kind in read_as}
    for words in dict.fromkeys(readings.values()):
        sure += _written_together(words, filing=filing)
    sure += _latin(name, filing=filing)
    if Kind.ORGANISATION in read_as or Kind.ANY in read_as:
        sure += _with_a_slip(name.latin.body[:MAX_WORDS], filing=filing)
    initials = any(len(token) == 1 for token in name.latin.tokens)
    keyed = {word: _word(word) for words in readings.values() for word in words}
    return Keys(
        tuple(dict.fromkeys(sure)),
        {kind: tuple(keyed[word] for word in words) for kind, words in readings.items()},
        initials,
    )


def distinctive(name: Name, kind: Kind) -> tuple[str, ...]:
    """The words that must find their partners when the name is read as `kind`."""
    if kind is Kind.PERSON:
        found = name.person.full
    elif kind is Kind.VESSEL:
        found = name.vessel.words or name.vessel.numbers
    else:
        found = name.latin.distinctive
    return tuple(dict.fromkeys(found))[:MAX_WORDS]


def _word(word: str) -> tuple[str, ...]:
    bare = without_article(word)
    return (*keys(word), folded(bare)) if bare else keys(word)


def _chinese(name: Name, *, filing: bool) -> Iterator[str]:
    parts = name.chinese
    yield f"W{same_look(name.spelling.key)}"
    if parts.person:
        yield f"W{same_look(parts.person)}"
    for reading in readings(parts):
        for trade in _trade_names(reading):
            yield from _by_place(f"T{same_look(trade)}", reading, filing=filing)
    if len(parts.trade) > 1 and (
        body := same_look((parts.trade + "".join(word for word, _ in parts.industry))[:_BEGINNING])
    ):
        if filing:
            yield f"H{body}" if parts.form else f"h{body}"
        else:
            yield f"h{body}"
            if not parts.form:
                yield f"H{body}"
    for sound in spelled(parts.trade) if parts.trade else ():
        yield f"{'P' if filing else 'p'}{one_u(sound)}"


def _trade_names(parts: ChineseName) -> Iterator[str]:
    """The trade name, and its beginning where an unknown business word may be part of it."""
    if parts.trade:
        yield parts.trade
    if not parts.industry and len(parts.trade) > 4:
        yield parts.trade[:3]
        yield parts.trade[:4]


def _by_place(key: str, parts: ChineseName, *, filing: bool) -> Iterator[str]:
    """The same trade name in another province is another company, so the province is part of the key."""
    here = provinces(parts.region | parts.bracket_region)
    if filing:
        yield key
        yield from (f"{key}|{place}" for place in here) if here else (f"{key}|",)
    elif here:
        yield from (f"{key}|{place}" for place in here)
        yield f"{key}|"
    else:
        yield key


def _written_together(words: tuple[str, ...], *, filing: bool) -> Iterator[str]:
    """All words as one, neighbours as one, and a word that may be two neighbours of the other name."""
    one, two = ("1", "2") if filing else ("2", "1")
    yield f"J{''.join(words)}"
    yield from (f"{one}{folded(word)}" for word in words)
    yield from (f"{two}{folded(first + second)}" for first, second in pairwise(words))
    if len(words) == 1 and 4 <= len(words[0]) <= 8:
        yield f"{'a' if filing else 'A'}{words[0]}"


def _with_a_slip(body: tuple[str, ...], *, filing: bool) -> Iterator[str]:
    """A firm's words but one, with the beginning and the end of that one: a slip leaves either of them as it was.

    A slip in the legal form leaves all words and one more at the end.
    """
    whole, less = ("N", "n") if filing else ("n", "N")
    if len(body) > 1:
        yield f"{whole}{' '.join(sorted(body))}"
        yield f"{less}{' '.join(sorted(body[:-1]))}"
    elif body:
        yield f"{whole}{body[0]}"
    for position, word in enumerate(body) if len(body) > 1 else ():
        if len(word) >= SHORTEST - 1:
            rest = " ".join(sorted(body[:position] + body[position + 1 :]))
            yield f"B{rest}|{word[:2]}"
            yield f"E{rest}|{word[-2:]}"
            if len(body) >= WHOLE_REST and len(word) >= LONG - 2:
                yield f"R{rest}"


def _latin(name: Name, *, filing: bool) -> Iterator[str]:
    yield f"J{name.spelling.key}"
    yield f"J{''.join(name.person.parts)}"
    whole = initials(name.latin)
    if 4 <= len(whole) <= 8:
        yield f"{'A' if filing else 'a'}{whole}"
    pinyin = "p" if filing else "P"
    yield from (pinyin + run for run in _runs(name))


def _runs(name: Name) -> Iterator[str]:
    """Neighbouring words written together that may be the pinyin of a Chinese trade name or person."""
    tokens = name.latin.tokens[: MAX_WORDS * 2]
    for start, token in enumerate(tokens):
        yield one_u(token)
        run = token
        for following in tokens[start + 1 : start + _LONGEST_RUN]:
            run += following
            if not is_pinyin(run):
                break
            yield one_u(run)
    if 1 < len(tokens) <= _LONGEST_RUN:
        yield one_u("".join((*tokens[-1:], *tokens[:-1])))
