"""What a launch did to quality: before, during and after it, beside queues that it does not touch. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from calibration.intervals import t_quantile, t_two_sided_p
from calibration.multiplicity import holm
from calibration.results import Interval
from qa.core.clock import monday_of
from qa.reviews.measured import Drawn, Measured, Reviewed, measure
from qa.sampling.estimation import Difference, Figure
from qa.sampling.reporting import PEOPLE, Reported, Window, too_few
from qa.sampling.strictness import strictness_variance

WEEKS = 8  # before and after, and of a launch that still runs
LEVEL = 0.05
PHASES: Final = ("before", "during", "after")
GROUPS: Final = ("touched", "control")
PHASE_WORDS = {"before": "before", "during": "during", "after": "after"}
HELD_BACK = f"held back: fewer than {PEOPLE} people"
Cell = tuple[str, str]  # group, phase


def phases(starts_on: dt.date, ends_on: dt.date | None, last: dt.date) -> dict[dt.date, str]:
    """The phase of each week by its Monday, up to ``last``, the newest week that is over.

    Eight weeks before the week in which it starts; during, to the week of its last day, or the first eight weeks of one
    that still runs; and eight weeks after.
    """
    first = monday_of(starts_on)
    end = monday_of(ends_on) if ends_on is not None else min(last, first + dt.timedelta(weeks=WEEKS - 1))
    found = {first - dt.timedelta(weeks=back): "before" for back in range(WEEKS, 0, -1)}
    found |= {first + dt.timedelta(weeks=on): "during" for on in range((end - first).days // 7 + 1)}
    if ends_on is not None:
        found |= {end + dt.timedelta(weeks=on): "after" for on in range(1, WEEKS + 1)}
    return {week: phase for week, phase in found.items() if week <= last}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One difference in differences with what may be said of it."""

    phase: str  # what is compared with before: during, after
    change: Difference
    adjusted_p: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Everything a launch's page says about quality."""

    figures: Mapping[Cell, Reported]
    weekly: Mapping[str, Sequence[tuple[dt.date, Figure]]]  # by group
    contrasts: Sequence[Contrast]
    drift_before: Difference  # how much further apart the two had moved already before it began
    people: Mapping[Cell, int]

    @property
    def anything(self) -> bool:
        return any(each.figure.n for each in self.figures.values())


def watch(
    reviews: Sequence[Reviewed],
    drawn: Sequence[Drawn],
    weeks: Mapping[dt.date, str],
    *,
    touched: frozenset[str],
    control: frozenset[str],
    sees_each: bool,
) -> Watched:
    """The figures of both groups in each phase, and the differences in differences.

    Means are weighted by the design (Hajek), with completion weights; figures over fewer than five people are held back
    from those who may not see each of them.
    """
    measured = measure(reviews, (), drawn)
    cells = {(group, phase): place for place, (group, phase) in enumerate((g, p) for g in GROUPS for p in PHASES)}

    def group_of(row: Reviewed) -> str | None:
        return "touched" if row.queue in touched else "control" if row.queue in control else None

    def cell_of(row: Reviewed) -> int:
        return cells.get((group_of(row) or "", weeks.get(row.week, "")), -1)

    figures = dict(zip(cells, _quality(measured, [cell_of(row) for row in measured.reviews], len(cells)), strict=True))
    people = {
        cell: len({row.specialist_id for row in measured.reviews if cell_of(row) == place})
        for cell, place in cells.items()
    }
    if not sees_each:
        figures = {cell: _withheld() if _few(people[cell]) else each for cell, each in figures.items()}
    raw = [
        (phase, difference_in_differences(measured.window, figures, phase))
        for phase in ("during", "after")
        if any(people[group, phase] for group in GROUPS)
    ]
    tested = [phase for phase, change in raw if change.p_value is not None]
    p_values = [change.p_value for _, change in raw if change.p_value is not None]
    adjusted = dict(zip(tested, holm(p_values), strict=True))
    return Watched(
        figures=figures,
        weekly=_weekly(measured, weeks, group_of, sees_each=sees_each),
        contrasts=[
            Contrast(
                phase=phase,
                change=change,
                adjusted_p=adjusted.get(phase),
                verdict=_verdict(figures, phase, change, adjusted.get(phase)),
            )
            for phase, change in raw
        ],
        drift_before=_drift_before(measured, weeks, group_of, sees_each=sees_each),
        people=people,
    )


def _quality(measured: Measured, codes: Sequence[int], count: int) -> list[Reported]:
    return measured.window.quality(np.array(codes, dtype=np.int64), np.zeros(0, dtype=np.int64), count)


def _few(people: int) -> bool:
    """Whether a figure would show each of its people; one over nobody shows nobody."""
    return 0 < people < PEOPLE


def _withheld() -> Reported:
    return Reported(figure=Figure(estimate=None, reason=HELD_BACK))


