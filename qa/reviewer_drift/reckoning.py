"""From evidence to what is said of each reviewer: severity, consistency, agreement, N/A, drift week by week. Pure.

Everything follows from the evidence, the decisions made so far and the method: the same again gives the same again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from calibration.drift import AMBER, Decision, DriftState, Flag, Judgement, red_threshold, team_drift
from calibration.drift.flags import FALSE_REDS
from calibration.drift.streams import COUNTS, Streams, streams_of
from calibration.fair_means import FairMean, fair_means
from calibration.intervals import t_interval
from calibration.monitor import watch
from calibration.results import Estimate
from calibration.scorings import Codes, Flags, Kind, Scorings
from calibration.severity import NO_SCORES, ReviewerSeverity, Severities, severities
from qa.reviewer_drift.gathering import Gathered
from qa.reviewer_drift.together import Together, together

METHOD = "drift 1 (self-starting Shiryaev-Roberts mixture, 17 kinds of streams); severity 1 (crossed effects)"
QUARTER = 13  # weeks that severity and the other figures of the board rest on
SHOWN = 60  # weeks of a control chart
LATCHED = 26  # weeks for which evidence that has faded since still counts
AMBER_WEEKS, AMBER_ENDS = 6, 20.0  # an amber ends after six weeks, or below this evidence
LEAST_SHARED = 3  # parts scored together with others; fewer compare nobody
MOST_LOG = 20.0
ONE_SIDED = 1.6448536269514722

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """One stream of one reviewer week by week; None where nothing was observed.

    ``low`` and ``high`` are the value -+ 1.645 standard errors. ``overlap`` holds parts with two scorers or more alone.
    """

    stream: str
    value: list[float | None]
    low: list[float | None]
    high: list[float | None]
    overlap: list[float | None]
    baseline: float | None
    baseline_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one reviewer stands after the last week. ``evidence`` is M in weeks, one for each week from ``since`` on.

    ``level`` is latched: evidence fades as the baseline fills with drifted weeks, and that settles nothing. ``flag``
    is the newest at that level, ``first_week`` the first week at it.
    """

    reviewer_id: int
    level: str  # none, amber, red
    evidence: list[float | None]
    since: int
    flag: Flag | None
    first_week: int | None
    severity: ReviewerSeverity
    cannot_tell: str | None
    together: Together
    na_share: Estimate
    na_expected: float | None
    routine: int
    double: int
    calibration: int
    charts: tuple[Weekly, ...]

    @property
    def now(self) -> float | None:
        """M of the last week."""
        return self.evidence[-1] if self.evidence else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One run's outcome; ``active`` are the reviewers with scores in the last quarter, whom thresholds reckon with."""

    standings: tuple[Standing, ...]
    severities: Severities
    fair: tuple[tuple[int, FairMean], ...]  # by specialist, whose id comes first
    red: float
    active: int
    false_ambers: float
    false_reds: float
    team_effect: float | None
    team_error: float | None
    team_evidence: float | None


