"""The tables of decisions. The exact bytes of a decision are its body; findings and contributions are for questions."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from databases.columns import body, metadata, number, time, words

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
    UniqueConstraint("order_id", "revision"),
    Index(None, "as_of"),
    Index(None, "client_id", "as_of"),
)

findings = Table(
    "findings",
    metadata,
    words("decision_id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    words("check_id"),
    words("status"),
    words("severity"),
    number("line", nullable=True),
    words("code"),
    Column("floor", Integer, nullable=False),
    body("seen"),
    Index(None, "check_id", "status"),
)

contributions = Table(
    "contributions",
    metadata,
    words("decision_id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    words("check_id"),
    words("status"),
    Column("points", Integer, nullable=False),
    Column("floor", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
)
