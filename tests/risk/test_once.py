"""Indexes are built once for each container, and never served for another one."""

import pytest

from risk.once import once_per_object, once_per_order


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


def test_an_answer_about_an_order_is_worked_out_once_while_it_is_judged():
    asked = []

    def build(facts):
        asked.append(facts)
        return len(facts)

    shared = once_per_order(build)
    one, other = [1], [1]
    assert [shared(one), shared(one), shared(other), shared(one)] == [1, 1, 1, 1]
    assert [known is one for known in asked] == [True, False, True]


def test_what_could_not_be_worked_out_is_asked_again():
    def build(facts):
        raise KeyError(facts)

    shared = once_per_order(build)
    for _ in range(2):
        with pytest.raises(KeyError, match="table"):
            shared("table")
