"""Container checks: numbers, payload, volume, reuse, mapping to the lines (handbook 04, category container)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.facts import OrderFacts, SharedUse
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.identifiers import ContainerVerdict, container_verdict, normalise_container
from risk.once import once_per_order
from risk.reference import Reference

CENT = Decimal("0.01")


@once_per_order
def _teu(facts: OrderFacts) -> tuple[int, int] | None:
    """(one-TEU, two-TEU containers) of the declaration; None when a specification is missing or unknown."""
    counted = [0, 0]
    for container in facts.order.declaration.containers:
        row = facts.reference.code("container_spec", container.spec, facts.declared_on)
        if row is None:
            return None
        counted[row.attributes["teu"] != "1"] += 1
    return counted[0], counted[1]


@check(
    "LC023",
    Severity.WARN,
    category="container",
    inputs="containers.number",
    source="ISO 6346, handbook 08 §3",
    zh="集装箱号 {numbers} 的格式或校验位不符合 ISO 6346",
    en="Container number {numbers} fails the format or check digit of ISO 6346",
    more={
        "equipment": (
            "箱号 {numbers} 的第4位为 J 或 Z,是附属设备或底盘车,不是集装箱",
            "{numbers} has category J or Z: detachable equipment or a chassis, no container",
        )
    },
)
def container_numbers_valid(facts: OrderFacts, p: Parameters) -> Verdict:
    """集装箱号校验 | Container number ISO 6346"""
    wrong, equipment, unnamed = [], [], False
    for container in facts.order.declaration.containers:
        number = normalise_container(container.number)
        verdict = container_verdict(number)
        if not number:
            unnamed = True
        elif verdict is ContainerVerdict.EQUIPMENT:
            equipment.append(number)
        elif verdict is not ContainerVerdict.VALID:
            wrong.append(number)
    if wrong:
        return hit(numbers=", ".join(wrong + equipment))
    if equipment:
        return hit("equipment", numbers=", ".join(equipment))
    return no_data("containers.number") if unnamed else PASS


@check(
    "LC024",
    Severity.BLOCK,
    category="container",
    inputs="containers.spec",
    source="container specification table, handbook 02 §5.9",
    zh="集装箱规格代码 {specs} 不在代码表中",
    en="Container specification {specs} is not in the code table",
    of_form=True,
)
def container_specs_known(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """集装箱规格代码 | Container specification code"""
    unknown = [spec for spec in form.specs if spec and not reference.code("container_spec", spec, form.on)]
    if unknown:
        return hit(specs=", ".join(dict.fromkeys(unknown)))
    return PASS if all(form.specs) else no_data("containers.spec")


@check(
    "LC025",
    Severity.WARN,
    category="container",
    inputs="header.gross_weight_kg containers.spec",
    source="typical CSC plates, handbook 04",
    zh="毛重 {gross_kg} 千克超过所报 {containers} 个集装箱的载重 {payload_kg} 千克",
    en="Gross weight {gross_kg} kg exceeds the payload {payload_kg} kg of the {containers} container(s) declared",
    parameters={"payload_20ft_kg": Decimal(28180), "payload_40ft_kg": Decimal(28700)},
)
def within_payload(facts: OrderFacts, p: Parameters) -> Verdict:
    """箱型与载重 | Payload limit"""
    declaration = facts.order.declaration
    if not declaration.containers:
        return PASS
    gross, teu = declaration.header.gross_weight_kg, _teu(facts)
    if gross is None or teu is None:
        return missing(("header.gross_weight_kg", gross), ("containers.spec", teu))
    payload = teu[0] * p["payload_20ft_kg"] + teu[1] * p["payload_40ft_kg"]
    if gross <= payload:
        return PASS
    return hit(gross_kg=gross, payload_kg=payload, containers=len(declaration.containers))


@check(
    "LC026",
    Severity.WARN,
    category="container",
    inputs="packing_list.volume_m3 containers.spec containers.lcl_flag",
    source="typical inner measures, handbook 04",
    zh="体积 {volume_m3} 立方米超过 {containers} 个集装箱可装的 {limit_m3} 立方米",
    en="{volume_m3} m3 do not fit the {containers} container(s) declared, which take {limit_m3} m3",
    more={
        "nearly_empty": (
            "整箱货物体积仅 {volume_m3} 立方米,{containers} 个集装箱至少应装 {limit_m3} 立方米",
            "Only {volume_m3} m3 in {containers} full container(s); at least {limit_m3} m3 would be usual",
        )
    },
    direction="E",
    parameters={
        "capacity_20ft_m3": Decimal("33.2"),
        "capacity_40ft_m3": Decimal("67.7"),
        "capacity_40ft_high_m3": Decimal("76.3"),
        "highest_share": Decimal("0.98"),
        "lowest_share": Decimal("0.15"),
    },
    no_data_matters=False,
)
def volume_fits(facts: OrderFacts, p: Parameters) -> Verdict:
    """体积与容积 | Volume limit

    The customs code of a 40 ft box does not tell its height, so each bound takes the measure that is milder.
    """
    containers = facts.order.declaration.containers
    if not containers:
        return PASS
    volume, teu = _volume(facts), _teu(facts)
    if volume is None or teu is None:
        return missing(("packing_list.volume_m3", volume), ("containers.spec", teu))
    small = teu[0] * p["capacity_20ft_m3"]
    highest = (small + teu[1] * p["capacity_40ft_high_m3"]) * p["highest_share"]
    if volume > highest:
        return hit(volume_m3=volume, containers=len(containers), limit_m3=highest)
    lowest = (small + teu[1] * p["capacity_40ft_m3"]) * p["lowest_share"]
    if volume >= lowest or any(container.lcl_flag == "1" for container in containers):
        return PASS
    if any(container.lcl_flag != "0" for container in containers):
        return no_data("containers.lcl_flag")
    return hit("nearly_empty", volume_m3=volume, containers=len(containers), limit_m3=lowest)


@once_per_order
def _volume(facts: OrderFacts) -> Decimal | None:
    """The packing list's volume, else the sum of its items when every one has one. Zero counts as not given."""
    packing = facts.order.packing_list
    if packing is None:
        return None
    if packing.volume_m3:
        return packing.volume_m3
    volumes = [item.volume_m3 for item in packing.lines if item.volume_m3]
    return sum(volumes, Decimal(0)) if volumes and len(volumes) == len(packing.lines) else None


