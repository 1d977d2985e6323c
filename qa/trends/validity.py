"""Does the QA score go with what customers say and do? Each score beside each outcome of the same tickets."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from calibration.discrimination import area_under_curve, reach
from calibration.multiplicity import benjamini_hochberg
from calibration.results import Estimate
from qa.core.access import Actor
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.trends import queries

LEVEL = 0.10
NEAR = 0.10  # of the way to the best a score could tell: an interval within it shows that nothing is to be seen
MOST = 4_000  # newest reviews that are read
BATCH = 500
Vector = NDArray[np.float64]
OUTCOMES = (("csat", "Satisfied"), ("reopen", "Reopened"), ("escalated", "Escalated"))
GOOD = {"csat": True, "reopen": False, "escalated": False}  # whether the outcome is a good one


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How one score goes with one outcome: the chance that one with it scored higher than one without."""

    outcome: str
    figure: Estimate
    adjusted_p: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """The whole score, or one criterion, beside every outcome."""

    name: str
    n: int
    associations: Sequence[Association]

    @property
    def predicts_nothing(self) -> bool:
        """Whether every outcome that could be judged lies near one half for sure."""
        judged = [each for each in self.associations if each.figure.interval is not None]
        return bool(judged) and all(each.verdict == "predicts nothing" for each in judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Reviews with what customers did: one entry each, NaN where nothing is known or N/A."""

    score: Vector
    criteria: Mapping[str, Vector]
    outcomes: Mapping[str, Vector]
    people: int = 0  # whose work it is


def validity(scores: Scores) -> list[Predictor]:
    """The score and each criterion beside each outcome, all tested together by Benjamini and Hochberg (10 %). Pure."""
    named = {"QA score": scores.score, **scores.criteria}
    figures: list[tuple[str, str, Estimate]] = []
    reaches: list[float] = []
    for name, values in named.items():
        for key, _ in OUTCOMES:
            outcome = scores.outcomes[key]
            known = np.isfinite(outcome)
            figures.append((name, key, area_under_curve(values[known], outcome[known] > 0)))
            reaches.append(reach(values[known], outcome[known] > 0))
    adjusted = benjamini_hochberg([figure.p_value for _, _, figure in figures])
    titles = dict(OUTCOMES)
    found: dict[str, list[Association]] = {}
    for (name, key, figure), p, most in zip(figures, adjusted, reaches, strict=True):
        verdict = said(figure, p, good=GOOD[key], most=most)
        found.setdefault(name, []).append(
            Association(outcome=titles[key], figure=figure, adjusted_p=p, verdict=verdict)
        )
    return [
        Predictor(name=name, n=int(np.isfinite(named[name]).sum()), associations=each) for name, each in found.items()
    ]


def said(figure: Estimate, adjusted_p: float | None, *, good: bool, most: float = 0.5) -> str:
    """What may be said of an association: as hoped, the wrong way round, nothing, or too little to tell.

    ``most`` is how far from one half the figure could lie at all: little for a criterion that is rarely failed.
    """
    if figure.estimate is None or figure.interval is None or adjusted_p is None:
        return "too few to judge"
    if adjusted_p < LEVEL:
        return "goes with it" if (figure.estimate > 0.5) == good else "goes against it"
    inside = figure.interval.low >= 0.5 - NEAR * most and figure.interval.high <= 0.5 + NEAR * most
    return "predicts nothing" if inside else "cannot tell"


def read(
    session: Session, actor: Actor, *, since: dt.date, until: dt.date, team_id: int | None, queue: str | None
) -> Scores:
    """The newest drawn reviews of some weeks with what became of their tickets, in a few statements."""
    rows = session.execute(
        select(
            ReviewRevision.id,
            ReviewRevision.rubric_version_id,
            ReviewRevision.score,
            HandledPart.specialist_id,
            Ticket.csat,
            Ticket.reopens,
            Ticket.escalated,
        )
        .select_from(Review)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ~Review.sealed,
            Period.starts_on >= since,
            Period.starts_on <= until,
            *queries.within(actor, team_id, queue),
        )
        .order_by(Period.starts_on.desc(), Review.id.desc())
        .limit(MOST)
    ).all()
    versions = rubrics_of(session, {row.rubric_version_id for row in rows})
    names: dict[str, int] = {}
    got: list[dict[str, float]] = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        answers = review_queries.answers_of_many(session, [row.id for row in batch])
        for row in batch:
            state = review_rules.state_of(answers.get(row.id, []))
            own: dict[str, float] = {}
            for criterion in versions[row.rubric_version_id].criteria:
                share = rubrics.criterion_fraction(criterion, state.get(criterion.key))
                if share is not None:
                    names.setdefault(criterion.name, len(names))
                    own[criterion.name] = float(share)
            got.append(own)
    return Scores(
        score=np.array([np.nan if row.score is None else row.score for row in rows], dtype=np.float64),
        criteria={name: np.array([own.get(name, np.nan) for own in got], dtype=np.float64) for name in names},
        outcomes={
            "csat": np.array([{"good": 1.0, "bad": 0.0}.get(row.csat or "", np.nan) for row in rows], dtype=np.float64),
            "reopen": np.array([float(row.reopens > 0) for row in rows], dtype=np.float64),
            "escalated": np.array([float(row.escalated) for row in rows], dtype=np.float64),
        },
        people=len({row.specialist_id for row in rows} - {None}),
    )
