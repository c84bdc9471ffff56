"""系统状态 How the machine does, without business data."""

from datetime import timedelta

from fastapi.responses import Response

from tradewarden.console.pages.door import At


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
