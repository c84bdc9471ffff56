"""Is it the same company on two papers? Spelling only; whether it is a listed party is the screening's business.

Width, case, spaces, punctuation and the usual variants of a legal form do not make another company (handbook 05 §4).
"""

import re
import unicodedata
from functools import lru_cache

_JOINERS = re.compile(r"[.'’/&]")
_SEPARATORS = re.compile(r"[^\w]+|_")
_HAN = re.compile(r"[\u3400-\u9fff]")
_FORMS = {
    "LIMITED": "LTD",
    "COMPANY": "CO",
    "CORPORATION": "CORP",
    "INCORPORATED": "INC",
}


@lru_cache(maxsize=8192)
def spelling(name: str) -> str:
    """The name reduced to what tells companies apart; empty when nothing is left."""
    text = unicodedata.normalize("NFKC", name).upper()
    words = [_FORMS.get(word, word) for word in _SEPARATORS.split(_JOINERS.sub("", text)) if word]
    kept = [word for word, following in zip(words, [*words, ""][1:], strict=True) if (word, following) != ("CO", "LTD")]
    if _HAN.search(text):
        return "".join(kept).replace("有限责任公司", "有限公司")
    return " ".join(kept)


def same_company(left: str, right: str) -> bool:
    """True when two non-empty names are one spelling."""
    reduced = spelling(left)
    return bool(reduced) and reduced == spelling(right)
