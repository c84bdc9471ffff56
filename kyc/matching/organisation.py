"""Two Latin names of organisations: forms, words that tell apart, business words, places (handbook 05 §4.5)."""

from collections import Counter

from kyc.matching.alignment import Alignment, align
from kyc.matching.scored import DOUBT, FULL, Note, Part, Scored, add_up, part
from kyc.names.latin import LatinName
from kyc.names.sounds import Alike

PARTS_EQUAL = 9_900
DIFFERENT = 3_000
ACRONYM = 6_600
_LOSS = {Alike.EXACT: 0, Alike.VARIANT: 400, Alike.SOUND: 900, Alike.SHORT: 1_600, Alike.SLIP: 1_700}


def compare_organisations(left: LatinName, right: LatinName, left_key: str, right_key: str) -> Scored:
    """Weigh two Latin names. The keys are the whole names as letters only."""
    if not left.distinctive or not right.distinctive:
        return Scored(0, (Note("nothing_distinctive"),))
    if left_key == right_key:
        return Scored(FULL, (Note("identical", (left_key,)),))
    proper = _proper(left), _proper(right)
    if bool(proper[0]) != bool(proper[1]):
        return _acronym(left, right) or Scored(DIFFERENT, (Note("words_differ", _both(left, right)),))
    generic = not proper[0]
    parts = [_generic(left, right) if generic else _words(left, right)]
    if parts[0].loss is None:
        return _acronym(left, right) or Scored(DIFFERENT, (parts[0].note,))
    parts += [_form(left, right), _places(left, right, generic)]
    if not generic:
        parts += [_business(left, right), _weak(left, right)]
    scored = add_up(parts, DIFFERENT + 1_000, PARTS_EQUAL)
    doubtful = any((each.loss or 0) >= FULL - DOUBT - 200 for each in parts)
    return Scored(min(scored.points, DOUBT), scored.notes) if doubtful else scored


def _proper(name: LatinName) -> tuple[str, ...]:
    return tuple(word.text for word in name.words if word.sort == "name")


def _both(left: LatinName, right: LatinName) -> tuple[str, str]:
    return " ".join(left.distinctive), " ".join(right.distinctive)


def _words(left: LatinName, right: LatinName) -> Part:
    mine, theirs = left.distinctive, right.distinctive
    if "".join(mine) == "".join(theirs):
        return part(0 if mine == theirs else 200, "words_equal", " ".join(mine))
    found = align(mine, theirs)
    if found.left_rest and found.right_rest:
        return part(None, "words_differ", *_both(left, right))
    if rest := found.left_rest or found.right_rest:
        return _more_words(found, rest)
    slips = [pair for pair in found.pairs if pair[2] <= Alike.SLIP]
    if len(slips) > 1 and len(slips) == len(found.pairs):
        return part(None, "words_differ", *_both(left, right))
    worst = min(found.pairs, key=lambda pair: pair[2])
    if worst[2] is Alike.EXACT:
        return part(300, "word_order", " ".join(mine))
    code = "slip" if worst[2] is Alike.SLIP else "sounds_equal"
    return part(_LOSS[worst[2]], code, worst[0], worst[1])


def _more_words(found: Alignment, rest: tuple[str, ...]) -> Part:
    """One side has words the other lacks: only a longer name that is otherwise the same is worth a look."""
    sure = [pair for pair in found.pairs if pair[2] >= Alike.SOUND]
    enough = len(sure) == len(found.pairs) and len(sure) > len(rest) and len(sure) >= 2
    if not enough or any(word.isdigit() for word in rest):
        return part(None, "words_missing", " ".join(rest))
    return part(2_900 if len(rest) == 1 else 3_400, "words_missing", " ".join(rest))


def _generic(left: LatinName, right: LatinName) -> Part:
    """Names of business words and places only (Central Bank of Iran) are the same only word for word."""
    if Counter(left.distinctive) == Counter(right.distinctive):
        return part(0 if left.distinctive == right.distinctive else 300, "words_equal", " ".join(left.distinctive))
    return part(None, "words_differ", *_both(left, right))


def _form(left: LatinName, right: LatinName) -> Part:
    mine, theirs = left.forms - {"co"}, right.forms - {"co"}
    shown = "+".join(sorted(mine)) or "-", "+".join(sorted(theirs)) or "-"
    if left.forms == right.forms or mine & theirs:
        return part(0, "form_equal", shown[0])
    if not mine or not theirs:
        return part(400, "form_missing", *shown)
    if left.families & right.families - {"generic"}:
        return part(1_800, "form_change", *shown)
    return part(None, "form_differs", *shown)


def _places(left: LatinName, right: LatinName, generic: bool) -> Part:
    mine, theirs = _groups(left, "place"), _groups(right, "place")
    shown = "/".join(sorted(mine)) or "-", "/".join(sorted(theirs)) or "-"
    if mine == theirs:
        return part(0, "region_equal", shown[0]) if mine else part(0, "region_absent")
    if (mine <= theirs or theirs <= mine) and not generic:
        only_china = (mine ^ theirs) <= {"cn:CHINA"}
        return part(800 if only_china else 1_600, "region_missing", "/".join(sorted(mine ^ theirs)))
    return part(None, "region_differs", *shown)


def _business(left: LatinName, right: LatinName) -> Part:
    mine, theirs = _groups(left, "industry"), _groups(right, "industry")
    shown = "+".join(sorted(mine)) or "-", "+".join(sorted(theirs)) or "-"
    if mine == theirs:
        return part(0, "industry_equal", shown[0]) if mine else part(0, "industry_absent")
    if mine <= theirs or theirs <= mine:
        short = len("".join(_proper(left))) < 4
        return part(None if short else 1_800, "industry_missing", *shown)
    return part(None, "industry_differs", *shown)


def _weak(left: LatinName, right: LatinName) -> Part:
    mine, theirs = _groups(left, "weak"), _groups(right, "weak")
    if mine == theirs:
        return part(0, "general_words_equal")
    shown = "+".join(sorted(mine - theirs)) or "-", "+".join(sorted(theirs - mine)) or "-"
    return part(1_600 if mine <= theirs or theirs <= mine else 2_400, "general_words_differ", *shown)


def _groups(name: LatinName, sort: str) -> frozenset[str]:
    return frozenset(word.group for word in name.words if word.sort == sort)


def initials(name: LatinName) -> str:
    """The first letters of all words but forms and stop words: IRISL. Empty for fewer than three words."""
    spoken = " ".join(word.text for word in name.words if word.sort != "stop").split()
    letters = [piece[0] for piece in spoken if piece not in {"OF", "AND", "&"}]
    return "".join(letters) if len(letters) >= 3 else ""


def _acronym(left: LatinName, right: LatinName) -> Scored | None:
    for short, long in ((left, right), (right, left)):
        proper = _proper(short)
        if len(proper) == 1 == len(short.words) and 4 <= len(proper[0]) <= 8 and proper[0] == initials(long):
            return Scored(ACRONYM, (Note("acronym", (proper[0],)),))
    return None
