"""What a draft would change in past reviews, and how each question of a version works; decided from values alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import rubrics
from calibration.intervals import t_interval
from calibration.items import corrected_item_total, correlation, share
from calibration.results import Estimate, Interval

FEW_REVIEWS = 5  # of one specialist: under it no side is taken
ENOUGH = 30  # reviews from which a question may be judged
CEILING, RARELY_ASKED, ALIKE, APART, UNCLEAR = 0.95, 0.5, 0.8, 0.2, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A submitted review as it was scored, with its answers."""

    specialist_id: int | None
    channel: str
    score: float | None
    passed: bool
    answers: Mapping[str, rubrics.Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A specialist whose mean would lie on the other side of the pass mark."""

    specialist_id: int
    n: int
    before: float
    after: float
    to: Literal["above", "below"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Past reviews scored again under a draft: means and pass rates are percent, changes are percentage points."""

    found: int
    compared: int
    unscored: int  # no score before, or none after
    before: float | None
    after: float | None
    change: Estimate
    passed_before: float | None
    passed_after: float | None
    passed_change: Estimate
    sides: tuple[Side, ...]
    judged: int  # specialists with enough reviews to take a side
    unmapped: tuple[rubrics.Unmapped, ...]
    covered: float  # share of the draft's score that former answers decide


def impact(old: rubrics.RubricVersion, new: rubrics.RubricVersion, past: Sequence[Past]) -> Impact:
    """What the draft would have made of reviews scored under ``old``, as far as their answers carry over."""
    way = rubrics.carrying(old, new)
    again = rubrics.score_all(
        new, rubrics.columns_of(new, [(way.answers(review.answers), review.channel) for review in past])
    )
    pairs = [
        (review, review.score, float(again.value[row]), again.outcome_of(row) == "passed")
        for row, review in enumerate(past)
        if review.score is not None and not np.isnan(again.value[row])
    ]
    shares = rubrics.effective_shares(new)
    judged, sides = _sides(old, new, [(review.specialist_id, before, after) for review, before, after, _ in pairs])
    return Impact(
        found=len(past),
        compared=len(pairs),
        unscored=len(past) - len(pairs),
        before=_mean([before for _, before, _, _ in pairs]),
        after=_mean([after for _, _, after, _ in pairs]),
        change=settled(t_interval([after - before for _, before, after, _ in pairs])),
        passed_before=_mean([100.0 * review.passed for review, _, _, _ in pairs]),
        passed_after=_mean([100.0 * passed for _, _, _, passed in pairs]),
        passed_change=t_interval([100.0 * (passed - review.passed) for review, _, _, passed in pairs]),
        sides=sides,
        judged=judged,
        unmapped=way.unmapped,
        covered=float(sum(value for key, value in shares.items() if key in way.carried)),
    )


def settled(estimate: Estimate) -> Estimate:
    """The estimate; where every review changes by the same, the change is known and its interval has no width."""
    if estimate.estimate is None or estimate.std_error != 0:
        return estimate
    known = estimate.estimate
    return Estimate(
        estimate=known,
        std_error=0.0,
        interval=Interval(low=known, high=known),
        n_items=estimate.n_items,
        method=estimate.method,
        reason="every review changes by the same",
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _sides(
    old: rubrics.RubricVersion, new: rubrics.RubricVersion, scores: Sequence[tuple[int | None, float, float]]
) -> tuple[int, tuple[Side, ...]]:
    """How many specialists have enough reviews, and those whose mean changes its side of the mark."""
    if old.pass_mark is None or new.pass_mark is None:
        return 0, ()
    by: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for specialist_id, before, after in scores:
        if specialist_id is not None:
            by[specialist_id].append((before, after))
    enough = {who: pairs for who, pairs in by.items() if len(pairs) >= FEW_REVIEWS}
    sides = []
    for who, pairs in sorted(enough.items()):
        before, after = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
        was, now = before >= float(old.pass_mark), after >= float(new.pass_mark)
        if was != now:
            sides.append(
                Side(specialist_id=who, n=len(pairs), before=before, after=after, to="above" if now else "below")
            )
    return len(enough), tuple(sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """How one criterion is used: counts by level, and what they say.

    ``ceiling`` and ``na`` are shares 0 to 1, ``goes_with_rest`` is the corrected item-total correlation, ``disagree``
    the share of double-scored parts on which two reviewers chose differently.
    """

    criterion: rubrics.Criterion
    n: int
    counts: tuple[int, ...]  # by level, best first; of a percentage: 100, between, 0
    not_applicable: int
    ceiling: Estimate
    na: Estimate
    goes_with_rest: Estimate
    disagree: Estimate
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two criteria that go together so closely that one of them may do."""

    first: str
    second: str
    correlation: Estimate


Pair = tuple[rubrics.Answer, rubrics.Answer]


def items(
    version: rubrics.RubricVersion, reviews: Sequence[Past], doubles: Mapping[str, Sequence[Pair]]
) -> tuple[tuple[Item, ...], tuple[Alike, ...]]:
    """How each criterion works, and which of them are redundant."""
    worth = np.array(
        [[_worth(item, review.answers.get(item.key)) for item in version.criteria] for review in reviews]
    ).reshape(len(reviews), len(version.criteria))
    found = tuple(
        _item(item, [review.answers.get(item.key) for review in reviews], corrected_item_total(worth, n), doubles)
        for n, item in enumerate(version.criteria)
    )
    return found, tuple(_alike(version, worth))


def _worth(item: rubrics.Criterion, answer: rubrics.Answer | None) -> float:
    fraction = rubrics.criterion_fraction(item, answer)
    return np.nan if fraction is None else float(fraction)


def _alike(version: rubrics.RubricVersion, worth: NDArray[np.float64]) -> Iterator[Alike]:
    for (a, first), (b, second) in combinations(enumerate(version.criteria), 2):
        both = correlation(worth[:, a], worth[:, b])
        if both.n_items >= ENOUGH and both.interval is not None and both.interval.low >= ALIKE:
            yield Alike(first=first.name, second=second.name, correlation=both)


def _item(
    item: rubrics.Criterion,
    answers: Sequence[rubrics.Answer | None],
    goes_with_rest: Estimate,
    doubles: Mapping[str, Sequence[Pair]],
) -> Item:
    given = [answer for answer in answers if answer is not None and answer.given]
    na = sum(answer.not_applicable for answer in given)
    counts = _counts(item, given)
    pairs = doubles.get(item.key, ())
    apart = sum(_choice(one) != _choice(other) for one, other in pairs)
    n = len(given) - na
    best = counts[0] if counts else 0
    ceiling, missing, disagree = share(best, n), share(na, len(given)), share(apart, len(pairs))
    return Item(
        criterion=item,
        n=n,
        counts=counts,
        not_applicable=na,
        ceiling=ceiling,
        na=missing,
        goes_with_rest=goes_with_rest,
        disagree=disagree,
        says=tuple(_said(item, n, counts, ceiling, missing, goes_with_rest, disagree)),
    )


def _choice(answer: rubrics.Answer) -> object:
    return "n/a" if answer.not_applicable else answer.level or answer.percentage


def _counts(item: rubrics.Criterion, given: Sequence[rubrics.Answer]) -> tuple[int, ...]:
    if item.scale.levels:
        return tuple(sum(answer.level == level.key for answer in given) for level in item.scale.levels)
    entered = [answer.percentage for answer in given if answer.percentage is not None]
    best, worst = sum(value == 100 for value in entered), sum(value == 0 for value in entered)
    return best, len(entered) - best - worst, worst


def _said(
    item: rubrics.Criterion,
    n: int,
    counts: Sequence[int],
    ceiling: Estimate,
    na: Estimate,
    rest: Estimate,
    disagree: Estimate,
) -> Iterator[str]:
    """Plain sentences; each needs enough reviews and an interval that bears it out."""
    if na.n_items >= ENOUGH and na.interval is not None and na.interval.low >= RARELY_ASKED:
        yield f"{_percent(na)} mark it N/A: ask it only where it applies."
    if disagree.n_items >= ENOUGH and disagree.interval is not None and disagree.interval.low >= UNCLEAR:
        yield f"Two reviewers of the same part choose differently in {_percent(disagree)}: its anchors are unclear."
    if n < ENOUGH:
        yield f"{n} answers are too few to judge."
        return
    if ceiling.estimate is not None and ceiling.estimate >= CEILING:
        yield f"{_percent(ceiling)} choose the top level: it separates nobody."
    elif rest.interval is not None and rest.interval.high < APART:
        yield "It does not go with the rest of the form: it asks about something else, or nobody knows what it asks."
    for level, count in zip(item.scale.levels, counts, strict=False):
        if count == 0:
            yield f"Nobody chose “{level.name}” in {n} reviews."


def _percent(estimate: Estimate) -> str:
    return f"{round(100 * (estimate.estimate or 0))} %"
