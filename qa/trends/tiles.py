"""The row of key figures: each with interval or n, its change, and the verdict that may be given. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from calibration.log_means import geometric_mean, ratio_of_geometric_means
from calibration.multiplicity import holm
from calibration.proportions import proportion_difference
from calibration.results import Estimate
from qa.core.numerals import number
from qa.sampling.estimation import Difference, Figure, difference
from qa.sampling.explaining import Explanation, explain
from qa.sampling.reporting import FEW, PEOPLE, Reported
from qa.targets.rules import MEASURES, against
from qa.trends.key_figures import TOO_FEW, told_of_change, verdict
from qa.trends.rules import HELD_BACK, share

HOLM: Final = "Holm’s over all key figures of the trends page"
HOURS = 3600.0
COCHRAN = 5  # expected counts below which the normal test is not trusted (Cochran 1954)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One key figure as it is shown: values in ``unit``, with ``n`` and what it counts, and what stands behind it.

    ``below`` stands where the interval would, under what is counted and has none. ``terms`` and ``formula`` explain
    what ``told`` does not: figures that are no estimate from drawn reviews.
    """

    key: str
    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    digits: int = 1
    n: int | None = None
    n_word: str = "reviews"
    reason: str | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    below: str = ""
    change_unit: str = ""
    change_reason: str | None = None
    p_value: float | None = None
    adjusted_p: float | None = None
    verdict: str | None = None
    note: str = ""
    aim: str = ""  # what is wanted of it, and whether it is met
    told: Explanation | None = None
    words: str = ""
    formula: str = ""
    terms: tuple[tuple[str, str], ...] = ()

    @property
    def tone(self) -> str:
        """How the verdict is coloured; the word stands beside."""
        return {"better": "good", "worse": "bad"}.get(self.verdict or "", "neutral")

    @property
    def rules(self) -> list[tuple[str, str]]:
        """What the explanation says of the verdict."""
        if self.adjusted_p is None:
            return []
        return [("Verdict", f"p {number(self.adjusted_p, 3)} after the correction: {HOLM}")]


def judged(tiles: Sequence[tuple[Tile, bool, Figure | None, Figure | None, Difference | None]]) -> list[Tile]:
    """Give each tile its verdict, all p-values of the row corrected together; the flag tells if more is better."""
    adjusted = iter(holm([tile.p_value for tile, *_ in tiles if tile.p_value is not None]))
    found = []
    said: str | None
    for tile, more_is_better, now, then, change in tiles:
        p = next(adjusted) if tile.p_value is not None else None
        if now is not None and then is not None and change is not None:
            said = verdict(now, then, change, p, proportion=tile.unit == " %", higher_is_better=more_is_better)
        elif tile.p_value is None or p is None or tile.change is None:
            said = TOO_FEW if tile.change_reason and tile.value is not None else tile.verdict
        elif p >= 0.05:
            said = "cannot tell"
        else:
            said = "better" if (tile.change > 0) == more_is_better else "worse"
        found.append(replace(tile, adjusted_p=p, verdict=said))
    return found


def of_reviews(
    key: str,
    title: str,
    now: Reported,
    change: Difference,
    *,
    proportion: bool,
    note: str = "",
    drawn: int,
    left_out: Sequence[tuple[str, int]],
    rubrics: Sequence[str],
    rules: Sequence[tuple[str, str]] = (),
) -> Tile:
    """A tile of a mean or a share estimated from drawn reviews."""
    scale = 100.0 if proportion else 1.0
    figure = now.figure
    return Tile(
        key=key,
        title=title,
        **_shown(figure, scale),
        unit=" %" if proportion else "",
        n=figure.n or None,
        reason=figure.reason,
        **_changed(change, scale),
        p_value=change.p_value,
        note=note,
        told=explain(
            now,
            title=title,
            proportion=proportion,
            drawn=drawn,
            left_out=left_out,
            rubric_versions=rubrics,
            rules=[*told_of_change(change, None, HOLM), *rules],
        ),
    )


