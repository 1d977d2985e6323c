"""What the page of trends shows to one person with some filters: for the page, and for the board pack alike."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa.board_notes import queries as board_notes
from qa.core.access import Actor, Permission
from qa.core.clock import local_day, monday_of
from qa.people.models import ProgrammeSetting, Team
from qa.reviews.measured import NO_QUEUE, NO_TEAM, Progress
from qa.targets import queries as targets
from qa.trends import counting, events, linking, queries, scoped, summed, versions
from qa.trends.counting import Counting
from qa.trends.dimensions import NOTHING_SAID
from qa.trends.filtering import GRAINS, SPANS, USUAL_SPAN, Filters
from qa.trends.key_figures import Standing
from qa.trends.linking import Step
from qa.trends.over_time import Crowd, spans_of, weekly_of
from qa.trends.rules import Weekly
from qa.trends.shares import Scope
from qa.trends.splitting import split_by
from qa.trends.standing_rows import Kept, shares_by_face, standings
from qa.trends.summed import Summed
from qa.trends.tile_row import over_steps, tile_row
from qa.trends.tiles import Tile, aimed

BLOCK = 4  # weeks that a key figure rests on, and is compared with
__all__ = ["BLOCK", "GRAINS", "SPANS", "USUAL_SPAN", "Filters", "Looked", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Every figure of the page."""

    chosen: Filters
    weeks: Sequence[dt.date]
    newest: Sequence[dt.date]
    before: Sequence[dt.date]
    summed: Summed
    tiles: Sequence[Tile]
    steps: Sequence[Step]
    left_out: Sequence[tuple[str, int]]
    progress: Sequence[Progress]
    overall: Sequence[Weekly]
    split: Mapping[str, Sequence[Weekly]]
    split_more: int  # small charts that found no place
    team_rows: Sequence[Standing]
    queue_rows: Sequence[Standing]
    teams: Sequence[Team]
    rubrics: Sequence[str]
    events: Sequence[tuple[dt.date, str]]
    fair: bool
    wanted: Mapping[str, float]  # by measure, as targets say it
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: Sequence[board_notes.NoteView] = ()  # the director's notes on these weeks
    counted: Counting | None = None  # an upgrade's count that is not done: until then figures are not whole

    @property
    def anything(self) -> bool:
        return self.summed.anything

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
    def reviews(self) -> int:
        """Reviews that the page rests on."""
        return round(float(self.summed.done.sum()))

    @property
    def scored(self) -> int:
        return round(float(self.summed.sums.rows.sums["n"].sum()))

    @property
    def coverage(self) -> tuple[int, int, int]:
        """Parts of the frame, drawn, and reviewed over the newest weeks."""
        newest = set(self.newest)
        here = [item for item in self.overall if item.week in newest]
        return sum(i.frame for i in here), sum(i.drawn for i in here), sum(i.reviewed for i in here)


