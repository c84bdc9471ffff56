"""Supervision plans: what is mandatory, what is drawn, and that a draw can be repeated by anybody with the secret."""

import hashlib
import hmac
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loading_monitor.draw import Draw, agrees, draw
from loading_monitor.order_class import OrderClass
from loading_monitor.sentences import plan_sentence
from loading_monitor.supervision import plan, share
from risk.decision import SupervisionPlan
from risk.findings import Outcome
from risk.policy_default import default_policy
from risk.reference import GoodsCriterion

SECRET = b"a synthetic secret of the period"
POLICY = default_policy([])
SMALL = OrderClass("S", "small")
FREQUENT = OrderClass("F", "frequent")
SENSITIVE = GoodsCriterion(
    code="GC19", level="sensitive", name_zh="测试", name_en="Test", hs_prefixes=("6302",), tiers=("C", "D")
)


def numbered(facts, order_id, **more):
    return replace(facts, order=replace(facts.order, order_id=order_id), **more)


@pytest.mark.parametrize(
    ("order_class", "outcome", "ratio", "kind", "reason"),
    [
        (OrderClass("L", "large_value"), Outcome.RELEASE, "0.5", "on_site", "large_value"),
        (OrderClass("H", "risky_tier"), Outcome.RELEASE, "0.5", "on_site", "risky_tier"),
        (OrderClass("H", "first_orders"), Outcome.REFUSE, None, "on_site", "first_orders"),
        (SMALL, Outcome.HOLD, "0.5", "on_site", "alarm"),
        (FREQUENT, Outcome.REFUSE, "0.5", "on_site", "alarm"),
        (SMALL, Outcome.RELEASE, "0.0999", "sampled", "quota_floor"),
        (FREQUENT, Outcome.REVIEW, "0", "sampled", "quota_floor"),
    ],
)
def test_mandatory_without_a_draw(clean_facts, order_class, outcome, ratio, kind, reason):
    facts = replace(clean_facts, supervision_ratio=None if ratio is None else Decimal(ratio))
    made = plan(facts, order_class, outcome, POLICY, SECRET)
    assert made == SupervisionPlan(kind=kind, reason=reason, order_class=order_class.code)


@pytest.mark.parametrize(("order_class", "undrawn"), [(SMALL, "media"), (FREQUENT, "remote")])
def test_the_rest_is_drawn(clean_facts, order_class, undrawn):
    made = [plan(numbered(clean_facts, f"O-{n}"), order_class, Outcome.RELEASE, POLICY, SECRET) for n in range(200)]
    assert {(one.kind, one.reason) for one in made} == {("sampled", "drawn"), (undrawn, "not_drawn")}
    assert all(agrees(one.draw, SECRET, one.kind == "sampled") for one in made)


def test_imports_are_not_loaded_here(clean_facts, revise):
    made = plan(revise(clean_facts, header__direction="I"), SMALL, Outcome.HOLD, POLICY, SECRET)
    assert (made.kind, made.reason) == ("media", "import")


def test_a_revision_cannot_draw_again(clean_facts):
    later = replace(clean_facts, order=replace(clean_facts.order, revision=2))
    plans = [plan(facts, SMALL, Outcome.RELEASE, POLICY, SECRET) for facts in (clean_facts, later)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("tier", "code", "ratio", "goods", "expected"),
    [
        ("B", "S", "0.13", (), "0.12"),
        ("A", "S", "0.13", (), "0.060"),
        ("A", "S", "0.11", (), "0.12"),
        ("A", "S", None, (), "0.060"),
        ("B", "F", "0.13", (), "0.20"),
        ("B", "S", "0.13", (SENSITIVE,), "0.24"),
        ("C", "S", "0.13", (), "0.300"),
        ("D", "S", "0.13", (), "1"),
        ("D", "S", "0.13", (SENSITIVE,), "1"),
        ("unknown", "S", "0.13", (), "0.60"),
    ],
)
def test_share(clean_facts, tier, code, ratio, goods, expected):
    facts = replace(
        clean_facts,
        client=replace(clean_facts.client, tier=tier),
        supervision_ratio=None if ratio is None else Decimal(ratio),
        reference=replace(clean_facts.reference, goods=goods),
    )
    assert share(facts, code, POLICY) == Decimal(expected)


def test_a_draw_is_the_published_formula():
    made = draw(SECRET, "O-7", Decimal("0.12"))
    expected = hmac.new(SECRET, b"loading supervision|O-7", hashlib.sha256).hexdigest()
    assert made.record == {
        "subject": "O-7",
        "commitment": hashlib.sha256(SECRET).hexdigest(),
        "number": expected,
        "limit": "0.12",
    }
    assert made.selected is (Fraction(int(expected, 16), 2**256) < Fraction("0.12"))


@pytest.mark.parametrize(
    ("number", "limit", "selected"),
    [
        (0, "0", False),
        (0, "0.0000000001", True),
        (2**256 - 1, "1", True),
        (2**255, "0.5", False),
        (2**255 - 1, "0.5", True),
    ],
)
def test_the_border_is_exact(number, limit, selected):
    assert Draw("O", "c", number, Decimal(limit)).selected is selected


def test_a_changed_record_does_not_agree():
    made = draw(SECRET, "O-7", Decimal("0.5"))
    assert agrees(made.record, SECRET, made.selected)
    assert not agrees(made.record, SECRET, not made.selected)
    assert not agrees({**made.record, "number": "0" * 64}, SECRET, made.selected)
    assert not agrees(made.record, b"another secret of the period", made.selected)


def test_bad_draws_say_what_is_wrong():
    with pytest.raises(ValueError, match="at least 16"):
        draw(b"short", "O-1", Decimal("0.1"))
    with pytest.raises(ValueError, match="within 0 and 1"):
        draw(SECRET, "O-1", Decimal("1.1"))


@given(st.text(max_size=30), st.decimals(0, 1, places=4), st.decimals(0, 1, places=4))
def test_a_larger_share_never_loses_an_order(subject, low, high):
    low, high = sorted((low, high))
    assert draw(SECRET, subject, high).selected or not draw(SECRET, subject, low).selected


def test_the_draw_is_fair():
    selected = sum(draw(SECRET, f"order-{n}", Decimal("0.12")).selected for n in range(5000))
    assert 0.10 < selected / 5000 < 0.14


def test_simulated_period_keeps_the_share_above_the_floor(clean_facts):
    """Tier A alone would fall to 6 %; the feedback of the planned ratio keeps the period above one in ten."""
    supervised = 0
    client = replace(clean_facts.client, tier="A")
    for n in range(1, 401):
        ratio = Decimal(supervised) / (n - 1) if n > 1 else None
        facts = numbered(clean_facts, f"O-{n}", client=client, supervision_ratio=ratio)
        supervised += plan(facts, SMALL, Outcome.RELEASE, POLICY, SECRET).kind in ("on_site", "sampled")
    assert 0.10 <= supervised / 400 <= 0.15


def test_every_plan_reads_well(clean_facts):
    drawn = draw(SECRET, "O-1", Decimal("0.120")).record
    for reason in ("large_value", "alarm", "quota_floor", "drawn", "not_drawn", "import", "one of tomorrow"):
        zh, en = plan_sentence(SupervisionPlan(kind="sampled", reason=reason, order_class="S", draw=drawn))
        assert zh.startswith("抽检并派员监装:")
        assert en.startswith("Sample inspection with a supervisor: ")
        assert not set("{}") & set(zh + en)
    assert plan_sentence(SupervisionPlan(kind="sampled", reason="drawn", order_class="S"))[1].endswith("(share ?)")
