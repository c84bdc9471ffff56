"""Loading checks: containers, seals and media of the supervised loading (handbook 08).

A loading comes after the decision, so its absence costs nothing; a loading that has ended is judged strictly.
"""

from risk.checks.card import Parameters, check
from risk.checks.comparing import as_written
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data

E1_E4 = ("E1", "E2", "E3", "E4")
E1_E7 = (*E1_E4, "E5", "E6", "E7")
E1_E9 = (*E1_E7, "E8", "E9")


def _shown(numbers: frozenset[str]) -> str:
    return ", ".join(sorted(numbers)) or "-"


@check(
    "LC153",
    Severity.BLOCK,
    category="loading",
    inputs="loading.containers containers",
    source="loading supervision, handbook 08",
    zh="监装箱号({loaded})与报关单箱号({declared})不一致",
    en="Containers loaded ({loaded}) differ from those declared ({declared})",
    direction="E",
    no_data_matters=False,
)
def loaded_containers_declared(facts: OrderFacts, p: Parameters) -> Verdict:
    """监装箱号一致 | Loaded containers equal those declared"""
    loading = facts.order.loading
    if loading is None:
        return no_data("loading")
    loaded = as_written(loading.containers)
    declared = as_written(container.number for container in facts.order.declaration.containers)
    if loaded == declared:
        return PASS
    if loading.ended_at is None and loaded < declared:
        return no_data("loading.ended_at")
    return hit(loaded=_shown(loaded), declared=_shown(declared))


@check(
    "LC154",
    Severity.WARN,
    category="loading",
    inputs="loading.seals transport.seals",
    source="loading supervision, handbook 08 §3; customs may change a seal at inspection",
    zh="监装封条号({loaded})与提单封条号({shipped})不一致",
    en="Seals put on at loading ({loaded}) differ from those of the transport document ({shipped})",
    direction="E",
    no_data_matters=False,
)
def seals_as_shipped(facts: OrderFacts, p: Parameters) -> Verdict:
    """封条号一致 | Seals equal those of the transport document"""
    loading, transport = facts.order.loading, facts.order.transport
    if loading is None or transport is None or not transport.seals:
        return no_data(
            *(["loading"] if loading is None else []), *([] if transport and transport.seals else ["transport.seals"])
        )
    loaded, shipped = as_written(loading.seals), as_written(transport.seals)
    if loaded == shipped:
        return PASS
    if loading.ended_at is None and loaded < shipped:
        return no_data("loading.ended_at")
    return hit(loaded=_shown(loaded), shipped=_shown(shipped))


@check(
    "LC155",
    Severity.BLOCK,
    category="loading",
    inputs="loading.media.evidence loading.ended_at order_class",
    source="loading supervision, handbook 08 §1",
    zh="{order_class} 类订单监装影像缺少:{lacking}",
    en="Loading evidence of a class {order_class} order lacks: {lacking}",
    direction="E",
    parameters={"L": E1_E9, "H": E1_E9, "F": E1_E7, "S": E1_E4},
    no_data_matters=False,
)
def evidence_complete(facts: OrderFacts, p: Parameters) -> Verdict:
    """影像齐备 | Loading evidence complete"""
    loading = facts.order.loading
    if loading is None:
        return no_data("loading")
    demanded = p.get(facts.order_class)
    if demanded is None:
        return no_data("order_class")
    present = {item.evidence.strip().upper() for item in loading.media}
    lacking = [kind for kind in demanded if kind not in present]
    if not lacking:
        return PASS
    if loading.ended_at is None:
        return no_data("loading.ended_at")
    return hit(order_class=facts.order_class, lacking=", ".join(lacking))


@check(
    "LC156",
    Severity.BLOCK,
    category="loading",
    inputs="loading.media.reused_from shared_uses",
    source="media fraud, handbook 08 §7",
    zh="监装影像 {evidence} 与订单 {other_order} 的影像重复",
    en="Loading media {evidence} repeats media of order {other_order}",
    confidence="medium",
    direction="E",
    no_data_matters=False,
)
def media_not_reused(facts: OrderFacts, p: Parameters) -> Verdict:
    """影像重复 | Media used again"""
    order = facts.order
    media = order.loading.media if order.loading else ()
    for item in media:
        if item.reused_from and item.reused_from != order.order_id:
            return hit(evidence=item.evidence, other_order=item.reused_from)
    for use in facts.shared_uses:
        if use.kind == "media" and use.order_id != order.order_id:
            return hit(evidence=use.value[:64], other_order=use.order_id)
    return PASS if media else no_data("loading.media")


CHECKS = (loaded_containers_declared, seals_as_shipped, evidence_complete, media_not_reused)
