"""Against the published Certificate Transparency test tree, and against all small trees without a false accept."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewarden.aeo.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def numbered(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


def test_the_empty_tree():
    assert root([]) == Tree().root() == EMPTY_ROOT == hashlib.sha256().digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_inclusion_proofs(index, size, path):
    proof = inclusion_proof(LEAVES[:size], index)
    assert [step.hex() for step in proof] == path
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_published_consistency_proofs(old, new, path):
    proof = consistency_proof(LEAVES[:new], old)
    assert [step.hex() for step in proof] == path
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)


def test_inclusion_of_every_leaf_of_every_small_tree_and_no_false_accept():
    for size in range(1, 20):
        leaves = numbered(size)
        top = root(leaves)
        for index in range(size):
            proof = inclusion_proof(leaves, index)
            assert verify_inclusion(leaves[index], index, size, proof, top)
            assert not any(
                verify_inclusion(leaves[index], other, size, proof, top) for other in range(size) if other != index
            )
            assert not verify_inclusion(leaf_hash(b"forged"), index, size, proof, top)
            assert not verify_inclusion(leaves[index], index, size, [*proof, top], top)
            assert not proof or not verify_inclusion(leaves[index], index, size, proof[:-1], top)
        assert not verify_inclusion(leaves[0], size, size, [], top)


def test_consistency_of_every_small_pair_and_no_false_accept():
    for new in range(1, 20):
        leaves = numbered(new)
        top = root(leaves)
        for old in range(new + 1):
            proof = consistency_proof(leaves, old)
            below = root(leaves[:old])
            assert verify_consistency(old, new, below, top, proof)
            assert not verify_consistency(old, new, leaf_hash(b"forged"), top, proof)
            assert old == 0 or not verify_consistency(old, new, below, leaf_hash(b"forged"), proof)
            assert not verify_consistency(old, new, below, top, [*proof, top])
            assert not proof or not verify_consistency(old, new, below, top, proof[:-1])
    assert not verify_consistency(3, 2, top, top, [])
    assert not verify_consistency(2, 3, top, top, [])


def test_indexes_outside_the_tree_are_refused():
    with pytest.raises(IndexError, match="leaf 3"):
        inclusion_proof(numbered(3), 3)
    with pytest.raises(IndexError, match="prefix of 4"):
        consistency_proof(numbered(3), 4)
    with pytest.raises(ValueError, match="2 peaks, not 1"):
        Tree(3, [b"x"])


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_resumed_tree_is_the_tree(first, second):
    leaves = numbered(first + second)
    begun = Tree()
    for leaf in leaves[:first]:
        begun.append(leaf)
    resumed = Tree(begun.size, begun.peaks)
    for leaf in leaves[first:]:
        resumed.append(leaf)
    assert resumed.root() == root(leaves)
    assert resumed.size == len(leaves)
