"""Two Latin names of organisations: forms, words that tell apart, business words, places (handbook 05 §4.5)."""

from collections import Counter

from kyc.matching.alignment import Alignment, align
from kyc.matching.mended import mend
from kyc.matching.scored import DOUBT, FULL, MATCH, REVIEW, Note, Part, Scored, add_up, part
from kyc.names.chinese import weak_groups
from kyc.names.latin import LatinName
from kyc.names.sounds import Alike

PARTS_EQUAL = 9_900
DIFFERENT = 3_000
ACRONYM = 6_600
OTHER_BUSINESS_SAID = 3_300
ONE_WORD_ONLY = 6_800
TELLING_WORDS = 3
"""Business words that together tell a name apart although none of them does."""
ORDER = 300
OTHER_FORM = 2_400
RARE_LENGTH = 7
"""Letters from which on a single proper word tells a name apart whatever the legal form."""
LONG_LENGTH = 12
"""Letters from which on two proper words or more do together."""
SLIP_LENGTH = 6
"""Letters of a firm's word from which on a slip is believed."""
SOUND_LENGTH = 5
"""Letters from which on a proper word of a firm may be spelled otherwise: DIO and DEYU are two names."""
_LOSS = {Alike.EXACT: 0, Alike.VARIANT: 400, Alike.SOUND: 900, Alike.SHORT: 1_600, Alike.SLIP: 1_700}


def compare_organisations(left: LatinName, right: LatinName, left_key: str, right_key: str) -> Scored:
    """Weigh two Latin names, once more with their slips of the pen mended. The keys are the names as letters only."""
    found = _compare(left, right, left_key, right_key)
    if found.points >= PARTS_EQUAL - _LOSS[Alike.SLIP]:
        return found
    mended, slips = mend(left, right)
    if not slips:
        return found
    again = _compare(mended, right, "".join(mended.tokens), right_key)
    losses = sorted((max(PARTS_EQUAL - again.points, 0), _LOSS[Alike.SLIP]))
    points = PARTS_EQUAL - losses[1] - (losses[0] + (len(slips) - 1) * _LOSS[Alike.SLIP]) // 4
    if again.points < (REVIEW if len(slips) == 1 else MATCH) or points <= found.points:
        return found
    return Scored(points, (*(Note("slip", pair) for pair in slips), *again.notes))


def _compare(left: LatinName, right: LatinName, left_key: str, right_key: str) -> Scored:
    if not left.tells or not right.tells:
        return Scored(0, (Note("nothing_distinctive"),))
    if left_key == right_key:
        return Scored(FULL, (Note("identical", (left_key,)),))
    if not (_has_a_word(left) or _has_a_word(right)) and left.letters != right.letters:
        return Scored(DIFFERENT, (Note("words_differ", _both(left, right)),))
    generic = not left.proper
    words = _words(left, right) if left.proper and right.proper else _generic(left, right)
    if words.loss is None:
        return _acronym(left, right) or Scored(DIFFERENT, (words.note,))
    parts = [words, _form(left, right, same=(words.loss or 0) <= ORDER), _places(left, right, generic)]
    if not generic:
        parts += [_business(left, right), _weak(left, right)]
    return _sum_up(parts, len(left.proper))


def _has_a_word(name: LatinName) -> bool:
    return any(len(word) > 1 for word in name.proper)


def _sum_up(parts: list[Part], words: int) -> Scored:
    if parts[0].note.code in {"slip", "sounds_equal"} and words == 1 and _lacking(parts):
        return Scored(DIFFERENT + 1_000, tuple(each.note for each in parts))
    scored = add_up(parts, DIFFERENT + 1_000, PARTS_EQUAL)
    if words == 1 and len(_lacking(parts)) > 1 and "industry_missing" in _lacking(parts):
        return Scored(min(scored.points, ONE_WORD_ONLY), scored.notes)
    doubtful = any((each.loss or 0) >= FULL - DOUBT - 200 for each in parts)
    return Scored(min(scored.points, DOUBT), scored.notes) if doubtful else scored


def _lacking(parts: list[Part]) -> frozenset[str]:
    """Which of place, business and general words do not stand equally on both sides."""
    return frozenset(each.note.code for each in parts) & {"region_missing", "industry_missing", "general_words_differ"}


def _both(left: LatinName, right: LatinName) -> tuple[str, str]:
    return " ".join(left.distinctive), " ".join(right.distinctive)


def _words(left: LatinName, right: LatinName) -> Part:
    mine, theirs = left.distinctive, right.distinctive
    if "".join(mine) == "".join(theirs):
        return part(0 if mine == theirs else 200, "words_equal", " ".join(mine))
    found = align(mine, theirs)
    if _too_different(found):
        return part(None, "words_differ", *_both(left, right))
    if rest := found.left_rest or found.right_rest:
        return _more_words(found, rest)
    worst = min(found.pairs, key=lambda pair: pair[2])
    if worst[2] is Alike.EXACT:
        return part(ORDER, "word_order", " ".join(mine))
    code = "slip" if worst[2] is Alike.SLIP else "sounds_equal"
    return part(_LOSS[worst[2]], code, worst[0], worst[1])


