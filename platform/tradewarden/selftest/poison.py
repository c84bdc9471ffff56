"""Messages nobody can decode, made of sound submissions: each must become one dead letter and cost nothing else."""

import json
from collections.abc import Callable
from random import Random

Bytes = bytes | None
Spoil = Callable[[bytes, Random], Bytes]
NULL_KEY = "null key"
"""Sent without a key: a truncated message nobody can say whose it is."""


def _truncated(raw: bytes, rng: Random) -> Bytes:
    return raw[: rng.randint(1, len(raw) - 1)]


def _bad_utf8(raw: bytes, _: Random) -> Bytes:
    return raw.replace(b'"source":"', b'"source":"\xff\xfe', 1)


def _not_a_number(raw: bytes, _: Random) -> Bytes:
    return b'{"revision":NaN,' + raw[1:]


def _deep(_: bytes, __: Random) -> Bytes:
    return b"[" * 100_000


def _deep_objects(_: bytes, __: Random) -> Bytes:
    return b'{"order":' * 20_000 + b"1" + b"}" * 20_000


def _future_schema(raw: bytes, rng: Random) -> Bytes:
    return json.dumps(json.loads(raw) | {"schema": rng.randint(2, 99)}).encode()


def _huge_integer(raw: bytes, _: Random) -> Bytes:
    return b'{"revision":' + b"9" * 5000 + b"," + raw[1:]


def _unknown_field(raw: bytes, _: Random) -> Bytes:
    return json.dumps(json.loads(raw) | {"unheard_of": 1}).encode()


def _twice(raw: bytes, _: Random) -> Bytes:
    return b'{"source":"other",' + raw[1:]


def _utf16(raw: bytes, _: Random) -> Bytes:
    return raw.decode().encode("utf-16")


def _no_order(raw: bytes, _: Random) -> Bytes:
    return json.dumps({name: value for name, value in json.loads(raw).items() if name != "order"}).encode()


def _bad_order_id(raw: bytes, _: Random) -> Bytes:
    return json.dumps(json.loads(raw) | {"order_id": "../../etc/passwd\u0000"}).encode()


POISONS: tuple[tuple[str, Spoil], ...] = (
    ("truncated", _truncated),
    ("bad UTF-8", _bad_utf8),
    ("NaN", _not_a_number),
    ("deep arrays", _deep),
    ("deep objects", _deep_objects),
    ("wrong schema version", _future_schema),
    ("huge integer", _huge_integer),
    ("unknown field", _unknown_field),
    ("a field twice", _twice),
    ("UTF-16", _utf16),
    ("no order in a submission", _no_order),
    ("order id that is a path", _bad_order_id),
    ("tombstone", lambda _raw, _rng: None),
    ("empty", lambda _raw, _rng: b""),
    ("blanks", lambda _raw, _rng: b" " * 1_000_000),
    ("an array", lambda _raw, _rng: b"[]"),
    ("null", lambda _raw, _rng: b"null"),
    ("no JSON at all", lambda _raw, rng: rng.randbytes(200)),
    (NULL_KEY, lambda raw, _rng: raw[:-1]),
)
