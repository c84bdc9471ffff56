"""A party that was screened is known again exactly when it is the same subject."""

from dataclasses import fields, replace

import pytest

from kyc.entries import Subject
from risk.nouns.parties import Kind, Party, Role
from tradewarden.pipeline.screening import _subject

PARTY = Party(Role.BUYER, "Blu Precision Limited", name_en="Blu", former_names=("Old Blu",), kind=Kind.ORGANISATION)
OTHER = {"role": Role.PAYER, "kind": Kind.PERSON, "former_names": ("Older Blu",)}


@pytest.mark.parametrize("name", [one.name for one in fields(Party)])
def test_parties_are_told_apart_by_what_is_screened(name):
    value = OTHER.get(name, "91440399MAX0018862")
    if not isinstance(value, type(getattr(PARTY, name))):
        pytest.skip("not a text of a party")
    changed = replace(PARTY, **{name: value})
    assert (_subject(changed) == _subject(PARTY)) == (Subject.of(changed) == Subject.of(PARTY))


def test_former_names_count_wherever_they_stand():
    one, other = replace(PARTY, name_en="", former_names=("Blu", "", "Old Blu")), PARTY
    assert Subject.of(one) == Subject.of(other)
    assert _subject(one) == _subject(other)
