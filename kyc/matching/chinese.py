"""Two Chinese company names, part by part (handbook 05 §4.4)."""

from dataclasses import replace

from kyc.matching.scored import DOUBT, FULL, MATCH, REVIEW, Note, Part, Scored, add_up, part
from kyc.names.chinese import ChineseName, Industry, is_common, is_usual, readings, weak_groups
from kyc.names.lookalikes import one_lookalike, same_numerals
from kyc.names.pinyin import sounds_alike
from kyc.names.regions import Nearness, Places, nearness, regions

PARTS_EQUAL = 9_700
OTHER_REGION = 3_500
OTHER_TRADE_NAME = 2_000
OTHER_BUSINESS = 4_500
TRUNCATED_SHARE = 80
"""Percent of the longer name that a cut one must still have."""

_FORM_PAIRS = {frozenset({"company", "limited"}): 1_600, frozenset({"company", "stock"}): 1_600}


def compare_companies(left: ChineseName, right: ChineseName, left_key: str, right_key: str) -> Scored:
    """Weigh two parsed names. The keys are the whole names as letters only (kyc.names.normalise)."""
    if bool(left.person) != bool(right.person):
        return _person_and_company(left, right)
    if left.attached != right.attached:
        return Scored(4_000, (Note("attached_body", (left.attached or right.attached,)),))
    if not left.trade or not right.trade:
        return Scored(0, (Note("nothing_distinctive"),))
    if left_key == right_key and left.trade == right.trade:
        return Scored(FULL, (Note("identical", (left_key,)),))
    if left.branch != right.branch:
        return _branches(left, right)
    return _company(left, right, left_key, right_key)


def _person_and_company(left: ChineseName, right: ChineseName) -> Scored:
    company = _company(replace(left, person=""), replace(right, person=""), "", "")
    if company.points >= MATCH:
        return company.capped(7_200, "person_and_company", left.person or right.person)
    return Scored(min(company.points, REVIEW - 1_000), company.notes)


def _branches(left: ChineseName, right: ChineseName) -> Scored:
    parent = _company(left, right, "", "")
    if left.branch and right.branch:
        return parent.capped(7_000 if parent.points >= MATCH else 5_000, "sibling_branch", left.branch, right.branch)
    most = DOUBT if parent.points >= MATCH else parent.points - 1_000
    return parent.capped(most, "branch", left.branch or right.branch)


def _company(left: ChineseName, right: ChineseName, left_key: str, right_key: str) -> Scored:
    if left.trade != right.trade:
        left, right = _read_alike(left, right)
        if left.trade != right.trade and (whole := _as_written(left, right, left_key, right_key)):
            return whole
    trade = _trade(left, right)
    if trade.loss is None:
        return Scored(OTHER_TRADE_NAME, (trade.note,))
    region = _region(left, right)
    if region.loss is None:
        return Scored(OTHER_REGION, (region.note, trade.note))
    if _is_short(left) != _is_short(right):
        return _short_name(left, right, trade, region)
    industry = _industry(left, right)
    parts = [trade, region, industry, _form(left, right), *_rest(left, right, industry)]
    scored = add_up(parts, OTHER_BUSINESS, PARTS_EQUAL)
    lossy = any(each.loss for each in parts)
    return Scored(min(scored.points, DOUBT), scored.notes) if lossy else scored


def _read_alike(left: ChineseName, right: ChineseName) -> tuple[ChineseName, ChineseName]:
    """Read the beginning of one trade name as the region the other names in full, when that makes them one."""
    if left.trade.endswith(right.trade) and left.trade != right.trade:
        fitting = [each for each in readings(left) if each.trade == right.trade and each.region & right.region]
        return (fitting[0] if fitting else left), right
    if right.trade.endswith(left.trade):
        right, left = _read_alike(right, left)
    return left, right


def _as_written(left: ChineseName, right: ChineseName, left_key: str, right_key: str) -> Scored | None:
    """Judgements on the whole text, where the parts were cut or misread."""
    apart = nearness(left.region, right.region) is Nearness.DIFFERENT
    if not apart and left_key and (pair := one_lookalike(left_key, right_key)):
        return Scored(8_000, (Note("lookalike", pair),))
    shorter, longer = sorted((left_key, right_key), key=len)
    cut = left if len(left_key) < len(right_key) else right
    enough = len(shorter) >= 6 and len(shorter) * 100 >= len(longer) * TRUNCATED_SHARE
    if enough and longer.startswith(shorter) and not cut.form:
        return Scored(8_000, (Note("truncated", (shorter,)),))
    return None


def _trade(left: ChineseName, right: ChineseName) -> Part:
    if left.trade == right.trade:
        return part(0, "trade_equal", left.trade)
    if pair := one_lookalike(left.trade, right.trade):
        return part(2_000, "lookalike", *pair)
    if same_numerals(left.trade, right.trade):
        return part(1_600, "numeral_style", left.trade, right.trade)
    if _unread_business(left, right) or _unread_business(right, left):
        return part(3_600, "trade_begins_equal", left.trade, right.trade)
    if sounds_alike(left.trade, right.trade):
        return part(None, "homophone", left.trade, right.trade)
    return part(None, "trade_differs", left.trade, right.trade)


