"""The registry of lists: who publishes each, and what being on it demands (handbook 05 §1).

Class A joint punishment: refuse. B joint punishment in a narrower field: review. C warning lists, not joint
punishment. D foreign parties under Chinese law. E United Nations: refuse. F other states' lists: escalate, never
refused by a machine, because Chinese law limits compliance with unilateral foreign sanctions.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kyc.entries import EFFECTS
from risk.nouns.parties import Kind

_FILE = Path(__file__).with_name("registry.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSource:
    """One list: its demand (`effect` is refuse, hold, escalate, review, warn or score) and whom it names."""

    id: str
    name_zh: str
    name_en: str
    list_class: str
    effect: str
    joint_punishment: bool
    match_kind: Kind
    publisher: str = ""
    legal_basis: str = ""
    update_frequency: str = ""
    delisting: str = ""
    match_key: str = ""


INDEX = ListSource(
    id="index",
    name_zh="自建名单",
    name_en="Own index of names",
    list_class="",
    effect="review",
    joint_punishment=False,
    match_kind=Kind.ANY,
    publisher="the platform itself",
)
"""A plain file of `entry_id,name`: whatever the officers want to be told about."""


@cache
def registry() -> Mapping[str, ListSource]:
    """Every known list by id. Raises ValueError when the shipped file names an unknown effect or kind."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        sources = [_source(row) for row in csv.DictReader(file)]
    return {source.id: source for source in (*sources, INDEX)}


def _source(row: Mapping[str, str]) -> ListSource:
    if row["effect_code"] not in EFFECTS:
        raise ValueError(f"registry.csv: {row['id']}: effect_code {row['effect_code']!r} is none of {EFFECTS}")
    return ListSource(
        id=row["id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        list_class=row["class"],
        effect=row["effect_code"],
        joint_punishment=row["joint_punishment"] == "yes",
        match_kind=Kind(row["match_kind"]),
        publisher=row["publisher"],
        legal_basis=row["legal_basis"],
        update_frequency=row["update_frequency"],
        delisting=row["delisting"],
        match_key=row["match_key"],
    )
