"""Two names of ships. Names of ships repeat: without the IMO number the same name is no more than the same name."""

from kyc.matching.alignment import align
from kyc.matching.scored import Note, Scored
from kyc.names.sounds import Alike
from kyc.names.vessel import VesselName

DIFFERENT = 3_000
SLIP_LENGTH = 9
"""Letters from which on one differing letter is taken for a slip; ships are named in series (Parshad, Parshan)."""


def compare_vessels(left: VesselName, right: VesselName) -> Scored:
    """Weigh two parsed names of ships."""
    mine, theirs = "".join(left.words), "".join(right.words)
    if not (mine or left.numbers) or not (theirs or right.numbers):
        return Scored(0, (Note("nothing_distinctive"),))
    if left.numbers != right.numbers:
        return Scored(
            DIFFERENT, (Note("numbers_differ", (" ".join(left.numbers) or "-", " ".join(right.numbers) or "-")),)
        )
    if left.words == right.words:
        return Scored(9_500, (Note("identical", (" ".join(left.words),)),))
    if mine == theirs or sorted(left.words) == sorted(right.words):
        return Scored(9_000, (Note("words_equal", (" ".join(left.words),)),))
    return _nearly(left.words, right.words)


def _nearly(left: tuple[str, ...], right: tuple[str, ...]) -> Scored:
    """Word by word: other spellings of a sound, or one slip in a name long enough for it."""
    found = align(left, right)
    seen = " ".join(left), " ".join(right)
    doubts = [sure for _, _, sure in found.pairs if sure < Alike.EXACT]
    long_enough = min(len("".join(left)), len("".join(right))) >= SLIP_LENGTH
    if found.left_rest or found.right_rest or len(doubts) != 1 or not long_enough:
        return Scored(DIFFERENT, (Note("words_differ", seen),))
    if doubts[0] is Alike.SLIP:
        return Scored(8_000, (Note("slip", seen),))
    return Scored(8_200, (Note("sounds_equal", seen),))