def of_counts(
    key: str, title: str, now: tuple[float, float], then: tuple[float, float], *, n_word: str, words: str, formula: str
) -> tuple[Tile, Figure, Figure, Difference]:
    """A tile of a share of everything there is to count: (successes, trials) now and before."""
    a, b = (share(round(hits), round(trials)) for hits, trials in (now, then))
    change = _gap_of_counts(now, then)
    tile = Tile(
        key=key,
        title=title,
        **_shown(a, 100.0),
        unit=" %",
        n=a.n or None,
        n_word=n_word,
        reason=a.reason,
        **_changed(change, 100.0),
        p_value=change.p_value,
        words=words,
        formula=f"{formula} = {number(now[0], 0)} ÷ {number(now[1], 0)}" if now[1] else formula,
        terms=(
            ("Counted", f"{number(now[1], 0)} {n_word}; before: {number(then[1], 0)}"),
            ("95 % interval", "Wilson’s: what it says of the process, as everything was counted"),
            ("Change", "the share minus that of the weeks before, Newcombe’s interval (1998)"),
            ("Method", a.method or "share"),
        ),
    )
    return tile, a, b, change


def _gap_of_counts(now: tuple[float, float], then: tuple[float, float]) -> Difference:
    """Newcombe's interval, which is no point where nothing was counted; Fisher's test where z needs more counts."""
    (hits, trials), (hits_before, trials_before) = ((round(count), round(of)) for count, of in (now, then))
    if not trials or not trials_before:
        return Difference(estimate=None, reason="nothing to count" if not trials else "nothing to count before")
    counted, everything = hits + hits_before, trials + trials_before
    few = min(counted, everything - counted) * min(trials, trials_before) / everything < COCHRAN
    gap = proportion_difference(hits, trials, hits_before, trials_before, exact=few)
    return Difference(
        estimate=gap.estimate,
        std_error=gap.std_error,
        interval=gap.interval,
        p_value=gap.p_exact if few else gap.p_value,
        df=float(everything - 2),
    )


def of_times(key: str, title: str, now: tuple[float, float, float], then: tuple[float, float, float]) -> Tile:
    """A tile of a time from (n, sum, sum of squares) of its logarithms: geometric mean, and its ratio to the former."""
    a, b = ((round(n), total, squares) for n, total, squares in (now, then))
    figure, ratio = geometric_mean(*a), ratio_of_geometric_means(a, b)
    scale, unit = (1 / 60, " min") if (figure.estimate or 0) < 2 * HOURS else (1 / HOURS, " h")
    interval, moved = figure.interval, ratio.interval
    return Tile(
        key=key,
        title=title,
        value=None if figure.estimate is None else figure.estimate * scale,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        unit=unit,
        n=figure.n_items or None,
        n_word="parts",
        reason=figure.reason,
        change=None if ratio.estimate is None else 100 * (ratio.estimate - 1),
        change_low=100 * (moved.low - 1) if moved else None,
        change_high=100 * (moved.high - 1) if moved else None,
        change_unit=" %",
        change_reason=ratio.reason,
        p_value=ratio.p_value,
        words=(
            "The middle of all times on a scale of ratios, so that a few forgotten tickets do not move it. Tickets "
            "whose help desk tells no such time are not in it."
        ),
        formula="exp(mean of ln(seconds + 1)) − 1",
        terms=(
            ("Parts", f"{number(a[0], 0)} with a time; before: {number(b[0], 0)}"),
            ("Change", "ratio to the time before, Welch’s t on the logarithms"),
            ("Method", figure.method),
        ),
    )


def of_agreement(told: Mapping[str, Any] | None, weeks: int) -> Tile:
    """Reviewer agreement: of blind pairs, over the newer half of the kept weeks against the older half."""
    words = (
        "Two reviewers score the same part without knowing of each other. 1: they always agree; 0: no better than two "
        f"parts taken at random. Of the whole programme, {weeks} weeks against the {weeks} before, made anew each day."
    )
    empty = Tile(key="agreement", title="Agreement", value=None, digits=2, reason="no blind pairs yet", words=words)
    if told is None:
        return empty
    now, then = told["now"], told["then"]
    tile = replace(
        empty,
        value=now["estimate"],
        low=now.get("low"),
        high=now.get("high"),
        n=now["n"] or None,
        n_word="blind pairs",
        reason=now.get("reason"),
        formula="ICC(1) = (MS between parts − MS within) ÷ (MS between + MS within)",
        terms=(
            ("Blind pairs", f"{number(now['n'], 0)}; before: {number(then['n'], 0)}"),
            ("Mean gap", f"{number(now.get('apart'))} points" if now.get("apart") is not None else "not known"),
            ("Method", "intraclass correlation, one-way, of base scores (Shrout & Fleiss 1979)"),
        ),
    )
    pair = [_estimate(each) for each in (now, then)]
    if any(each.estimate is None or not each.std_error for each in pair):
        return replace(tile, change_reason=then.get("reason") or "not known before")
    gap = difference(*(_figure(each) for each in pair))
    return replace(tile, **_changed(gap, 1.0), p_value=gap.p_value)


