"""Missing data in words: what a check names as missing, in Chinese and English; an unknown name stays as it is."""

import re

from risk.fact_words import FACT_WORDS

_SEPARATOR = re.compile(r", (?![^\[(]*[\])])")
"""A comma between two facts; not one inside brackets, where codes are listed."""

_INDEXED = re.compile(r"(?P<name>[^\[(]+?) ?[\[(](?P<what>.*)[\])]")
_RATE = re.compile(r"rates\.(?P<what>\w*)")

PHRASES = (
    (re.compile(r"history of at least (?P<what>.+) orders"), "客户历史订单至少 {} 笔", "history of at least {} orders"),
    (re.compile(r"quantities in unit (?P<what>.*)"), "按单位 {} 计的数量", "quantities in unit {}"),
    (re.compile(r"quantity of item (?P<what>.+)"), "第 {} 项的数量", "quantity of item {}"),
    (
        re.compile(r"quantity and unit of VAT item (?P<what>.+)"),
        "增值税发票对应第 {} 项的数量和单位",
        "quantity and unit of VAT item {}",
    ),
    (
        re.compile(r"seller or producer of VAT invoice (?P<what>.*)"),
        "增值税发票 {} 的销方或生产销售单位",
        "seller or producer of VAT invoice {}",
    ),
    (re.compile(r"screening of every party"), "各参与方的名单筛查", "screening of every party"),
    (
        re.compile(r"screening of (?P<what>.+): no list"),
        "{} 的名单筛查（没有名单）",
        "screening of {} (no list)",
    ),
    (re.compile(r"screening of (?P<what>.+)"), "{} 的名单筛查", "screening of {}"),
    (re.compile(r"current list (?P<what>.+)"), "名单 {} 的现行版本", "current version of list {}"),
    (re.compile(r"(?P<what>\d+) more"), "另有 {} 项", "{} more"),
    (_RATE, "{} 汇率", "{} exchange rate"),
)
"""Texts with a number or a code in them: pattern, Chinese, English."""


def fact_word(name: str) -> tuple[str, str]:
    """(zh, en) of one fact, with the code or number it may carry; an unknown one is shown as it is."""
    if name in FACT_WORDS:
        return FACT_WORDS[name]
    for pattern, zh, en in PHRASES:
        if found := pattern.fullmatch(name):
            what = found.groupdict().get("what", "")
            return zh.format(what), en.format(what)
    indexed = _INDEXED.fullmatch(name)
    if indexed and indexed["name"] in FACT_WORDS:
        zh, en = FACT_WORDS[indexed["name"]]
        return (f"{zh}（{indexed['what']}）", f"{en} ({indexed['what']})") if indexed["what"] else (zh, en)
    return name, name


def missing_words(missing: str) -> tuple[str, str]:
    """(zh, en) of everything `risk.findings.no_data` put into its one text."""
    words = [fact_word(name) for name in _named(missing)]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def _named(missing: str) -> list[str]:
    """The facts one by one. A piece nobody knows behind a phrase belongs to it: `ACME CO., LTD` is one name."""
    named: list[str] = []
    for piece in _SEPARATOR.split(missing):
        if named and _open_ended(named[-1]) and fact_word(piece)[0] == piece:
            named[-1] += f", {piece}"
        else:
            named.append(piece)
    return named


def _open_ended(name: str) -> bool:
    return name not in FACT_WORDS and any(pattern.fullmatch(name) for pattern, _, _ in PHRASES)