def scope_of(session: Session, actor: Actor, chosen: Filters) -> tuple[Scope, Sequence[Team]]:
    """Whose parts this person's page is over, and the teams to choose from."""
    teams = queries.teams_for(session, actor)
    visible = tuple(team.id for team in teams)
    everybody = queries.sees_every_team(actor)
    own: tuple[int, ...] | None = None if everybody else visible
    if chosen.team_id is not None:
        own = (chosen.team_id,) if everybody or chosen.team_id in visible else ()
    face, value = chosen.face
    queue = "" if chosen.queue == NO_QUEUE else chosen.queue
    value = "" if value == NOTHING_SAID else value
    return (
        Scope(programme_id=actor.programme_id, teams=own, queue=queue, face=face, value=value, all_teams=visible),
        teams,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest weeks beside those before: what a desk shows, and the page of trends at its top."""

    weeks: Sequence[dt.date]
    newest: Sequence[dt.date]
    before: Sequence[dt.date]
    summed: Summed
    crowd: Crowd
    tiles: Sequence[Tile]
    wanted: Mapping[str, float]
    team_rows: Sequence[Standing]
    queue_rows: Sequence[Standing]
    kept: Kept
    steps: Sequence[Step]
    left_out: Sequence[tuple[str, int]]
    rubrics: Sequence[str]
    teams: Sequence[Team]
    names: Mapping[int, str]


def newest_weeks(
    session: Session, actor: Actor, chosen: Filters, *, setting: ProgrammeSetting, zone: ZoneInfo, now: dt.datetime
) -> Newest:
    """The key figures, teams and queues; in a bounded number of statements."""
    last = monday_of(local_day(now, zone)) - dt.timedelta(weeks=1)  # the newest week that is over
    weeks = [last - dt.timedelta(weeks=back) for back in range(chosen.weeks - 1, -1, -1)]
    scope, teams = scope_of(session, actor, chosen)
    found = summed.load(session, scope, since=min(weeks[0], last - dt.timedelta(weeks=4 * BLOCK - 1)), until=last)
    newest, before = blocks(found)
    if before and before[-1] < found.weeks[0]:  # the newest reviews lie at the beginning of what is shown
        found = summed.load(session, scope, since=before[-1], until=last)
        newest, before = blocks(found)
    rubrics_by_week = versions.by_week(session, found) if found.anything else []
    steps = linking.steps_in(
        rubrics_by_week,
        versions.changes_between(session, actor.programme_id, {row.rubric for row in rubrics_by_week}),
    )
    between = linking.between(steps, newest, before)
    crowd = Crowd(session=session, scope=scope, found=found, sees_each=queries.may_see_each(actor))
    left_out = queries.left_out(session, actor, newest, zone, team_id=chosen.team_id, queue=chosen.queue)
    names = {team.id: team.name for team in teams} | {0: NO_TEAM}
    language = ["language"] if chosen.dimension and chosen.dimension.key == "language" else []
    kept = shares_by_face(session, found, newest, before, ["team", "queue", *language])
    rubrics = sorted({row.rubric for row in rubrics_by_week if row.week in set(newest)})
    team_rows, queue_rows = standings(found, newest, before, crowd, names, kept)
    row = tile_row(session, found, newest, before, crowd, left_out, rubrics, zone, fair=setting.fair_mean)
    wanted = wanted_of(session, actor.programme_id, chosen, last, setting)
    return Newest(
        weeks=weeks,
        newest=newest,
        before=before,
        summed=found,
        crowd=crowd,
        tiles=aimed(over_steps(row, between), wanted),
        wanted=wanted,
        team_rows=linking.standings_over(team_rows, between),
        queue_rows=linking.standings_over(queue_rows, between),
        kept=kept,
        steps=steps,
        left_out=left_out,
        rubrics=rubrics,
        teams=teams,
        names=names,
    )


def look(
    session: Session, actor: Actor, chosen: Filters, *, setting: ProgrammeSetting, zone: ZoneInfo, now: dt.datetime
) -> Looked:
    """Read and reckon everything, in a bounded number of statements."""
    top = newest_weeks(session, actor, chosen, setting=setting, zone=zone, now=now)
    found, weeks, by = top.summed, top.weeks, chosen.dimension
    spans = spans_of(weeks, chosen.grain)
    by_value, more = (
        split_by(session, found, by, spans, top.crowd, top.names, top.kept.get(by.key, {})) if by else ({}, 0)
    )
    return Looked(
        chosen=chosen,
        weeks=weeks,
        newest=top.newest,
        before=top.before,
        summed=found,
        tiles=top.tiles,
        steps=top.steps,
        left_out=top.left_out,
        progress=found.progress,
        overall=weekly_of(found, spans, top.crowd),
        split=by_value,
        split_more=more,
        team_rows=top.team_rows,
        queue_rows=top.queue_rows,
        teams=top.teams,
        rubrics=top.rubrics,
        events=events.between(session, actor.programme_id, weeks[0], weeks[-1], zone),
        fair=setting.fair_mean,
        wanted=top.wanted,
        facets=scoped.facets_of(session, replace(found.scope, queue=None), weeks[0]),
        said=board_notes.notes_between(
            session, actor.programme_id, since=weeks[0], until=weeks[-1] + dt.timedelta(days=6)
        )
        if actor.may(Permission.BOARD_NOTES_READ)
        else (),
        counted=counting.under_way(session, actor.programme_id),
    )


def wanted_of(
    session: Session, programme_id: int, chosen: Filters, last: dt.date, setting: ProgrammeSetting
) -> dict[str, float]:
    """What is wanted of each measure at the end of a week: of the team or queue, the programme, or by its rules."""
    by_rules = {} if setting.quality_target is None else {"quality": setting.quality_target}
    return by_rules | targets.wanted_on(
        session,
        programme_id,
        last + dt.timedelta(days=6),
        team_id=chosen.team_id,
        queue="" if chosen.team_id is not None else chosen.queue or "",
    )


def blocks(found: Summed) -> tuple[list[dt.date], list[dt.date]]:
    """The newest weeks that have reviews, and as many before them; empty without reviews."""
    if not len(found.sums.rows):
        return [], []
    last = found.weeks[int(found.sums.rows.week.max())]
    newest = [last - dt.timedelta(weeks=back) for back in range(BLOCK)]
    return newest, [week - dt.timedelta(weeks=BLOCK) for week in newest]
