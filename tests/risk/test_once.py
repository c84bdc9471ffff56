"""Indexes are built once for each container, and never served for another one."""

from risk.once import once_per_object


def test_an_index_is_built_once_and_forgotten_in_turn():
    built = []

    def build(source):
        built.append(source)
        return len(source)

    index = once_per_object(build, keep=2)
    one, two, three = [1], [1, 2], [1, 2, 3]
    assert [index(one), index(one), index(two)] == [1, 1, 2]
    assert built == [one, two]
    assert [index(three), index(two), index(one)] == [3, 2, 1]
    assert built == [one, two, three, one]


def test_equal_containers_are_different_ones():
    index = once_per_object(id)
    one, other = [1], [1]
    assert index(one) == id(one)
    assert index(other) == id(other)
