"""Everything that a page of figures reads: weekly sums of one scope, with what is known of its reviewers."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qa.figures.models import (
    WeeklyDrawPack,
    WeeklyFramePack,
    WeeklyReviewPack,
)
from qa.figures.reading import Read, read
from qa.reviews.measured import Progress
from qa.reviews.upheld import NOTHING, Upheld
from qa.sampling import from_sums
from qa.sampling.estimation import Difference, Figure
from qa.sampling.from_sums import Fit
from qa.sampling.reporting import Reported
from qa.sampling.spreads import Spread
from qa.sampling.sum_rows import Draws, FrameRows, Rows, Weighted, completion
from qa.trends import strictness
from qa.trends.rules import bounded
from qa.trends.shares import Scope, Shares, shares_of
from qa.trends.strictness import Known

Codes = NDArray[np.int64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """The sums of one scope over some weeks; row codes of week, team and queue are places in the lists here."""

    scope: Scope
    weeks: Sequence[dt.date]
    teams: Sequence[int]
    queues: Sequence[str]
    values: Sequence[str]
    sums: Weighted
    frame: FrameRows
    draws: Draws
    done: Vector  # reviews, scored or not, of each row
    judged: Mapping[tuple[int, str], tuple[float, float]]  # reviews and sum of d by place of the week and version
    model: Fit | None
    spread: Spread | None  # of the scores of these weeks: what small domains borrow
    known: Known
    shares: Shares
    lenient: Vector  # the effects of the reviewers in the shares' order
    progress: Sequence[Progress]
    by_face: dict[str, "Summed"] = field(default_factory=dict, repr=False)  # what ``split`` has read already

    @property
    def anything(self) -> bool:
        return bool(len(self.sums.rows)) and bool(self.sums.rows.sums["n"].sum() > 0)

    @property
    def settled(self) -> NDArray[np.bool_]:
        """The weeks that figures rest on."""
        found = np.zeros(len(self.weeks), dtype=np.bool_)
        found[self.sums.rows.week] = True
        return found

    def places(self, weeks: Collection[dt.date]) -> Codes:
        """Where weeks stand in the list."""
        return np.array([place for place, week in enumerate(self.weeks) if week in weeks], dtype=np.int64)

    def effect(self, weeks: Collection[dt.date]) -> float:
        """By how much the reviewers' strictness moves the mean of some weeks."""
        _, free = self.shares.of(self.places(weeks))
        return float(free @ self.lenient)

    def concentration(self, weeks: Collection[dt.date], n_effective: float) -> float:
        """Sum of squared shares of some weeks; of a scope whose shares are not kept, what is expected of it."""
        share, _ = self.shares.of(self.places(weeks))
        whole = float(share @ share)
        return whole if self.shares.exact else float(from_sums.concentration_within(whole, n_effective))