def reckon(
    gathered: Gathered,
    *,
    decisions: Sequence[Decision] = (),
    false_reds: float = FALSE_REDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Reckoned:
    """What the evidence says by the end of its last week. ``decisions`` name reviewers by their code."""
    scale, scorings = gathered.scale.scale, gathered.scorings
    streams = streams_of(scale)
    judgements: list[Judgement] = []
    state: DriftState | None = None
    watched = watch(scorings, scale, weeks=gathered.weeks, decisions=decisions, false_reds=false_reds)
    for week, each in enumerate(watched, start=1):
        judgements.append(each.judgement)
        state = each.state
        progress(week, gathered.weeks)
    if state is None:
        raise ValueError("there is no week to judge")
    recent = np.flatnonzero(scorings.week >= gathered.weeks - QUARTER)
    quarter, asked = scorings.take(recent), gathered.asked[recent]
    count = len(gathered.reviewers)
    found = severities(_compact(quarter), scale)
    strictness = np.zeros(count)
    strictness[: found.estimates.size] = found.estimates
    beside = together(quarter, asked, strictness, scale, count, gathered.given.twice[recent])
    shares = _not_applicable(quarter, asked, count, sorted(gathered.scale.may_be_na))
    known = _Known(gathered, state, streams, judgements, decisions, found)
    standings = tuple(known.standing(code, beside[code], *shares[code]) for code in range(count))
    active = int((state.reviews[-QUARTER:].sum(axis=(0, 2)) > 0).sum())
    red = red_threshold(active, false_reds)
    team = team_drift(state)
    return Reckoned(
        standings=standings,
        severities=found,
        fair=_fair(gathered, recent, found),
        red=red,
        active=active,
        false_ambers=QUARTER * active / AMBER,
        false_reds=QUARTER * active / red,
        team_effect=None if team is None else team.effect,
        team_error=None if team is None else team.std_error,
        team_evidence=None if team is None else _weeks_of_evidence(team.log_evidence),
    )


def _fair(gathered: Gathered, recent: Codes, found: Severities) -> tuple[tuple[int, FairMean], ...]:
    """What strictness does to each specialist's mean over the quarter's routine reviews, by design weights."""
    given = gathered.given.take(recent)
    scorings = gathered.scorings.take(recent)
    usable = (scorings.kind == Kind.ROUTINE) & np.isfinite(given.final) & np.isfinite(given.weight)
    usable &= np.isfinite(given.base)
    who, group = np.unique(scorings.specialist[usable], return_inverse=True)
    means = fair_means(
        group,
        who.size,
        given.base[usable],
        given.final[usable],
        scorings.reviewer[usable],
        found,
        weights=given.weight[usable],
    )
    return tuple((gathered.specialists[code], mean) for code, mean in zip(who.tolist(), means, strict=True))


def _weeks_of_evidence(log_evidence: float) -> float | None:
    """M from its logarithm; None before there is an onset to try. Far beyond any threshold its size says nothing."""
    return exp(min(log_evidence, MOST_LOG)) if np.isfinite(log_evidence) else None


def _compact(scorings: Scorings) -> Scorings:
    """The same with tickets and specialists numbered without gaps: a quarter needs no room for all the years."""
    ticket, specialist = (
        np.unique(codes, return_inverse=True)[1].astype(np.int64) for codes in (scorings.ticket, scorings.specialist)
    )
    return replace(scorings, ticket=ticket, specialist=specialist)


def _not_applicable(
    scorings: Scorings, asked: Flags, count: int, columns: Sequence[int]
) -> list[tuple[Estimate, float | None]]:
    """Each reviewer's share of N/A, in percent of the criteria asked that allow it, one figure a routine review; and
    what the same criteria in the same queues have with the whole team.
    """
    routine = np.flatnonzero(scorings.kind == Kind.ROUTINE)
    on_form = asked[routine][:, columns]
    absent = on_form & np.isnan(scorings.answers[routine][:, columns])
    queues = int(scorings.queue.max(initial=-1)) + 1
    number, total = np.zeros((queues, len(columns))), np.zeros((queues, len(columns)))
    np.add.at(total, scorings.queue[routine], on_form)
    np.add.at(number, scorings.queue[routine], absent)
    usual = np.divide(number, total, out=np.zeros_like(total), where=total > 0)
    expected = np.where(on_form, usual[scorings.queue[routine]], 0.0).sum(axis=1)
    asked_of = on_form.sum(axis=1)
    found: list[tuple[Estimate, float | None]] = []
    for code in range(count):
        own = (scorings.reviewer[routine] == code) & (asked_of > 0)
        shares = 100 * absent[own].sum(axis=1) / asked_of[own]
        due = float(100 * expected[own].sum() / asked_of[own].sum()) if own.any() else None
        found.append((t_interval(shares.tolist(), bounds=(0.0, 100.0)), due))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What every reviewer's standing is made from."""

    gathered: Gathered
    state: DriftState
    streams: Streams
    judgements: Sequence[Judgement]
    decisions: Sequence[Decision]
    found: Severities

    def standing(self, code: int, beside: Together, na_share: Estimate, na_expected: float | None) -> Standing:
        last = len(self.judgements)
        since = max(0, last - SHOWN)
        evidence = [self.evidence(week, code) for week in range(since, last)]
        level, flag, first = self.latched(code, evidence[-1])
        severity = self.severity(code)
        reviews = self.state.reviews[-QUARTER:, code].sum(axis=0)
        streams = ["severity"]
        if flag is not None and flag.stream != "severity" and flag.stream not in COUNTS:
            streams.append(flag.stream)
        return Standing(
            reviewer_id=self.gathered.reviewers[code],
            level=level,
            evidence=evidence,
            since=since,
            flag=flag,
            first_week=first,
            severity=severity,
            cannot_tell=self.cannot_tell(code, severity, beside),
            together=beside,
            na_share=na_share,
            na_expected=na_expected,
            routine=int(reviews[0]),
            double=int(reviews[1]),
            calibration=int(reviews[2]),
            charts=tuple(self.weekly(code, stream, flag, since) for stream in streams),
        )

    def evidence(self, week: int, code: int) -> float | None:
        log_evidence = self.judgements[week].log_evidence
        return _weeks_of_evidence(float(log_evidence[code])) if code < log_evidence.size else None

    def latched(self, code: int, now: float | None) -> tuple[str, Flag | None, int | None]:
        """The level until somebody acts, its newest flag, and the first week at it."""
        last = len(self.judgements)
        begun = max([made.week + 1 for made in self.decisions if made.reviewer == code], default=0)
        flags = [
            flag
            for judgement in self.judgements[max(begun, last - LATCHED) :]
            for flag in judgement.flags
            if flag.reviewer == code
        ]
        reds = [flag for flag in flags if flag.level == "red"]
        if reds:
            return "red", reds[-1], reds[0].week
        if flags and flags[-1].week >= last - AMBER_WEEKS and (now or 0.0) >= AMBER_ENDS:
            first = min(flag.week for flag in flags if flag.week >= flags[-1].week - AMBER_WEEKS)
            return "amber", flags[-1], first
        return "none", None, None

    def severity(self, code: int) -> ReviewerSeverity:
        if code < len(self.found.reviewers):
            return self.found.reviewers[code]
        return ReviewerSeverity(estimate=None, method=METHOD, reason=NO_SCORES)

    def cannot_tell(self, code: int, severity: ReviewerSeverity, beside: Together) -> str | None:
        """Why this reviewer's strictness cannot be compared; None where it can."""
        if not severity.n_scorings:
            return f"no score in the last {QUARTER} weeks"
        if severity.estimate is None:
            return severity.reason or "no figure"
        if beside.shared < LEAST_SHARED:
            parts = {0: "no part was", 1: "one part was"}.get(beside.shared, f"{beside.shared} parts were")
            return f"{parts} scored by others too: strictness cannot be told from the queue"
        if self.found.ticket_groups and code not in self.found.ticket_groups[0]:
            return "shares no part, however indirectly, with most of the team"
        return None

    def weekly(self, code: int, stream: str, flag: Flag | None, since: int) -> Weekly:
        column = self.streams.names.index(stream)
        value = self.state.values[:, code, column]
        variance = self.state.variances[:, code, column] + self.state.wobble[column]
        half = ONE_SIDED * np.sqrt(variance)
        overlap = self.state.overlap[:, code, column] if column < self.streams.columns else np.full(value.size, np.nan)
        before = np.arange(value.size) < (value.size if flag is None else flag.onset)
        for made in self.decisions:
            if made.reviewer == code and made.outcome == "corrected":
                before[made.onset : made.week + 1] = False
            elif made.reviewer == code and made.outcome == "new standard":
                before[: made.onset] = False
        seen = before & ~np.isnan(value) & ~np.isnan(variance)
        precision = 1 / self.streams.prior[column] + float((1 / variance[seen]).sum())
        baseline = float((value[seen] / variance[seen]).sum()) / precision
        return Weekly(
            stream=stream,
            value=_listed(value[since:]),
            low=_listed((value - half)[since:]),
            high=_listed((value + half)[since:]),
            overlap=_listed(overlap[since:]),
            baseline=baseline,
            baseline_error=precision**-0.5,
        )


def _listed(values: Numbers) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
