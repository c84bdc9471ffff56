"""名单 Watch lists: versions, freshness, counts, what was rejected and what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fastapi.responses import Response

from databases.unit_of_work import UnitOfWork
from databases.watchlists import EntryChange, ListStatus, VersionSummary
from integrations.watchlists.registry import ListSource, registry
from tradewarden.auth.refusals import Refused
from tradewarden.console.filters import Filters
from tradewarden.console.pages.door import At

DEFAULT_AGE_DAYS = 7
CHANGES_SHOWN = 200
NOTHING: tuple[tuple[str, ...], bool] = ((), False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list of the registry with its status. `age_hours` None: never imported."""

    source: ListSource
    status: ListStatus | None
    age_hours: int | None
    stale: bool
    effects: tuple[str, ...]
    joint: bool


def lists(at: At) -> Response:
    with at.app.database.reading() as uow:
        statuses = {status.latest.list_id: status for status in uow.watchlists.status()}
        policy = uow.policies.live()
        own = {list_id: _own_effects(uow, list_id) if list_id not in registry() else NOTHING for list_id in statuses}
    own |= {list_id: NOTHING for list_id in registry() if list_id not in own}
    days = policy.screening.list_max_age_days if policy else DEFAULT_AGE_DAYS
    known = registry()
    rows = []
    for list_id in [*statuses, *(list_id for list_id in known if list_id not in statuses)]:
        status = statuses.get(list_id)
        age = at.now - status.latest.checked_at if status else None
        source = known.get(list_id) or ListSource(
            id=list_id, name_zh=list_id, name_en=list_id, list_class="", effect="", joint_punishment=False,
            match_kind=known["index"].match_kind,
        )  # fmt: skip
        rows.append(
            ListRow(
                source=source,
                status=status,
                age_hours=int(age.total_seconds() // 3600) if age is not None else None,
                stale=age is not None and age > timedelta(days=days),
                effects=(source.effect,) if source.effect else own[list_id][0],
                joint=source.joint_punishment or own[list_id][1],
            )
        )
    entries = sum(row.status.entries for row in rows if row.status)
    required = policy.screening.required_lists if policy else ()
    return at.page(
        "lists.html",
        rows=rows,
        days=days,
        entries=entries,
        imported=len(statuses),
        never=len(rows) - len(statuses),
        missing=missing(statuses),
        required=required,
    )


def missing(imported: Iterable[str]) -> list[str]:
    """The text keys of warnings: lists without which nobody can be called clear, none of which is imported."""
    there = set(imported)
    known = registry().values()
    classes = {"A": "lists.no_joint", "E": "lists.no_un"}
    return [
        key
        for letter, key in classes.items()
        if there.isdisjoint(source.id for source in known if source.list_class == letter)
    ]


def _own_effects(uow: UnitOfWork, list_id: str) -> tuple[tuple[str, ...], bool]:
    """What a list outside the registry demands, entry by entry, and whether any of it is joint punishment."""
    entries = list(uow.watchlists.current_entries([list_id]))
    return tuple(sorted({entry.effect for entry in entries})), any(entry.joint_punishment for entry in entries)


def one_list(at: At, list_id: str) -> Response:
    filters = Filters(at.request.query_params)
    with at.app.database.reading() as uow:
        history = uow.watchlists.history(list_id)
        if not history:
            raise Refused(404, "lists.unknown", {"seen": list_id[:40]})
        wanted = filters.number("version", 1, 10**9) or history[0].version
        chosen = next((version for version in history if version.version == wanted), None)
        if chosen is None:
            raise Refused(404, "lists.unknown_version", {"seen": wanted})
        rejects = uow.watchlists.rejects(list_id, chosen.version)
        changes = _changes(uow.watchlists.diff(list_id, chosen.version - 1, chosen.version), chosen)
    known = registry().get(list_id)
    return at.page(
        "list.html",
        list_id=list_id,
        source=known,
        history=history,
        chosen=chosen,
        rejects=rejects,
        changes=changes[:CHANGES_SHOWN],
        hidden=max(0, len(changes) - CHANGES_SHOWN),
    )


def _changes(found: list[EntryChange], chosen: VersionSummary) -> list[EntryChange]:
    """The first version adds everything: that is no change worth listing."""
    return [] if chosen.version == 1 else found
