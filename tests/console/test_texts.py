"""The text catalogue: both languages complete, every key a page asks for there, every code family covered."""

import re
import string
from dataclasses import fields
from pathlib import Path

import pytest

from databases.customs_differences import STATES as DIFFERENCE_STATES
from databases.trade_event_keys import WHY
from integrations.json_events.status import KEYS
from loading_monitor.sentences import CLASSES, KINDS
from risk.checks.catalogue import CHECKS
from risk.findings import Outcome, Severity, Status
from risk.nouns.order import BusinessMode
from risk.nouns.parties import Kind
from risk.nouns.parties import Role as PartyRole
from risk.nouns.status import (
    STATUS_CODES,
    CustomsFeedback,
    InsuranceDetails,
    LogisticsDetails,
    RefundDetails,
    SettlementDetails,
    StatusKind,
)
from tradewarden.api import failures
from tradewarden.api.problems import TITLES
from tradewarden.auth.permissions import Action, Role
from tradewarden.console import i18n
from tradewarden.console.alarm_words import KINDS as ALARMS
from tradewarden.console.desk import NOTICES
from tradewarden.console.difference_words import COLUMNS
from tradewarden.console.pages.clients import ADMISSIONS
from tradewarden.console.pages.order import SECTIONS as ORDER_SECTIONS
from tradewarden.console.pages.orders import EXPORTED, STATES
from tradewarden.console.pages.screening import JUDGEMENTS
from tradewarden.console.pages.workbench import PERIODS
from tradewarden.pipeline.moved_while_held import ALERT as MOVED
from tradewarden.pipeline.verification import AGREES, SUPERSEDED

DETAIL_TYPES = (CustomsFeedback, LogisticsDetails, RefundDetails, SettlementDetails, InsuranceDetails)
CONSOLE = Path(i18n.__file__).parent
TEMPLATES = sorted((CONSOLE / "templates").glob("*.html"))
CODE = [*CONSOLE.rglob("*.py"), *(CONSOLE.parent / "auth").glob("*.py"), *(CONSOLE.parent / "api").glob("*.py")]
FAMILIES = {
    "outcome": [outcome.word for outcome in Outcome],
    "severity": list(Severity),
    "status": list(Status),
    "role": list(Role),
    "role_of": list(PartyRole),
    "kind": list(Kind),
    "business_mode": list(BusinessMode),
    "direction": ["E", "I"],
    "permission": list(Action),
    "category": sorted({check.card.category for check in CHECKS}),
    "confidence": sorted({check.card.confidence for check in CHECKS}),
    "checks.level": ["order", "line"],
    "checks.direction": ["E", "I", "IE"],
    "supervision": list(KINDS),
    "order_class": list(CLASSES),
    "order_state": [*STATES, "returned"],
    "order.section": ORDER_SECTIONS,
    "admission": ADMISSIONS,
    "judgement": JUDGEMENTS,
    "period": list(PERIODS),
    "export": EXPORTED,
    "done": list(NOTICES),
    "disposition": ["release", "return", "refuse", "acknowledge", "superseded", "gone"],
    "alert_state": ["open", "assigned", "proposed", "closed"],
    "step": ["raised", "assigned", "reassigned", "proposed", "approved", "rejected", "closed", "superseded"],
    "stage": [*StatusKind, "title", "none", "lines", "arrived"],
    "difference_state": list(DIFFERENCE_STATES),
    "difference_export": COLUMNS,
    "difference_reason": [AGREES, SUPERSEDED],
    "unattached_why": list(WHY),
    "event_field": sorted({field.name for kind in DETAIL_TYPES for field in fields(kind)} | set(KEYS)),
    **{f"trade_status.{kind}": list(codes) for kind, codes in STATUS_CODES.items()},
    "dead_state": ["open", "replayed", "discarded", "all"],
    "alarm": [*ALARMS, MOVED, "since", "look", "more"],
    "process": ["running", "waiting", "stopped", "ended", "silent"],
    "dead_fate": ["pending", "applied", "stored_older", "cancelled", "dead", "attached", "waiting"],
    "policy_state": ["draft", "live", "retired"],
    "acceptance": ["accepted", "duplicate", "conflict"],
    "lists.kind": ["added", "changed", "removed"],
    "lists": ["read", "stored", "rejected", "added", "removed"],
    "effect": ["refuse", "hold", "escalate", "review", "warn", "score"],
    "verdict": ["match", "review", "nomatch"],
    "identifier": [
        "uscc",
        "organisation_code",
        "imo",
        "identity_number",
        "passport",
        "customs_code",
        "registration",
        "tax_number",
    ],
    "document": ["contract", "invoice", "packing_list", "transport", "vat_invoice", "receipt", "permit", "loading"],
    "http": [str(status) for status in TITLES],
    "error": [f"{status}.{part}" for status in TITLES for part in ("title", "text", "next")],
    "chain": ["gap", "changed", "broken_link", "cut_off"],
    "draw": ["subject", "commitment", "number", "limit"],
}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", list(i18n.TEXTS))
def test_both_languages_stand_and_want_the_same_values(key):
    zh, en = i18n.TEXTS[key]
    assert zh.strip()
    assert en.strip()
    assert placeholders(zh) == placeholders(en)
    assert not re.search(r"[\u4e00-\u9fff]", en), "English with Chinese in it"


