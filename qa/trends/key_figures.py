"""Key figures of the newest weeks and lists of teams, each change with the verdict that may be given. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from calibration.multiplicity import benjamini_hochberg, holm
from qa.core.numerals import number
from qa.reviews.measured import Framed, Reviewed
from qa.reviews.upheld import NOTHING, Upheld, upheld
from qa.sampling.estimation import Difference, Figure
from qa.sampling.explaining import NORMAL_FROM, Explanation, explain
from qa.sampling.reporting import PEOPLE, Reported, too_few
from qa.trends.rules import (
    HELD_BACK,
    NOTHING_SHOWN,
    TITLES,
    Counted,
    Domain,
    Evidence,
    bounded,
    by_queue,
    counts_of,
    everything,
    share,
)

LEVEL = 0.05
LIST_LEVEL = 0.10  # of a list of teams, by Benjamini and Hochberg
TOO_FEW: Final = "too few to judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One key figure of the newest weeks, its change against the weeks before, and what may be said about it.

    ``fair`` is the mean without reviewers' strictness, of quality only.
    """

    key: str
    now: Figure
    change: Difference
    adjusted_p: float | None
    verdict: str
    reported: Reported
    fair: Figure | None = None
    drawn: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    rubrics: tuple[str, ...] = ()
    upheld: Upheld | None = None  # of quality: what disputes did to it

    @property
    def better(self) -> bool | None:
        """Whether the change is for the better; ``None`` when it is not clear."""
        if self.verdict not in {"better", "worse"}:
            return None
        return self.verdict == "better"

    @property
    def moved_by_strictness(self) -> float | None:
        """By how much reviewers' strictness moves the mean: as scored minus fair."""
        if self.fair is None or self.fair.estimate is None or self.now.estimate is None:
            return None
        return self.now.estimate - self.fair.estimate

    def told(self, more_left_out: Sequence[tuple[str, int]] = ()) -> Explanation:
        """What stands behind the figure."""
        rules = [("Verdict", "from the interval of the change, after Holm's correction over this row")]
        if self.upheld is not None:
            rules.append(self.upheld.rule)
        return explain(
            self.reported,
            title=TITLES[self.key],
            proportion=self.key != "quality",
            drawn=None if self.key == "csat" else self.drawn,
            left_out=() if self.key == "csat" else (*self.left_out, *more_left_out),
            rubric_versions=() if self.key == "csat" else self.rubrics,
            rules=rules,
            answers=self.key == "csat",
        )


HIGHER_IS_BETTER = {"quality": True, "passed": True, "critical": False, "csat": True}


