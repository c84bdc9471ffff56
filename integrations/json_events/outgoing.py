"""What goes out on `risk.decisions` and `risk.alerts`, and its JSON Schema.

Both carry the same body; an alert is a decision that is no release. The reasons in words stay in the platform, because
they quote the order: `GET /api/v1/decisions/{decision_id}` tells them to who may read them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from loading_monitor.sentences import CLASSES, KINDS, REASONS
from risk.decision import SupervisionPlan
from risk.findings import Outcome
from risk.judge import MAXIMUM_SCORE

MESSAGE_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMessage:
    """The machine's decision on one revision of an order. The header `id` tells repeats: drop what you know."""

    decision_id: Annotated[str, Meta(description="asks the platform for everything about this decision")]
    order_id: str
    revision: Annotated[int, Meta(ge=1, description="a decision on a higher revision takes the place of this one")]
    outcome: str
    score: Annotated[int, Meta(ge=0, le=MAXIMUM_SCORE, description="risk points, 0 to 100")]
    as_of: Annotated[datetime, Meta(tz=True, description="the business time the order was judged for")]
    supervision: SupervisionPlan
    policy: Annotated[str, Meta(description="hash of the policy in force")]
    schema: int = MESSAGE_VERSION


def outgoing_schema(*, alert: bool) -> dict[str, Any]:
    """JSON Schema (2020-12) of a message on `risk.alerts` or `risk.decisions`. Fields may be added, none goes away."""
    (body,), definitions = msgspec.json.schema_components((DecisionMessage,), ref_template="#/$defs/{name}")
    message, plan = definitions["DecisionMessage"], definitions["SupervisionPlan"]
    outcomes = [one.word for one in Outcome if one is not Outcome.RELEASE or not alert]
    message["properties"]["outcome"] = {"enum": outcomes}
    message["properties"]["schema"] = {"const": MESSAGE_VERSION}
    message["required"] = sorted(message["properties"])
    plan["properties"] |= {"kind": _one_of(KINDS), "reason": _one_of(REASONS), "order_class": _one_of(CLASSES)}
    plan["required"] = sorted(plan["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"TradeWarden {'alert' if alert else 'decision'} message",
        **body,
        "$defs": definitions,
    }


def _one_of(words: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The codes there are, each with its sentence in Chinese and English."""
    return {"oneOf": [{"const": code, "title": " | ".join(said)} for code, said in words.items()]}
