"""Characters no door lets in: they cannot be stored, printed or written to XML and Excel without being changed."""

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Control characters except tab and line ends, lone surrogates, and the two non-characters of the basic plane."""

EXPECTED = "text without control characters and lone surrogates"


def forbidden_in(text: str) -> str:
    """The first forbidden character of `text` as its code point, such as U+0000; empty when there is none."""
    found = FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""