def kpis(evidence: Evidence, newest: Sequence[dt.date], before: Sequence[dt.date]) -> list[Kpi]:
    """The key figures over some weeks against the weeks before, with Holm's correction over the row."""
    blocks = dict.fromkeys(before, 1) | dict.fromkeys(newest, 0)
    codes, framed = evidence.codes(lambda row: blocks.get(row.week, -1))
    window, measured = evidence.measured.window, evidence.measured
    quality = [bounded(each) for each in window.quality(codes, framed, 2)]
    fair = [bounded(each) for each in window.mean_of(measured.fair_scores(), codes, framed, 2)]
    moved = upheld(measured, codes, 2)[0]
    pairs = {
        "quality": quality,
        "passed": window.share(evidence.outcomes("passed"), codes, framed, 2),
        "critical": window.share(evidence.outcomes("failed_critical"), codes, framed, 2),
        "csat": [_csat(evidence, blocks, block) for block in (0, 1)],
    }
    counts = counts_of(evidence, {("", week): place for place, week in enumerate(blocks)}, everything)
    people = [
        frozenset().union(*(counts[place].people for place, week in enumerate(blocks) if blocks[week] == block))
        for block in (0, 1)
    ]
    if not evidence.sees_each and min(len(each) for each in people) < PEOPLE:
        pairs = {key: [NOTHING_SHOWN, NOTHING_SHOWN] for key in pairs}
        fair = [NOTHING_SHOWN, NOTHING_SHOWN]
        moved = NOTHING
    changes = {key: window.gap(now, then) for key, (now, then) in pairs.items()}
    tested = [key for key, change in changes.items() if change.p_value is not None]
    adjusted = dict(zip(tested, holm([changes[key].p_value or 0.0 for key in tested]), strict=True))
    drawn = sum(counts[place].drawn for place, week in enumerate(blocks) if blocks[week] == 0)
    reviewed = sum(counts[place].reviewed for place, week in enumerate(blocks) if blocks[week] == 0)
    late = sum(counts[place].late for place, week in enumerate(blocks) if blocks[week] == 0)
    here = [row for row in measured.reviews if blocks.get(row.week) == 0]
    left_out = (
        ("drawn and not completed, made up for by weights", max(drawn - reviewed, 0)),
        ("without a score (all N/A)", reviewed - len(here)),
        ("parts that came late, counted in the frame of the week they came in", late),
    )
    return [
        Kpi(
            key=key,
            now=now.figure,
            change=changes[key],
            adjusted_p=adjusted.get(key),
            verdict=verdict(
                now.figure,
                then.figure,
                changes[key],
                adjusted.get(key),
                proportion=key != "quality",
                higher_is_better=HIGHER_IS_BETTER[key],
            ),
            reported=now,
            fair=fair[0].figure if key == "quality" else None,
            drawn=drawn,
            left_out=left_out,
            rubrics=tuple(sorted({row.rubric for row in here if row.rubric})),
            upheld=moved if key == "quality" else None,
        )
        for key, (now, then) in pairs.items()
    ]


def _csat(evidence: Evidence, blocks: Mapping[dt.date, int], block: int) -> Reported:
    rows = [row for row in evidence.measured.frame if blocks.get(row.week) == block]
    good, bad = sum(row.csat_good for row in rows), sum(row.csat_bad for row in rows)
    return Reported(
        figure=share(good, good + bad),
        population=sum(row.frame for row in rows),
        least_weight=1.0,
        largest_weight=1.0,
        weighted_sum=float(good),
    )


def verdict(
    now: Figure,
    then: Figure,
    change: Difference,
    adjusted: float | None,
    *,
    proportion: bool = False,
    higher_is_better: bool = True,
    level: float = LEVEL,
) -> str:
    """What may be said: nothing from too few, better or worse only when the corrected difference excludes 0."""
    if too_few(now, proportion=proportion) or too_few(then, proportion=proportion):
        return TOO_FEW
    if change.estimate is None or adjusted is None or adjusted >= level:
        return "cannot tell"
    return "better" if (change.estimate > 0) == higher_is_better else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One team or queue over the newest weeks, beside the weeks before; ``fair`` leaves reviewers' strictness out."""

    name: str
    now: Reported
    then: Reported
    change: Difference
    verdict: str
    correlation: float | None
    fair: Figure | None = None
    adjusted_p: float | None = None
    drawn: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    rubrics: tuple[str, ...] = ()
    upheld: Upheld = NOTHING

    @property
    def moved_by_strictness(self) -> float | None:
        """By how much reviewers' strictness moves the mean: as scored minus fair."""
        if self.fair is None or self.fair.estimate is None or self.now.figure.estimate is None:
            return None
        return self.now.figure.estimate - self.fair.estimate

    @property
    def told(self) -> Explanation:
        """What stands behind the figure and its verdict."""
        return explain(
            self.now,
            title=f"Quality, {self.name}",
            drawn=self.drawn,
            left_out=self.left_out,
            rubric_versions=self.rubrics,
            rules=[
                *told_of_change(self.change, self.adjusted_p, "Benjamini and Hochberg’s over the list (10 %)"),
                self.upheld.rule,
            ],
        )


