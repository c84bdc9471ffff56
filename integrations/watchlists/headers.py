"""Which column of a plain list file means what, whatever the publisher called it."""

import re
import unicodedata
from collections.abc import Sequence

_NAMES = """
entry_id: entry_id id _id 编号 名单编号 entity_number ent_num
name: name 名称 企业名称 单位名称 公司名称 主体名称 失信主体名称 纳税人名称 当事人 当事人名称 姓名
name: 被执行人 失信被执行人 被执行人姓名/名称 iname 企业中文名称 中文名称 实体名称 entity entity_name
name_en: name_en english_name 英文名称 英文名 外文名称
aliases: aliases alias alt_names former_names 别名 曾用名 原名 简称
uscc: uscc 统一社会信用代码 社会信用代码 信用代码 unified_social_credit_code 统一社会信用代码(纳税人识别号)
card_number: card_number cardNum 证件号码 身份证号码 组织机构代码 身份证号码/组织机构代码 organisation_code
tax_number: tax_number tax_id 纳税人识别号 税号
customs_code: customs_code 海关编码 海关注册编码 海关备案编码 海关注册登记编码
imo: imo imo_number IMO编号
reason: reason 列入原因 列入事由 列入理由 原因 失信行为 违法事实 主要违法事实 案件性质 disruptTypeName
reason: 失信被执行人行为具体情形 conduct ground facts
listed_on: listed_on 列入日期 列入时间 发布日期 发布时间 公布日期 认定日期 publishDate date start_date date_in
removed_on: removed_on 移出日期 移出时间 有效期至 公示截止日期 valid_to end_date date_out
kind: kind type 类型 主体类型 主体类别 partyTypeName
case_number: case_number caseCode case_no 案号 文号 决定书文号 处罚决定书文号 decision_no announcement_no 公告号
reference: reference gistId 执行依据文号 参考号
country: country nationality citizenships 国家 国别 国家(地区)
birth_date: birth_date date_of_birth dates_of_birth dob 出生日期
programme: programme programs 制裁项目
remarks: remarks note notes 备注
legal_representative: legal_representative businessEntity 法定代表人 法定代表人或负责人 法定代表人(负责人)
court: court courtName 执行法院 法院
authority: authority organ 列入机关 作出决定机关 认定机关 认定部门 publisher gistUnit 做出执行依据单位
performance: performance 履行情况 被执行人的履行情况
"""


def _key(header: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header).casefold())


_MEANINGS = {
    _key(name): meaning
    for meaning, _, names in (line.partition(":") for line in _NAMES.strip().splitlines())
    for name in names.split()
}


def meanings(headers: Sequence[str]) -> dict[int, str]:
    """Column position → meaning; unknown columns keep their own header. The first column of a meaning counts."""
    found: dict[int, str] = {}
    for position, header in enumerate(headers):
        meaning = _MEANINGS.get(_key(header), "")
        if meaning and meaning not in found.values():
            found[position] = meaning
        elif header.strip():
            found[position] = f"column:{header.strip()}"
    return found


def known(header: str) -> bool:
    """Whether a cell is a header this reader knows."""
    return _key(header) in _MEANINGS
