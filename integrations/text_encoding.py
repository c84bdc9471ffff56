"""The encoding of a text file from outside: UTF-8, UTF-16 or GB 18030, told from its bytes."""

from integrations.errors import DoorError

_STEP = "Save the file as UTF-8 (in Excel: CSV UTF-8) and try again."


def decode_text(data: bytes, source: str) -> tuple[str, str]:
    """(text, encoding). Raises DoorError when the bytes are none of the three.

    UTF-8 is tried first and strictly: Chinese text in GB 18030 is practically never valid UTF-8.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[str, ...] = ("utf-16",)
    elif max(data[0:400:2].count(0), data[1:400:2].count(0)) > len(data[:400]) // 6:  # half of Latin UTF-16 is zeros
        candidates = ("utf-16-le" if data[1:400:2].count(0) > data[0:400:2].count(0) else "utf-16-be",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    at = 0
    for name in candidates:
        try:
            return data.decode(name), name.removesuffix("-sig")
        except UnicodeDecodeError as error:
            at = max(at, error.start)
    raise DoorError(source, f"byte {at}", data[at : at + 20], "text in UTF-8, UTF-16 or GB 18030", _STEP)
