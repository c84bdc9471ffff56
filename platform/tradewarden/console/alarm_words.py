"""What an alarm says in a sentence, and where one looks for it."""

import string
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from databases.alert_tables import Alert
from risk.nouns.status import StatusKind
from tradewarden.console import order_flow
from tradewarden.console.i18n import TEXTS, Translator
from tradewarden.pipeline.moved_while_held import ALERT as MOVED

KINDS = (
    "stale_list",
    "reconciliation",
    "stream_lag",
    "stream_stopped",
    "stream_rewound",
    "stream_lost",
    "partition_unheld",
    "worker_stopped",
    "silence",
    "dead_letter",
    "unjudged",
    "unscreened",
    "outbox_backlog",
    "outbox_message",
)
"""Alarms about the machine; alerts about orders and ids are the officers' queue."""
ELSEWHERE = {"stale_list": "/lists", "unscreened": "/clients?admission=approved", "dead_letter": "/dead-letters"}
UNKNOWN = "–"


def sentence(t: Translator, alert: Alert) -> str:
    """The alarm in words with its figures; one of a kind without words is named by kind and subject."""
    key = f"alarm.{alert.kind}"
    if key not in TEXTS:
        return f"{t.known('alert_kind', alert.kind)} {alert.subject}"
    wanted = {name for _, name, _, _ in string.Formatter().parse(TEXTS[key][0]) if name}
    known = {**alert.details, "subject": alert.subject, **(_moved(t, alert) if alert.kind == MOVED else {})}
    if alert.kind == "partition_unheld":
        known |= _unheld(t, alert)
    return t(key, **{name: UNKNOWN if known.get(name) in (None, "") else known[name] for name in wanted})


@dataclass(frozen=True, slots=True)
class MoveWords:
    """A status that a stopped order got nevertheless, in words."""

    kind: str
    status: str
    occurred_at: datetime


def moves(t: Translator, alert: Alert) -> tuple[MoveWords, ...]:
    """What moved, by the details of a `moved_while_held` alert; nothing for others."""
    if alert.kind != MOVED:
        return ()
    return tuple(
        MoveWords(
            one["kind"],
            order_flow.status_word(t, StatusKind(one["kind"]), one["status"]),
            datetime.fromisoformat(one["occurred_at"]),
        )
        for one in alert.details.get("moves", ())
    )


def _moved(t: Translator, alert: Alert) -> dict[str, object]:
    # a status told twice is one news in a sentence; the alert's page tells both
    told = dict.fromkeys(one.status for one in moves(t, alert))
    state = t.known("order_state", str(alert.details.get("state", "")))
    return {
        "order": alert.order_id,
        "revision": alert.revision,
        "state": state.lower(),
        "moves": t("alarm.between").join(told),
    }


def _unheld(t: Translator, alert: Alert) -> dict[str, object]:
    """The partitions, and what waited when the broker was asked last. Old alerts name one partition as subject."""
    lag = alert.details.get("lag")
    waiting = t("alarm.lag_unknown") if lag is None else t("alarm.lag_then", lag=lag)
    return {"partitions": alert.details.get("partitions") or alert.subject, "waiting": waiting}


def place_of(alert: Alert) -> str:
    """The page that shows the cause."""
    if alert.kind == "dead_letter":
        return "/dead-letters?" + urlencode({"source": alert.subject})
    return ELSEWHERE.get(alert.kind, "/flow")
