"""Geometry of the charts, drawn by the templates as inline SVG: plain numbers in user units, no style, no script."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from risk.findings import Outcome

WIDTH = 720
HEIGHT = 190
LEFT = 34
BOTTOM = 22
TOP = 10
VISIBLE = 1.5
OUTCOMES = tuple(outcome.word for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Counts by outcome word in one hour or day, its label and the link to the records of each outcome."""

    label: str
    title: str
    hrefs: Mapping[str, str]
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in OUTCOMES)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    left: int
    base: float
    bars: tuple[Bar, ...]
    rows: tuple[Tick, ...]
    labels: tuple[Tick, ...]


def nice_ceiling(value: int) -> int:
    """The smallest of 4, 8, 12, 20, 40, 80, 120, 200 ... that is not below `value`: four grid lines, whole numbers."""
    power = 1
    while True:
        for factor in (4, 8, 12, 20):
            if value <= factor * power:
                return factor * power
        power *= 10


def stacked(buckets: Sequence[Bucket], labels: int = 8) -> Chart:
    """Stacked columns by outcome with at most `labels` labels below; empty input gives an empty chart."""
    top = nice_ceiling(max((bucket.total for bucket in buckets), default=0))
    base = HEIGHT - BOTTOM
    scale = (base - TOP) / top
    step = (WIDTH - LEFT) / max(1, len(buckets))
    every = max(1, math.ceil(len(buckets) / labels))
    bars = [
        bar for place, bucket in enumerate(buckets) for bar in _column(bucket, LEFT + place * step, step, scale, base)
    ]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        base=base,
        bars=tuple(bars),
        rows=tuple(Tick(round(base - top * part / 4 * scale, 1), str(top * part // 4)) for part in range(5)),
        labels=tuple(
            Tick(round(LEFT + (place + 0.5) * step, 1), bucket.label)
            for place, bucket in enumerate(buckets)
            if place % every == 0
        ),
    )


def _column(bucket: Bucket, left: float, step: float, scale: float, base: float) -> list[Bar]:
    bars: list[Bar] = []
    y = base
    for outcome in OUTCOMES:
        count = bucket.counts.get(outcome, 0)
        if count:
            height = max(VISIBLE, count * scale)  # a single refusal among thousands must not vanish
            y -= height
            x, width = round(left + step * 0.15, 2), round(step * 0.7, 2)
            bars.append(
                Bar(x, round(y, 2), width, round(height, 2), outcome, f"{bucket.title} {count}", bucket.hrefs[outcome])
            )
    return bars


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution as a piece of the score bar; `tint` is the number of its colour class."""

    label: str
    points: int
    x: float
    width: float
    tint: int


@dataclass(frozen=True, slots=True)
class ScoreBar:
    parts: tuple[Part, ...]
    score: int
    marks: tuple[Tick, ...]
    overflow: int


TINTS = 7


def score_bar(contributions: Sequence[tuple[str, int]], score: int, marks: Mapping[str, int]) -> ScoreBar:
    """Pieces of a bar from 0 to 100, largest first; what exceeds 100 is cut off and counted in `overflow`.

    `marks` are the policy's thresholds by name. Contributions without points have no piece.
    """
    x = 0
    parts: list[Part] = []
    ordered = sorted(((label, points) for label, points in contributions if points > 0), key=lambda part: -part[1])
    for place, (label, points) in enumerate(ordered):
        width = max(0, min(points, 100 - x))
        parts.append(Part(label, points, x, width, min(place, TINTS - 1)))
        x += width
    total = sum(points for _, points in ordered)
    ticks = tuple(Tick(at, name) for name, at in sorted(marks.items(), key=lambda mark: mark[1]))
    return ScoreBar(tuple(parts), score, ticks, max(0, total - 100))
