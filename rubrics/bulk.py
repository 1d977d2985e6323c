"""Many reviews under one rubric version at once: the same results as ``score``, in floats that are certified.

A score is a ratio of integers whose denominator is known from the weights, so a float that lies nearer to a rounding
tie or to the pass mark than any such ratio could *is* that number. Where the denominators are too large for this
argument, the review is scored exactly, alone. Nothing is decided by a float that could be wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rubrics.answering import fails_critical
from rubrics.columns import NOT_APPLICABLE, Columns
from rubrics.display import display_score
from rubrics.model import Criterion, RubricVersion, Section
from rubrics.results import OUTCOMES, Outcome, Score
from rubrics.scoring import score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BULK_ENGINE = "1"  # the arithmetic this module repeats
BLOCK = 16_384  # reviews held in the processor's cache at a time
NEAR = 1e-7  # percent; a float nearer than this to a boundary has to be certified
ERROR = 1e-10  # percent; far above what the floats below can be off
LARGEST = 2.0**62
PASSED, FAILED, FAILED_CRITICAL, NOT_SCORED = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkScores:
    """Results of n reviews. ``value`` and ``base`` are percent, NaN where there is no score.

    ``outcome`` counts in ``OUTCOMES``; ``failed`` (n, k) says which of the critical criteria ``criticals`` failed;
    ``exact`` holds the reviews that were scored one by one because a float could not decide them.
    """

    value: Floats
    base: Floats
    outcome: NDArray[np.int8]
    criticals: tuple[str, ...]
    failed: Flags
    exact: Mapping[int, Fraction | None]
    mark: Fraction | None

    def outcome_of(self, row: int) -> Outcome:
        return OUTCOMES[int(self.outcome[row])]

    def failed_criticals(self, row: int) -> tuple[str, ...]:
        return tuple(key for key, failed in zip(self.criticals, self.failed[row], strict=True) if failed)

    def display(self, row: int) -> str:
        """The score as ``display_score`` shows the exact one beside the pass mark."""
        if row in self.exact:
            return display_score(self.exact[row], self.mark)
        value = float(self.value[row])
        return display_score(None if np.isnan(value) else value, self.mark)


def score_all(version: RubricVersion, columns: Columns) -> BulkScores:
    """The results of all reviews in ``columns``; their values are within 1e-9 of what ``score`` gives.

    ValueError when the columns were made for other criteria, or when the version rests on another engine.
    """
    if version.engine != BULK_ENGINE:
        raise ValueError(f"the bulk arithmetic is engine {BULK_ENGINE}, not {version.engine}")
    plan = _Plan.of(version, columns)
    n = len(columns)
    value, base = np.full(n, np.nan), np.full(n, np.nan)
    outcome = np.full(n, NOT_SCORED, dtype=np.int8)
    failed = np.zeros((n, len(plan.criticals)), dtype=bool)
    exact: dict[int, Fraction | None] = {}
    known: dict[tuple[int, bytes], Score] = {}  # reviews with the same answers have the same result
    for number, channel in enumerate(columns.channels):
        rows = np.flatnonzero(columns.channel == number)
        asked = _Asked.of(plan, channel)
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            block = _Block(plan, asked, columns.codes[part])
            doubtful = block.run()
            value[part], base[part], outcome[part] = block.value, block.base, block.outcome
            failed[part] = block.failed
            for row in part[doubtful]:
                same = number, columns.codes[row].tobytes()
                if same not in known:
                    known[same] = score(version, columns.answers(int(row)), channel=channel)
                found = known[same]
                exact[int(row)] = found.value
                value[row] = np.nan if found.value is None else float(found.value)
                base[row] = np.nan if found.base is None else float(found.base)
                outcome[row] = OUTCOMES.index(found.outcome)
    return BulkScores(
        value=value,
        base=base,
        outcome=outcome,
        criticals=tuple(item.key for item in plan.criticals),
        failed=failed,
        exact=exact,
        mark=version.pass_mark,
    )


@dataclass(slots=True, kw_only=True)
class _Plan:
    """What the version says, turned into tables that answer codes look up."""

    version: RubricVersion
    place: dict[str, int]
    fractions: list[Floats]  # by criterion and code; NaN where nothing is earned
    caps: list[Floats | None]
    fails: list[Flags]  # by critical and code
    criticals: tuple[Criterion, ...]
    fraction_denominator: float
    weight_denominator: float
    extra_denominator: float  # of section weights, caps, and what the result is compared with
    weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, version: RubricVersion, columns: Columns) -> "_Plan":
        criteria = version.criteria
        if columns.keys != tuple(item.key for item in criteria):
            raise ValueError("the columns were made for other criteria than the version has")
        exact = [columns.worth(n) for n in range(len(criteria))]
        ticks = [Fraction(1, 20), version.pass_mark or Fraction(0), version.cap or Fraction(0)]
        ticks += [level.cap for item in criteria for level in item.scale.levels if level.cap is not None]
        return cls(
            version=version,
            place={item.key: n for n, item in enumerate(criteria)},
            fractions=[_looked_up([None if one is None else float(one) for one in worth], np.nan) for worth in exact],
            caps=[_level_caps(item) for item in criteria],
            fails=[
                _looked_up([fails_critical(item, answer) for answer in columns.choices[n]], False)
                for n, item in enumerate(criteria)
                if item.critical is not None
            ],
            criticals=tuple(item for item in criteria if item.critical is not None),
            fraction_denominator=_common([one for worth in exact for one in worth]),
            weight_denominator=_common([item.weight for item in criteria]),
            extra_denominator=_common(ticks),
            weights=np.array([float(item.weight) for item in criteria]),
        )


def _common(values: Sequence[Fraction]) -> float:
    """The common denominator; never more than a float can count, which leaves everything near a boundary in doubt."""
    return float(min(lcm(*(value.denominator for value in values)), int(LARGEST)))


def _looked_up(values: Sequence[Any], missing: Any) -> NDArray[Any]:
    """A table for codes 0.. with two more at its end, which -1 (N/A) and -2 (open) reach."""
    return np.array([*(missing if value is None else value for value in values), missing, missing])


def _level_caps(item: Criterion) -> Floats | None:
    if all(level.cap is None for level in item.scale.levels):
        return None
    return _looked_up([np.inf if level.cap is None else float(level.cap) for level in item.scale.levels], np.inf)


@dataclass(slots=True, kw_only=True)
class _Asked:
    """The sections and criteria of one channel, in an order in which conditions follow what they depend on."""

    sections: tuple[Section, ...]
    members: list[list[int]]
    order: list[tuple[int, int | None, NDArray[np.bool_] | None]]

    @classmethod
    def of(cls, plan: _Plan, channel: str | None) -> "_Asked":
        sections = plan.version.sections_for(channel)
        asked = {item.key: item for section in sections for item in section.criteria}
        order: list[tuple[int, int | None, NDArray[np.bool_] | None]] = []
        placed: set[str] = set()

        def add(item: Criterion) -> None:
            if item.key in placed:
                return
            placed.add(item.key)
            if item.condition is None:
                order.append((plan.place[item.key], None, None))
                return
            other = asked.get(item.condition.criterion)
            if other is None:
                order.append((plan.place[item.key], None, np.zeros(0, dtype=bool)))
                return
            add(other)
            levels = set(item.condition.levels)
            table = _looked_up([level.key in levels for level in other.scale.levels], False)
            order.append((plan.place[item.key], plan.place[other.key], table))

        for item in asked.values():
            add(item)
        members = [[plan.place[item.key] for item in section.criteria] for section in sections]
        return cls(sections=sections, members=members, order=order)


class _Block:
    """Some thousand reviews of one channel."""

    def __init__(self, plan: _Plan, asked: _Asked, codes: NDArray[np.int32]) -> None:
        self.plan, self.asked, self.codes = plan, asked, codes
        self.version = plan.version
        self.n = len(codes)
        self.value: Floats = np.full(self.n, np.nan)
        self.base: Floats = np.full(self.n, np.nan)
        self.outcome = np.full(self.n, NOT_SCORED, dtype=np.int8)
        self.failed = np.zeros((self.n, len(plan.criticals)), dtype=bool)
        self.denominator: Floats = np.ones(self.n)

    def run(self) -> Flags:
        """Score the block; true where a review has to be scored exactly instead."""
        self.look_up()
        base = self.total(zeroed=None)
        self.base = self.capped(base)
        doubtful = self.unsure(self.base)
        self.value = self.base.copy()
        doubtful |= self.after_criticals()
        self.decide()
        return doubtful

    def look_up(self) -> None:
        shown = np.zeros(self.codes.shape, dtype=bool)
        for place, other, table in self.asked.order:
            if table is None:
                shown[:, place] = True
            elif other is not None:
                shown[:, place] = shown[:, other] & table[self.codes[:, other]]
        self.shown = shown
        ordinary = [
            place
            for section, places in zip(self.asked.sections, self.asked.members, strict=True)
            if not section.bonus
            for place in places
        ]
        worth = np.full(self.codes.shape, np.nan)
        for place, _, _ in self.asked.order:
            worth[:, place] = np.where(shown[:, place], self.plan.fractions[place][self.codes[:, place]], np.nan)
        known = ~np.isnan(worth[:, ordinary])
        answered = known.sum(axis=1)
        self.fraction_denominator = np.full(self.n, self.plan.fraction_denominator)
        rule = self.version.na_rule
        if rule != "removed":
            if rule == "mean":
                instead = np.where(known, worth[:, ordinary], 0.0).sum(axis=1) / np.maximum(answered, 1)
                self.fraction_denominator *= np.maximum(answered, 1)
            else:
                instead = np.full(self.n, 1.0 if rule == "full" else 0.0)
            instead = np.where(answered > 0, instead, np.nan)
            bonus = np.where(answered > 0, 0.0, np.nan)
            for section, places in zip(self.asked.sections, self.asked.members, strict=True):
                for place in places:
                    na = shown[:, place] & (self.codes[:, place] == NOT_APPLICABLE)
                    worth[:, place] = np.where(na, bonus if section.bonus else instead, worth[:, place])
        self.counts = ~np.isnan(worth)
        self.worth = np.where(self.counts, worth, 0.0)

    def total(self, zeroed: Flags | None) -> Floats:
        """The score before caps; ``zeroed`` (n, sections) marks sections that a critical made 0. NaN for no score."""
        pooled = self.version.arithmetic == "pooled"
        weighed, earned = np.zeros(self.n), np.zeros(self.n)
        lost = np.zeros(self.n)
        bonus = np.zeros(self.n)
        units = np.ones(self.n)
        sections_weight = _common([section.weight for section in self.asked.sections])
        for s, (section, places) in enumerate(zip(self.asked.sections, self.asked.members, strict=True)):
            weights = np.where(self.counts[:, places], self.plan.weights[places], 0.0)
            worth = self.worth[:, places]
            if zeroed is not None:
                worth = np.where(zeroed[:, s, None], 0.0, worth)
            mass, got = weights.sum(axis=1), (weights * worth).sum(axis=1)
            has = mass > 0
            deducts = self.version.method == "deductive" and not section.bonus
            if pooled and not section.bonus:
                weighed, earned, lost = weighed + mass, earned + got, lost + mass - got
                continue
            with np.errstate(invalid="ignore", divide="ignore"):
                found = np.maximum(0.0, 100 - (mass - got)) / 100 if deducts else got / mass
            if zeroed is not None:
                found = np.where(zeroed[:, s], 0.0, found)
            found = np.where(has, found, 0.0)
            weight = float(section.weight)
            if not deducts:
                units = _lcm(units, np.where(has, np.rint(mass * self.plan.weight_denominator), 1.0))
            if section.bonus:
                bonus += weight * found
            else:
                weighed, earned = weighed + np.where(has, weight, 0.0), earned + np.where(has, weight * found, 0.0)
        deducted = pooled and self.version.method == "deductive"
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.maximum(0.0, 100 - lost) if deducted else 100 * earned / weighed
        value = np.where(weighed > 0, value + bonus, np.nan)
        scale = self.plan.weight_denominator if pooled else sections_weight
        across = np.where(weighed > 0, np.rint(weighed * scale), 1.0)
        # Where weights deduct from 100 they stand in the numerator, as fractions of a point.
        inner = self.plan.weight_denominator if self.version.method == "deductive" else 1.0
        self.denominator = self.fraction_denominator * units * (1.0 if deducted else across) * inner * sections_weight
        return value

    def capped(self, value: Floats) -> Floats:
        if self.version.cap is not None:
            value = np.minimum(value, float(self.version.cap))
        for place, _, _ in self.asked.order:
            caps = self.plan.caps[place]
            if caps is not None:
                value = np.minimum(value, np.where(self.shown[:, place], caps[self.codes[:, place]], np.inf))
        return value

    def after_criticals(self) -> Flags:
        zero_review = np.zeros(self.n, dtype=bool)
        zeroed = np.zeros((self.n, len(self.asked.sections)), dtype=bool)
        self.failed_review = np.zeros(self.n, dtype=bool)
        homes = {place: s for s, places in enumerate(self.asked.members) for place in places}
        for k, item in enumerate(self.plan.criticals):
            place = self.plan.place[item.key]
            critical = item.critical
            if place not in homes or critical is None:
                continue
            fails = self.shown[:, place] & self.plan.fails[k][self.codes[:, place]]
            self.failed[:, k] = fails
            effect = critical.effect or self.version.critical_effect
            if critical.scope == "review":
                self.failed_review |= fails
            if effect == "zero" and critical.scope == "review":
                zero_review |= fails
            elif effect != "keep":
                zeroed[:, homes[place]] |= fails
        again = zeroed.any(axis=1) & ~zero_review
        doubtful = np.zeros(self.n, dtype=bool)
        if again.any():
            value = self.capped(self.total(zeroed))
            self.value = np.where(again, value, self.value)
            doubtful = again & self.unsure(self.value)
        self.value[zero_review] = 0.0
        return doubtful & ~zero_review

    def unsure(self, value: Floats) -> Flags:
        """Settle values at a rounding tie or at the mark in place; true where the denominators leave a doubt."""
        smallest = 1 / (self.denominator * self.plan.extra_denominator)
        doubtful = np.zeros(self.n, dtype=bool)
        ticks: list[Floats] = [np.rint(value * 20) / 20]
        if self.version.pass_mark is not None:
            ticks.append(np.full(self.n, float(self.version.pass_mark)))
        for tick in ticks:
            near = np.abs(value - tick) < NEAR
            certain = near & (smallest > 4 * ERROR)
            here = certain & (np.abs(value - tick) < smallest / 2)
            value[here] = tick[here]
            doubtful |= near & ~certain
        if self.version.pass_mark is not None:
            mark = float(self.version.pass_mark)
            # Just under the mark the display asks for more decimals, where other ties are.
            doubtful |= (value < mark) & (value > mark - 0.101) & (np.abs(value - mark) > 0)
        return doubtful

    def decide(self) -> None:
        scored = ~np.isnan(self.value)
        passed = scored.copy()
        if self.version.pass_mark is not None:
            with np.errstate(invalid="ignore"):
                passed = self.value >= float(self.version.pass_mark)
        self.outcome = np.where(scored, np.where(passed, PASSED, FAILED), NOT_SCORED).astype(np.int8)
        self.outcome[self.failed_review] = FAILED_CRITICAL


def _lcm(left: Floats, right: Floats) -> Floats:
    """Least common multiples of whole floats; infinite where they leave what an integer holds."""
    fits = (left < LARGEST) & (right < LARGEST)
    a, b = np.where(fits, left, 1.0).astype(np.int64), np.where(fits, right, 1.0).astype(np.int64)
    together = a.astype(np.float64) / np.maximum(np.gcd(a, b), 1) * b
    return np.where(fits, together, np.inf)
