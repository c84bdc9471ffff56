"""Missing data is named in the reader's language: every fact that a check can miss has both words."""

import ast
import re
from pathlib import Path

import pytest

from risk.checks import missing as checks_room
from risk.checks.catalogue import CHECKS
from risk.fact_words import FACT_WORDS
from risk.missing_words import fact_word, missing_words

CHECKS_ROOM = Path(checks_room.__file__).parent
SOURCES = [*CHECKS_ROOM.glob("*.py"), CHECKS_ROOM.parent / "charges.py", CHECKS_ROOM.parent / "judge.py"]
NAMING = {"no_data", "_unknown", "append"}
NAMES_A_LIST = {"missing", "unknown"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(node):  # noqa: PLR0911 -- one answer for each kind of node
    """The texts below a node; what an f-string fills in becomes `X`. Conditions and calls are no texts."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join("X" if isinstance(part, ast.FormattedValue) else part.value for part in node.values)]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return texts(node.elt)
    if isinstance(node, ast.Starred):
        return texts(node.value)
    if isinstance(node, ast.List | ast.Tuple):
        return [text for part in node.elts for text in texts(part)]
    return []


def named(tree):
    for node in ast.walk(tree):
        called = getattr(getattr(node, "func", None), "id", "") or getattr(getattr(node, "func", None), "attr", "")
        if isinstance(node, ast.Call) and called in NAMING:
            owner = getattr(getattr(node.func, "value", None), "id", "missing")
            yield from (text for part in node.args for text in texts(part) if owner in NAMES_A_LIST)
        elif isinstance(node, ast.Call) and called == "missing":
            yield from (text for part in node.args if isinstance(part, ast.Tuple) for text in texts(part.elts[0]))
        elif isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield from texts(node.value) if getattr(target, "id", "") in NAMES_A_LIST else ()
        elif isinstance(node, ast.FunctionDef) and node.name.endswith(("_gaps", "_lacks", "_without_details")):
            said = (part.value for part in ast.walk(node) if isinstance(part, ast.Yield | ast.Return) and part.value)
            yield from (text for part in said for text in texts(part))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:  # ("contract.signed_on", contract_on)
            yield from (text for text in texts(node.elts[0]) if re.fullmatch(r"(?!X)[a-z_]+\.[a-z_.]+", text))


TOKENS = sorted({text for path in SOURCES for text in named(ast.parse(path.read_text(encoding="utf-8"))) if text})


def test_the_walk_finds_what_checks_miss():
    assert len(TOKENS) > 100
    assert {"header.producer_uscc", "loading", "history of at least X orders", "contract.signed_on", "FOB"} <= {*TOKENS}


@pytest.mark.parametrize("token", TOKENS)
def test_every_fact_a_check_can_miss_has_both_words(token):
    if re.search(r"^X\.|\.X", token) and not token.startswith("rates."):
        shape = re.compile(re.escape(token).replace("X", r"[a-z_]+"))
        assert any(shape.fullmatch(name) for name in FACT_WORDS), token
        return
    zh, en = fact_word(token)
    assert CHINESE.search(zh)
    assert not CHINESE.search(re.sub(r"\(.*\)", "", en))
    assert not re.search(r"[a-z]{2,}", re.sub(r"（.*）", "", zh))


@pytest.mark.parametrize("name", sorted({name for check in CHECKS for name in check.card.inputs}))
def test_every_fact_a_card_looks_at_has_both_words(name):
    assert CHINESE.search(fact_word(name)[0])
    assert name in FACT_WORDS


@pytest.mark.parametrize(("zh", "en"), FACT_WORDS.values())
def test_the_table_keeps_its_languages_apart(zh, en):
    assert CHINESE.search(zh)
    assert en
    assert not CHINESE.search(en)


@pytest.mark.parametrize("element", ["freight", "insurance", "other_charges"])
@pytest.mark.parametrize("part", ["mark", "rate", "currency"])
def test_every_charge_has_its_words(element, part):
    assert f"header.{element}_{part}" in FACT_WORDS


@pytest.mark.parametrize(
    ("missing", "zh", "en"),
    [
        ("header.producer_uscc, loading", "消费使用/生产销售单位统一编码、监装记录", None),
        ("history of at least 3 orders", "客户历史订单至少 3 笔", "history of at least 3 orders"),
        (
            "reference.tariff.rebate_percent[6302101000, 6302211000], history",
            "出口退税率（6302101000, 6302211000）、客户历史订单",
            "rebate rate in the tariff (6302101000, 6302211000), client's order history",
        ),
        ("prices.samples (3 < 12)", "价格参照样本（3 < 12）", "samples of the price reference (3 < 12)"),
        ("rates.EUR", "EUR 汇率", "EUR exchange rate"),
        ("reference.tariff[]", "税则表", "tariff"),
        ("something of tomorrow", "something of tomorrow", "something of tomorrow"),
        ("quantities in unit {x}", "按单位 {x} 计的数量", "quantities in unit {x}"),
        ("", "", ""),
        (
            "screening of ACME CO., LTD, screening of 甲公司: no list, 3 more",
            "ACME CO., LTD 的名单筛查、甲公司 的名单筛查（没有名单）、另有 3 项",
            "screening of ACME CO., LTD, screening of 甲公司 (no list), 3 more",
        ),
        ("screening of every party", "各参与方的名单筛查", "screening of every party"),
        ("current list UN, header.direction", "名单 UN 的现行版本、进出口标志", None),
    ],
)
def test_missing_data_in_words(missing, zh, en):
    said = missing_words(missing)
    assert said[0] == zh
    assert en is None or said[1] == en
