"""Policy checks on screening: parties under joint punishment and on other lists (handbook 05).

The matches are the screening's; these checks say what they mean for the order. What could not be screened, or was
screened against an outdated list, is never a pass: such an order is not released by the machine.
"""

from risk.checks.card import Parameters, check
from risk.checks.comparing import SHOWN
from risk.facts import WORST_EFFECT, ListMatch, OrderFacts, Screening
from risk.findings import PASS, Outcome, Severity, Verdict, hit, no_data
from risk.once import once_per_order
from risk.party_names import spelling

NO_OVERSEAS_PARTY = "NO"
"""What the declaration says when goods have no overseas buyer."""


@check(
    "LC160",
    Severity.BLOCK,
    category="policy",
    inputs="screenings.matches",
    source="joint punishment, handbook 05 §1",
    zh="{party} 列入联合惩戒名单 {list}(条目 {entry}:{listed}),不得代理(共 {matches} 条)",
    en="{party} is under joint punishment on {list} (entry {entry}: {listed}); not to be served ({matches} match(es))",
    more={
        "possible": (
            "{party} 疑似联合惩戒名单 {list} 的对象(条目 {entry}:{listed},相似度 {score}),须人工判定(共 {matches} 条)",
            "{party} may be the subject of {list} under joint punishment (entry {entry}: {listed}, score {score}); "
            "an officer must judge ({matches} match(es))",
        )
    },
)
def not_under_joint_punishment(facts: OrderFacts, p: Parameters) -> Verdict:
    """联合惩戒 | Joint punishment"""
    demands = [
        (Outcome.REFUSE if match.verdict == "match" else Outcome.HOLD, screening, match)
        for screening, match in _standing(facts)
        if match.joint_punishment
    ]
    if demands:
        return _worst(demands)
    failed = [f"screening of {one.name[:SHOWN]}: {one.failed[:SHOWN]}" for one in facts.screenings if one.failed]
    return _unjudged(Outcome.HOLD, failed or ([] if facts.screenings else ["screenings"]))


@check(
    "LC161",
    Severity.BLOCK,
    category="policy",
    inputs="screenings.matches stale_lists parties header.overseas_consignee_name",
    source="list registry, handbook 05 §1; foreign lists escalate and never refuse by themselves",
    zh="{party} 命中名单 {list}(条目 {entry}:{listed},相似度 {score},名单后果 {effect};共 {matches} 条)",
    en="{party} is on list {list} (entry {entry}: {listed}, score {score}, the list demands {effect}; "
    "{matches} match(es))",
    more={
        "possible": (
            "{party} 疑似名单 {list} 的对象(条目 {entry}:{listed},相似度 {score},名单后果 {effect};共 {matches} 条)",
            "{party} may be on list {list} (entry {entry}: {listed}, score {score}, the list demands {effect}; "
            "{matches} match(es))",
        )
    },
    # what a hit demands stands in the list registry, the platform's own policy: the card adds no hold to it
    confidence="policy",
)
def on_no_other_list(facts: OrderFacts, p: Parameters) -> Verdict:
    """名单筛查 | Sanctions, control and warning lists"""
    demands = [
        (_demanded(match), screening, match) for screening, match in _standing(facts) if not match.joint_punishment
    ]
    if demands:
        return _worst(demands)
    failed = [f"screening of {one.name[:SHOWN]}: {one.failed[:SHOWN]}" for one in facts.screenings if one.failed]
    unscreened = [f"screening of {name[:SHOWN]}" for name in _unscreened(facts)]
    if failed or unscreened:
        return _unjudged(Outcome.HOLD, failed + unscreened)
    return _unjudged(Outcome.REVIEW, [f"current list {name}" for name in facts.stale_lists])


@once_per_order
def _standing(facts: OrderFacts) -> list[tuple[Screening, ListMatch]]:
    return [
        (screening, match)
        for screening in facts.screenings
        for match in screening.matches
        if not match.excepted and match.verdict != "nomatch"
    ]


def _demanded(match: ListMatch) -> Outcome:
    """What a match demands; a possible one on a refusing list holds, on any other asks for a review."""
    demanded = WORST_EFFECT.get(match.effect, Outcome.HOLD)  # an effect nobody defined is held, not released
    if match.verdict == "match":
        return demanded
    return Outcome.HOLD if demanded is Outcome.REFUSE else Outcome.REVIEW


def _worst(demands: list[tuple[Outcome, Screening, ListMatch]]) -> Verdict:
    floor, screening, match = max(demands, key=lambda one: (one[0], one[2].verdict == "match", one[2].score))
    return hit(
        "" if match.verdict == "match" else "possible",
        floor,
        party=screening.name[:SHOWN],
        list=match.list_id,
        entry=match.entry_id,
        listed=match.matched_name[:SHOWN] or match.name[:SHOWN],
        score=match.score,
        effect=match.effect,
        matches=len(demands),
    )


def _unjudged(floor: Outcome, missing: list[str]) -> Verdict:
    """A pass when nothing is missing, else `no_data` that demands an outcome."""
    if not missing:
        return PASS
    shown = missing if len(missing) <= 5 else [*missing[:5], f"{len(missing) - 5} more"]
    return no_data(*shown, floor=floor)


def _unscreened(facts: OrderFacts) -> list[str]:
    """Names on the order, its overseas party included, that no screening covers by spelling or code."""
    order, header = facts.order, facts.order.declaration.header
    codes = {screening.uscc for screening in facts.screenings if screening.uscc}
    named = [(party.name, party.uscc) for party in order.parties]
    overseas = header.overseas_consignor_name if header.direction == "I" else header.overseas_consignee_name
    if overseas.strip().upper() != NO_OVERSEAS_PARTY:
        named.append((overseas, ""))
    screened = {screening.name for screening in facts.screenings}
    doubtful = [name for name, code in named if name not in screened and not (code and code in codes)]
    if doubtful:
        spellings = {spelling(name) for name in screened}
        doubtful = [name for name in dict.fromkeys(doubtful) if name.strip() and spelling(name) not in spellings]
    return doubtful if doubtful or facts.screenings else ["every party"]


CHECKS = (not_under_joint_punishment, on_no_other_list)
