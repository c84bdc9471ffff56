"""Client tiers and names for the rows of a list: one set-based question for the whole page."""

from collections.abc import Iterable, Mapping
from datetime import date

from databases.unit_of_work import UnitOfWork
from risk.facts import ClientProfile


def profiles_of(uow: UnitOfWork, client_ids: Iterable[str], on: date) -> Mapping[str, ClientProfile]:
    """Profiles of the known clients among these, by id."""
    wanted = sorted({client_id for client_id in client_ids if client_id})
    return uow.clients.profiles(wanted, on) if wanted else {}


def tiers_of(uow: UnitOfWork, client_ids: Iterable[str], on: date) -> Mapping[str, str]:
    """The tier letter of each known client."""
    return {client_id: profile.tier for client_id, profile in profiles_of(uow, client_ids, on).items()}
