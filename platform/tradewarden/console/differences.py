"""Two names side by side: which parts differ. For the eye only; the verdict comes from the screening itself."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 400
_PIECE = re.compile(r"[A-Za-z0-9À-ɏ]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    differs: bool


def compare(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both names cut into equal and different pieces: words for Latin script, characters for Chinese.

    Case and spacing do not count as differences. Names longer than 400 characters are shown unmarked: nobody reads
    marks in them, and the comparison is quadratic.
    """
    if len(left) > LONGEST or len(right) > LONGEST:
        return (Piece(left, False),), (Piece(right, False),)
    ours, theirs = _PIECE.findall(left), _PIECE.findall(right)
    matcher = SequenceMatcher(None, [p.casefold() for p in ours], [p.casefold() for p in theirs], autojunk=False)
    marks_left, marks_right = [True] * len(ours), [True] * len(theirs)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            marks_left[block.a + offset] = marks_right[block.b + offset] = False
    return _joined(ours, marks_left), _joined(theirs, marks_right)


def _joined(pieces: list[str], marks: list[bool]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for text, differs in zip(pieces, marks, strict=True):
        marked = differs and not text.isspace()
        if joined and joined[-1].differs == marked:
            joined[-1] = Piece(joined[-1].text + text, marked)
        else:
            joined.append(Piece(text, marked))
    return tuple(joined)
