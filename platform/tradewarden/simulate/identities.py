"""Invented companies: clients, buyers and a platform. All codes lie in region 440399, which does not exist."""

from dataclasses import dataclass
from random import Random

from risk.identifiers import organisation_check9, uscc_check18

SYLLABLES = "安邦博辰达恩丰冠瀚恒鸿佳锦凯朗力茂宁鹏启荣润晟泰旺欣耀益远泽兆卓"
PLATFORM_NAME = "示例外综服供应链有限公司"
DECLARANT_NAME = "示例报关服务有限公司"


@dataclass(frozen=True, slots=True)
class Place:
    """A factory town with its source region code and the customs office and port its goods leave by."""

    city: str
    region: str
    office: str
    port: str


PLACES = (
    Place("惠州市", "44139", "5304", "470201"),
    Place("东莞市", "44199", "5316", "470501"),
    Place("佛山市", "44069", "5316", "470501"),
    Place("深圳市", "44039", "5304", "470201"),
    Place("宁波市", "33029", "3104", "380101"),
    Place("杭州市", "33019", "2248", "311002"),
    Place("常州市", "32049", "2248", "311002"),
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """An invented overseas buyer with the country of the contract and a port there."""

    name: str
    country: str
    port: str


BUYER_PLACES = (
    ("USA", "USA309", "INC"),
    ("DEU", "DEU039", "GMBH"),
    ("GBR", "GBR051", "LTD"),
    ("AUS", "AUS003", "PTY LTD"),
    ("JPN", "JPN033", "CO LTD"),
    ("CAN", "CAN024", "INC"),
    ("FRA", "FRA033", "SARL"),
    ("ARE", "ARE018", "LLC"),
)
BUYER_WORDS = (
    ("HARBOURLIGHT", "MAPLEDALE", "STONEFIELD", "BRIGHTWATER", "OAKENSHIRE", "LARKSPUR", "WINDMERE", "COPPERGATE"),
    ("HOME", "LIVING", "SUPPLY", "TEXTILES", "RETAIL", "IMPORTS", "WHOLESALE", "INTERIORS"),
)


def synthetic_uscc(number: int, kind: str = "91") -> str:
    """A formally valid USCC in the region that does not exist."""
    subject = f"MAX{number % 100_000:05d}"
    body = f"{kind}440399{subject}{organisation_check9(subject)}"
    return body + uscc_check18(body)


def company_name(rng: Random, city: str, industry: str, taken: set[str]) -> str:
    """A company name nobody in this run has yet."""
    while True:
        name = f"{city}{''.join(rng.sample(SYLLABLES, 3))}{industry}有限公司"
        if name not in taken:
            taken.add(name)
            return name


def buyer(rng: Random) -> Buyer:
    """A buyer. The words decide the place, so the same name is always the same buyer."""
    first, second = (rng.randrange(len(words)) for words in BUYER_WORDS)
    country, port, form = BUYER_PLACES[(first + second) % len(BUYER_PLACES)]
    return Buyer(f"{BUYER_WORDS[0][first]} {BUYER_WORDS[1][second]} {form}", country, port)
