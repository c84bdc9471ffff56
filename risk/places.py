"""Where places lie: cities of regions, sites of customs offices, great-circle distances between them.

Coordinates are city centres and harbours to a tenth of a degree, distances whole kilometres: good for "far away" only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from risk.once import once_per_object
from risk.reference import Code, Reference

EARTH_RADIUS_KM = 6371
Position = tuple[float, float]
"""Latitude and longitude in degrees; floats stay inside this module."""


def _city(reference: Reference, region: str, on: date) -> Code | None:
    """The row of a four-digit region; the four municipalities are listed under their two-digit province."""
    return reference.code("region_city", region, on) or reference.code("region_city", region[:2], on)


def cities_differ(reference: Reference, region: str, other: str, on: date) -> bool | None:
    """Whether two four-digit regions lie in different cities; None when one of them is not in the table.

    Different provinces are different cities whatever the table knows. Raises KeyError without the table.
    """
    if region == other:
        return False
    if region[:2] != other[:2]:
        return True
    one, two = _city(reference, region, on), _city(reference, other, on)
    return None if one is None or two is None else one.attributes["city"] != two.attributes["city"]


@dataclass(frozen=True, slots=True)
class NearerOffice:
    """An office with the same kind of exit, nearer than the declared one; distances in whole km."""

    code: str
    distance_km: int
    declared_km: int


class Routes:
    """Distances from regions to customs offices."""

    def __init__(self, offices: Mapping[str, Sequence[Code]]) -> None:
        self._offices = {
            code: (_position(rows[-1]), rows[-1].attributes["served_modes"].split("|"))
            for code, rows in offices.items()
            if rows
        }
        self.nearest = lru_cache(maxsize=16384)(self._nearest)

    def _nearest(self, latitude: str, longitude: str, office: str, mode: str) -> NearerOffice | None:
        """The nearest office serving a transport mode; None when the declared office is not known."""
        start = (float(latitude), float(longitude))
        known = self._offices.get(office)
        if known is None:
            return None
        declared = _kilometres(start, known[0])
        distances = [
            (_kilometres(start, place), code) for code, (place, modes) in self._offices.items() if mode in modes
        ]
        distance, code = min([*distances, (declared, office)])
        return NearerOffice(code, distance, declared)


_routes = once_per_object(Routes)


def nearest_office(reference: Reference, region: str, office: str, mode: str, on: date) -> NearerOffice | None:
    """The office nearest to a region that serves a transport mode, beside the declared one; None when unknown."""
    offices = reference.tables.get("customs_office_site")
    if not offices or "region_city" not in reference.tables:
        return None
    city = _city(reference, region, on)
    if city is None:
        return None
    return _routes(offices).nearest(city.attributes["latitude"], city.attributes["longitude"], office, mode)


def _position(row: Code) -> Position:
    return float(row.attributes["latitude"]), float(row.attributes["longitude"])


def _kilometres(start: Position, end: Position) -> int:
    """Great-circle distance by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((radians(lat), radians(lon)) for lat, lon in (start, end))
    half_chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(half_chord)))