@check(
    "LC027",
    Severity.WARN,
    category="container",
    inputs="header.gross_weight_kg packing_list.volume_m3",
    source="usual density of cargo, handbook 04",
    confidence="medium",
    zh="{gross_kg} 千克 / {volume_m3} 立方米 = 每立方米 {density} 千克,不在 {low}–{high} 之间",
    en="{gross_kg} kg in {volume_m3} m3 make {density} kg per m3, outside {low} to {high}",
    direction="E",
    parameters={"lowest_kg_per_m3": Decimal(30), "highest_kg_per_m3": Decimal(3000)},
    no_data_matters=False,
)
def density_plausible(facts: OrderFacts, p: Parameters) -> Verdict:
    """货物密度 | Density plausible"""
    gross, volume = facts.order.declaration.header.gross_weight_kg, _volume(facts)
    if gross is None or volume is None:
        return missing(("header.gross_weight_kg", gross), ("packing_list.volume_m3", volume))
    density, low, high = gross / volume, p["lowest_kg_per_m3"], p["highest_kg_per_m3"]
    if low <= density <= high:
        return PASS
    return hit(gross_kg=gross, volume_m3=volume, density=density.quantize(CENT), low=low, high=high)


@check(
    "LC028",
    Severity.WARN,
    category="container",
    inputs="header.transport_mode containers.number",
    source="handbook 03 §5",
    zh="运输方式 {transport_mode}(空运、邮运或旅客携带)却填报了集装箱 {numbers}",
    en="Transport mode {transport_mode} (air, post or traveller) lists container(s) {numbers}",
    parameters={"modes_without_containers": ("5", "6", "L")},
)
def containers_suit_transport(facts: OrderFacts, p: Parameters) -> Verdict:
    """运输方式与集装箱 | Container with transport mode"""
    declaration = facts.order.declaration
    if not declaration.containers:
        return PASS
    mode = declaration.header.transport_mode
    if not mode:
        return no_data("header.transport_mode")
    if mode not in p["modes_without_containers"]:
        return PASS
    return hit(transport_mode=mode, numbers=", ".join(container.number for container in declaration.containers))


