"""Reference data for showing names of codes, kept between requests by its version."""

from datetime import date

from databases.unit_of_work import UnitOfWork
from risk.reference import Reference

_KEPT: dict[tuple[str, date], Reference] = {}


def reference(uow: UnitOfWork, on: date) -> Reference:
    """The reference data in force around a day; read once per version and month."""
    key = (uow.reference.version(), on.replace(day=1))
    found = _KEPT.get(key)
    if found is None:
        found = uow.reference.snapshot(on)
        _KEPT.clear()  # one version at a time is enough: pages are about now
        _KEPT[key] = found
    return found
