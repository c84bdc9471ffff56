"""Sentences from evidence: rebuilt from code and numbers, open about what is gone."""

from decimal import Decimal

import pytest

from risk.checks.card import check
from risk.checks.catalogue import CHECKS
from risk.explain import Explainer
from risk.findings import PASS, Finding, Severity, Status


@check(
    "T1",
    Severity.WARN,
    category="test",
    inputs="header.x",
    source="test",
    zh="重量 {kg} 千克",
    en="Weight {kg} kg",
    more={"other": ("件数 {packages}", "{packages} packages")},
)
def weighing(facts, p):
    """测试 | Test."""
    return PASS


EXPLAINER = Explainer([weighing])


def finding(status=Status.HIT, check="T1", code="", **seen):
    return Finding(check, status, Severity.WARN, code=code, seen=seen)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        (finding(kg=Decimal("12.50")), "重量 12.5 千克", "Weight 12.5 kg"),
        (finding(kg=Decimal("1E+3")), "重量 1000 千克", "Weight 1000 kg"),
        (finding(kg=Decimal("100")), "重量 100 千克", "Weight 100 kg"),
        (finding(kg=Decimal("0.00")), "重量 0 千克", "Weight 0 kg"),
        (finding(kg="{kg}"), "重量 {kg} 千克", "Weight {kg} kg"),
        (finding(code="other", packages=3), "件数 3", "3 packages"),
        (finding(code="a code of tomorrow", kg=1), "重量 1 千克", "Weight 1 kg"),
        (finding(Status.PASS), "通过", "Passed"),
        (finding(Status.NO_DATA, missing="a, b"), "缺少数据,无法判断:a、b", "Cannot judge, missing: a, b"),
        (
            finding(Status.ERROR, error="KeyError", detail="unit"),
            "检查出错(KeyError):unit",
            "The check failed (KeyError): unit",
        ),
    ],
)
def test_sentence(given, zh, en):
    assert EXPLAINER.sentence(given) == (zh, en)


def test_a_lost_number_is_said_openly():
    zh, en = EXPLAINER.sentence(finding(grams=5))
    assert "缺 'kg'" in zh
    assert "lacks 'kg'" in en
    assert zh.endswith("grams=5")


def test_a_check_that_is_gone_is_said_openly():
    zh, en = EXPLAINER.sentence(finding(check="T0"))
    assert "T0" in zh
    assert "T0" in en


def test_numbers_cannot_reach_into_objects():
    """Text from an order that looks like a template stays text."""
    zh, _ = EXPLAINER.sentence(finding(kg="{kg.__class__}"))
    assert zh == "重量 {kg.__class__} 千克"


@pytest.mark.parametrize("title", ["", "只有中文", "中文 | ", " | English only"])
def test_a_check_without_both_titles_is_refused(title):
    def untitled(facts, p):
        return PASS

    untitled.__doc__ = title
    with pytest.raises(ValueError, match="T2"):
        check("T2", Severity.INFO, category="test", inputs="", source="test", zh="", en="")(untitled)


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.card.id)
def test_every_card_is_complete(one):
    card = one.card
    assert card.id.startswith("LC")
    assert all((card.title_zh, card.title_en, card.category, card.inputs, card.source))
    assert card.level in ("order", "line")
    assert set(card.direction) <= set("IE")
    assert card.confidence in ("high", "medium", "low", "policy")
    assert all(zh and en for zh, en in card.sentences.values())
    assert not any(isinstance(value, float) for value in card.parameters.values())
