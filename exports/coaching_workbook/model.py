"""What the coaching workbook is made from: plain values, checked for fitting together."""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from exports.provenance import Provenance

Outcome = Literal["passed", "failed", "failed_critical", "not_scored"]
ActionStatus = Literal["open", "done", "dropped"]

OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "failed_critical", "not_scored")
STATUSES: tuple[ActionStatus, ...] = ("open", "done", "dropped")
ROUNDING = 1e-6
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage of the conversation that a judgement rests on."""

    message: str  # "message 4, specialist, 3 Aug 14:02"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a reviewer said about one criterion of one review."""

    criterion: str
    level: str
    comment: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    critical: bool = False  # the critical criterion failed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One review of the period.

    It counts in the figures when it is routine, has a score and a known chance of having been drawn. ``completion`` is
    drawn / completed of its class: it makes up for reviews that were not done, and is 1 where all were. With its
    ``pass_mark`` a score just below it is not shown as if it were the mark.
    """

    review_id: str
    ticket_id: str
    resolved_at: dt.datetime
    week: str  # ISO, 2026-W31
    queue: str
    score: float | None
    outcome: Outcome
    inclusion_probability: float | None
    purpose: str = "routine"
    completion: float = 1.0
    expected: float = 0.0  # the score that the regression expects of such a part; 0 where there is none
    pass_mark: float | None = None
    rubric: str = ""
    summary: str = ""
    remarks: tuple[Remark, ...] = ()
    link: str | None = None

    @property
    def weight(self) -> float:
        """How many parts the review stands for; 0 when it does not count."""
        if self.purpose != "routine" or self.score is None or self.inclusion_probability is None:
            return 0.0
        return self.completion / self.inclusion_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the page's figures rest on beside the reviews that are listed.

    With all at their defaults the score is the design-weighted mean of the reviews. ``expected_mean`` is the score that
    the regression expects of all parts of the period. ``pooled_variance`` is the spread of the other specialists, in
    points squared, towards which the own one is drawn with 8 degrees of freedom; ``None``: it is not. The reviewers'
    variances are what their differing strictness adds: in points squared, and of the two shares in parts squared.
    """

    expected_mean: float = 0.0
    pooled_variance: float | None = None
    reviewer_variance: float = 0.0
    passed_reviewer_variance: float = 0.0
    critical_reviewer_variance: float = 0.0

    def __post_init__(self) -> None:
        for name in ("reviewer_variance", "passed_reviewer_variance", "critical_reviewer_variance"):
            if getattr(self, name) < 0:
                raise ValueError(f"a variance is not negative: {name} {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFigure:
    """One criterion in percent of its points: the specialist, the others of the team, and the gap in points.

    ``None`` where a figure is not defined; ``reason`` then says why.
    """

    key: str
    name: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    team_mean: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPoint:
    """One week's quality score with its interval, beside that of the others of the team."""

    week: str  # ISO, 2026-W31
    n: int
    mean: float | None
    low: float | None
    high: float | None
    team_mean: float | None
    reason: str = ""

    @property
    def monday(self) -> dt.date:
        return monday_of(self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAction:
    """An action of the plan so far."""

    action_id: str
    criterion: str
    text: str
    owner: str  # the label of one of the owners
    due_on: dt.date | None
    status: ActionStatus
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGoal:
    """A goal of the plan so far: its target in percent of the criterion's points, and the day it is to be met by."""

    criterion_key: str
    criterion: str
    target: float | None
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Somebody who can own an action. The label is what the drop-down shows."""

    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedAction:
    """A text the drop-down for actions offers; without a criterion it is offered for all."""

    text: str
    criterion_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingWorkbook:
    """All that one specialist's workbook shows. The period is the provenance's."""

    document_id: str  # comes back with the edited workbook
    specialist_key: str
    specialist: str
    team: str
    lead: str
    zone: dt.tzinfo
    provenance: Provenance
    reviews: tuple[ReviewRow, ...]
    criteria: tuple[CriterionFigure, ...]
    weeks: tuple[WeeklyPoint, ...]
    owners: tuple[Choice, ...]
    earlier_actions: tuple[EarlierAction, ...] = ()
    goals: tuple[PlanGoal, ...] = ()
    suggested_actions: tuple[SuggestedAction, ...] = ()
    basis: Basis = Basis()
    gap_note: str = ""  # how the gaps' intervals are corrected for there being many
    focus_limit: int = 3
    confidence: float = 0.95


def monday_of(week: str) -> dt.date:
    """The first day of an ISO week written as 2026-W31."""
    found = _WEEK.fullmatch(week)
    if not found:
        raise ValueError(f"a week is written like 2026-W31: {week!r}")
    return dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)


def check(data: CoachingWorkbook) -> None:
    """Refuse what would make a figure of the workbook wrong; ValueError names it."""
    if not 0 < data.confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1: {data.confidence}")
    if data.focus_limit < 1:
        raise ValueError(f"focus_limit is at least 1: {data.focus_limit}")
    _refuse_twice("review", (review.review_id for review in data.reviews))
    _refuse_twice("criterion", (criterion.key for criterion in data.criteria))
    _refuse_twice("week", (point.week for point in data.weeks))
    _refuse_twice("owner", (owner.label for owner in data.owners))
    _refuse_twice("goal", (goal.criterion_key for goal in data.goals))
    _refuse_twice("action", (action.action_id for action in data.earlier_actions))
    for review in data.reviews:
        _check_review(review, data)
    for criterion in data.criteria:
        what = f"criterion {criterion.key}"
        _check_interval(what, criterion.n, criterion.low, criterion.mean, criterion.high)
        _check_interval(f"the gap of {what}", criterion.n, criterion.gap_low, criterion.gap, criterion.gap_high)
    for point in data.weeks:
        _check_interval(f"week {point.week}", point.n, point.low, point.mean, point.high)
    if list(data.weeks) != sorted(data.weeks, key=lambda point: point.monday):
        raise ValueError("the weeks are not in order")
    labels = {owner.label for owner in data.owners}
    for action in data.earlier_actions:
        if action.status not in STATUSES:
            raise ValueError(f"action {action.action_id} has an unknown status: {action.status!r}")
        if action.owner not in labels:
            raise ValueError(f"action {action.action_id} has an owner who is not among the owners: {action.owner!r}")


def _check_review(review: ReviewRow, data: CoachingWorkbook) -> None:
    what = f"review {review.review_id}"
    chance = review.inclusion_probability
    if review.outcome not in OUTCOMES:
        raise ValueError(f"{what} has an unknown outcome: {review.outcome!r}")
    if (review.outcome == "not_scored") != (review.score is None):
        raise ValueError(f"{what} is {review.outcome} with score {review.score}")
    if chance is not None and not 0 < chance <= 1:
        raise ValueError(f"{what} has an inclusion probability outside (0, 1]: {chance}")
    if not (math.isfinite(review.completion) and review.completion >= 1):
        raise ValueError(f"{what} has a completion factor below 1: {review.completion}")
    if review.resolved_at.utcoffset() is None:
        raise ValueError(f"{what} has a time without a zone: {review.resolved_at}")
    # A cover that counts reviews of another period than it names was the fault of a workbook before this one.
    day = review.resolved_at.astimezone(data.zone).date()
    if not data.provenance.period_from <= day <= data.provenance.period_to:
        raise ValueError(
            f"{what} was resolved on {day}, outside {data.provenance.period_from} to {data.provenance.period_to}"
        )
    if monday_of(review.week) != day - dt.timedelta(days=day.weekday()):
        raise ValueError(f"{what} was resolved on {day}, which is not in week {review.week}")


def _check_interval(what: str, n: int, low: float | None, middle: float | None, high: float | None) -> None:
    if n < 0:
        raise ValueError(f"{what} has a negative n: {n}")
    if (low is None) != (high is None):
        raise ValueError(f"{what} has half an interval: {low} to {high}")
    if low is None or high is None:
        return
    if middle is None or not low - ROUNDING <= middle <= high + ROUNDING:
        raise ValueError(f"{what} lies outside its interval: {middle} in {low} to {high}")


def _refuse_twice(what: str, keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise ValueError(f"{what} {key!r} is there {times} times")
