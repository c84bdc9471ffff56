"""Records of a pack: the tree over all of them, and which lines of a changed file were touched."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from tradewarden.aeo.merkle import Tree, leaf_hash
from tradewarden.aeo.pack_reader import Place
from tradewarden.aeo.pack_seal import Seal
from tradewarden.aeo.report import Findings
from tradewarden.aeo.tag_files import CHECKPOINT
from tradewarden.aeo.writers import INDEX_PATH

RECORD_FILE = re.compile(r"data/[a-z_]+\.jsonl")
MOST_PER_FILE = 100


def check_records(places: Mapping[str, Place], seal: Seal | None, differing: frozenset[str], findings: Findings) -> int:
    """Recompute the Merkle root; name the records of files that differ. Returns the number of records."""
    paths = sorted(path for path in places if RECORD_FILE.fullmatch(path))
    tree = Tree()
    for path in paths:
        for line in places[path].lines():
            tree.append(leaf_hash(line))
    if INDEX_PATH in places and INDEX_PATH not in differing:
        for path in sorted(differing.intersection(paths)):
            _name_records(path, places, findings)
    comparable = seal and paths == sorted(seal.files) and not differing.intersection(paths)
    if seal and comparable and (seal.size, seal.root) != (tree.size, tree.root().hex()):
        findings.add("tree_changed", CHECKPOINT)
    return tree.size


def _name_records(path: str, places: Mapping[str, Place], findings: Findings) -> None:
    mark = f"{path}:".encode()
    expected = [line[:64].decode() for line in places[INDEX_PATH].lines() if line[66:].startswith(mark)]
    actual = [leaf_hash(line).hex() for line in places[path].lines()]
    for count, (kind, number) in enumerate(islice(compare(expected, actual), MOST_PER_FILE + 1)):
        findings.add(kind if count < MOST_PER_FILE else "records_more", f"{path}:{number}")


def compare(expected: Sequence[str], actual: Sequence[str]) -> Iterator[tuple[str, int]]:
    """What happened to a list of record hashes: kind and line number; by content when the lengths differ."""
    if len(expected) == len(actual):
        yield from _in_place(expected, actual)
        return
    yield from (("record_missing", number) for number in _unmatched(expected, actual))
    yield from (("record_added", number) for number in _unmatched(actual, expected))


def _in_place(expected: Sequence[str], actual: Sequence[str]) -> Iterator[tuple[str, int]]:
    before, after = frozenset(expected), frozenset(actual)
    for number, (old, new) in enumerate(zip(expected, actual, strict=True), 1):
        if old != new:
            yield ("record_moved" if new in before and old in after else "record_changed"), number


def _unmatched(hashes: Sequence[str], others: Sequence[str]) -> Iterator[int]:
    """Line numbers of the hashes that `others` has not, or not as often."""
    spare = Counter(others)
    for number, leaf in enumerate(hashes, 1):
        spare[leaf] -= 1
        if spare[leaf] < 0:
            yield number
