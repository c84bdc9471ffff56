"""Roles, actions and the literal matrix between them. What is not written here is refused.

The second half of the rule "maker is not checker" is judged per object (see `approvals`), not by role.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The roles of the house; an account has exactly one."""

    OPERATOR = "operator"
    RISK_OFFICER = "risk_officer"
    RISK_MANAGER = "risk_manager"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What a route lets a person do. Every route names exactly one."""

    ACCOUNT_SELF = "account.self"
    TOKENS_OWN = "tokens.own"
    WORKBENCH = "workbench.view"
    ORDERS_READ = "orders.read"
    ORDERS_EXPORT = "orders.export"
    ORDERS_SUBMIT = "orders.submit"
    EVENTS_ATTACH = "events.attach"
    DIFFERENCES_CLOSE = "differences.close"
    ALERTS_READ = "alerts.read"
    ALERTS_WORK = "alerts.work"
    RELEASE_APPROVE = "release.approve"
    CLIENTS_READ = "clients.read"
    LISTS_READ = "lists.read"
    SCREEN = "screening.run"
    POLICY_READ = "policy.read"
    CHECKS_READ = "checks.read"
    AUDIT_READ = "audit.read"
    DEAD_LETTERS_READ = "dead_letters.read"
    DEAD_LETTERS_WORK = "dead_letters.work"
    SYSTEM_READ = "system.read"
    METRICS_READ = "metrics.read"
    ACCOUNTS_MANAGE = "accounts.manage"


_OWN = frozenset({Action.ACCOUNT_SELF})
_READ_BUSINESS = frozenset(
    {
        Action.WORKBENCH,
        Action.ORDERS_READ,
        Action.CLIENTS_READ,
        Action.CHECKS_READ,
    }
)
_READ_RISK = frozenset(
    {
        Action.ALERTS_READ,
        Action.LISTS_READ,
        Action.POLICY_READ,
        Action.DEAD_LETTERS_READ,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Action]] = {
    Role.OPERATOR: _OWN
    | _READ_BUSINESS
    | {Action.ORDERS_SUBMIT, Action.ORDERS_EXPORT, Action.TOKENS_OWN}
    # what is missing in a message is fetched by whoever talks to the clients
    | {Action.DEAD_LETTERS_READ, Action.DEAD_LETTERS_WORK, Action.EVENTS_ATTACH},
    Role.RISK_OFFICER: _OWN
    | _READ_BUSINESS
    | _READ_RISK
    | {Action.ORDERS_EXPORT, Action.ALERTS_WORK, Action.SCREEN, Action.TOKENS_OWN}
    | {Action.EVENTS_ATTACH, Action.DIFFERENCES_CLOSE},
    Role.RISK_MANAGER: _OWN
    | _READ_BUSINESS
    | _READ_RISK
    | {Action.ORDERS_EXPORT, Action.ALERTS_WORK, Action.RELEASE_APPROVE, Action.SCREEN, Action.TOKENS_OWN}
    | {Action.SYSTEM_READ, Action.METRICS_READ, Action.DEAD_LETTERS_WORK}
    | {Action.EVENTS_ATTACH, Action.DIFFERENCES_CLOSE},
    # An inspector sees the jobs assigned to them, on the phone; until such jobs exist: the own account only.
    Role.INSPECTOR: _OWN | {Action.CHECKS_READ},
    Role.AUDITOR: _OWN | _READ_BUSINESS | _READ_RISK | {Action.AUDIT_READ, Action.SYSTEM_READ},
    # Keeps the machine and the accounts; sees no business data.
    Role.ADMINISTRATOR: _OWN
    | {Action.ACCOUNTS_MANAGE, Action.SYSTEM_READ, Action.METRICS_READ, Action.CHECKS_READ, Action.TOKENS_OWN},
}

BUSINESS_DATA = frozenset(
    {
        Action.WORKBENCH,
        Action.ORDERS_READ,
        Action.ORDERS_EXPORT,
        Action.ORDERS_SUBMIT,
        Action.ALERTS_READ,
        Action.ALERTS_WORK,
        Action.RELEASE_APPROVE,
        Action.CLIENTS_READ,
        Action.SCREEN,
        Action.AUDIT_READ,
        Action.DEAD_LETTERS_READ,
        Action.DEAD_LETTERS_WORK,
        Action.EVENTS_ATTACH,
        Action.DIFFERENCES_CLOSE,
    }
)


def allowed(role: str, action: Action) -> bool:
    """Whether an account with this role may do this. An unknown role may do nothing."""
    try:
        return action in PERMISSIONS[Role(role)]
    except ValueError:
        return False
