"""How one specialist stands against the team, and whom to look at first, from drawn reviews. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from calibration.multiplicity import benjamini_hochberg
from calibration.severity import CrossedDesign
from qa.coaching.basis import Basis, basis_of
from qa.core.numerals import number
from qa.reviews.measured import Framed, Measured, codes_of
from qa.reviews.measured import Reviewed as Scored
from qa.reviews.upheld import NOTHING, Upheld, upheld
from qa.sampling.estimation import Difference, Figure, difference, greg_by, hajek_by
from qa.sampling.explaining import Explanation, explain
from qa.sampling.ordering import Shrunken, fay_herriot, rank_intervals
from qa.sampling.reporting import FEW, Reported
from qa.sampling.strictness import crossed_strictness, reviewer_shares, strictness_variance, with_strictness

LIST_LEVEL = 0.10  # of a list of criteria, by Benjamini and Hochberg


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One drawn review of the team, with each answered criterion's share of its points (0 to 1)."""

    review_id: int
    specialist_id: int
    criteria: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion's name and place in the newest rubric that asks it."""

    key: str
    name: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionGap:
    """A specialist against the others of the team on one criterion, in percent of its points.

    ``adjusted_p`` is corrected over the list of criteria (Benjamini and Hochberg).
    """

    criterion: Criterion
    own: Figure
    others: Figure
    gap: Difference
    adjusted_p: float | None = None

    @property
    def few(self) -> bool:
        return self.own.n < FEW

    @property
    def clear(self) -> bool:
        """Whether the gap may be called one: enough reviews, and it holds after the correction over the list."""
        return not self.few and self.adjusted_p is not None and self.adjusted_p < LIST_LEVEL

    @property
    def told(self) -> list[tuple[str, str]]:
        """What stands behind the gap, line by line."""
        lines = [("Own", _mean_words(self.own)), ("The others", _mean_words(self.others))]
        gap, interval = self.gap, self.gap.interval
        if gap.estimate is None or interval is None or gap.std_error is None:
            return [*lines, ("No interval", gap.reason or "not known")]
        sampling = sqrt((self.own.variance or 0.0) + (self.others.variance or 0.0))
        strictness = sqrt(max(gap.std_error**2 - sampling**2, 0.0))
        lines += [
            (
                "Standard error",
                f"{number(gap.std_error, 2)}: sampling {number(sampling, 2)}, reviewers’ strictness on this criterion "
                f"{number(strictness, 2)} (what the same reviewers scored in both cancels)",
            ),
            ("95 % interval", f"{number(interval.low)} to {number(interval.high)}, Welch’s t"),
        ]
        if self.adjusted_p is not None:
            lines.append(("p", f"{number(self.adjusted_p, 3)} after Benjamini and Hochberg’s correction over the list"))
        return lines


def _mean_words(figure: Figure) -> str:
    if figure.estimate is None:
        return figure.reason or "not known"
    return f"{number(figure.estimate)} % of the points from {figure.n} reviews, {figure.method}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything the coaching page and the workbook say about one specialist."""

    quality: Figure
    passed: Figure
    critical: Figure
    team_quality: Figure
    gaps: tuple[CriterionGap, ...]
    weekly: tuple[tuple[dt.date, Figure, Figure], ...]  # week, own, the others
    difference: Difference
    told: Mapping[str, Explanation]  # of quality, team_quality, passed and critical
    basis: Basis
    upheld: Upheld = NOTHING  # what disputes did to the own quality

    @property
    def methods(self) -> tuple[tuple[str, str], ...]:
        """How the figures were made, for a sheet of provenance."""
        return (("Specialist", self.quality.method), ("The others of the team", self.team_quality.method))


def standing(
    measured: Measured,
    reviews: Sequence[Reviewed],
    specialist_id: int,
    team: str,
    criteria: Sequence[Criterion],
    weeks: Sequence[dt.date],
) -> Standing:
    """The specialist's figures beside those of the others of the team over the same weeks.

    ``measured`` is the programme's window: the regression and reviewers' strictness are learned from all of it.
    ``reviews`` are the team's with their criteria.
    """
    within = set(weeks)

    def domain(row: Scored | Framed) -> int:
        if row.team != team or row.week not in within:
            return -1
        return 0 if row.specialist_id == specialist_id else 1

    codes, framed = _codes(measured, domain)
    window = measured.window
    own = window.quality(codes, framed, 2, shrink=True)[0]
    others = window.quality(codes, framed, 2)[1]
    passed = window.share([float(row.outcome == "passed") for row in measured.reviews], codes, framed, 2)
    failed = window.share([float(row.outcome == "failed_critical") for row in measured.reviews], codes, framed, 2)
    place = {week: index for index, week in enumerate(weeks)}

    def by_week(row: Scored | Framed) -> int:
        which = domain(row)
        return -1 if which < 0 else 2 * place[row.week] + which

    weekly = window.quality(*_codes(measured, by_week), 2 * len(weeks))
    rubrics = sorted({row.rubric for row in measured.reviews if row.rubric and domain(row) == 0})
    moved = dict(zip(("quality", "team_quality"), upheld(measured, codes, 2), strict=True))
    shown = {
        "quality": (own, "Quality"),
        "team_quality": (others, "The others of the team"),
        "passed": (passed[0], "Pass rate"),
        "critical": (failed[0], "Critical-error rate"),
    }
    return Standing(
        quality=_inside(own.figure),
        passed=passed[0].figure,
        critical=failed[0].figure,
        team_quality=_inside(others.figure),
        gaps=tuple(_gaps(measured, reviews, specialist_id, criteria)),
        weekly=tuple(
            (week, _shown(weekly[2 * index].figure), _shown(weekly[2 * index + 1].figure))
            for week, index in place.items()
        ),
        difference=window.gap(own, others),
        upheld=moved["quality"],
        told={
            key: explain(
                reported,
                title=title,
                proportion=key in {"passed", "critical"},
                rubric_versions=rubrics,
                rules=[moved[key].rule] if key in moved else (),
            )
            for key, (reported, title) in shown.items()
        },
        basis=basis_of(measured, codes, own),
    )