def _too_different(found: Alignment) -> bool:
    """Both have words of their own, several slips and nothing sure, or short words that only sound alike."""
    slips = sum(sure is Alike.SLIP for _, _, sure in found.pairs)
    least = {Alike.SOUND: SOUND_LENGTH, Alike.SLIP: SLIP_LENGTH}
    short = any(min(len(a), len(b)) < least[sure] for a, b, sure in found.pairs if sure in least)
    return bool(found.left_rest and found.right_rest) or 1 < slips == len(found.pairs) or short


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
        return part(0 if left.distinctive == right.distinctive else ORDER, "words_equal", " ".join(left.distinctive))
    return part(None, "words_differ", *_both(left, right))


def _form(left: LatinName, right: LatinName, *, same: bool) -> Part:
    """`same`: all telling words are equal; a long or rare name with another everyday form is then worth a look."""
    mine, theirs = left.forms - {"co"}, right.forms - {"co"}
    shown = "+".join(sorted(mine)) or "-", "+".join(sorted(theirs)) or "-"
    if left.forms == right.forms or mine & theirs:
        return part(0, "form_equal", shown[0])
    if not mine or not theirs:
        return part(400, "form_missing", *shown)
    if left.families & right.families - {"generic"}:
        return part(1_800, "form_change", *shown)
    return part(OTHER_FORM if same and _rare(left) and _rare(right) else None, "form_differs", *shown)


def _rare(name: LatinName) -> bool:
    if name.proper:
        return max(map(len, name.proper)) >= RARE_LENGTH or (
            len(name.proper) > 1 and len("".join(name.proper)) >= LONG_LENGTH
        )
    return len(set(name.distinctive)) >= TELLING_WORDS


def _places(left: LatinName, right: LatinName, generic: bool) -> Part:
    mine, theirs = left.groups["place"], right.groups["place"]
    shown = "/".join(sorted(mine)) or "-", "/".join(sorted(theirs)) or "-"
    if mine == theirs:
        return part(0, "region_equal", shown[0]) if mine else part(0, "region_absent")
    if (mine <= theirs or theirs <= mine) and (not generic or len(left.distinctive) >= TELLING_WORDS):
        only_china = (mine ^ theirs) <= {"cn:CHINA"}
        return part(
            2_700 if generic else 800 if only_china else 1_600, "region_missing", "/".join(sorted(mine ^ theirs))
        )
    return part(None, "region_differs", *shown)


def _business(left: LatinName, right: LatinName) -> Part:
    mine, theirs = left.groups["industry"], right.groups["industry"]
    shown = "+".join(sorted(mine)) or "-", "+".join(sorted(theirs)) or "-"
    if mine == theirs:
        return part(0, "industry_equal", shown[0]) if mine else part(0, "industry_absent")
    if mine <= theirs or theirs <= mine:
        short = len("".join(left.proper)) < 4
        loss = OTHER_BUSINESS_SAID if _says_other_business(left, right) else 1_800
        return part(None if short else loss, "industry_missing", *shown)
    return part(None, "industry_differs", *shown)


def _says_other_business(left: LatinName, right: LatinName) -> bool:
    """The side without a business word names its business in general words the other lacks: machinery, technology."""
    silent, spoken = (left, right) if not left.groups["industry"] else (right, left)
    general = silent.groups["weak"] & weak_groups() - {"group_word", "international", "enterprise", "holding"}
    return not silent.groups["industry"] and bool(general - spoken.groups["weak"])


def _weak(left: LatinName, right: LatinName) -> Part:
    mine, theirs = left.groups["weak"], right.groups["weak"]
    if mine == theirs:
        return part(0, "general_words_equal")
    shown = "+".join(sorted(mine - theirs)) or "-", "+".join(sorted(theirs - mine)) or "-"
    return part(1_600 if mine <= theirs or theirs <= mine else 3_200, "general_words_differ", *shown)


def initials(name: LatinName) -> str:
    """The first letters of all words but forms and stop words: IRISL. Empty for fewer than three words."""
    spoken = " ".join(word.text for word in name.words if word.sort != "stop").split()
    letters = [piece[0] for piece in spoken if piece not in {"OF", "AND", "&"}]
    return "".join(letters) if len(letters) >= 3 else ""


def _acronym(left: LatinName, right: LatinName) -> Scored | None:
    for short, long in ((left, right), (right, left)):
        proper = short.proper
        if len(proper) == 1 == len(short.words) and 4 <= len(proper[0]) <= 8 and proper[0] == initials(long):
            return Scored(ACRONYM, (Note("acronym", (proper[0],)),))
    return None
