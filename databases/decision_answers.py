"""What the checks of a decision answered, in one line of text: for questions about checks, without a row per finding.

The line names every check that gave another answer than pass, with the first letter of the answer and the number of
findings: ` LC026:h1 LC070:n3`. Most decisions lack the same data, so a statistic groups by a few different lines.
Hits have rows too (`check_hits`), because orders are searched by them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, Select, false, select

from databases.decision_tables import check_hits, decisions
from risk.findings import Finding, Status

STATUSES = {"h": Status.HIT, "n": Status.NO_DATA, "e": Status.ERROR}


def written(findings: Iterable[Finding]) -> str:
    """The answers of these findings; empty when every check passed. By check, then by the letter of the answer."""
    passed = Status.PASS
    counted = Counter([f"{one.check}:{one.status[0]}" for one in findings if one.status is not passed])
    return "".join([f" {answer}{count}" for answer, count in sorted(counted.items())])


def read(answers: str) -> Iterator[tuple[str, str, int]]:
    """Check, status and number of findings, as they were written."""
    for answer in answers.split():
        check, _, said = answer.rpartition(":")
        yield check, STATUSES[said[0]].value, int(said[1:])


def hit_checks(answers: str) -> list[str]:
    """The checks that hit."""
    return [check for check, status, _ in read(answers) if status == "hit"]


def with_hit(check: str) -> Select[str]:
    """The ids of the decisions in which a check hit."""
    return select(check_hits.c.decision_id).where(check_hits.c.check_id == check)


def answered(check: str, status: str = "") -> ColumnElement[bool]:
    """Decisions in which a check gave this answer, or any but pass."""
    if status == Status.HIT:
        return decisions.c.decision_id.in_(with_hit(check))
    if " " in check or ":" in check or status not in {"", Status.NO_DATA, Status.ERROR}:
        return false()  # no check is called so, and no answer
    return decisions.c.answers.contains(f" {check}:{status[:1]}", autoescape=True)
