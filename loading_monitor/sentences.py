"""Sentences for classes and plans: evidence keeps codes and numbers, people read these (zh, en)."""

from collections.abc import Mapping
from decimal import Decimal

from loading_monitor.order_class import OrderClass
from risk.decision import SupervisionPlan

Sentence = tuple[str, str]

KINDS: Mapping[str, Sentence] = {
    "on_site": ("现场监装", "On-site supervision"),
    "sampled": ("抽检并派员监装", "Sample inspection with a supervisor"),
    "remote": ("远程实时监装", "Live remote supervision"),
    "media": ("影像监装", "Photos and videos"),
}

CLASSES: Mapping[str, Sentence] = {
    "L": ("大额订单", "Large order"),
    "H": ("高风险订单", "High-risk order"),
    "F": ("小额高频订单", "Frequent small orders"),
    "S": ("小额订单", "Small order"),
}

REASONS: Mapping[str, Sentence] = {
    "large_value": ("大额订单", "large order"),
    "large_for_client": ("金额远高于该客户平常订单", "far above this client's usual order"),
    "split": ("疑似拆单,合并计为大额", "likely split orders, counted together as a large one"),
    "value_unknown": ("无法折算订单金额,按高风险处理", "value in USD unknown, treated as high risk"),
    "tier_unknown": ("客户等级未知,按高风险处理", "client tier unknown, treated as high risk"),
    "history_unknown": ("客户历史未知,按高风险处理", "client history unknown, treated as high risk"),
    "risky_tier": ("客户等级较低", "low client tier"),
    "first_orders": ("客户的最初几单", "among the client's first orders"),
    "prohibited_goods": ("涉及禁止品类", "prohibited goods"),
    "restricted_goods": ("涉及限制品类", "restricted goods"),
    "sensitive_goods": ("涉及敏感品类", "sensitive goods"),
    "alarm": ("订单被暂扣或拒单,如后续放行须派员监装", "held or refused; if it goes on, a supervisor must be there"),
    "quota_floor": ("本期派员监装比例低于下限,强制抽中", "the period is below the minimum share, so it is selected"),
    "drawn": ("随机抽中(概率 {limit})", "drawn at random (share {limit})"),
    "not_drawn": ("随机未抽中(概率 {limit})", "not drawn (share {limit})"),
    "import": ("进口货物不监装", "imports are not loaded here"),
}

NUMBERS: Mapping[str, Sentence] = {
    "large_value": ("{value_usd} 美元 ≥ {border_usd} 美元", "USD {value_usd} ≥ USD {border_usd}"),
    "large_for_client": (
        "{value_usd} 美元 ≥ {times} × 中位数 {median_usd} 美元",
        "USD {value_usd} ≥ {times} × median USD {median_usd}",
    ),
    "split": (
        "{days} 天内同买方同商品合计 {total_usd} 美元 ≥ {border_usd} 美元",
        "USD {total_usd} of the same buyer and goods within {days} days ≥ USD {border_usd}",
    ),
    "risky_tier": ("{tier} 级", "tier {tier}"),
    "first_orders": ("第 {number} 单,前 {first_orders} 单均监装", "order no. {number} of the first {first_orders}"),
    "prohibited_goods": ("{category} {name_zh}", "{category} {name_en}"),
    "restricted_goods": ("{category} {name_zh}", "{category} {name_en}"),
    "sensitive_goods": ("{category} {name_zh}", "{category} {name_en}"),
    "frequent": (
        "近30天 {orders} 单(≥ {border_orders})、{total_usd} 美元(≥ {border_usd})",
        "{orders} orders (≥ {border_orders}) and USD {total_usd} (≥ {border_usd}) in 30 days",
    ),
    "small": ("{value_usd} 美元", "USD {value_usd}"),
}


def class_sentence(order_class: OrderClass) -> Sentence:
    """(zh, en) of a class with its reason and the numbers seen."""
    class_zh, class_en = CLASSES[order_class.code]
    reason_zh, reason_en = REASONS.get(order_class.reason_code, ("", ""))
    shown = {name: _plain(value) for name, value in order_class.seen.items()}
    numbers_zh, numbers_en = (text.format_map(shown) for text in NUMBERS.get(order_class.reason_code, ("", "")))
    zh = ",".join(part for part in (class_zh, reason_zh if reason_zh != class_zh else "", numbers_zh) if part)
    en = ", ".join(part for part in (class_en, reason_en if reason_en != class_en.lower() else "", numbers_en) if part)
    return zh, en


def plan_sentence(plan: SupervisionPlan) -> Sentence:
    """(zh, en) of a plan. A kind or reason this version does not know is shown as its code."""
    kind_zh, kind_en = KINDS.get(plan.kind, (plan.kind, plan.kind))
    reason_zh, reason_en = REASONS.get(plan.reason, (plan.reason, plan.reason))
    shown = {"limit": "?", **plan.draw}
    return f"{kind_zh}:{reason_zh.format_map(shown)}", f"{kind_en}: {reason_en.format_map(shown)}"


def _plain(value: object) -> str:
    """Decimals without exponent and without trailing zeros after the point."""
    if not isinstance(value, Decimal):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