def _inside(figure: Figure) -> Figure:
    """An interval cut to what a score, or a share of points, can be."""
    if figure.interval is None:
        return figure
    low, high = max(0.0, figure.interval.low), min(100.0, figure.interval.high)
    return replace(figure, interval=replace(figure.interval, low=low, high=high))


def _shown(figure: Figure) -> Figure:
    """A week's figure for a chart of scores: a regression from few reviews may reach past their ends."""
    if figure.estimate is None:
        return figure
    return replace(_inside(figure), estimate=min(max(figure.estimate, 0.0), 100.0))


def _codes(measured: Measured, domain: Callable[[Scored | Framed], int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return (
        np.array([domain(row) for row in measured.reviews], dtype=np.int64),
        np.array([domain(row) for row in measured.frame], dtype=np.int64),
    )


def _gaps(
    measured: Measured, reviews: Sequence[Reviewed], specialist_id: int, criteria: Sequence[Criterion]
) -> list[CriterionGap]:
    """Every criterion's gap, corrected over the list; weights and reviewers as in the window."""
    sample = measured.window.sample
    place = {row.review_id: index for index, row in enumerate(measured.reviews)}
    found = []
    for criterion in criteria:
        rows = [row for row in reviews if criterion.key in row.criteria and row.review_id in place]
        at = np.array([place[row.review_id] for row in rows], dtype=np.int64)
        codes = [0 if row.specialist_id == specialist_id else 1 for row in rows]
        points = np.array([100 * row.criteria[criterion.key] for row in rows], dtype=np.float64)
        own, others = hajek_by(codes, 2, points, sample.pi[at])
        found.append(_gap(criterion, own, others, codes, points, at, measured))
    tested = [index for index, gap in enumerate(found) if gap.gap.p_value is not None and not gap.few]
    adjusted = benjamini_hochberg([found[index].gap.p_value or 0.0 for index in tested])
    for index, p in zip(tested, adjusted, strict=True):
        found[index] = replace(found[index], adjusted_p=p)
    return found


def no_gap(criterion: Criterion) -> CriterionGap:
    """A criterion that no review of the window asks: every figure says so."""
    own, others = hajek_by([], 2, np.zeros(0), np.zeros(0))
    return CriterionGap(criterion=criterion, own=own, others=others, gap=difference(own, others))


def _gap(
    criterion: Criterion,
    own: Figure,
    others: Figure,
    codes: Sequence[int],
    points: NDArray[np.float64],
    at: NDArray[np.int64],
    measured: Measured,
) -> CriterionGap:
    """The gap with what reviewers' strictness on this criterion adds; what the same reviewers scored cancels."""
    if not len(points):
        return CriterionGap(criterion=criterion, own=own, others=others, gap=difference(own, others))
    sample, count = measured.window.sample, len(measured.reviewers)
    reviewers = sample.reviewer[at]
    rows = [measured.reviews[index] for index in at.tolist()]
    design = CrossedDesign(
        reviewer=reviewers,
        ticket=np.arange(len(rows)),
        specialist=codes_of([row.specialist_id for row in rows]),
        block=codes_of([(row.week, row.queue) for row in rows]),
    )
    weeks = np.array([row.week.toordinal() // 7 for row in rows], dtype=np.int64)
    known = crossed_strictness(design, points, weeks - weeks.min(), count, criterion=True)
    variances = np.full(count, known.between)  # also of who scored nothing here: their share is 0
    shares = reviewer_shares(codes, 2, reviewers, count, 1 / sample.pi[at])
    between = strictness_variance(shares[0] - shares[1], variances)
    return CriterionGap(
        criterion=criterion,
        own=_inside(with_strictness(own, strictness_variance(shares[0], variances))),
        others=_inside(with_strictness(others, strictness_variance(shares[1], variances))),
        gap=difference(own, others, reviewer_variance=between),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One specialist on the coaching list: the own figure, and the ranks it may have among those shown.

    ``position`` comes from the shrunken figure and is for the order only: no consequence rests on it.
    """

    specialist_id: int
    reported: Reported
    ranks: tuple[int, int] | None
    position: int
    share: float | None  # of the own figure in the order; the rest is what is expected of anybody with such parts
    shrunken: Shrunken | None = None  # the figure that the order comes from, with its robust interval
    among: int = 0  # the people whom the ranks are among
    drawn_by: tuple[str, ...] = ()  # rubrics
    upheld: Upheld = NOTHING

    @property
    def told(self) -> Explanation:
        """What stands behind the own figure, the place in the order and the ranks."""
        return explain(
            self.reported,
            title="Quality",
            rubric_versions=self.drawn_by,
            rules=[*self._order(), *self._ranks(), self.upheld.rule],
        )

    def _order(self) -> list[tuple[str, str]]:
        found = self.shrunken
        if found is None or self.share is None:
            return []
        said = (
            f"{number(found.estimate)}: {number(100 * self.share, 0)} % the own figure, the rest the "
            f"{number(found.expected)} expected of anybody with such parts (Fay and Herriot)"
        )
        if found.interval is None:
            return [("In the order as", said)]
        low, high = number(found.interval.low), number(found.interval.high)
        return [
            ("In the order as", said),
            (
                "Robust interval",
                f"{low} to {high} around that (Armstrong, Kolesár and Plagborg-Møller, 95 % over all people together; "
                "for somebody far from the others it holds less often, so nothing may rest on it)",
            ),
        ]

    def _ranks(self) -> list[tuple[str, str]]:
        if self.ranks is None or self.among < 2:
            return []
        return [
            (
                "Ranks",
                f"{self.ranks[0]} to {self.ranks[1]} of {self.among}, 1 the highest: everybody who is surely higher or "
                "lower is counted, 95 % with Bonferroni’s correction",
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingList:
    """Specialists in the order in which to look at them; ``reason`` when there is no order but by name."""

    placed: Mapping[int, Placed]
    reason: str | None


def coaching_list(measured: Measured, specialists: Sequence[int], new: Mapping[int, bool]) -> CoachingList:
    """Everybody's regression figure, ordered by Fay and Herriot's shrinkage; ``new`` says who has just begun.

    The model is fitted over all specialists with reviews; ranks are among ``specialists`` (those shown).
    """
    everybody = sorted({row.specialist_id for row in measured.reviews} | set(specialists))
    place = {person: index for index, person in enumerate(everybody)}
    codes, framed = _codes(measured, lambda row: place.get(row.specialist_id, -1))
    reported = measured.window.quality(codes, framed, len(everybody), shrink=True)
    # A weighted mean is shown with its own variance; from a few reviews that is luck: the order takes a shrunken one.
    inside = codes >= 0
    ones = np.ones((int(inside.sum()), 1))
    plain = greg_by(
        codes[inside],
        len(everybody),
        measured.window.sample.y[inside],
        measured.window.sample.pi[inside],
        ones,
        np.ones((len(everybody), 1)),
        shrink=True,
    )
    ordered = [each.figure if each.regression else simple for each, simple in zip(reported, plain, strict=True)]
    expected = [each.predicted_mean for each in reported]
    known = [value for value in expected if value is not None]
    level = float(np.mean(known)) if known else 0.0
    z = np.column_stack(
        [
            np.ones(len(everybody)),
            [0.0 if value is None else value - level for value in expected],
            [float(new.get(person, False)) for person in everybody],
        ]
    )
    ordering = fay_herriot(ordered, z)
    shown = [reported[place[person]] for person in specialists]
    strictness = measured.strictness
    ranks = rank_intervals(
        [each.figure for each in shown],
        shares=None if strictness is None else [each.shares for each in shown],
        variances=None if strictness is None else strictness.variances,
    )
    rubrics: dict[int, set[str]] = {}
    for row in measured.reviews:
        if row.rubric:
            rubrics.setdefault(row.specialist_id, set()).add(row.rubric)
    moved = upheld(measured, codes, len(everybody))
    positions = {domain: position for position, domain in enumerate(ordering.order)}
    placed = {}
    for person, rank in zip(specialists, ranks, strict=True):
        index = place[person]
        placed[person] = Placed(
            specialist_id=person,
            reported=replace(reported[index], figure=_inside(reported[index].figure)),
            ranks=rank,
            position=positions.get(index, 0),
            share=ordering.domains[index].share if ordering.domains else None,
            shrunken=ordering.domains[index] if ordering.domains else None,
            among=len(specialists),
            drawn_by=tuple(sorted(rubrics.get(person, ()))),
            upheld=moved[index],
        )
    return CoachingList(placed=placed, reason=ordering.reason)
