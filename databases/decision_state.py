"""What a decision makes of its order's row; shared by those who write the order and those who settle it later."""

from typing import Any

from risk.decision import Decision
from risk.findings import Outcome

STATES = {
    Outcome.RELEASE: "released",
    Outcome.REVIEW: "review",
    Outcome.HOLD: "held",
    Outcome.REFUSE: "refused",
}
"""The state of an order after the machine's outcome; only a disposition changes it afterwards."""


def settled(decision: Decision) -> dict[str, Any]:
    """The columns of `orders` that a decision sets."""
    return {
        "outcome": int(decision.outcome),
        "score": decision.score,
        "decision_id": decision.decision_id,
        "order_class": decision.supervision.order_class,
        "supervision": decision.supervision.kind,
        "state": STATES[decision.outcome],
    }
