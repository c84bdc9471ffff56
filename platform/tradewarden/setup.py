"""First use: an empty database gets its schema, reference data and first policy before anything else runs."""

from tradewarden.errors import CannotStart
from tradewarden.logs import configure
from tradewarden.settings import load_settings
from tradewarden.standing import ensure_policy
from tradewarden.tracing import switch_on
from tradewarden.wiring import Application, build


def prepare(app: Application) -> bool:
    """Bring schema, reference data and policy up to this release; True when something had to be done."""
    before = app.database.revision()
    app.database.upgrade()
    with app.database.writing() as uow:
        published = ensure_policy(uow, app.checks, app.clock())
    return published or before != app.database.revision()


def open_application() -> Application:
    """The application as set up in the environment, on a database that is ready.

    An empty database is set up; one of another release is not touched. Raises CannotStart saying what to do.
    """
    settings = load_settings()
    configure(settings.log_level)
    switch_on(settings.traces, "tradewarden")
    app = build(settings)
    revision, head = app.database.revision(), app.database.head()
    if revision is None:
        prepare(app)
    elif revision != head:
        raise CannotStart(
            f"The database is at schema {revision}, this release works with {head}. "
            "Back it up and run `tradewarden db upgrade`, or use the release that made it."
        )
    return app
