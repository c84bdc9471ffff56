"""Canonical JSON: one value, one text. Sorted keys, decimals as strings, no floats; what every hash is taken over."""

import hashlib
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="string")


def canonical(value: Any) -> bytes:
    """UTF-8 canonical JSON of dataclasses, mappings, sequences, text, integers, decimals and aware times.

    Our types hold no floats, so none can appear; raises TypeError for what JSON cannot carry.
    """
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()