def told_of_change(change: Difference, adjusted_p: float | None, correction: str) -> list[tuple[str, str]]:
    """How a change was found, as further lines of an explanation."""
    if change.estimate is None or change.interval is None:
        return [("Change", change.reason or "not known")]
    law = f"Welch’s t of {number(change.df)} degrees of freedom" if change.df < NORMAL_FROM else "normal distribution"
    said = (
        f"{number(change.estimate, signed=True)} ({number(change.interval.low, signed=True)} to "
        f"{number(change.interval.high, signed=True)}): the figure minus that of the weeks before, {law}; what the "
        "same reviewers scored in both cancels"
    )
    if adjusted_p is None:
        return [("Change", said)]
    return [("Change", said), ("Verdict", f"p {number(adjusted_p, 3)} after the correction: {correction}")]


def standings(
    evidence: Evidence, newest: Sequence[dt.date], before: Sequence[dt.date], domain: Domain
) -> list[Standing]:
    """Every domain by name, each change judged after Benjamini and Hochberg's correction over the list (10 %)."""
    rows_of: list[Reviewed | Framed] = [*evidence.measured.reviews, *evidence.measured.frame]
    names = sorted({domain(row) for row in rows_of})
    blocks = dict.fromkeys(before, 1) | dict.fromkeys(newest, 0)
    place = {name: index for index, name in enumerate(names)}
    codes, framed = evidence.codes(lambda row: place[domain(row)] * 2 + blocks[row.week] if row.week in blocks else -1)
    window = evidence.measured.window
    figures = [bounded(each) for each in window.quality(codes, framed, 2 * len(names))]
    fair = [bounded(each) for each in window.mean_of(evidence.measured.fair_scores(), codes, framed, 2 * len(names))]
    moved = upheld(evidence.measured, codes, 2 * len(names))
    cells = {(name, week): at for at, (name, week) in enumerate((name, week) for name in names for week in newest)}
    counts = counts_of(evidence, cells, domain)
    people: dict[str, set[int]] = {name: set() for name in names}
    for one in rows_of:
        if blocks.get(one.week) == 0:
            people[domain(one)].add(one.specialist_id)
    shown = [name for name in names if evidence.sees_each or len(people[name]) >= PEOPLE]
    changes = {name: window.gap(figures[2 * place[name]], figures[2 * place[name] + 1]) for name in shown}
    tested = [name for name in shown if changes[name].p_value is not None]
    adjusted = dict(zip(tested, benjamini_hochberg([changes[name].p_value or 0.0 for name in tested]), strict=True))
    correlations = evidence.measured.correlations
    rows = []
    for name in names:
        now, then = figures[2 * place[name]], figures[2 * place[name] + 1]
        if name not in changes:
            now, change = NOTHING_SHOWN, Difference(estimate=None, reason=HELD_BACK)
        else:
            change = changes[name]
        rows.append(
            Standing(
                name=name,
                now=now,
                then=then,
                change=change,
                verdict=verdict(now.figure, then.figure, change, adjusted.get(name), level=LIST_LEVEL),
                correlation=correlations.get(name) if domain is by_queue else now.correlation,
                fair=fair[2 * place[name]].figure if name in changes else None,
                adjusted_p=adjusted.get(name),
                upheld=moved[2 * place[name]] if name in changes else NOTHING,
                **_behind(evidence, [counts[cells[name, week]] for week in newest], newest, domain, name),
            )
        )
    return rows


def _behind(
    evidence: Evidence, counts: Sequence[Counted], weeks: Sequence[dt.date], domain: Domain, name: str
) -> dict[str, Any]:
    """What a domain's figure rests on, for its explanation."""
    drawn, reviewed = sum(each.drawn for each in counts), sum(each.reviewed for each in counts)
    within = set(weeks)
    here = [row for row in evidence.measured.reviews if row.week in within and domain(row) == name]
    return {
        "drawn": drawn,
        "left_out": (
            ("drawn and not completed, made up for by weights", max(drawn - reviewed, 0)),
            ("without a score (all N/A)", max(reviewed - len(here), 0)),
        ),
        "rubrics": tuple(sorted({row.rubric for row in here if row.rubric})),
    }
