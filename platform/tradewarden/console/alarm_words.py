"""What an alarm says in a sentence, and where one looks for it."""

import string
from urllib.parse import urlencode

from databases.alert_tables import Alert
from tradewarden.console.i18n import TEXTS, Translator

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
    known = {**alert.details, "subject": alert.subject}
    return t(key, **{name: known.get(name) or UNKNOWN for name in wanted})


def place_of(alert: Alert) -> str:
    """The page that shows the cause."""
    if alert.kind == "dead_letter":
        return "/dead-letters?" + urlencode({"source": alert.subject})
    return ELSEWHERE.get(alert.kind, "/flow")
