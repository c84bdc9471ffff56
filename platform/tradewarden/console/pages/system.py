"""系统状态 and 流转核对: how the machine does, without business data; and that nothing was lost on the way."""

from datetime import timedelta

from fastapi.responses import Response

from databases.decisions import DecisionQuery
from databases.paging import PageRequest
from tradewarden.auth.permissions import Action
from tradewarden.console.pages.door import At

ONE = PageRequest(limit=1)


def system(at: At) -> Response:
    with at.app.database.reading() as uow:
        counts = uow.inbox.counts()
        lanes = uow.inbox.pending()
        dead = uow.dead_letters.open_count()
        lists = uow.watchlists.status()
        streams = uow.audit.streams()
        parts = uow.reference.parts()
        policy = uow.policies.live()
    days = policy.screening.list_max_age_days if policy else 7
    return at.page(
        "system.html",
        counts=counts,
        lanes=lanes,
        dead=dead,
        lists=lists,
        stale_before=at.now - timedelta(days=days),
        streams=streams,
        parts=parts,
        revision=at.app.database.revision(),
        head=at.app.database.head(),
        dialect=at.app.database.url.partition(":")[0].partition("+")[0],
    )


def flow(at: At) -> Response:
    """Received = applied + duplicate + dead + pending, with a link to the records of each."""
    with at.app.database.reading() as uow:
        counts = uow.inbox.counts()
        lanes = uow.inbox.pending()
        decided = uow.decisions.list(DecisionQuery(), ONE).total
    return at.page("flow.html", counts=counts, lanes=lanes, decided=decided, sees_dead=at.can(Action.DEAD_LETTERS_READ))
