"""Synthetic clients: a factory with a town, an article, a tier and a few steady buyers."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from risk.facts import ClientProfile
from tradewarden.simulate.goods import ARTICLES, Article
from tradewarden.simulate.identities import PLACES, Buyer, Place, buyer, company_name, synthetic_uscc

TIERS = (("A", 0.2), ("B", 0.55), ("C", 0.25))


@dataclass(frozen=True, slots=True, kw_only=True)
class Factory:
    """A client as the simulator knows it; `profile` is what the client database gets."""

    profile: ClientProfile
    place: Place
    customs_code: str
    article: Article
    price_factor: Decimal
    buyers: tuple[Buyer, ...]
    activity: float


def make_factories(rng: Random, count: int, month: date) -> list[Factory]:
    """`count` clients that were admitted before `month` began, with steep differences in activity."""
    names: set[str] = set()
    return [_factory(rng, number, month, names) for number in range(1, count + 1)]


def _factory(rng: Random, number: int, month: date, names: set[str]) -> Factory:
    place, article = rng.choice(PLACES), rng.choice(ARTICLES)
    tier = rng.choices([name for name, _ in TIERS], [share for _, share in TIERS])[0]
    admitted = month - timedelta(days=rng.randint(200, 1200))
    uscc = synthetic_uscc(number + 100)
    profile = ClientProfile(
        client_id=uscc,
        name=company_name(rng, place.city, article.industry, names),
        uscc=uscc,
        tier=tier,
        admission="approved",
        agreement_valid_to=month + timedelta(days=rng.randint(120, 700)),
        next_verification_on=month + timedelta(days=rng.randint(60, 360)),
        region_codes=(place.region[:4],),
        monthly_capacity=None,
        first_order_on=admitted,
    )
    return Factory(
        profile=profile,
        place=place,
        customs_code=f"{place.region}6{number % 10_000:04d}",
        article=article,
        price_factor=Decimal(rng.randint(94, 106)) / 100,
        buyers=tuple(dict.fromkeys(buyer(rng) for _ in range(rng.randint(1, 3)))),
        activity=rng.paretovariate(1.6),
    )
