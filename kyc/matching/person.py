"""Two names of people: order-free words, initials, transliteration, family names (handbook 05 §4.5)."""

from rapidfuzz.distance import JaroWinkler

from kyc.matching.alignment import Alignment, align
from kyc.matching.scored import DOUBT, FULL, Note, Scored
from kyc.names.lookalikes import one_lookalike
from kyc.names.person import PersonName
from kyc.names.sounds import Alike, given_name

DIFFERENT = 3_000
MOSTLY = 6_400
RESEMBLING = 7_600
RESEMBLANCE = 0.75
CROSSED = 7_200
INITIAL = 6_000
_LOST_WORD = 600
_FURTHER = 400
_FURTHER_OF_TWO = 1_100
_SECOND_FAMILY_NAME = 1_500
_LOST_WORD_OF_COMMON_NAME = 1_800


def compare_persons(left: PersonName, right: PersonName) -> Scored:
    """Weigh two Latin names of people."""
    if not left.full or not right.full:
        return Scored(0, (Note("nothing_distinctive"),))
    if left.parts == right.parts:
        return Scored(FULL, (Note("identical", (" ".join(left.parts),)),))
    if "".join(left.parts) == "".join(right.parts):
        return Scored(9_700, (Note("words_equal", (" ".join(left.parts),)),))
    found = align(left.full, right.full, articles=True)
    abbreviated: tuple[str, ...] = ()
    if len(left.full) < len(left.parts) or len(right.full) < len(right.parts):
        found, abbreviated = _initials(left, right, found)
    if found.left_rest and found.right_rest:
        return Scored(_both_have_more(found), (Note("words_differ", _rest(found)),))
    scored = _weigh(left, right, found, abbreviated)
    if wrong := _family(left, right, found):
        whole = not (found.left_rest or found.right_rest)
        points = CROSSED if whole or len(found.pairs) > 2 else 6_200 if len(found.pairs) == 2 else 4_500
        return scored.capped(points, "family_name_differs", *wrong)
    return scored


def _both_have_more(found: Alignment) -> int:
    """Each side has a word the other lacks. Three others that are surely the same make it worth a look when the two
    words resemble one another; otherwise a tribe's name, a second given name or a relative explains it.
    """
    sure = sum(each[2] >= Alike.SOUND for each in found.pairs)
    if sure < 3 or not len(found.left_rest) == len(found.right_rest) == 1:
        return DIFFERENT + 1_000 * bool(found.pairs)
    resemble = JaroWinkler.similarity(found.left_rest[0], found.right_rest[0]) >= RESEMBLANCE
    return RESEMBLING if resemble else MOSTLY


def _rest(found: Alignment) -> tuple[str, str]:
    return " ".join(found.left_rest), " ".join(found.right_rest)


def _initials(left: PersonName, right: PersonName, found: Alignment) -> tuple[Alignment, tuple[str, ...]]:
    """Let each single letter of one side stand for a left-over word of the other that begins with it."""
    rests = [list(found.left_rest), list(found.right_rest)]
    letters = [part for part in left.parts if len(part) == 1], [part for part in right.parts if len(part) == 1]
    abbreviated = [letter for letter in letters[0] if letter in letters[1]]
    lonely: list[list[str]] = [[], []]
    for side in (0, 1):
        for letter in letters[side]:
            word = next((word for word in rests[1 - side] if word[0] == letter), "")
            if word:
                rests[1 - side].remove(word)
                abbreviated.append(f"{letter}. = {word}")
            elif letter not in letters[1 - side]:
                lonely[side].append(letter)
    aligned = Alignment(found.pairs, (*rests[0], *lonely[0]), (*rests[1], *lonely[1]), found.in_order)
    return aligned, tuple(abbreviated)


def _family(left: PersonName, right: PersonName, found: Alignment) -> tuple[str, ...]:
    """The family name that found no partner, on a side where we know which word it is."""
    for name, rest in ((left, found.left_rest), (right, found.right_rest)):
        if name.family and all(part in rest for part in name.family):
            return (" ".join(name.family),)
    if left.family and right.family:
        crossed = {(one, other) for one, other, _ in found.pairs}
        kept = any(one in left.family and other in right.family for one, other in crossed)
        return () if kept or not crossed else (" ".join(left.family), " ".join(right.family))
    return ()


def _weigh(left: PersonName, right: PersonName, found: Alignment, abbreviated: tuple[str, ...]) -> Scored:
    rest = found.left_rest or found.right_rest
    words = len(found.pairs)
    if words == 0 or (words == 1 and rest and not abbreviated):
        seen = " ".join(rest)
        return Scored(5_500 if words else DIFFERENT, (Note("words_missing", (seen,)),))
    if words == 1 and not abbreviated:
        points = {Alike.EXACT: 9_000, Alike.VARIANT: 8_000}.get(found.pairs[0][2], 7_000)
        return Scored(points, (Note("sounds_equal", found.pairs[0][:2]),))
    average = (sum(pair[2] for pair in found.pairs) + INITIAL * len(abbreviated)) // (words + len(abbreviated))
    usual = words == 2 and all(given_name(one) for one, _, _ in found.pairs)
    points = (
        average - _lost(len(rest), words, usual) - (_SECOND_FAMILY_NAME if _second_family(left, right, found) else 0)
    )
    notes = [Note("words_equal", (" ".join(one for one, _, sure in found.pairs if sure is Alike.EXACT),))]
    notes += [
        Note("slip" if sure is Alike.SLIP else "sounds_equal", (a, b)) for a, b, sure in found.pairs if sure < FULL
    ]
    notes += [Note("initial", (seen,)) for seen in abbreviated]
    if any(sure is Alike.SLIP for _, _, sure in found.pairs):
        points = min(points, DOUBT)
    if rest:
        notes.append(Note("words_missing", (" ".join(rest),)))
    if not found.in_order and not (left.family or right.family):
        notes.append(Note("word_order", (" ".join(left.parts),)))
        points -= 200
    return Scored(max(points, 0), tuple(note for note in notes if note.seen != ("",)))


def _lost(rest: int, words: int, usual: bool) -> int:
    """What left-over words of the longer name cost: more when only two words are equal, most when both are common."""
    if not rest:
        return 0
    first = _LOST_WORD_OF_COMMON_NAME if usual else _LOST_WORD
    return first + (rest - 1) * (_FURTHER_OF_TWO if words == 2 else _FURTHER)


def _second_family(left: PersonName, right: PersonName, found: Alignment) -> bool:
    """Of a double family name only the second part, the mother's, is met."""
    one = len(left.family) > 1 and left.family[0] in found.left_rest
    other = len(right.family) > 1 and right.family[0] in found.right_rest
    return one or other


def compare_chinese_persons(left: str, right: str) -> Scored:
    """Weigh two Chinese names of people, given as letters only."""
    if not left or not right:
        return Scored(0, (Note("nothing_distinctive"),))
    if left == right:
        return Scored(9_500, (Note("identical", (left,)),))
    if pair := one_lookalike(left, right):
        return Scored(8_000, (Note("lookalike", pair),))
    return Scored(2_000, (Note("words_differ", (left, right)),))
