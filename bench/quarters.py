"""Drawing the weeks of a known population over and over with the product's own draw."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.population import Codes, Population, Vector, critical_signal
from qa.sampling.allocation import CellTable, Plan, stratum_spreads
from qa.sampling.draw import Allocation, Unit, allocate, cell_key, rounding, walks
from qa.sampling.estimation import working_coefficients
from qa.tickets.rules import permanent_random_number

FRAME_KEY = hashlib.sha256(b"one fixed key of the frame").digest()
CELL_FIELDS = ("specialist", "queue", "tier", "risk_class", "launch")
STRATA = ("queue", "tier")


def seed_of(*names: object) -> bytes:
    """A seed that follows from names: the whole run can be repeated."""
    return hashlib.sha256("/".join(str(name) for name in names).encode()).digest()


def combined_plans(spreads: dict[str, float] | None = None, pooled: float = 1.0) -> list[Plan]:
    """Two of each specialist, 100 by Neyman on queue and tier, 60 by risk, 20 of the launch."""
    return [
        Plan(key="quota", kind="quota_per_specialist", amount=2, where={}),
        Plan(
            key="strata",
            kind="neyman",
            amount=100,
            where={},
            strata=STRATA,
            spreads=spreads or {},
            pooled_spread=pooled,
        ),
        Plan(key="risk", kind="risk", amount=60, where={}),
        Plan(key="launch", kind="simple", amount=20, where={"launch": ("1",)}),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The frame of one week: ``ring`` holds the parts (places in the population) cell by cell in walking order."""

    cells: CellTable
    units: Sequence[Unit]
    ring: Codes
    first: Codes  # of each cell in ring

    def draw(self, allocation: Allocation, seed: bytes) -> tuple[Codes, Vector]:
        """The places of the drawn parts and their chances."""
        places: list[int] = []
        chances: list[float] = []
        for walk in walks(allocation, rounding(allocation, seed), seed):
            start = int(self.first[walk.place])
            places += [start + (walk.start + step) % walk.size for step in range(walk.drawn)]
            chances += [allocation.inclusion_probability(walk.place)] * walk.drawn
        return self.ring[np.array(places, dtype=np.int64)], np.array(chances)


def frames(population: Population) -> list[Week]:
    """The frame of each week in order, random numbers by one fixed key."""
    prn = [permanent_random_number(FRAME_KEY, "population", part) for part in population.ids]
    keys = [cell_key(*(row[name] for name in CELL_FIELDS)) for row in population.rows]
    weeks = []
    for week in sorted(set(population.week.tolist())):
        places = np.flatnonzero(population.week == week).tolist()
        order = sorted(places, key=lambda place: (keys[place], prn[place], place))
        members: dict[str, list[int]] = {}
        for place in order:
            members.setdefault(keys[place], []).append(place)
        heads = [population.rows[group[0]] for group in members.values()]
        sizes = [len(group) for group in members.values()]
        weeks.append(
            Week(
                cells=CellTable(
                    keys=list(members),
                    teams=[row["team"] for row in heads],
                    specialists=[row["specialist"] for row in heads],
                    sizes=sizes,
                    attributes={name: [row[name] for row in heads] for name in CELL_FIELDS},
                ),
                units=[Unit(part_id=place, cell=keys[place], prn=prn[place]) for place in places],
                ring=np.array(order, dtype=np.int64),
                first=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
            )
        )
    return weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A sample of all weeks: places in the population, chances, and the week's number of each part."""

    places: Codes
    pi: Vector
    week: Codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The weeks with what the plans allocate to them."""

    weeks: Sequence[Week]
    allocations: Sequence[Allocation]
    plans: Sequence[Plan]
    pilot: Quarter  # an earlier sample, from which spreads and the first prediction come

    def quarter(self, name: object) -> Quarter:
        return _quarter(self.weeks, self.allocations, name)

    def quarters(self, count: int) -> Iterator[Quarter]:
        for number in range(count):
            yield self.quarter(number)


def _quarter(weeks: Sequence[Week], allocations: Sequence[Allocation], name: object) -> Quarter:
    drawn = [
        week.draw(allocation, seed_of("quarter", name, number))
        for number, (week, allocation) in enumerate(zip(weeks, allocations, strict=True))
    ]
    return Quarter(
        places=np.concatenate([places for places, _ in drawn]),
        pi=np.concatenate([pi for _, pi in drawn]),
        week=np.repeat(np.arange(len(drawn)), [len(places) for places, _ in drawn]),
    )


def programme(population: Population) -> Programme:
    """Plans whose Neyman spreads are the residuals of one earlier sample, drawn with equal spreads."""
    weeks = frames(population)
    first = [allocate(week.cells, combined_plans()) for week in weeks]
    pilot = _quarter(weeks, first, "pilot")
    x = population.working_columns([population.auto, critical_signal(population)])[pilot.places]
    y = population.score[pilot.places]
    residuals = y - x @ working_coefficients(x, y, pilot.pi)
    by_stratum: dict[str, list[float]] = {}
    for place, residual in zip(pilot.places.tolist(), residuals.tolist(), strict=True):
        row = population.rows[place]
        by_stratum.setdefault("|".join(row[name] for name in STRATA), []).append(residual)
    spreads, pooled = stratum_spreads(by_stratum)
    plans = combined_plans(spreads, pooled)
    allocations = [allocate(week.cells, plans) for week in weeks]
    return Programme(weeks=weeks, allocations=allocations, plans=plans, pilot=pilot)
