"""Codes among the numbers of a finding, in the reader's language."""

import pytest

from tradewarden.console.code_words import FAMILIES, code_word
from tradewarden.console.i18n import TEXTS, Translator


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("effect", "refuse", "拒单"),
        ("effect", "escalate", "上报法务"),
        ("effect", "code of tomorrow", "code of tomorrow"),
        ("admission", "applied", "已申请"),
        ("accepted", "approved, screened", "已准入, 已筛查"),
        ("direction", "E", "出口"),
        ("gross_kg", "E", "E"),
        ("matches", 3, 3),
    ],
)
def test_codes_are_said_in_words(name, value, shown):
    assert code_word(Translator("zh"), name, value) == shown


def test_every_family_exists():
    families = {family for found in FAMILIES.values() for family in found}
    assert not {family for family in families if not any(key.startswith(f"{family}.") for key in TEXTS)}