def difference_in_differences(
    window: Window, figures: Mapping[Cell, Reported], phase: str, *, confidence: float = 0.95
) -> Difference:
    """(touched, phase - touched, before) - (control, phase - control, before), in points.

    The four samples are disjoint: their variances add, with Satterthwaite's degrees of freedom; what the same reviewers
    scored in several of them cancels. It is the launch's doing only as far as the touched queues would have moved like
    the others without it.

    References
    ----------
    Card & Krueger (1994), American Economic Review 84, 772-793. Angrist & Pischke (2009), Mostly Harmless
    Econometrics, section 5.2. Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    terms = [
        (+1.0, figures["touched", phase]),
        (-1.0, figures["touched", "before"]),
        (-1.0, figures["control", phase]),
        (+1.0, figures["control", "before"]),
    ]
    names = [f"touched queues, {phase}", "touched queues, before", f"other queues, {phase}", "other queues, before"]
    for name, (_, term) in zip(names, terms, strict=True):
        if term.figure.estimate is None:
            return Difference(estimate=None, reason=f"{name}: {term.figure.reason or 'no reviews'}")
    known = [(sign, term.figure, term) for sign, term in terms]
    estimate = sum(sign * (figure.estimate or 0.0) for sign, figure, _ in known)
    for name, (_, figure, _) in zip(names, known, strict=True):
        if figure.variance is None:
            return Difference(estimate=estimate, reason=f"{name}: {figure.reason or 'no interval'}")
    sampled = [figure.variance or 0.0 for _, figure, _ in known]
    total = sum(sampled) + _strictness(window, [(sign, term) for sign, _, term in known])
    if sum(sampled) == 0:
        return Difference(estimate=estimate, reason="every part was reviewed, or all scores are equal")
    below = sum(v * v / figure.own_df for v, (_, figure, _) in zip(sampled, known, strict=True))
    df, error = total * total / below, sqrt(total)
    half = t_quantile(0.5 + confidence / 2, df) * error
    return Difference(
        estimate=estimate,
        std_error=error,
        interval=Interval(low=estimate - half, high=estimate + half, confidence=confidence),
        p_value=t_two_sided_p(estimate / error, df),
        df=df,
    )


def _strictness(window: Window, terms: Sequence[tuple[float, Reported]]) -> float:
    """What reviewers' strictness adds to the variance of a sum of means."""
    shares = [term.shares for _, term in terms]
    variances = next((term.variances for _, term in terms if term.variances is not None), None)
    if variances is None or any(each is None for each in shares):
        return sum(term.figure.reviewer_variance for _, term in terms)
    total = sum(sign * each for (sign, _), each in zip(terms, shares, strict=True) if each is not None)
    return strictness_variance(np.asarray(total, dtype=np.float64), variances)


def _verdict(figures: Mapping[Cell, Reported], phase: str, change: Difference, adjusted: float | None) -> str:
    if any(too_few(figures[group, each].figure) for group in GROUPS for each in ("before", phase)):
        return "too few to judge"
    if change.estimate is None or adjusted is None or adjusted >= LEVEL:
        return "cannot tell"
    return "better" if change.estimate > 0 else "worse"


def _weekly(
    measured: Measured, weeks: Mapping[dt.date, str], group_of: Callable[[Reviewed], str | None], *, sees_each: bool
) -> dict[str, list[tuple[dt.date, Figure]]]:
    order = sorted(weeks)
    place = {(group, week): at for at, (group, week) in enumerate((g, w) for g in GROUPS for w in order)}
    codes = [place.get((group_of(row) or "", row.week), -1) for row in measured.reviews]
    figures = _quality(measured, codes, len(place))
    seen: dict[int, set[int]] = {}
    for code, row in zip(codes, measured.reviews, strict=True):
        seen.setdefault(code, set()).add(row.specialist_id)
    return {
        group: [
            (
                week,
                figures[place[group, week]].figure
                if sees_each or not _few(len(seen.get(place[group, week], ())))
                else _withheld().figure,
            )
            for week in order
        ]
        for group in GROUPS
    }


def _drift_before(
    measured: Measured, weeks: Mapping[dt.date, str], group_of: Callable[[Reviewed], str | None], *, sees_each: bool
) -> Difference:
    """The same difference within the weeks before: the later half against the earlier."""
    before = sorted(week for week, phase in weeks.items() if phase == "before")
    halves = {week: "before" if at < len(before) // 2 else "during" for at, week in enumerate(before)}
    cells = {(group, half): at for at, (group, half) in enumerate((g, h) for g in GROUPS for h in ("before", "during"))}
    codes = [cells.get((group_of(row) or "", halves.get(row.week, "")), -1) for row in measured.reviews]
    seen: dict[int, set[int]] = {}
    for code, row in zip(codes, measured.reviews, strict=True):
        seen.setdefault(code, set()).add(row.specialist_id)
    figures = dict(zip(cells, _quality(measured, codes, len(cells)), strict=True))
    if not sees_each and any(len(seen.get(at, ())) < PEOPLE for at in cells.values()):
        return Difference(estimate=None, reason=HELD_BACK)
    return difference_in_differences(measured.window, figures, "during")