def load(session: Session, scope: Scope, *, since: dt.date, until: dt.date) -> Summed:
    """Read a scope's weeks in a fixed number of statements; those still being reviewed wait while others are in."""
    weeks = [since + dt.timedelta(weeks=n) for n in range((until - since).days // 7 + 1)]
    at = _Places(week={week: n for n, week in enumerate(weeks)})
    span: dict[str, Any] = {"since": since, "until": until, "teams": scope.read_teams}
    versions: dict[str, int] = {}
    every = at.rows(read(session, WeeklyReviewPack, scope.programme_id, face="version", **span), scope, versions)
    rows = every
    if scope.face != "all":  # what was drawn is not kept by face: the factor is that of the team's week
        kept = read(session, WeeklyReviewPack, scope.programme_id, face=scope.face, **span)
        rows = at.rows(kept, scope, {}, only=scope.value)
    draws = at.draws(read(session, WeeklyDrawPack, scope.programme_id, **span), scope)
    framed = read(session, WeeklyFramePack, scope.programme_id, face=scope.face, **span)
    frame = at.frame(framed, scope, {}, only=None if scope.face == "all" else scope.value)
    progress = _progress(weeks, every, draws)
    settled = np.array([each.settled for each in progress], dtype=np.bool_)
    if not settled.any():
        settled[:] = True
    if not settled.all():
        whole, every = every, every.only(settled[every.week])
        rows = every if rows is whole else rows.only(settled[rows.week])
        frame, draws = frame.only(settled[frame.week]), draws.only(settled[draws.week])
    factor = completion(every.week, every.team, every.risk, every.sums["reviews"], draws, rows)
    sums = Weighted.of(rows, factor)
    model = from_sums.fit(sums, len(at.queue)) if len(rows) and len(frame.week) else None
    known = strictness.known(session, scope.programme_id)
    shares = shares_of(session, scope, weeks, settled, since=since, until=until)
    return Summed(
        scope=scope,
        weeks=weeks,
        teams=list(at.team),
        queues=list(at.queue),
        values=[],
        sums=sums,
        frame=frame,
        draws=draws,
        done=rows.sums["reviews"],
        judged=_judged(every, list(versions)),
        model=model,
        spread=from_sums.spread_in(sums, len(at.queue), model),
        known=known,
        shares=shares,
        lenient=np.array([known.effects.get(reviewer, 0.0) for reviewer in shares.reviewers]),
        progress=[each for each in progress if each.drawn],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """The codes of weeks, teams and queues, as far as they have come."""

    week: dict[Any, int]
    team: dict[Any, int] = field(default_factory=dict)
    queue: dict[Any, int] = field(default_factory=dict)

    def _keys(self, found: Read, scope: Scope) -> dict[str, Codes]:
        return {
            "week": found.codes("week", self.week),
            "team": found.codes("team_id", self.team),
            "queue": found.codes("queue", self.queue, scope.queue),
        }

    def rows(self, found: Read, scope: Scope, values: dict[Any, int], only: str | None = None) -> Rows:
        """The cells of reviews inside a scope."""
        rows = Rows(
            **self._keys(found, scope),
            risk=found.numbers("risk_class"),
            value=found.codes("value", values, only),
            known=found.numbers("predicted") > 0,
            sums=found.sums,
        )
        return rows if scope.queue is None and only is None else rows.only((rows.queue >= 0) & (rows.value >= 0))

    def draws(self, found: Read, scope: Scope) -> Draws:
        """What was drawn inside it."""
        draws = Draws(**self._keys(found, scope), risk=found.numbers("risk_class"), drawn=found.sums["drawn"])
        return draws if scope.queue is None else draws.only(draws.queue >= 0)

    def frame(self, found: Read, scope: Scope, values: dict[Any, int], only: str | None = None) -> FrameRows:
        """The cells of frames inside it."""
        frame = FrameRows(**self._keys(found, scope), value=found.codes("value", values, only), sums=found.sums)
        return frame if scope.queue is None and only is None else frame.only((frame.queue >= 0) & (frame.value >= 0))


def _judged(every: Rows, versions: Sequence[str]) -> Mapping[tuple[int, str], tuple[float, float]]:
    """How many reviews, and what sum of d, each rubric version has of each week's place."""
    at, count = every.week * max(len(versions), 1) + every.value, len(versions)
    n, d = (np.bincount(at, every.sums[name]) for name in ("reviews", "d"))
    return {
        (place // count, versions[place % count]): (float(n[place]), float(d[place]))
        for place in np.flatnonzero(n).tolist()
    }


def _progress(weeks: Sequence[dt.date], every: Rows, draws: Draws) -> list[Progress]:
    done = np.bincount(every.week, every.sums["reviews"], len(weeks))
    drawn = np.bincount(draws.week, draws.drawn, len(weeks))
    return [Progress(week=week, reviewed=int(done[n]), drawn=int(drawn[n])) for n, week in enumerate(weeks)]


def split(session: Session, summed: Summed, face: str) -> Summed:
    """The same scope with its rows split by the values of a face; estimates stay those of the scope's window."""
    if face not in summed.by_face:
        summed.by_face[face] = _split(session, summed, face)
    return summed.by_face[face]


def _split(session: Session, summed: Summed, face: str) -> Summed:
    scope = summed.scope
    span: dict[str, Any] = {"since": summed.weeks[0], "until": summed.weeks[-1], "teams": scope.read_teams}
    at = _Places(
        week={week: n for n, week in enumerate(summed.weeks)},
        team={team: n for n, team in enumerate(summed.teams)},
        queue={queue: n for n, queue in enumerate(summed.queues)},
    )
    value_of: dict[Any, int] = {}
    rows = at.rows(read(session, WeeklyReviewPack, scope.programme_id, face=face, **span), scope, value_of)
    settled = summed.settled
    rows = rows.only(settled[rows.week])
    frame = at.frame(read(session, WeeklyFramePack, scope.programme_id, face=face, **span), scope, value_of)
    frame = frame.only(settled[frame.week])
    every = summed.sums.rows
    factor = completion(every.week, every.team, every.risk, every.sums["reviews"], summed.draws, rows)
    return replace(
        summed,
        sums=Weighted.of(rows, factor),
        frame=frame,
        done=rows.sums["reviews"],
        values=list(value_of),
        queues=list(at.queue),
        teams=list(at.team),
        by_face={},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Which domain each row, each row of the frame and each row of what was drawn belongs to; -1 for none."""

    codes: Codes
    framed: Codes
    drawn: Codes
    count: int


def domain(summed: Summed, of: Callable[[Codes, Codes, Codes, Codes], Codes], count: int) -> Domain:
    """Domains by ``of(week, team, queue, value)``; what was drawn has no value: 0."""
    rows, frame, draws = summed.sums.rows, summed.frame, summed.draws
    return Domain(
        codes=of(rows.week, rows.team, rows.queue, rows.value),
        framed=of(frame.week, frame.team, frame.queue, frame.value),
        drawn=of(draws.week, draws.team, draws.queue, np.zeros(len(draws.week), dtype=np.int64)),
        count=count,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of domains, one entry each, with what reviewers' strictness adds."""

    quality: Sequence[Reported]
    passed: Sequence[Reported]
    critical: Sequence[Reported]
    upheld: Sequence[Upheld]
    counts: Mapping[str, Vector]


def quality(summed: Summed, at: Domain) -> list[Reported]:
    """The mean score of every domain with the chance of the draw alone."""
    return from_sums.quality(
        summed.sums,
        at.codes,
        at.count,
        model=summed.model,
        frame=summed.frame,
        framed=at.framed,
        spread=summed.spread,
    )


def figures(
    summed: Summed, at: Domain, concentration: Callable[[int, float], float], *, shares: bool = True
) -> Figures:
    """Estimate every domain; ``concentration`` tells the sum of squared reviewer shares of one with n_eff reviews."""
    known = summed.known
    plain = quality(summed, at)
    h = [concentration(d, each.figure.n_effective) if each.figure.n else 0.0 for d, each in enumerate(plain)]
    scored = [bounded(from_sums.with_reviewers(each, known.between * h[d])) for d, each in enumerate(plain)]
    told = {
        name: from_sums.share(
            summed.sums,
            name,
            at.codes,
            at.count,
            reviewer_variances=[between * each for each in h],
            frame=summed.frame,
            framed=at.framed,
        )
        for name, between in ((("passed", known.passed), ("critical", known.critical)) if shares else ())
    }
    return Figures(
        quality=scored,
        passed=told.get("passed", [NOT_ASKED] * at.count),
        critical=told.get("critical", [NOT_ASKED] * at.count),
        upheld=_upheld(summed, at),
        counts=counts(summed, at),
    )


def _upheld(summed: Summed, at: Domain) -> list[Upheld]:
    inside = at.codes >= 0
    codes, rows = at.codes[inside], summed.sums.rows.sums
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(rows["d"] > 0, summed.sums.first[""] / rows["d"], 0.0)
    total = np.bincount(codes, summed.sums.first[""][inside], at.count)
    moved = np.bincount(codes, (factor * rows["d_moved"])[inside], at.count)
    touched = np.bincount(codes, rows["disputed"][inside], at.count)
    n = np.bincount(codes, rows["n"][inside], at.count)
    return [
        Upheld(points=float(moved[d] / total[d]), reviews=round(touched[d]), n=round(n[d])) if n[d] else NOTHING
        for d in range(at.count)
    ]


NOT_ASKED = Reported(figure=Figure(estimate=None, reason="not told here"))
FRAME_COUNTS = (
    "parts",
    "late",
    "csat_good",
    "csat_bad",
    "reopened",
    "escalated",
    "replied",
    "ln_reply",
    "ln2_reply",
    "solved",
    "ln_solve",
    "ln2_solve",
)


def counts(summed: Summed, at: Domain) -> dict[str, Vector]:
    """What needs no sample: parts, answers of customers, times; what was drawn and reviewed."""
    there = at.framed >= 0
    found = {
        name: np.bincount(at.framed[there], summed.frame.sums[name][there], at.count).astype(np.float64)
        for name in FRAME_COUNTS
    }
    inside, taken = at.codes >= 0, at.drawn >= 0
    found["reviewed"] = np.bincount(at.codes[inside], summed.done[inside], at.count).astype(np.float64)
    found["scored"] = np.bincount(at.codes[inside], summed.sums.rows.sums["n"][inside], at.count).astype(np.float64)
    found["disputed"] = np.bincount(at.codes[inside], summed.sums.rows.sums["disputed"][inside], at.count).astype(float)
    found["drawn"] = np.bincount(at.drawn[taken], summed.draws.drawn[taken], at.count).astype(np.float64)
    return found


def gap(summed: Summed, a: Reported, b: Reported, apart: float) -> Difference:
    """One block minus the other; ``apart`` is the sum of squared differences of the reviewers' shares."""
    return from_sums.gap(a, b, summed.known.between * apart)
