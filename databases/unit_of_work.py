"""The unit of work: all databases on one connection in one transaction. Nothing else commits."""

from sqlalchemy import Connection

from databases.access import Access
from databases.alerts import Alerts
from databases.audit import Audit
from databases.client_changes import ClientChanges
from databases.clients import Clients
from databases.customs_differences import CustomsDifferences
from databases.dead_letters import DeadLetters
from databases.decisions import Decisions
from databases.files import Files
from databases.history import History
from databases.inbox import Inbox
from databases.loading import Loadings
from databases.meta import Meta
from databases.orders import Orders
from databases.outbox import Outbox
from databases.policies import Policies
from databases.price import Prices
from databases.reconciliation import Reconciliation
from databases.reference import References
from databases.screening_exceptions import ScreeningExceptions
from databases.screenings import Screenings
from databases.streams import Streams
from databases.trade_events import TradeEvents
from databases.users import Users
from databases.watchlists import Watchlists


class UnitOfWork:
    """What one transaction can ask and change. Made by `Database.writing()` and `Database.reading()` only."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.inbox = Inbox(connection)
        self.dead_letters = DeadLetters(connection)
        self.books = Reconciliation(connection)
        self.changes = ClientChanges(connection)
        self.orders = Orders(connection, self.changes)
        self.history = History(connection, self.changes)
        self.prices = Prices(connection)
        self.clients = Clients(connection)
        self.watchlists = Watchlists(connection)
        self.screenings = Screenings(connection)
        self.exceptions = ScreeningExceptions(connection)
        self.reference = References(connection)
        self.policies = Policies(connection)
        self.decisions = Decisions(connection)
        self.alerts = Alerts(connection)
        self.loading = Loadings(connection)
        self.users = Users(connection)
        self.access = Access(connection)
        self.audit = Audit(connection)
        self.outbox = Outbox(connection)
        self.streams = Streams(connection)
        self.trade_events = TradeEvents(connection)
        self.differences = CustomsDifferences(connection)
        self.files = Files(connection)
        self.meta = Meta(connection)

    def finish(self) -> None:
        """What has to be the last of a transaction, right before it is committed."""
        self.changes.write()
