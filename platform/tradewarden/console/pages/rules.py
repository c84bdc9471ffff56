"""策略 and 检查目录: the policy in force with every number in it, and the catalogue of checks with their cards."""

import re
from dataclasses import dataclass

from fastapi.responses import Response

from databases.policies import StoredPolicy
from risk.checks.card import Card
from risk.missing_words import fact_word
from risk.policy import CheckSetting, Policy
from tradewarden.auth.permissions import Action
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk
from tradewarden.console.filters import Filters
from tradewarden.console.formats import number
from tradewarden.console.i18n import Translator
from tradewarden.console.pages.door import At
from tradewarden.console.seen_words import seen_word
from tradewarden.console.source_words import source_in

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A check with what the policy makes of it; its parameters as (word, technical name, value).

    `setting` None: the policy does not know the check.
    """

    card: Card
    title: str
    setting: CheckSetting | None
    parameters: tuple[tuple[str, str, str], ...]
    sentence: str
    inputs: tuple[tuple[str, str], ...]
    source: str


def policy(at: At) -> Response:
    wanted = Filters(at.request.query_params).text("hash")
    with at.app.database.reading() as uow:
        versions = uow.policies.all()
    chosen = next((one for one in versions if (one.hash == wanted if wanted else one.state == "live")), None)
    if chosen is None:
        raise Refused(404, "policy.unknown", {"seen": wanted[:16] or "–"})
    return at.page(
        "policy.html",
        chosen=chosen,
        policy=chosen.policy,
        versions=versions,
        groups=_groups(at, chosen.policy),
        thresholds=_thresholds(at.t, chosen.policy),
        orphans=sorted(set(chosen.policy.checks) - set(at.app.explainer.cards)),
    )


def _thresholds(t: Translator, chosen: Policy) -> list[tuple[str, str]]:
    """Every number outside the checks, as (text key, value with its unit)."""
    classes, sampling, screening = chosen.order_classes, chosen.sampling, chosen.screening
    customs = chosen.customs
    return [
        ("policy.review_from", str(chosen.thresholds.review)),
        ("policy.hold_from", str(chosen.thresholds.hold)),
        ("policy.error_points", f"+{chosen.error_points} · ≥ {t('outcome.' + chosen.error_floor.word)}"),
        ("policy.large_usd", f"USD {classes.large_usd:,}"),
        ("policy.large_times_median", f"× {classes.large_times_median}"),
        ("policy.frequent_orders", str(classes.frequent_orders_30d)),
        ("policy.frequent_total", f"USD {classes.frequent_total_30d_usd:,}"),
        ("policy.first_orders", str(classes.first_orders)),
        ("policy.target_share", f"{number(sampling.target_share * 100)}%"),
        ("policy.floor_share", f"{number(sampling.floor_share * 100)}%"),
        ("policy.minimum_score", f"{screening.minimum_score * 100:.0f}%"),
        ("policy.list_max_age", f"{screening.list_max_age_days} d"),
        ("policy.due_review", f"{chosen.alerts.due_hours.get('review', 0)} h"),
        ("policy.due_hold", f"{chosen.alerts.due_hours.get('hold', 0)} h"),
        ("policy.due_refuse", f"{chosen.alerts.due_hours.get('refuse', 0)} h"),
        ("policy.customs_money", f"± {customs.money_tolerance}"),
        ("policy.customs_weight", f"± {customs.weight_tolerance_kg} kg"),
        ("policy.customs_quantity", f"± {customs.quantity_tolerance}"),
        ("policy.customs_hs", str(customs.hs_digits)),
        ("policy.customs_due", f"{customs.due_hours} h"),
    ]


def checks(at: At) -> Response:
    """The catalogue; the administrator sees the cards without the policy's prices."""
    stored: StoredPolicy | None = None
    if at.can(Action.POLICY_READ):
        with at.app.database.reading() as uow:
            stored = next((one for one in uow.policies.all() if one.state == "live"), None)
    groups = _groups(at, stored.policy if stored else None)
    return at.page("checks.html", groups=groups, total=len(at.app.explainer.cards), priced=stored is not None)


def _groups(at: Desk, chosen: Policy | None) -> list[tuple[str, list[CardRow]]]:
    grouped: dict[str, list[CardRow]] = {}
    for card in at.app.explainer.cards.values():
        grouped.setdefault(card.category, []).append(_row(at, card, chosen))
    return list(grouped.items())


def _row(at: Desk, card: Card, chosen: Policy | None) -> CardRow:
    setting = chosen.checks.get(card.id) if chosen else None
    parameters = setting.parameters if setting else card.parameters
    return CardRow(
        card=card,
        title=at.t.pick(card.title_zh, card.title_en),
        setting=setting,
        parameters=tuple((at.t.pick(*seen_word(name)), name, _shown(value)) for name, value in parameters.items()),
        sentence=at.t.pick(*map(_named, card.sentences[""], (0, 1))),
        inputs=tuple((at.t.pick(*fact_word(path)), path) for path in card.inputs),
        source=at.t.pick(*source_in(card.source)),
    )


def _named(sentence: str, language: int) -> str:
    """A card's sentence with the names of its numbers where the numbers will stand; `language` 0 zh, 1 en."""
    return _PLACEHOLDER.sub(lambda found: f"<{seen_word(found[1])[language]}>", sentence)


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)
