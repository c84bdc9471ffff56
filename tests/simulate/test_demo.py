"""The demonstration tells of a well-run house: an order that is stopped gets no news that it moved."""

from databases.moved_orders import STOPPED_STATES
from databases.order_search import OrderQuery
from databases.paging import PageRequest
from tradewarden.demo import begin
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import build, utc_now

ORDERS = 150


def test_orders_that_are_stopped_do_not_move(tmp_path):
    app = build(Settings(data_dir=tmp_path / "data"), utc_now)
    prepare(app)
    begin(app, ORDERS, lambda _: None)
    with app.database.reading() as uow:
        stopped = [
            row.order_id
            for state in STOPPED_STATES
            for row in uow.orders.search(OrderQuery(state=state), PageRequest(limit=ORDERS)).items
        ]
        moved = uow.trade_events.moved(stopped, "whatever was raised of it")
        told = sum(count.events for count in uow.trade_events.counts())
    app.database.dispose()
    assert len(stopped) > 5
    assert told > ORDERS
    assert moved == []
