"""A Chinese name against one in Latin letters: pinyin of the trade name, the region, and the business in English.

Never more than a review: one pinyin stands for many Chinese names (handbook 05 §4.6).
"""

from dataclasses import dataclass

from kyc.matching.scored import Note, Part, Scored, add_up, part
from kyc.names.chinese import ChineseName, is_common, weak_groups
from kyc.names.latin import LatinName, Word, words_in
from kyc.names.pinyin import one_u, spelled
from kyc.names.regions import above, named, regions

PINYIN_EQUAL = 8_200
PERSON_EQUAL = 7_400
DIFFERENT = 2_000
_LONGEST_RUN = 6


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the trade name stands in the Latin name, and the words around it."""

    run: str
    rest: tuple[Word, ...]


def compare_across(chinese: ChineseName, latin: LatinName) -> Scored:
    """Weigh a Chinese name against a Latin one, whichever side each stood on."""
    if not chinese.trade or not latin.tokens:
        return Scored(0, (Note("nothing_distinctive"),))
    if not chinese.is_company and not latin.is_organisation and _same_person(chinese.trade, latin):
        return Scored(PERSON_EQUAL, (Note("pinyin_person", (chinese.trade, " ".join(latin.tokens))),))
    found = _find(chinese, latin)
    if found is None or chinese.attached:
        return Scored(DIFFERENT, (Note("pinyin_differs", (chinese.trade, " ".join(latin.distinctive))),))
    parts = [
        part(0, "pinyin_equal", chinese.trade, found.run),
        _region(chinese, found.rest),
        _business(chinese, found.rest),
    ]
    if unknown := _unknown(chinese, found.rest):
        parts.append(
            part(
                1_500 if len(unknown) == 1 and not is_common(chinese.trade) else None,
                "words_missing",
                " ".join(unknown),
            )
        )
    if chinese.branch or chinese.person:
        parts.append(part(800, "branch", chinese.branch or chinese.person))
    return add_up(parts, DIFFERENT + 2_000, PINYIN_EQUAL)


def _same_person(name: str, latin: LatinName) -> bool:
    whole = one_u("".join(latin.tokens))
    turned = one_u("".join((*latin.tokens[-1:], *latin.tokens[:-1])))
    return any(sound in {whole, turned} for sound in spelled(name)) and len(latin.tokens) > 1


def _find(chinese: ChineseName, latin: LatinName) -> _Found | None:
    """The run of whole Latin words that spells the trade name."""
    body = tuple(token for word in latin.words for token in word.text.split())
    sounds = set(spelled(chinese.trade))
    for start in range(len(body)):
        for end in range(start + 1, min(start + _LONGEST_RUN, len(body)) + 1):
            run = "".join(body[start:end])
            if run in sounds or one_u(run) in sounds:
                return _Found(" ".join(body[start:end]), words_in(body[:start]) + words_in(body[end:]))
    return None


def _own_places(chinese: ChineseName) -> set[str]:
    """How the name's regions, and all they lie in, are written in English."""
    places = above(chinese.region | chinese.bracket_region) | named("中国")
    return {english for place in places for english in regions()[place].english}


def _region(chinese: ChineseName, rest: tuple[Word, ...]) -> Part:
    own = _own_places(chinese)
    foreign = [word.text for word in rest if word.sort == "place" and not _is_own(word, own)]
    if foreign:
        return part(None, "region_differs", _shown(chinese), " ".join(foreign))
    specific = chinese.region | chinese.bracket_region
    local = own - set(regions()[min(named("中国"))].english)
    if bool(specific) == any(_is_own(word, local) for word in rest):
        return part(0, "region_equal", _shown(chinese)) if specific else part(0, "region_absent")
    return part(2_000 if is_common(chinese.trade) else 900, "region_missing", _shown(chinese))


def _is_own(word: Word, own: set[str]) -> bool:
    return word.text in own or word.group.removeprefix("cn:") in own


def _shown(chinese: ChineseName) -> str:
    return "/".join(sorted({regions()[place].name for place in chinese.region | chinese.bracket_region})) or "-"


def _business(chinese: ChineseName, rest: tuple[Word, ...]) -> Part:
    weak = weak_groups()
    mine = {group for _, group in chinese.industry}
    theirs = {word.group for word in rest if word.sort in {"industry", "weak"} and word.group != "group_word"}
    shown = "".join(word for word, _ in chinese.industry) or "-", "+".join(sorted(theirs)) or "-"
    if mine == theirs:
        return part(0, "industry_equal", *shown) if mine else part(0, "industry_absent")
    if not mine or not theirs:
        return part(1_100 if is_common(chinese.trade) else 900, "industry_missing", *shown)
    cores = mine - weak, {word.group for word in rest if word.sort == "industry"}
    if cores[0] == cores[1]:
        return part(300, "industry_variant", *shown)
    if (cores[0] <= cores[1] or cores[1] <= cores[0]) and mine & theirs:
        return part(900, "industry_variant", *shown)
    return part(None, "industry_differs", *shown)


def _unknown(chinese: ChineseName, rest: tuple[Word, ...]) -> list[str]:
    own = _own_places(chinese)
    return [word.text for word in rest if word.sort == "name" and word.text not in own]
