"""What the failed reviews of a week that stands out have in common: named causes, never a guess."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.clock import week_key
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.trends import queries

FRESH = dt.timedelta(weeks=8)  # how long a changed procedure may be what a failure comes from
LEAST, SHARE = 3, 0.3  # reviews and share of the failed ones from which a cause is named
MOST_WEEKS, MOST_NAMED = 4, 3
SUNDAY = dt.timedelta(days=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Of ``of`` failed reviews of a week, ``count`` name this cause."""

    week: dt.date
    cause: str
    count: int
    of: int
    what: str


def of_weeks(
    session: Session,
    actor: Actor,
    weeks: Sequence[dt.date],
    *,
    team_id: int | None = None,
    queue: str | None = None,
) -> list[Cause]:
    """The commonest root causes, launches, failed criticals and changed procedures behind failed reviews."""
    weeks = list(weeks)[-MOST_WEEKS:]
    if not weeks:
        return []
    rows = session.execute(
        select(
            Period.starts_on,
            ReviewRevision.id,
            ReviewRevision.rubric_version_id,
            ReviewRevision.outcome,
            ReviewRevision.failed_criticals,
            Ticket.launch,
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
            ReviewRevision.outcome.in_(("failed", "failed_critical")),
            Period.starts_on.in_(weeks),
            *queries.within(actor, team_id, queue),
        )
        .order_by(Review.id)
    ).all()
    told = session.execute(
        select(Answer.revision_id, Answer.criterion_key, Answer.root_causes).where(
            Answer.revision_id.in_([row.id for row in rows])
        )
    ).all()
    rubrics = rubrics_of(session, {row.rubric_version_id for row in rows})
    named = _root_causes(told, {row.id: row.rubric_version_id for row in rows}, rubrics)
    changed = _changed_procedures(session, actor.programme_id, weeks)
    found: list[Cause] = []
    for week in weeks:
        here = [row for row in rows if row.starts_on == week]
        critical = [row for row in here if row.outcome == "failed_critical"]
        causes: Counter[str] = Counter(cause for row in here for cause in named.get(row.id, ()))
        causes.update(f"launch {row.launch}" for row in here if row.launch)
        fails: Counter[str] = Counter(
            rubrics[row.rubric_version_id].criterion(key).name for row in critical for key in row.failed_criticals
        )
        fresh = {key: said for key, day, said in changed if week - FRESH < day <= week + SUNDAY}
        fails.update(
            said
            for row in critical
            for said in {
                fresh.get(rubrics[row.rubric_version_id].criterion(key).procedure or "") for key in row.failed_criticals
            }
            if said
        )
        for counted, of, what in ((causes, len(here), "failed reviews"), (fails, len(critical), "critical errors")):
            found += [
                Cause(week=week, cause=cause, count=count, of=of, what=what)
                for cause, count in counted.most_common(MOST_NAMED)
                if count >= LEAST and count >= SHARE * of
            ]
    return found


def _changed_procedures(
    session: Session, programme_id: int, weeks: Sequence[dt.date]
) -> list[tuple[str, dt.date, str]]:
    """Procedures by key that a new version of came into force shortly before these weeks or in them, oldest first.

    The first version of a procedure changes nothing.
    """
    rows = session.execute(
        select(Procedure.key, Procedure.name, ProcedureVersion.label, ProcedureVersion.effective_from)
        .join(ProcedureVersion, ProcedureVersion.procedure_id == Procedure.id)
        .where(Procedure.programme_id == programme_id)
        .order_by(ProcedureVersion.effective_from, ProcedureVersion.id)
    ).all()
    known: set[str] = set()
    found = []
    for key, name, label, moment in rows:
        if key in known and min(weeks) - FRESH < moment.date():
            found.append((key, moment.date(), f"{name} changed: version {label} since {week_key(moment.date())}"))
        known.add(key)
    return found


def _root_causes(
    told: Sequence[tuple[int, str, list[str]]], version_of: Mapping[int, int], rubrics: Mapping[int, object]
) -> dict[int, set[str]]:
    """Each revision's root causes as people say them, once a review."""
    found: dict[int, set[str]] = {}
    for revision_id, key, causes in told:
        if not causes:
            continue
        criterion = rubrics[version_of[revision_id]].criterion(key)  # type: ignore[attr-defined]
        names = {cause.key: cause.name for cause in criterion.root_causes}
        found.setdefault(revision_id, set()).update(names.get(cause, cause) for cause in causes)
    return found
