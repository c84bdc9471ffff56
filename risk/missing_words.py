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
    (_RATE, "{} 汇率", "{} exchange rate"),
)
"""Texts with a number or a code in them: pattern, Chinese, English."""


def fact_word(name: str) -> tuple[str, str]:
    """(zh, en) of one fact, with the code or number it may carry; an unknown one is shown as it is."""
    if name in FACT_WORDS:
        return FACT_WORDS[name]
    for pattern, zh, en in PHRASES:
        if found := pattern.fullmatch(name):
            return zh.format(found["what"]), en.format(found["what"])
    indexed = _INDEXED.fullmatch(name)
    if indexed and indexed["name"] in FACT_WORDS:
        zh, en = FACT_WORDS[indexed["name"]]
        return (f"{zh}（{indexed['what']}）", f"{en} ({indexed['what']})") if indexed["what"] else (zh, en)
    return name, name


def missing_words(missing: str) -> tuple[str, str]:
    """(zh, en) of everything `risk.findings.no_data` put into its one text."""
    words = [fact_word(name) for name in _SEPARATOR.split(missing)]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)
