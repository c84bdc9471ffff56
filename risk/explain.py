"""Sentences from evidence: a finding is text only when somebody reads it, so it can be rebuilt years later."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from risk.checks.card import Card, Check
from risk.findings import Finding, Seen, Status
from risk.missing_words import missing_words

FIXED = {
    Status.PASS: ("通过", "Passed"),
    Status.NO_DATA: ("缺少数据,无法判断:{missing}", "Cannot judge, missing: {missing}"),
    Status.ERROR: ("检查出错({error}):{detail}", "The check failed ({error}): {detail}"),
}


class Explainer:
    """Renders findings with the cards of a catalogue."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.cards: Mapping[str, Card] = {check.card.id: check.card for check in checks}

    def sentence(self, finding: Finding) -> tuple[str, str]:
        """(zh, en). An unknown check or code, or a number the template wants and evidence lacks, is said openly."""
        zh, en = self._template(finding)
        shown = {name: _shown(value) for name, value in finding.seen.items()}
        if finding.status is Status.NO_DATA and "missing" in shown:
            zh_missing, en_missing = missing_words(shown["missing"])
            return zh.format(missing=zh_missing), en.format(missing=en_missing)
        try:
            return zh.format_map(shown), en.format_map(shown)
        except KeyError as missing:
            listed = ", ".join(f"{name}={value}" for name, value in shown.items())
            return f"{zh} [缺 {missing}] {listed}", f"{en} [lacks {missing}] {listed}"

    def _template(self, finding: Finding) -> tuple[str, str]:
        if finding.status is not Status.HIT:
            return FIXED[finding.status]
        card = self.cards.get(finding.check)
        if card is None:
            return (f"检查 {finding.check} 已不在目录中", f"Check {finding.check} is no longer in the catalogue")
        return card.sentences.get(finding.code, card.sentences[""])


def _shown(value: Seen) -> str:
    """Decimals without trailing zeros and exponent, everything else as text."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
