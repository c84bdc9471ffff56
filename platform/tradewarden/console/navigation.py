"""The console's navigation: literal, filtered by what the viewer may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradewarden.auth.permissions import Action, allowed


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    href: str
    icon: str
    action: Action


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    href: str
    icon: str
    current: bool
    count: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    entries: tuple[Entry, ...]


SECTIONS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("nav.workbench", "/workbench", "workbench", Action.WORKBENCH),
            Place("nav.alerts", "/alerts", "alerts", Action.ALERTS_READ),
            Place("nav.approvals", "/approvals", "approvals", Action.ALERTS_READ),
        ),
    ),
    (
        "nav.section.business",
        (
            Place("nav.orders", "/orders", "orders", Action.ORDERS_READ),
            Place("nav.intake", "/intake", "intake", Action.ORDERS_SUBMIT),
            Place("nav.differences", "/differences", "differences", Action.ORDERS_READ),
            Place("nav.dead_letters", "/dead-letters", "dead", Action.DEAD_LETTERS_READ),
            Place("nav.clients", "/clients", "clients", Action.CLIENTS_READ),
        ),
    ),
    (
        "nav.section.grounds",
        (
            Place("nav.screening", "/screening", "search", Action.SCREEN),
            Place("nav.lists", "/lists", "lists", Action.LISTS_READ),
            Place("nav.policy", "/policy", "policy", Action.POLICY_READ),
            Place("nav.checks", "/checks", "checks", Action.CHECKS_READ),
        ),
    ),
    (
        "nav.section.evidence",
        (
            Place("nav.audit", "/audit", "audit", Action.AUDIT_READ),
            Place("nav.system", "/system", "system", Action.SYSTEM_READ),
            Place("nav.accounts", "/accounts", "accounts", Action.ACCOUNTS_MANAGE),
        ),
    ),
)
BOTTOM_PLACES = 4
HOMES = (("/workbench", Action.WORKBENCH), ("/system", Action.SYSTEM_READ))


def sections(role: str, path: str, counts: Mapping[str, tuple[int, bool]]) -> tuple[Section, ...]:
    """What this role may open; `counts` are (number, late) by the entry's text key."""
    shown = []
    for key, places in SECTIONS:
        entries = tuple(
            Entry(place.key, place.href, place.icon, _current(place.href, path), *counts.get(place.key, (0, False)))
            for place in places
            if allowed(role, place.action)
        )
        if entries:
            shown.append(Section(key, entries))
    return tuple(shown)


def bottom(shown: tuple[Section, ...]) -> tuple[Entry, ...]:
    """The first places of the phone's bar."""
    return tuple(entry for section in shown for entry in section.entries)[:BOTTOM_PLACES]


def home(role: str) -> str:
    """Where a role's day begins."""
    return next((href for href, action in HOMES if allowed(role, action)), "/account")


def _current(href: str, path: str) -> bool:
    return path == href or path.startswith(href + "/")
