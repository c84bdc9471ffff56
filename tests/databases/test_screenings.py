"""Screenings kept with and without matches, the match queue, judgements, and exceptions that need two people."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from databases.errors import FourEyesViolated, NotFound, StaleState
from databases.paging import PageRequest
from databases.screening_exceptions import NewException
from databases.screenings import MatchQuery, ScreeningRecord
from risk.facts import ListMatch, Screening
from risk.nouns.parties import Role

MATCH = ListMatch(
    list_id="SA02",
    entry_id="36",
    name="ACME CORP",
    matched_name="ACME CORPORATION",
    score=Decimal("0.9312"),
    verdict="review",
    effect="escalate",
    reasons=(("same_core", "字号相同", "same core name"),),
)


def screened(now, *matches, order="O-1", key="organisation:ACME", lists="v1", failed="", minutes=0):
    return ScreeningRecord(
        order_id=order,
        decision_id=f"D-{order}",
        subject_key=key,
        lists_version=lists,
        screened_at=now + timedelta(minutes=minutes),
        screening=Screening(role=Role.BUYER, name="ACME CORP", matches=matches, failed=failed),
    )


def test_empty_screenings_are_kept_too(database, now):
    records = [screened(now), screened(now, MATCH, minutes=1)]
    with database.writing() as unit:
        unit.screenings.record([])
        unit.screenings.record(records)
        kept = unit.screenings.of_order("O-1")
    assert [one.screening for one in kept] == [record.screening for record in records]
    assert [one.screened_at for one in kept] == [record.screened_at for record in records]


def test_the_queue(database, now):
    silenced = ListMatch(
        list_id="JP01", entry_id="1", name="ACME", matched_name="ACME", score=Decimal(1), verdict="match",
        effect="refuse", excepted=True,
    )  # fmt: skip
    with database.writing() as unit:
        unit.screenings.record([screened(now, MATCH, silenced), screened(now, MATCH, order="O-2", minutes=1)])

        def queue(**filters):
            return [match.order_id for match in unit.screenings.matches(MatchQuery(**filters)).items]

        assert queue() == ["O-2", "O-1"]
        assert queue(include_excepted=True) == ["O-2", "O-1", "O-1"]
        assert queue(order_id="O-1") == ["O-1"]
        assert queue(list_id="JP01") == []
        assert queue(effects=("escalate", "hold")) == ["O-2", "O-1"]
        assert queue(effects=("hold",)) == []
        best = unit.screenings.matches(MatchQuery(include_excepted=True), PageRequest(sort="score", limit=1))
    assert (best.items[0].list_id, best.items[0].excepted, best.total) == ("JP01", True, 3)


def test_a_judgement_is_final_unless_unsure(database, now):
    with database.writing() as unit:
        unit.screenings.record([screened(now, MATCH)])
        match_id = unit.screenings.matches(MatchQuery()).items[0].match_id
        unit.screenings.judge(match_id, "unsure", "wang", "ask for the passport", now)
        assert unit.screenings.matches(MatchQuery()).total == 1
        unit.screenings.judge(match_id, "not_same", "wang", "other birth date", now)
        judged = unit.screenings.match(match_id)
        assert (judged.judgement, judged.judged_by, judged.judged_at) == ("not_same", "wang", now)
        assert unit.screenings.matches(MatchQuery()).total == 0
        assert unit.screenings.matches(MatchQuery(judged=True)).total == 1
        with pytest.raises(StaleState, match="judged not_same by wang already"):
            unit.screenings.judge(match_id, "same", "li", "", now)
        with pytest.raises(NotFound):
            unit.screenings.judge(999_999, "same", "li", "", now)
        with pytest.raises(ValueError, match="expected one of same, not_same, unsure"):
            unit.screenings.judge(match_id, "perhaps", "li", "", now)


def exception(first=date(2026, 3, 8), last=date(2026, 6, 1), reason="other company"):
    return NewException(
        subject_key="organisation:ACME",
        list_id="SA02",
        entry_id="36",
        subject_fingerprint="s",
        entry_fingerprint="e",
        reason=reason,
        valid_from=first,
        valid_to=last,
    )


def test_an_exception_works_once_a_second_person_approved_and_until_its_end(database, now):
    with database.writing() as unit:
        number = unit.exceptions.propose(exception(), "wang", now)
        assert unit.screenings.active_exceptions(date(2026, 4, 1)) == []
        with pytest.raises(FourEyesViolated, match="was made by wang"):
            unit.exceptions.approve(number, "wang", now)
        unit.exceptions.approve(number, "li", now)
        active = {day: len(unit.screenings.active_exceptions(day)) for day in map(date.fromisoformat, DAYS)}
        assert active == dict(zip(map(date.fromisoformat, DAYS), (0, 1, 1, 0), strict=True))
        with pytest.raises(StaleState):
            unit.exceptions.approve(number, "zhao", now)
        unit.exceptions.end(number, "zhao", now)
        assert unit.screenings.active_exceptions(date(2026, 4, 1)) == []
        with pytest.raises(StaleState):
            unit.exceptions.end(number, "zhao", now)
        assert unit.exceptions.all()[0].ended_by == "zhao"
        with pytest.raises(NotFound):
            unit.exceptions.approve(999_999, "li", now)


DAYS = ("2026-03-07", "2026-03-08", "2026-06-01", "2026-06-02")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (exception(reason=" "), "a reason is required"),
        (exception(last=date(2026, 3, 7)), "needs an end in the future"),
        (exception(first=date(2026, 7, 1)), "needs an end in the future"),
    ],
)
def test_exceptions_without_reason_or_end(database, now, bad, message):
    with pytest.raises(ValueError, match=message), database.writing() as unit:
        unit.exceptions.propose(bad, "wang", now)
