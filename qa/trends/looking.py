"""What the page of trends shows to one person with some filters: for the page, and for the board pack alike."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.clock import local_day, midnight, monday_of
from qa.people.models import ProgrammeSetting, Team
from qa.reviews.measured import Progress, progress_of, settled
from qa.trends import key_figures, linking, queries, rules, versions
from qa.trends.key_figures import Kpi, Standing
from qa.trends.linking import Step
from qa.trends.rules import Evidence, Weekly

SPANS = (8, 13, 26, 52)
USUAL_SPAN = 26
BLOCK = 4  # weeks that a key figure rests on, and is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page is narrowed to; it lives in the address."""

    team_id: int | None = None
    queue: str | None = None
    weeks: int = USUAL_SPAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Every figure of the page."""

    chosen: Filters
    weeks: Sequence[dt.date]
    newest: Sequence[dt.date]
    evidence: Evidence
    kpis: Sequence[Kpi]
    steps: Sequence[Step]
    left_out: Sequence[tuple[str, int]]
    progress: Sequence[Progress]
    overall: Sequence[Weekly]
    by_team: Mapping[str, Sequence[Weekly]]
    by_queue: Mapping[str, Sequence[Weekly]]
    team_rows: Sequence[Standing]
    queue_rows: Sequence[Standing]
    teams: Sequence[Team]
    events: Sequence[tuple[dt.date, str]]
    fair: bool
    target: float | None

    @property
    def unsettled(self) -> list[Progress]:
        """Weeks that are still being reviewed."""
        return [item for item in self.progress if not item.settled]

    @property
    def preliminary(self) -> bool:
        """Whether no week is settled, so that figures rest on unsettled ones."""
        return not any(item.settled for item in self.progress)

    @property
    def reviewed(self) -> dict[dt.date, int]:
        return {item.week: item.reviewed for item in self.progress}

    @property
    def coverage(self) -> tuple[int, int, int]:
        """Parts of the frame, drawn, and reviewed over the newest weeks."""
        return (
            sum(row.frame for row in self.evidence.measured.frame if row.week in self.newest),
            sum(row.drawn for row in self.evidence.drawn if row.week in self.newest),
            sum(row.week in self.newest for row in self.evidence.reviews),
        )


def look(
    session: Session, actor: Actor, chosen: Filters, *, setting: ProgrammeSetting, zone: ZoneInfo, now: dt.datetime
) -> Looked:
    """Read and reckon everything, in a bounded number of statements."""
    last = monday_of(local_day(now, zone)) - dt.timedelta(weeks=1)  # the newest week that is over
    weeks = [last - dt.timedelta(weeks=back) for back in range(chosen.weeks - 1, -1, -1)]
    since = weeks[0] - dt.timedelta(weeks=2 * BLOCK)
    known = queries.evidence(session, actor, since=since, team_id=chosen.team_id, queue=chosen.queue)
    reviews, _, drawn = known
    evidence = rules.Evidence.of(*settled(*known), sees_each=queries.may_see_each(actor))
    newest, before = rules.newest_weeks(evidence.reviews, BLOCK)
    steps = linking.steps_in(
        evidence.reviews,
        versions.changes_between(session, actor.programme_id, {row.rubric for row in evidence.reviews}),
    )
    between = linking.between(steps, newest, before)
    return Looked(
        chosen=chosen,
        weeks=weeks,
        newest=newest,
        evidence=evidence,
        kpis=linking.kpis_over(key_figures.kpis(evidence, newest, before), between) if evidence.reviews else [],
        steps=steps,
        left_out=queries.left_out(session, actor, newest, zone, team_id=chosen.team_id, queue=chosen.queue),
        progress=progress_of(reviews, drawn),
        overall=rules.weekly(evidence, weeks).get("", []),
        by_team=rules.weekly(evidence, weeks, rules.by_team),
        by_queue=rules.weekly(evidence, weeks, rules.by_queue),
        team_rows=linking.standings_over(key_figures.standings(evidence, newest, before, rules.by_team), between),
        queue_rows=linking.standings_over(key_figures.standings(evidence, newest, before, rules.by_queue), between),
        teams=queries.teams_for(session, actor),
        events=[
            (monday_of(local_day(moment, zone)), text)
            for moment, text in queries.published_since(session, actor.programme_id, midnight(weeks[0], zone))
        ],
        fair=setting.fair_mean,
        target=setting.quality_target,
    )