@check(
    "LC029",
    Severity.WARN,
    category="container",
    inputs="shared_uses header.means_of_transport free_text.voyage_number transport.vessel transport.voyage",
    source="container turn-round, handbook 04",
    confidence="medium",
    zh="集装箱 {number} 在 {vessel}/{voyage},相隔 {days} 天又见于 {other_vessel}/{other_voyage}(订单 {other_order})",
    en="Container {number} is on {vessel}/{voyage} here and, {days} day(s) apart, on {other_vessel}/{other_voyage} "
    "in order {other_order}",
    direction="E",
    parameters={"within_days": 7, "transport_modes": ("2", "3")},
)
def container_not_reused(facts: OrderFacts, p: Parameters) -> Verdict:
    """集装箱号重复使用 | Container reused on another voyage"""
    if "shared_uses" in facts.unavailable:
        return no_data("shared_uses")
    mode = facts.order.declaration.header.transport_mode
    if not facts.shared_uses or (mode and mode not in p["transport_modes"]):
        return PASS
    own, unknown = _voyage(facts), False
    for use in facts.shared_uses:
        if use.kind != "container" or abs(use.days_apart) > p["within_days"]:
            continue
        other = (_plain(use.vessel), _plain(use.voyage))
        known = [(mine, theirs) for mine, theirs in zip(own, other, strict=True) if mine and theirs]
        if any(mine != theirs for mine, theirs in known):
            return _reused(use, own)
        unknown = unknown or not known
    return no_data("shared_uses.vessel", "shared_uses.voyage") if unknown else PASS


def _voyage(facts: OrderFacts) -> tuple[str, str]:
    """(vessel, voyage) as declared, else as the transport document says."""
    declaration, transport = facts.order.declaration, facts.order.transport
    vessel = declaration.header.means_of_transport or (transport.vessel if transport else "")
    voyage = (declaration.free_text.voyage_number if declaration.free_text else "") or (
        transport.voyage if transport else ""
    )
    return _plain(vessel), _plain(voyage)


def _plain(text: str) -> str:
    return " ".join(text.upper().split())


def _reused(use: SharedUse, own: tuple[str, str]) -> Verdict:
    return hit(
        number=use.value,
        vessel=own[0],
        voyage=own[1],
        days=abs(use.days_apart),
        other_order=use.order_id,
        other_vessel=use.vessel,
        other_voyage=use.voyage,
    )


@check(
    "LC030",
    Severity.WARN,
    category="container",
    inputs="containers.line_numbers line.line_number",
    source="single-window message specification",
    confidence="medium",
    zh="集装箱填报的商品项号 {mapped} 与表体项号 {lines} 不对应",
    en="The containers carry line numbers {mapped}, the declaration has lines {lines}",
)
def containers_carry_all_lines(facts: OrderFacts, p: Parameters) -> Verdict:
    """商品项号与集装箱 | Line numbers in containers"""
    declaration = facts.order.declaration
    if not declaration.containers:
        return PASS
    entries = [entry.strip() for container in declaration.containers for entry in container.line_numbers.split(",")]
    mapped = {entry.lstrip("0") or entry for entry in entries if entry}
    if not mapped or not declaration.lines:
        return no_data("containers.line_numbers" if declaration.lines else "lines")
    lines = [
        str(position if line.line_number is None else line.line_number)
        for position, line in enumerate(declaration.lines, start=1)
    ]
    if mapped == set(lines):
        return PASS
    return hit(mapped=", ".join(sorted(mapped, key=_by_number)), lines=", ".join(lines))


def _by_number(entry: str) -> tuple[int, str]:
    return len(entry), entry


CHECKS = (
    container_numbers_valid,
    container_specs_known,
    within_payload,
    volume_fits,
    density_plausible,
    containers_suit_transport,
    container_not_reused,
    containers_carry_all_lines,
)
