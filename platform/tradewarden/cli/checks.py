"""`tradewarden checks`: the card of every check."""

from typing import Any

import typer

from risk.checks.card import Card
from risk.checks.catalogue import CHECKS
from tradewarden.cli.output import JsonOption, emit, table


def card_record(card: Card) -> dict[str, Any]:
    """A card as the contract's keys, with what else is worth knowing."""
    return {
        "id": card.id,
        "title_zh": card.title_zh,
        "title_en": card.title_en,
        "category": card.category,
        "level": card.level,
        "severity": card.severity,
        "direction": card.direction,
        "inputs": card.inputs,
        "parameters": card.parameters,
        "confidence": card.confidence,
        "source": card.source,
    }


def checks(as_json: JsonOption = False) -> None:
    """List every check with its card. 列出全部检查项."""
    cards = [check.card for check in CHECKS]
    if as_json:
        for card in cards:
            emit(card_record(card))
        return
    rows = ((card.id, card.title_zh, card.title_en, card.category, card.severity, card.confidence) for card in cards)
    table(("id", "检查", "check", "category", "severity", "confidence"), rows, f"{len(cards)} checks")


def register(app: typer.Typer) -> None:
    app.command("checks")(checks)
