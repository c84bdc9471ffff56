"""Rounds: waves that are recorded together, because what the earlier ones add can be carried in memory exactly.

An order new to the database only adds: to its client's history, to prices, to the use of documents and containers. So
waves of such orders need one round of questions and one of writing. A revision or a cancellation also takes something
away, and what is left only the database can tell: its wave is the last of its round.
"""

from collections.abc import Collection, Sequence

from tradewarden.pipeline.waves import Arrived

Wave = Sequence[Arrived]


def rounds(waves: Sequence[Wave], known: Collection[str]) -> list[list[Wave]]:
    """The waves in order, cut into rounds. `known` are ids of orders that the database has before the first one.

    An order stands in one wave of a round at most, and everything but the last wave of a round is new and submitted.
    """
    seen = set(known)
    cut: list[list[Wave]] = []
    inside: set[str] = set()
    closed = True
    for wave in waves:
        ids = {event.order_id for _, event in wave}
        if closed or ids & inside:
            cut.append([])
            inside = set()
        cut[-1].append(wave)
        closed = any(event.order is None or event.order_id in seen for _, event in wave)
        inside |= ids
        seen |= ids
    return cut
