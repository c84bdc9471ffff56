"""The quick way of running checks says exactly what the plain one says: check by check, line by line, in order."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.answers import REMEMBERED_FORMS, REMEMBERED_GOODS
from risk.checks.card import check
from risk.checks.catalogue import CHECKS
from risk.findings import PASS, Finding, Outcome, Severity, Status, Verdict, hit, no_data
from risk.form import Form, form_of
from risk.goods import Goods, goods_of
from risk.judge import MAXIMUM_SCORE, contributions, judge
from risk.nouns.declaration_parts import Container, OtherPacking, SupervisionDocument
from risk.nouns.documents import Permit
from risk.nouns.header import Header
from risk.nouns.line import GoodsQualification, Line
from risk.nouns.order import BusinessMode
from risk.policy import CheckSetting, Policy
from risk.policy_default import default_policy
from risk.steps import steps_of

POLICY = default_policy([one.card for one in CHECKS])
ANSWERS = {
    "pass": lambda: PASS,
    "equal_to_pass": lambda: Verdict(Status.PASS),
    "hit": lambda: hit(n=1),
    "refusing": lambda: hit("", Outcome.REFUSE, n=2),
    "no_data": lambda: no_data("header.x"),
    "no_data_held": lambda: Verdict(Status.NO_DATA, "", {"missing": "header.y"}, Outcome.HOLD),
    "crash": lambda: {}["nothing"],
}
SAID = st.sampled_from(sorted(ANSWERS))
KINDS = st.tuples(st.booleans(), st.sampled_from(["E", "I", "IE"]), st.lists(SAID, min_size=4, max_size=4))
SETTINGS = st.none() | st.builds(
    CheckSetting,
    severity=st.sampled_from(list(Severity)),
    points=st.integers(0, 40),
    floor=st.sampled_from(list(Outcome)),
    no_data_points=st.integers(0, 40),
    no_data_floor=st.sampled_from(list(Outcome)),
    enabled=st.booleans(),
)


def made(number, per_line, direction, said):
    """A check that says `said[0]` of the order and `said[n]` of the line numbered n."""

    def body(_, *rest):
        """测试 | Test"""
        return ANSWERS[said[rest[0].line_number or 0] if per_line else said[0]]()

    card = {"category": "test", "inputs": "", "source": "test", "zh": "{n}", "en": "{n}"}
    return check(f"T{number}", Severity.WARN, direction=direction, per_line=per_line, **card)(body)


def with_lines(facts, numbers, direction):
    declaration = facts.order.declaration
    lines = tuple(replace(declaration.lines[0], line_number=number) for number in numbers)
    header = replace(declaration.header, direction=direction)
    return replace(facts, order=replace(facts.order, declaration=replace(declaration, header=header, lines=lines)))


def answer(function, *given):
    try:
        return function(*given)
    except Exception as error:  # noqa: BLE001 - the same rule as the judge's
        return Verdict(Status.ERROR, "", {"error": type(error).__name__, "detail": str(error)[:200]})


def plainly(checks, facts, policy):
    """All findings as the rules say them, without anything prepared or remembered."""
    header, lines = facts.order.declaration.header, facts.order.declaration.lines
    for one in checks:
        name, setting = one.card.id, policy.checks.get(one.card.id)
        if setting is None:
            seen = {"error": "NoSetting", "detail": "the policy in force does not know this check"}
            yield Finding(name, Status.ERROR, one.card.severity, seen=seen)
            continue
        if not setting.enabled:
            continue
        verdicts = []
        if header.direction in {"E", "I"} and header.direction not in one.card.direction:
            pass
        elif not one.per_line:
            shown = (form_of(facts), facts.reference) if one.of_form else (facts,)
            verdicts = [(None, answer(one.function, *shown, setting.parameters))]
        elif not lines:
            verdicts = [(None, no_data("declaration.lines"))]
        else:
            for place, line in enumerate(lines, start=1):
                number = place if line.line_number is None else line.line_number
                shown = (goods_of(facts, line), facts.reference) if one.of_goods else (facts, line)
                verdicts.append((number, answer(one.function, *shown, setting.parameters)))
        told = [(number, verdict) for number, verdict in verdicts if verdict is not PASS]
        for number, said in told:
            yield Finding(name, said.status, setting.severity, number, said.code, said.seen, said.floor)
        if not told:
            yield Finding(name, Status.PASS, setting.severity)


def same(checks, facts, policy):
    """The judgement, after its findings and contributions were compared with the plain ones."""
    judgement = judge(checks, facts, policy)
    assert judgement.findings == tuple(plainly(checks, facts, policy))
    assert judgement.contributions == contributions(judgement.findings, policy)
    assert judgement.score == min(MAXIMUM_SCORE, sum(part.points for part in judgement.contributions))
    assert judgement.outcome >= max((part.floor for part in judgement.contributions), default=Outcome.RELEASE)
    return judgement


@given(
    kinds=st.lists(KINDS, max_size=6),
    settings=st.lists(SETTINGS, min_size=6, max_size=6),
    numbers=st.lists(st.sampled_from([None, 1, 2, 3]), max_size=4),
    direction=st.sampled_from(["E", "I", "", "X"]),
)
def test_prepared_steps_say_what_the_rules_say(clean_facts, kinds, settings, numbers, direction):
    checks = tuple(made(number, *kind) for number, kind in enumerate(kinds))
    known = {one.card.id: setting for one, setting in zip(checks, settings, strict=False) if setting is not None}
    policy = Policy(name="any", version=1, checks=known)
    facts = with_lines(clean_facts, numbers, direction)
    assert same(checks, facts, policy) == same(checks, facts, policy)


@pytest.mark.parametrize("direction", ["E", "I", "", "X"])
@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 3), (None, 7, 7)])
def test_the_whole_catalogue_says_what_the_rules_say(clean_facts, numbers, direction):
    policy = default_policy([one.card for one in CHECKS])
    for facts in (clean_facts, replace(clean_facts, client=None, history=None, screenings=())):
        same(CHECKS, with_lines(facts, numbers, direction), policy)


def test_missing_data_in_the_same_words_are_the_same_finding(clean_facts):
    policy = default_policy([one.card for one in CHECKS])
    facts = replace(clean_facts, client=None)
    again = zip(judge(CHECKS, facts, policy).findings, judge(CHECKS, facts, policy).findings, strict=True)
    assert all(first is second for first, second in again if first.status is Status.NO_DATA)


def test_no_more_findings_are_remembered_than_allowed(clean_facts):
    checks = (made(1, False, "IE", ["no_data"] * 4),)
    (step,) = steps_of(checks, default_policy([checks[0].card]), "E").by_place
    for number in range(1000):
        assert step.finding(number, no_data("header.x")).line == number
        assert step.contribution(Status.HIT, Outcome.RELEASE, number).lines == number
    assert len(step._findings) <= 256
    assert len(step._parts) <= 256


def test_a_changed_policy_is_not_answered_from_the_old_one(clean_facts):
    checks = (made(1, False, "IE", ["hit"] * 4),)
    for points in (3, 30):
        policy = default_policy([checks[0].card])
        setting = replace(policy.checks["T1"], points=points)
        assert judge(checks, clean_facts, replace(policy, checks={"T1": setting})).score == points


def worded(facts, reference=None, **changes):
    """The facts with the words of the one line changed."""
    declaration = facts.order.declaration
    lines = (replace(declaration.lines[0], **changes),)
    order = replace(facts.order, declaration=replace(declaration, lines=lines))
    return replace(facts, order=order, reference=reference or facts.reference)


TEXTS = st.sampled_from(["", "棉制针织床单", "仿真枪", "电池", "parts", "旧轮胎"])
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "hs_code": st.sampled_from(["", "6302101000", "8507600090", "93", "6302109999"]),
        "goods_name": TEXTS,
        "goods_name_en": TEXTS,
        "specification": st.sampled_from(["", "0|0", "3|1|针织|床上用|棉100%|NIKE||", "1|3|x|y|棉65%涤30%|"]),
        "first_unit": st.sampled_from(["", "007", "035"]),
        "currency": st.sampled_from(["", "USD", "502", "XXX"]),
        "origin_country": st.sampled_from(["", "CHN", "USA"]),
        "final_destination": st.sampled_from(["", "USA", "MMR"]),
        "domestic_region": st.sampled_from(["", "44139", "11019"]),
        "duty_mode": st.sampled_from(["", "1", "3"]),
        "control_code": st.sampled_from(["", "X"]),
        "ciq_brand": st.sampled_from(["", "NIKE"]),
        "un_number": st.sampled_from(["", "UN3480"]),
        "qualifications": st.sampled_from([(), (GoodsQualification(type_code="DGP"),)]),
    },
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "direction": st.sampled_from(["E", "I", ""]),
        "supervision_mode": st.sampled_from(["", "0110", "0214", "4019"]),
        "duty_nature": st.sampled_from(["", "101", "502"]),
        "arrival_country": st.sampled_from(["", "USA", "AFG"]),
        "licence_number": st.sampled_from(["", "L-1"]),
        "producer_customs_code": st.sampled_from(["", "1101960123", "4413960123"]),
        "producer_uscc": st.sampled_from(["", "NO", "91440399MAX000023X", "91440399MAX0000153"]),
        "domestic_party_uscc": st.sampled_from(["", "91440399MAX000023X", "91440399MAX0000153"]),
        "domestic_party_customs_code": st.sampled_from(["", "44031", "4403120123"]),
        "declarant_customs_code": st.sampled_from(["", "4403180867", "4403160123"]),
        "ledger_number": st.sampled_from(["", "B12345678901", "Z1"]),
        "transport_mode": st.sampled_from(["", "2", "4", "5"]),
        "border_office": st.sampled_from(["", "5304", "0100"]),
        "foreign_port": st.sampled_from(["", "USA309"]),
        "trading_country": st.sampled_from(["", "HKG", "USA"]),
        "package_type": st.sampled_from(["", "22", "93", "7"]),
        "price_promises": st.sampled_from(["", "991", "00"]),
        "means_of_transport": st.sampled_from(["", "VESSEL"]),
        "transport_document_number": st.sampled_from(["", "BL1"]),
        "no_other_packing_flag": st.sampled_from(["", "0", "1"]),
        "remarks": st.sampled_from(["", " ", "x"]),
    },
)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "client_uscc": st.sampled_from(["", "91440399MAX000023X", "91440399MAX0000153"]),
        "declared_at": st.sampled_from([datetime(2026, 3, 8, tzinfo=UTC), datetime(2019, 3, 8, tzinfo=UTC)]),
        "business_mode": st.sampled_from(list(BusinessMode)),
        "contract": st.none(),
        "parties": st.just(()),
        "wood_treatment_evidence": st.sampled_from([None, True, False]),
        "ecommerce_order_number": st.sampled_from(["", "E1"]),
        "permits": st.sampled_from([(), (Permit(code="BRAND", valid_to=date(2026, 12, 31)),), (Permit(code="DGP"),)]),
    },
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "free_text": st.none(),
        "other_packing": st.sampled_from([(), (OtherPacking(package_type="93"),)]),
        "containers": st.sampled_from([(), (Container(spec="11"),), (Container(spec="XX"), Container())]),
        "supervision_documents": st.sampled_from([(), (SupervisionDocument(code="c"),), (SupervisionDocument(),)]),
    },
)
FACTS = st.fixed_dictionaries({}, optional={"client": st.none(), "unavailable": st.sampled_from([(), ("goods",)])})


@given(words=WORDS, header=HEADERS, parts=PARTS, order=ORDERS, more=FACTS)
def test_remembered_answers_are_those_given_afresh(clean_facts, words, header, parts, order, more):
    # one catalogue and one policy for all examples: what one leaves behind, the next finds
    facts = replace(worded(clean_facts, **words), **more)
    declaration = replace(facts.order.declaration, header=replace(facts.order.declaration.header, **header), **parts)
    facts = replace(facts, order=replace(facts.order, declaration=declaration, **order))
    same(CHECKS, facts, POLICY)


def counting(says, shown="of_goods"):
    """A check on descriptions or forms that keeps what it was asked about."""
    asked = []

    def body(given, reference, p):
        """测试 | Test"""
        asked.append(given)
        return says()

    card = {"category": "test", "inputs": "", "source": "test", "zh": "{n}", "en": "{n}"}
    return check("T1", Severity.WARN, **{shown: True}, **card)(body), asked


def test_a_description_is_judged_once_for_each_reference_and_policy(clean_facts):
    one, asked = counting(lambda: hit(n=1))
    checks, policy = (one,), default_policy([one.card])
    dearer = replace(policy, version=2)
    other = replace(clean_facts.reference)
    told = [
        judge(checks, facts, rules).findings
        for facts, rules in (
            (clean_facts, policy),
            (worded(clean_facts, total=Decimal(77)), policy),  # not part of the description
            (worded(clean_facts, goods_name="x"), policy),
            (worded(clean_facts, other), policy),
            (clean_facts, dearer),
        )
    ]
    assert told == [told[0]] * 5
    assert len(asked) == 4


def test_a_form_is_judged_once_for_each_reference_and_policy(clean_facts, revise):
    one, asked = counting(lambda: hit(n=1), "of_form")
    checks, policy = (one,), default_policy([one.card])
    told = [
        judge(checks, facts, rules).findings
        for facts, rules in (
            (clean_facts, policy),
            (revise(clean_facts, header__net_weight_kg=Decimal(1)), policy),  # not part of the form
            (revise(clean_facts, header__foreign_port="USA000"), policy),
            (replace(clean_facts, reference=replace(clean_facts.reference)), policy),
            (clean_facts, replace(policy, version=2)),
        )
    ]
    assert told == [told[0]] * 5
    assert len(asked) == 4


@pytest.mark.parametrize("shown", ["of_goods", "of_form"])
def test_a_crash_is_not_remembered(clean_facts, shown):
    one, asked = counting(lambda: {}["nothing"], shown)
    for _ in range(2):
        (finding,) = judge((one,), clean_facts, default_policy([one.card])).findings
        assert finding.status is Status.ERROR
    assert len(asked) == 2


def test_goods_that_cannot_be_described_fail_every_check_on_them(clean_facts):
    one, asked = counting(lambda: PASS)
    facts = with_lines(worded(clean_facts, qualifications=[]), (1, 2), "E")  # a list cannot be remembered by
    findings = judge((one,), facts, default_policy([one.card])).findings
    assert [(finding.line, finding.status) for finding in findings] == [(1, Status.ERROR), (2, Status.ERROR)]
    assert asked == []


def test_a_form_that_cannot_be_read_fails_every_check_on_it(clean_facts):
    one, asked = counting(lambda: PASS, "of_form")
    facts = replace(clean_facts, order=replace(clean_facts.order, declared_at=datetime(2026, 3, 8)))  # noqa: DTZ001
    (finding,) = judge((one,), facts, default_policy([one.card])).findings
    assert (finding.status, finding.seen["error"]) == (Status.ERROR, "ValueError")
    assert asked == []


def test_no_more_forms_are_remembered_than_allowed(clean_facts, revise):
    one, _ = counting(lambda: PASS, "of_form")
    checks, policy = (one,), default_policy([one.card])
    held = steps_of(checks, policy, "E").of_form
    for number in range(REMEMBERED_FORMS + 10):
        held.of(revise(clean_facts, header__foreign_port=str(number)))
        assert len(held._held.known) <= REMEMBERED_FORMS


@pytest.mark.parametrize("says", [lambda: PASS, lambda: {}["nothing"]])
def test_no_more_descriptions_are_remembered_than_allowed(clean_facts, revise, says):
    one, _ = counting(says)
    checks, policy = (one,), default_policy([one.card])
    held = steps_of(checks, policy, "E").of_goods
    line = clean_facts.order.declaration.lines[0]
    for number in range(2 * REMEMBERED_GOODS):
        lines = [replace(line, goods_name=str(number)), replace(line, goods_name=f"other {number}")]
        held.of(revise(clean_facts, header__arrival_country=str(number)) if number % 2 else clean_facts, lines)
        known = held._held.known
        assert len(known) + sum(map(len, known.values())) <= held._held.number < REMEMBERED_GOODS + 4


def test_descriptions_and_forms_are_made_of_the_nouns_own_fields():
    assert set(Goods._fields[:-1]) < {field.name for field in fields(Line)}
    assert set(Form._fields[:16]) < {field.name for field in fields(Header)}
