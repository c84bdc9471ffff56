"""A Chinese company name taken apart: region | trade name 字号 | industry | legal form, and what hangs on it.

Law behind it: 企业名称登记管理规定 orders the parts so; the region may stand in brackets in the middle or at the end.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kyc.names.regions import NOWHERE, Level, Located, Nearness, Places, bare_names, locate, named, nearness, regions
from kyc.names.tables import column, mapping, rows

Industry = tuple[tuple[str, str], ...]
"""(word, group) in the order written."""

_WIDER = (Nearness.NESTED, Nearness.MISSING)
_BRACKET = re.compile(r"\(([^()]*)\)?")
_ATTACHED = re.compile(
    r"(工会委员会|工会联合会|机关工会|工会|党支部|党总支|党委|委员会党支部|团委|团支部|职工持股会|职工技术协会|职工互助会"
    r"|老年人体育协会|妇女联合会|妇联|食堂|幼儿园|职工医院|职工学校)$"
)
_BRANCH = re.compile(
    r"^(.*(?:公司|厂|商行|合作社|企业|集团|银行|事务所))(?:\()?((?:驻)?[^()]{0,14}?"
    r"(?:分公司|支公司|分厂|分店|分行|支行|分社|分部|分所|办事处|代表处|联络处|营业部|营业所|门市部|项目部|事业部|经营部|分中心|子公司))\)?$"
)
_ROLE = re.compile(
    r"(?:的|之)?(法定代表人|负责人|实际控制人|控股股东|股东|董事长|董事|总经理|经理|监事|经营者|业主|员工|职员)$"
)
_CUT_FORM = re.compile(r"(?:股份)?(?:有限责任公|有限责任|有限责|有限公|有限|股份有|股份)$")
_NUMBER = re.compile(r"第?[0-9〇零一二三四五六七八九十百]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChineseName:
    """The parts; empty text or set means the name has no such part.

    `slot` says where a bracketed region stands: before, middle (after the trade name) or end (after the industry).
    `branch` and `attached` are what follows a complete company name; `person` is who stands before a company in
    brackets, and the parts then describe that company.
    """

    trade: str
    region: Places = NOWHERE
    zone: str = ""
    bracket_region: Places = NOWHERE
    slot: str = ""
    industry: Industry = ()
    form: str = ""
    group: bool = False
    cut: bool = False
    extra: str = ""
    branch: str = ""
    attached: str = ""
    person: str = ""

    @property
    def is_company(self) -> bool:
        """True when anything but the trade name shows that this is an organisation."""
        return bool(self.form or self.industry or self.region or self.bracket_region or self.group)


@dataclass(frozen=True, slots=True)
class _Form:
    spelling: str
    form: str
    group: bool


@lru_cache(maxsize=1 << 16)
def parse(text: str) -> ChineseName:
    """Take a normalised text (kyc.names.normalise) apart. Takes any text; what is not understood is the trade name."""
    text = re.sub(r"[^\w()]|_", "", text)
    person, text = _person(text)
    attached = ""
    if (found := _ATTACHED.search(text)) and _form(text[: found.start()]):
        attached, text = found[1], text[: found.start()]
    branch = ""
    if found := _BRANCH.match(text):
        text, branch = found[1], found[2]
    return _company(text, branch=branch, attached=attached, person=person)


def _person(text: str) -> tuple[str, str]:
    """张三(某公司法定代表人) → (张三, 某公司)."""
    opening = text.find("(")
    if opening < 2 or opening > 8 or not text.endswith(")"):
        return "", text
    role = _ROLE.search(text[opening + 1 : -1])
    inside = text[opening + 1 : -1][: role.start()] if role else ""
    return (text[:opening], inside) if inside and _form(inside) else ("", text)


def _company(text: str, *, branch: str, attached: str, person: str) -> ChineseName:
    text, brackets = _brackets(text)
    form = _forms().get(text) or _form(text)
    body, cut = text[: len(text) - len(form.spelling)] if form else text, False
    if form is None and (found := _CUT_FORM.search(body)) and found.start() > 1:
        body, cut = body[: found.start()], True
    located = locate(body)
    trade, industry = _split(located.rest)
    if not industry and _reads_better_as_trade(located):
        located, trade, industry = _give_back(located)
    kept, form = _bracketed(brackets, form, len(body) - len(located.rest) + len(trade), len(body))
    return ChineseName(
        trade=trade,
        region=located.places,
        zone=located.zone,
        bracket_region=kept.region,
        slot=kept.slot,
        industry=industry,
        form=form.form if form else "",
        group=kept.group or bool(form and form.group),
        cut=cut,
        extra=kept.extra,
        branch=branch,
        attached=attached,
        person=person,
    )


@dataclass(frozen=True, slots=True)
class _Bracketed:
    region: Places = NOWHERE
    slot: str = ""
    group: bool = False
    extra: str = ""


def _bracketed(
    brackets: list[tuple[str, int]], form: _Form | None, after_trade: int, length: int
) -> tuple[_Bracketed, _Form | None]:
    """What stands in brackets: a region with its place, 集团, a legal form, or something else."""
    region, slot, group, extra = NOWHERE, "", False, ""
    for content, at in brackets:
        if content == "集团":
            group = True
        elif inside := named(content):
            region = inside
            slot = "before" if at == 0 else "end" if at >= length and at > after_trade else "middle"
        elif content in _forms():
            form = form or _forms()[content]
        else:
            extra += content
    return _Bracketed(region, slot, group, extra), form


def _brackets(body: str) -> tuple[str, list[tuple[str, int]]]:
    """The body without bracketed parts, and each part with its place in what remains."""
    parts: list[tuple[str, int]] = []
    plain = ""
    position = 0
    for match in _BRACKET.finditer(body):
        plain += body[position : match.start()]
        parts.append((match[1], len(plain)))
        position = match.end()
    return (plain + body[position:]).replace("(", "").replace(")", ""), parts


@cache
def _forms() -> dict[str, _Form]:
    return {row["form"]: _Form(row["form"], row["class"], bool(row["group"])) for row in rows("forms")}


def _form(text: str) -> _Form | None:
    """The longest legal form at the end, unless it is only the end of a business word (银行, 酒店, 物流中心)."""
    for length in range(min(10, len(text)), 0, -1):
        found = _forms().get(text[-length:])
        if found is None or length == len(text):
            continue
        if length < 3 and any(text[-size:] in _industries() for size in range(length + 1, 6)):
            return None
        return found
    return None


@cache
def _industries() -> dict[str, str]:
    return mapping("industries", "word", "group")


def _split(body: str) -> tuple[str, Industry]:
    """Industry words from the right, longest first, as long as two characters are left for the trade name."""
    industries, words = _industries(), list[tuple[str, str]]()
    end = len(body)
    while True:
        for length in range(min(8, end - 2), 0, -1):
            group = industries.get(body[end - length : end])
            if group:
                words.insert(0, (body[end - length : end], group))
                end -= length
                break
        else:
            return body[:end], tuple(words)


def _reads_better_as_trade(located: Located) -> bool:
    """A short region name followed by nothing but an industry word is a trade name: 永康五金, 东方贸易."""
    if not located.last or located.rest not in _industries():
        return False
    short = [regions()[place] for place in named(located.last) if regions()[place].short == located.last]
    deep = any(region.level >= Level.COUNTY for region in short)
    return bool(short) and (deep or located.last in column("common_trade_names", "name"))


def _give_back(located: Located) -> tuple[Located, str, Industry]:
    """The last region read becomes the trade name."""
    rest = located.last + located.zone + located.rest
    trade, industry = _split(rest)
    if not industry and located.rest in _industries() and len(located.last) >= 2:
        trade, industry = located.last, ((located.rest, _industries()[located.rest]),)
    return Located(located.before, "", rest), trade, industry


def readings(name: ChineseName) -> tuple[ChineseName, ...]:
    """The name, and the same with the beginning of its trade name read as a region: 兴城朗驰 may be 兴城市 朗驰."""
    found = [name]
    for length in range(2, min(5, len(name.trade) - 1)):
        places = bare_names().get(name.trade[:length], NOWHERE)
        inside = frozenset(place for place in places if nearness(name.region, frozenset({place})) in _WIDER)
        if inside:
            found.append(replace(name, trade=name.trade[length:], region=inside))
    return tuple(found)


def ordinal_only(trade: str) -> bool:
    """True for a trade name that is nothing but a number: 第二, 365."""
    return _NUMBER.fullmatch(trade) is not None


@cache
def weak_groups() -> frozenset[str]:
    """Industry groups that say little: 科技, 实业, 发展, 管理 and their like."""
    return frozenset(row["group"] for row in rows("industries") if row["weight"] == "weak")


def is_usual(trade: str) -> bool:
    """A trade name found all over the country (鑫达, 东方), a bare number, or a single character."""
    return len(trade) < 2 or trade in column("common_trade_names", "name") or ordinal_only(trade)


def is_common(trade: str) -> bool:
    """A trade name that does not tell companies apart by itself: usual, or of two characters (handbook 05 §4.4)."""
    return len(trade) < 3 or is_usual(trade)
