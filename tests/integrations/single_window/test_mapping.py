"""Every element has one field and every field one element: nothing of a message is lost, nothing is mapped twice."""

from collections import Counter
from dataclasses import fields

from integrations.single_window.mapping import Group, groups
from risk.nouns.declaration import Declaration


def all_groups(level=None):
    for group in groups() if level is None else level:
        yield group
        yield from all_groups(group.groups)


def held_by(group: Group) -> set[str]:
    return {below.attribute for below in group.groups}


def test_all_243_elements_are_mapped():
    assert sum(len(group.leaves) for group in all_groups()) == 243


def test_every_field_of_every_part_is_mapped_exactly_once():
    for group in all_groups():
        for export in (False, True):
            mapped = Counter(leaf.name(export) for leaf in group.leaves.values())
            assert set(mapped.values()) == {1}, group.path
            assert set(mapped) | held_by(group) == {field.name for field in fields(group.kind)}, group.path


def test_every_part_of_the_declaration_is_mapped():
    parts = {field.name for field in fields(Declaration)} - {"unknown_elements"}
    assert {group.attribute for group in groups()} == parts


def test_only_the_two_countries_are_swapped_on_export():
    swapped = {
        leaf.element: (leaf.field, leaf.field_on_export)
        for group in all_groups()
        for leaf in group.leaves.values()
        if leaf.field != leaf.field_on_export
    }
    assert swapped == {
        "OriginCountry": ("origin_country", "final_destination"),
        "DestinationCountry": ("final_destination", "origin_country"),
    }