@pytest.mark.parametrize(("family", "code"), [(family, code) for family, codes in FAMILIES.items() for code in codes])
def test_every_code_has_its_words(family, code):
    assert f"{family}.{code}" in i18n.TEXTS


def literal_keys(text):
    return re.findall(r"\bt\(\s*['\"]([a-z_0-9.]+[a-z_0-9])['\"]", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_key_of_a_template_exists_and_gets_its_values(template):
    text = template.read_text(encoding="utf-8")
    missing = [key for key in literal_keys(text) if key not in i18n.TEXTS]
    assert not missing
    for key, given in re.findall(r"\bt\('([a-z_0-9.]+)'([^}]*)", text):
        wanted = placeholders(i18n.TEXTS[key][0]) if key in i18n.TEXTS else set()
        assert wanted <= set(re.findall(r"(\w+)=", given)), (key, wanted)


def test_every_key_of_the_code_exists():
    wanted = set()
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        wanted |= set(literal_keys(text))
        wanted |= set(re.findall(r"Refused\(\s*\d+,\s*\"([a-z_0-9.]+)\"", text))
        wanted |= set(re.findall(r"(?:Place|Reading|Weakness)\(\s*\"([a-z_0-9.]+\.[a-z_0-9.]+)\"", text))
        wanted |= set(re.findall(r"yield \"(field\.[a-z_]+)\"", text))
    wanted |= {key for _, _, key in failures.STORAGE}
    assert len(wanted) > 100
    assert not sorted(key for key in wanted if key not in i18n.TEXTS)


def test_no_text_is_left_over():
    """A key nobody asks for is a text nobody keeps right."""
    everything = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *CODE])
    open_families = {*FAMILIES, "action", "event", "versions", "lane", "alert_kind", "step_detail", "revision_state"}
    open_families |= {"object_type", "detail", "parameter", "reference_part"}
    for key in i18n.TEXTS:
        family = key.rpartition(".")[0]
        known = any(key.startswith(f"{name}.") for name in open_families)
        assert known or f'"{key}"' in everything or f"'{key}'" in everything, f"{key} ({family}) is never asked for"


@pytest.mark.parametrize(
    ("key", "values", "one", "more"),
    [
        ("difference.on_order", {"n": 1}, "1 difference to customs", "2 differences to customs"),
        ("pages.total", {"n": "1"}, "1 record", "2 records"),
        ("order.unknown_later", {"n": 1}, "1 check lacks data", "2 checks lack data"),
        ("tokens.too_many", {"seen": 1}, "There is 1 living token;", "There are 2 living tokens;"),
    ],
)
def test_one_of_a_thing_is_one(key, values, one, more):
    t = i18n.Translator("en")
    assert one in t(key, **values)
    assert more in t(key, **dict.fromkeys(values, 2))
    none = t(key, **dict.fromkeys(values, 0))
    assert more.replace("2", "0") in none


ALWAYS_SEVERAL = {"password.too_long", "alerts.not_alike"}


@pytest.mark.parametrize("key", [key for key, (_, en) in i18n.TEXTS.items() if "{" in en and key not in ALWAYS_SEVERAL])
def test_english_after_a_number_knows_one_and_more(key):
    """`{n} orders` would read `1 orders`; a word written for every number is one that has no plural."""
    text = i18n.TEXTS[key][1]
    assert not re.search(r"\{[a-z_]+\} (?:[a-z]+ )?(?!is\b|was\b|has\b|does\b|ago\b)[a-z]+s\b", text)


def test_a_missing_key_is_an_error_and_an_unknown_code_is_shown_bare():
    t = i18n.Translator("zh")
    with pytest.raises(KeyError):
        t("no.such.text")
    assert t.known("outcome", "hold") == "暂扣"
    assert t.known("outcome", "new_outcome") == "new_outcome"


@pytest.mark.parametrize(("wanted", "language"), [("zh", "zh"), ("en", "en"), ("", "zh"), ("fr", "zh"), ("EN", "zh")])
def test_chinese_unless_english_is_asked_for(wanted, language):
    assert i18n.Translator(wanted).language == language


@pytest.mark.parametrize("rows", ["a,甲,A\na,乙,B\n", "a,甲,\n", "a,,A\n", "a,甲,A,more\n"])
def test_a_catalogue_with_holes_does_not_load(tmp_path, rows):
    path = tmp_path / "texts.csv"
    path.write_text("key,zh,en\n" + rows, encoding="utf-8")
    with pytest.raises(ValueError, match=r"texts\.csv row"):
        i18n.load(path)
