"""The tables of decisions. The exact bytes of a decision are its body; the answers and the hits are for questions."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from databases.columns import REPEATS, body, metadata, number, time, words

decisions = Table(
    "decisions",
    metadata,
    words("decision_id", primary_key=True),
    words("order_id"),
    number("revision"),
    words("client_id"),
    time("as_of"),
    time("recorded_at"),
    Column("outcome", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    words("order_class"),
    words("supervision"),
    words("policy"),
    words("policy_hash"),
    body("body"),
    words("body_hash"),
    body("facts"),
    words("facts_hash"),
    words("answers", info={REPEATS: True}),
    UniqueConstraint("order_id", "revision"),
    Index(None, "as_of"),
    Index(None, "client_id", "as_of"),
)

check_hits = Table(
    "check_hits",
    metadata,
    words("check_id", primary_key=True),
    words("decision_id", primary_key=True),
)