def _estimate(told: Mapping[str, Any]) -> Estimate:
    return Estimate(estimate=told["estimate"], std_error=told.get("std_error"), n_items=told["n"])


def _figure(each: Estimate) -> Figure:
    return Figure(
        estimate=each.estimate, variance=(each.std_error or 0.0) ** 2, n=each.n_items, df=max(each.n_items - 1.0, 1.0)
    )


def of_cost(
    now: tuple[float, float, int], then: tuple[float, float, int], framed: Sequence[float], drawn: float
) -> Tile:
    """Coverage and cost: reviews and hours, (reviews, seconds, reviewers) now and before; hours over five reviewers."""
    reviews, seconds, reviewers = now
    parts, parts_before = framed
    hours = f"{number(seconds / HOURS)} h" if reviewers >= PEOPLE else HELD_BACK.replace("people", "reviewers")
    before = (
        f"{number(then[0], 0)} reviews, {number(then[1] / HOURS)} hours"
        if then[2] >= PEOPLE
        else f"{number(then[0], 0)} reviews"
    )
    return Tile(
        key="coverage",
        title="Coverage, cost",
        value=100 * reviews / parts if parts else None,
        unit=" %",
        change=100 * (reviews / parts - then[0] / parts_before) if parts and parts_before else None,
        reason="no frame yet",
        below=f"{number(reviews, 0)} of {number(parts, 0)} parts",
        note=f"{number(drawn, 0)} drawn; {hours}",
        words=(
            "Which share of the parts that could be drawn was reviewed, and the scoring time it took. Counted, not "
            "estimated, so neither it nor its change has an interval; how exact a figure is depends on the number of "
            "reviews, hardly on this share."
        ),
        formula=f"reviewed ÷ parts = {number(reviews, 0)} ÷ {number(parts, 0)}" if parts else "reviewed ÷ parts",
        terms=(
            ("Hours", f"{hours}; only as a sum over at least {PEOPLE} reviewers"),
            ("Before", before),
            ("Left out", "reviews picked by choice, second scores, sessions; what could not be drawn, such as spam"),
        ),
    )


def _shown(figure: Figure, scale: float) -> dict[str, Any]:
    interval = figure.interval if figure.estimate is not None else None
    return {
        "value": None if figure.estimate is None else figure.estimate * scale,
        "low": interval.low * scale if interval else None,
        "high": interval.high * scale if interval else None,
    }


def _changed(change: Difference, scale: float) -> dict[str, Any]:
    interval = change.interval if change.estimate is not None else None
    return {
        "change": None if change.estimate is None else change.estimate * scale,
        "change_low": interval.low * scale if interval else None,
        "change_high": interval.high * scale if interval else None,
        "change_reason": change.reason,
    }


MEASURE_OF = {
    "reply": "first_response",
    "solve": "resolution",
    "escalated": "escalation",
    "overturned": "overturn",
}  # how a target calls what a tile shows; the others have the same name


def aimed(tiles: Sequence[Tile], wanted: Mapping[str, float]) -> list[Tile]:
    """The tiles with what is wanted of them, in their own units; only a whole interval meets or misses it."""
    found = []
    for tile in tiles:
        key = MEASURE_OF.get(tile.key, tile.key)
        if key not in wanted or tile.value is None:
            found.append(tile)
            continue
        measure = MEASURES[key]
        scale = {" min": 60.0, " h": 1.0}.get(tile.unit, 0.01 if key == "agreement" else 1.0)
        value = wanted[key] * scale
        least = "at least" if measure.higher_is_better else "at most"
        said = against(measure, value, tile.value, tile.low, tile.high)
        if tile.n is not None and tile.n < FEW:
            said = TOO_FEW
        found.append(replace(tile, aim=f"{least} {number(value, tile.digits)}{tile.unit}: {said}"))
    return found


def held_back(tile: Tile) -> Tile:
    """The tile without its figures: over so few people each would be seen through it."""
    return Tile(key=tile.key, title=tile.title, value=None, reason=HELD_BACK, words=tile.words)


def weeks_said(newest: Sequence[dt.date]) -> str:
    return f"against the {len(newest)} weeks before"
