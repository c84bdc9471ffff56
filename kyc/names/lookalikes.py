"""Characters that the eye, a scanner or a forger takes for one another (handbook 05 §4.4)."""

from functools import cache

from kyc.names.tables import rows

_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    pairs = {(row["one"], row["other"]) for row in rows("lookalikes")}
    return frozenset(pairs | {(other, one) for one, other in pairs})


@cache
def _classes() -> dict[int, str]:
    """Every look-alike character to one of its class, for keys that must agree whichever of them was written."""
    leader: dict[str, str] = {}

    def root(character: str) -> str:
        while leader.get(character, character) != character:
            character = leader[character]
        return character

    for one, other in sorted(_pairs()):
        first, second = sorted((root(one), root(other)))
        leader[second] = first
    return {ord(character): root(character) for character in leader}


def folded(text: str) -> str:
    """A key equal for all texts that differ in look-alike characters or in the style of their numerals."""
    return text.translate(_classes()).translate(_NUMERALS)


def are_lookalikes(one: str, other: str) -> bool:
    """True for two different characters that look alike."""
    return (one, other) in _pairs()


def one_lookalike(left: str, right: str) -> tuple[str, str] | None:
    """The two characters when the texts have one length and differ in exactly one look-alike, else None."""
    if len(left) != len(right):
        return None
    different = [(one, other) for one, other in zip(left, right, strict=True) if one != other]
    return different[0] if len(different) == 1 and are_lookalikes(*different[0]) else None


def same_numerals(left: str, right: str) -> bool:
    """True when two different texts differ only in Chinese against Arabic numerals (第二, 第2)."""
    return left != right and left.translate(_NUMERALS) == right.translate(_NUMERALS)
