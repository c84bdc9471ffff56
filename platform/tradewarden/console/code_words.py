"""Codes among the numbers a check has seen, in the reader's language; evidence keeps the code itself."""

from collections.abc import Mapping

from risk.findings import Seen
from tradewarden.console.i18n import Translator

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "effect": ("effect",),
    "admission": ("admission",),
    "accepted": ("admission",),
    "direction": ("direction",),
    "number_direction": ("direction",),
    "allowed": ("direction",),
    "business_mode": ("business_mode",),
    "role": ("role_of",),
    "roles": ("role_of",),
    "order_class": ("order_class",),
    "outcome": ("outcome",),
}
"""Name of a number to the families of texts that know its codes, the first that does wins."""


def code_word(t: Translator, name: str, value: Seen) -> Seen:
    """The value in words when `name` holds codes; a code nobody knows, and every other value, stays as it is."""
    families = FAMILIES.get(name, ())
    if not families or not isinstance(value, str):
        return value
    return ", ".join(_word(t, families, code) for code in value.split(", "))


def code_words(t: Translator, seen: Mapping[str, Seen]) -> dict[str, Seen]:
    """All numbers of a finding with their codes in words."""
    return {name: code_word(t, name, value) for name, value in seen.items()}


def _word(t: Translator, families: tuple[str, ...], code: str) -> str:
    family = next((one for one in families if t.has(f"{one}.{code}")), "")
    return t(f"{family}.{code}") if family else code
