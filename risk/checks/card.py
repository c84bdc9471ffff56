"""The card of a check and the decorators that put it on.

A check is a pure function. For the whole order: `(facts, p) -> Verdict`; for each goods line: `(facts, line, p) ->
Verdict`; for the description of each line's goods: `(goods, reference, p) -> Verdict`; for the codes of the order's
declaration: `(form, reference, p) -> Verdict`. The answers of the last two are remembered (risk/answers.py). `p` are
the card's parameters as the policy in force sets them. The docstring's first line is the title, "zh | en"; a missing or
one-sided title is an error at import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from risk.facts import OrderFacts
from risk.findings import Severity, Verdict
from risk.nouns.line import Line

Parameter = Decimal | int | str | bool | tuple[str, ...]
Parameters = Mapping[str, Any]
OrderFunction = Callable[[OrderFacts, Parameters], Verdict]
LineFunction = Callable[[OrderFacts, Line, Parameters], Verdict]
Sentence = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What everybody may know about a check. `sentences[code]` are (zh, en) templates over the `seen` numbers.

    `confidence` high, medium, low or policy: only high may block by default (handbook 00). `direction` E, I or IE;
    a check that does not apply to the order's direction passes. `no_data_matters` False: the fact comes later in the
    order's life (loading, receipts), so its absence costs nothing before that.
    """

    id: str
    title_zh: str
    title_en: str
    category: str
    level: str
    severity: Severity
    direction: str
    inputs: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    sentences: Mapping[str, Sentence]
    source: str
    confidence: str
    no_data_matters: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A card with its function, which is shown the facts of the order unless `of_goods` or `of_form` says otherwise."""

    card: Card
    function: Callable[..., Verdict]
    of_goods: bool = False
    of_form: bool = False

    @property
    def per_line(self) -> bool:
        return self.card.level == "line"


def check(
    id: str,
    severity: Severity,
    *,
    category: str,
    inputs: str,
    source: str,
    zh: str,
    en: str,
    confidence: str = "high",
    direction: str = "IE",
    more: Mapping[str, Sentence] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    no_data_matters: bool = True,
    per_line: bool = False,
    of_goods: bool = False,
    of_form: bool = False,
) -> Callable[[Callable[..., Verdict]], Check]:
    """Make a check of a function. `zh`/`en` are the sentence of a hit; `more` those of further codes.

    Raises ValueError when the docstring is not "zh | en".
    """

    def wrap(function: Callable[..., Verdict]) -> Check:
        title = (function.__doc__ or "").strip().splitlines()[0:1]
        title_zh, bar, title_en = (title[0] if title else "").partition(" | ")
        if not (bar and title_zh and title_en):
            raise ValueError(f"check {id}: the docstring must begin with 'zh | en', not {title!r}")
        card = Card(
            id=id,
            title_zh=title_zh.strip(),
            title_en=title_en.strip().rstrip("."),
            category=category,
            level="line" if per_line or of_goods else "order",
            severity=severity,
            direction=direction,
            inputs=tuple(inputs.split()),
            parameters=dict(parameters or {}),
            sentences={"": (zh, en), **(more or {})},
            source=source,
            confidence=confidence,
            no_data_matters=no_data_matters,
        )
        return Check(card, function, of_goods, of_form)

    return wrap