def _unread_business(shorter: ChineseName, longer: ChineseName) -> bool:
    """The longer trade name may hold a business word nobody taught us: 华屹通 against 华屹通量子."""
    more = len(longer.trade) - len(shorter.trade)
    starts = not longer.industry and more >= 2 and longer.trade.startswith(shorter.trade)
    return starts and not is_common(shorter.trade)


def _region(left: ChineseName, right: ChineseName) -> Part:
    """Regions in front and in brackets. A bracket against a prefix is never equal: both may be registered."""
    heads = nearness(left.region, right.region)
    if left.bracket_region and right.bracket_region:
        inner = nearness(left.bracket_region, right.bracket_region)
        if Nearness.DIFFERENT in (heads, inner) or left.slot == right.slot:
            return _nearness(max(heads, inner), left.bracket_region, right.bracket_region)
    elif left.bracket_region or right.bracket_region:
        with_bracket, plain = (left, right) if left.bracket_region else (right, left)
        inner = heads if with_bracket.region else nearness(with_bracket.bracket_region, plain.region)
        if Nearness.DIFFERENT in (heads, inner):
            return _nearness(Nearness.DIFFERENT, with_bracket.region or with_bracket.bracket_region, plain.region)
    else:
        return _nearness(heads, left.region, right.region, left.zone, right.zone)
    return part(2_000, "bracketed_region", _shown(left.bracket_region or right.bracket_region))


def _nearness(near: Nearness, left: Places, right: Places, left_zone: str = "", right_zone: str = "") -> Part:
    if near is Nearness.EQUAL and left_zone != right_zone:
        return part(1_800, "zone_differs", left_zone or "-", right_zone or "-")
    if near is Nearness.EQUAL:
        return part(0, "region_equal", _shown(left)) if left else part(0, "region_absent")
    if near is Nearness.NESTED:
        return part(2_000, "region_nested", _shown(left), _shown(right))
    if near is Nearness.MISSING:
        return part(2_000, "region_missing", _shown(left or right))
    return part(None, _why_different(left, right), _shown(left), _shown(right))


def _why_different(left: Places, right: Places) -> str:
    heard = [{name for place in places for name in regions()[place].english} for places in (left, right)]
    return "region_homophone" if heard[0] & heard[1] else "region_differs"


def _shown(places: Places) -> str:
    return "/".join(sorted({regions()[place].name for place in places})) or "-"


def _is_short(name: ChineseName) -> bool:
    """Nothing but a trade name, perhaps after a region: what people say instead of the full name."""
    return not (name.form or name.industry or name.group or name.cut or name.bracket_region)


def _short_name(left: ChineseName, right: ChineseName, trade: Part, region: Part) -> Scored:
    trade_name = left.trade if _is_short(left) else right.trade
    if len(trade_name) < 2 or trade.loss:
        return Scored(OTHER_BUSINESS, (trade.note, Note("short_name", (trade_name,))))
    points = 6_200 if is_usual(trade_name) else 7_000 if len(trade_name) == 2 else 7_200
    points += 400 if region.note.code == "region_equal" else 0
    return Scored(points, (Note("short_name", (trade_name,)), trade.note, region.note))


def _industry(left: ChineseName, right: ChineseName) -> Part:
    if left.industry == right.industry:
        return part(0, "industry_equal", _words(left.industry)) if left.industry else part(0, "industry_absent")
    seen = _words(left.industry) or "-", _words(right.industry) or "-"
    cores = _core(left.industry), _core(right.industry)
    whole = {group for _, group in left.industry}, {group for _, group in right.industry}
    common = is_common(left.trade) or is_common(right.trade)
    if whole[0] == whole[1]:
        return part(1_800, "industry_synonym", *seen)
    if cores[0] == cores[1] and (cores[0] or whole[0] <= whole[1] or whole[1] <= whole[0]) and all(whole):
        return part(2_200, "industry_variant", *seen)
    if not all(whole):
        informal = not (left if not whole[0] else right).form
        return part(2_800 if informal or not common else None, "industry_missing", *seen)
    return part(None if common else 3_600, "industry_differs" if common else "related_company", *seen)


def _core(industry: Industry) -> list[str]:
    weak = weak_groups()
    return [group for _, group in industry if group not in weak]


def _words(industry: Industry) -> str:
    return "".join(word for word, _ in industry)


def _form(left: ChineseName, right: ChineseName) -> Part:
    if left.form == right.form:
        return part(0, "form_equal", left.form) if left.form else part(0, "form_absent")
    if not (left.form and right.form):
        return part(1_500 if left.cut or right.cut else 1_600, "form_cut" if left.cut or right.cut else "form_missing")
    return part(_FORM_PAIRS.get(frozenset({left.form, right.form}), 2_000), "form_change", left.form, right.form)


def _rest(left: ChineseName, right: ChineseName, industry: Part) -> list[Part]:
    parts: list[Part] = []
    if left.group != right.group:
        same_business = industry.note.code in {
            "industry_equal",
            "industry_absent",
            "industry_synonym",
            "industry_variant",
        }
        parts.append(part(2_000 if same_business else None, "group_added" if same_business else "group_and_member"))
    if left.extra != right.extra:
        parts.append(part(1_600, "bracket_differs", left.extra or "-", right.extra or "-"))
    if left.person != right.person:
        parts.append(part(None, "person_differs", left.person, right.person))
    return parts
