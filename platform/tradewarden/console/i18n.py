"""The text catalogue: every visible word of the console in Chinese and English, in `texts.csv`."""

import csv
import string
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def load(path: Path) -> Mapping[str, tuple[str, str]]:
    """Key to (zh, en). Raises ValueError naming the row when a key repeats or a language is empty."""
    texts: dict[str, tuple[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            key, zh, en = row["key"], row["zh"], row["en"]
            if not (key and zh and en) or key in texts or row.get(None):
                raise ValueError(f"{path.name} row {number}: key {key!r} repeats, lacks a language or has extra cells")
            texts[key] = (zh, en)
    return texts


class _Numbered(string.Formatter):
    """Formats texts whose words follow a number: `{n} {n:|record|records}` is 1 record, 2 records."""

    def format_field(self, value: object, format_spec: str) -> str:
        if not format_spec.startswith("|"):
            return str(super().format_field(value, format_spec))
        one, many = format_spec[1:].split("|")
        return one if str(value) == "1" else many


_NUMBERED = _Numbered()
TEXTS = load(Path(__file__).parent / "texts.csv")


def language_of(wanted: str) -> str:
    """A language we have: the wanted one, else Chinese."""
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


class Translator:
    """Texts in one language. Called with a key and the values its placeholders want."""

    __slots__ = ("language",)

    def __init__(self, language: str) -> None:
        self.language = language_of(language)

    def __call__(self, key: str, **values: object) -> str:
        """Raises KeyError for an unknown key: a page with a hole in it is a defect, not a style."""
        text = self.pick(*TEXTS[key])
        return _NUMBERED.vformat(text, (), values) if values else text

    def has(self, key: str) -> bool:
        return key in TEXTS

    def known(self, family: str, code: str) -> str:
        """The text of `family.code`, or the bare code when evidence carries one this release has no word for."""
        return self(f"{family}.{code}") if f"{family}.{code}" in TEXTS else code

    def pick(self, zh: str, en: str) -> str:
        """The one of two given texts that fits; the other when it is empty."""
        first, second = (zh, en) if self.language == "zh" else (en, zh)
        return first or second
