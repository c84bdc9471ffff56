"""Two names of ships. Names of ships repeat: without the IMO number the same name is no more than the same name."""

from rapidfuzz.distance import OSA

from kyc.matching.scored import Note, Scored
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
    long_enough = min(len(mine), len(theirs)) >= SLIP_LENGTH and mine[0] == theirs[0]
    if long_enough and OSA.distance(mine, theirs, score_cutoff=1) <= 1:
        return Scored(8_000, (Note("slip", (" ".join(left.words), " ".join(right.words))),))
    return Scored(DIFFERENT, (Note("words_differ", (" ".join(left.words), " ".join(right.words))),))
