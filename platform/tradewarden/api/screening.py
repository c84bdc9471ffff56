"""One name against the lists in force, over REST."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from risk.canonical import canonical
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk, desk
from tradewarden.console.lookup import Question, look_up
from tradewarden.records import match_record

RANK = ("nomatch", "review", "match")


def screen(at: Annotated[Desk, Depends(desk)], question: Question) -> Response:
    """按全部在用名单筛查一个名称;无匹配也是答案,没有名单则是错误。 |
    Screen one name against every list in force. No match is an answer too; no list is an error."""
    found = look_up(at, question)
    if found.screening.failed:
        raise Refused(503, "screening.no_lists")
    matches = found.screening.matches
    record = {
        "name": question.name,
        "verdict": max((match.verdict for match in matches), key=RANK.index, default="nomatch"),
        "list_versions": found.versions,
        "matches": [match_record(found.screening, match) for match in matches],
    }
    return Response(canonical(record), media_type="application/json")
