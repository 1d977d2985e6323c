"""From evidence to amber and red, with the size of the change, when it began, and whether double scores agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from calibration.drift.evidence import Onsets, combine, likely_weeks, weigh_counts, weigh_onsets
from calibration.drift.state import DriftState
from calibration.drift.streams import COUNTS, Streams, streams_of
from calibration.results import Interval
from calibration.scorings import Codes, Scale, Vector

AMBER, RED = 104.0, 520.0  # weeks of evidence
WARM_UP = 12  # calendar weeks without an alarm
FALSE_REDS = 2.0  # accepted per quarter in the whole team
QUARTER = 13  # weeks
LEAST_SHIFT = 2.0  # points, of a red led by severity
BESIDE = 3.0  # log of a stream's share of M from which on it is told beside the leading one
ONE_SIDED, TWO_SIDED = 1.6448536269514722, 1.959963984540054  # normal quantiles at .95 and .975
OUTCOMES = ("corrected", "new standard", "not drift")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a lead made of a red flag in week ``week``; the drift was dated to ``onset``.

    ``corrected``: the drifted weeks leave the baseline, the older one stays. ``new standard``: the baseline is what
    came from the onset on. ``not drift``: the baseline keeps all weeks. Onsets are tried anew after the week.
    """

    reviewer: int
    week: int
    onset: int
    outcome: str

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}, not {self.outcome!r}")
        if self.onset > self.week:
            raise ValueError(f"the drift is dated to week {self.onset}, after the decision in week {self.week}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A reviewer at amber or red in a week.

    ``effect`` is in the unit of the leading stream: points, points of the criterion, sd, or the ratio of rates after
    and before; ``interval`` holds 90 %. ``confirmation`` is confirmed, check the case mix or awaiting double scores.
    ``beside`` are further streams that carry evidence of their own, strongest first. Counts of scorings are of the
    weeks from the onset on.
    """

    reviewer: int
    week: int
    level: str
    log_evidence: float
    stream: str
    effect: float
    interval: Interval
    onset: int
    onset_earliest: int
    onset_latest: int
    confirmation: str
    beside: tuple[str, ...]
    criterion: str | None  # the criterion with most evidence, where one has any
    routine: int
    double: int
    calibration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All evidence of one week; ``log_evidence`` and ``shares`` also of reviewers without a flag."""

    week: int
    amber: float
    red: float
    log_evidence: Vector
    shares: Vector  # reviewers x streams, log of weight x M
    flags: tuple[Flag, ...]


def red_threshold(reviewers: int, false_reds: float = FALSE_REDS) -> float:
    """The evidence that a red needs: 520 weeks, more in a large team so that false reds stay as few a quarter."""
    if false_reds <= 0:
        raise ValueError(f"false reds accepted per quarter must be above 0, not {false_reds}")
    return max(RED, QUARTER * reviewers / false_reds)


def judge(
    state: DriftState, scale: Scale, *, decisions: Sequence[Decision] = (), false_reds: float = FALSE_REDS
) -> Judgement:
    """What the last week of ``state`` says about every reviewer. Decisions of later weeks are not looked at."""
    streams, week = streams_of(scale), state.weeks - 1
    onsets, counts = _onsets(state, scale, streams, [made for made in decisions if made.week <= week])
    evidence, shares = combine(np.concatenate([onsets.log_evidence, counts.log_evidence], axis=1), streams.weight)
    active = int((state.reviews[-QUARTER:].sum(axis=(0, 2)) > 0).sum())
    red = red_threshold(active, false_reds)
    flags: list[Flag] = []
    if week >= WARM_UP:
        flags = [
            _flag(reviewer, week, float(evidence[reviewer]), red, shares[reviewer], state, streams, onsets, counts)
            for reviewer in np.flatnonzero(evidence >= np.log(AMBER)).tolist()
        ]
    return Judgement(week=week, amber=AMBER, red=red, log_evidence=evidence, shares=shares, flags=tuple(flags))


def _onsets(state: DriftState, scale: Scale, streams: Streams, decisions: Sequence[Decision]) -> tuple[Onsets, Onsets]:
    """Evidence of the weekly values and of the counts, decisions obeyed."""
    values, events = state.values, state.events
    earliest = np.zeros(state.reviewers, dtype=np.int64)
    if decisions:
        values, events = values.copy(), events.copy()
    for made in sorted(decisions, key=lambda made: made.week):
        dropped = {
            "corrected": slice(made.onset, made.week + 1),
            "new standard": slice(0, made.onset),
            "not drift": slice(0, 0),
        }[made.outcome]
        values[dropped, made.reviewer], events[dropped, made.reviewer] = np.nan, np.nan
        earliest[made.reviewer] = made.week + 1
    added = np.zeros((state.weeks, streams.continuous))
    for change, variance in zip(scale.changes, streams.touched(scale), strict=True):
        if 0 < change.week < state.weeks:
            added[change.week] = variance
    own = slice(0, streams.continuous)
    onsets = weigh_onsets(
        values,
        state.variances + state.wobble,
        streams.prior[own],
        streams.shift[own],
        added=added,
        earliest=earliest,
    )
    return onsets, weigh_counts(events, state.expected, earliest=earliest)


def _flag(
    reviewer: int,
    week: int,
    evidence: float,
    red: float,
    shares: Vector,
    state: DriftState,
    streams: Streams,
    onsets: Onsets,
    counts: Onsets,
) -> Flag:
    """One reviewer's flag in words and figures."""
    lead = int(np.argmax(shares))
    name = streams.names[lead]
    if name in COUNTS:
        effect, interval, when = _rate_ratio(counts, reviewer, lead - streams.continuous, state)
    else:
        found = onsets.posterior(reviewer, lead, float(streams.shift[lead]))
        half = ONE_SIDED * found.std_error
        effect, interval = found.effect, Interval(low=found.effect - half, high=found.effect + half, confidence=0.9)
        when = found.onset, found.earliest, found.latest
    is_red = evidence >= np.log(red) and (name != "severity" or abs(effect) >= LEAST_SHIFT)
    order = np.argsort(-shares, kind="stable").tolist()
    beside = tuple(streams.names[other] for other in order if other != lead and shares[other] > BESIDE)
    criteria = [other for other in order if 1 <= other < streams.columns and shares[other] > 0]
    number = state.reviews[when[0] :, reviewer].sum(axis=0)
    return Flag(
        reviewer=reviewer,
        week=week,
        level="red" if is_red else "amber",
        log_evidence=evidence,
        stream=name,
        effect=effect,
        interval=interval,
        onset=when[0],
        onset_earliest=when[1],
        onset_latest=when[2],
        confirmation=_confirmation(state, reviewer, lead if lead < streams.columns else 0, when[0]),
        beside=beside,
        criterion=streams.names[criteria[0]] if criteria else None,
        routine=int(number[0]),
        double=int(number[1]),
        calibration=int(number[2]),
    )


def _rate_ratio(
    counts: Onsets, reviewer: int, stream: int, state: DriftState
) -> tuple[float, Interval, tuple[int, int, int]]:
    """Rate after over rate before at the likeliest onset, its gamma interval, and the weeks of the onset."""
    factor = counts.log_factor[:, reviewer, stream]
    tried = np.flatnonzero(np.isfinite(factor))
    when = likely_weeks(counts.first + tried, np.exp(factor[tried] - factor[tried].max()))
    events = np.nan_to_num(state.events[:, reviewer, stream])
    expected = np.nan_to_num(state.expected[:, reviewer, stream])
    before = (4 + events[: when[0]].sum()) / (4 + expected[: when[0]].sum())
    shape, rate = 1.5 + events[when[0] :].sum(), 1.5 / before + expected[when[0] :].sum()
    low, high = (float(gammaincinv(shape, chance) / rate / before) for chance in (0.05, 0.95))
    return float(shape / rate / before), Interval(low=low, high=high, confidence=0.9), when


def _confirmation(state: DriftState, reviewer: int, column: int, onset: int) -> str:
    """Whether tickets with two scorers or more alone tell of the same change as those with one."""
    wobble = float(state.wobble[column])
    overlap = _change(state.overlap[:, reviewer, column], state.overlap_variance[:, reviewer, column] + wobble, onset)
    lone = _change(state.lone[:, reviewer, column], state.lone_variance[:, reviewer, column] + wobble, onset)
    every = _change(state.values[:, reviewer, column], state.variances[:, reviewer, column] + wobble, onset)
    if overlap is None or every is None:
        return "awaiting double scores"
    if overlap[0] * every[0] > 0 and abs(overlap[0]) > ONE_SIDED * np.sqrt(overlap[1]):
        return "confirmed"
    if lone is not None and abs(lone[0] - overlap[0]) > TWO_SIDED * np.sqrt(lone[1] + overlap[1]):
        return "check the case mix"
    return "awaiting double scores"


def _change(values: Vector, variances: Vector, onset: int) -> tuple[float, float] | None:
    """Mean from ``onset`` on minus the mean before it, weighted by precision, and its variance."""
    seen = ~np.isnan(values) & ~np.isnan(variances)
    after = seen & (np.arange(values.size) >= onset)
    before = seen & ~after
    if not (after.any() and before.any()):
        return None
    (post, post_n), (pre, pre_n) = (
        (float((values[part] / variances[part]).sum()), float((1 / variances[part]).sum())) for part in (after, before)
    )
    return post / post_n - pre / pre_n, 1 / post_n + 1 / pre_n


def first_reds(judgements: Sequence[Judgement]) -> dict[int, int]:
    """The first week in which each reviewer is red."""
    found: dict[int, int] = {}
    for judgement in judgements:
        for flag in judgement.flags:
            if flag.level == "red":
                found.setdefault(flag.reviewer, judgement.week)
    return found


__all__ = [
    "AMBER",
    "RED",
    "Codes",
    "Decision",
    "Flag",
    "Judgement",
    "first_reds",
    "judge",
    "red_threshold",
]
