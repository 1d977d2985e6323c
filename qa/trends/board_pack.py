"""What the page of trends shows, as the data of the board pack."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import exports.board_pack as book
from calibration.results import Estimate
from exports.figures import Figure as Shown
from exports.provenance import Provenance, Receipt, RubricStamp
from qa import VERSION
from qa.core.access import Actor
from qa.core.addresses import address_of
from qa.core.clock import week_key
from qa.core.errors import NotFoundError
from qa.core.numerals import number
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.estimation import Difference, Figure
from qa.sampling.models import Draw, DrawReceipt, Period
from qa.sampling.reporting import Reported
from qa.trends import causes, key_figures, limits, linking, queries
from qa.trends.looking import BLOCK, Filters, Looked
from qa.trends.rules import Weekly
from qa.trends.tiles import Tile


def check_team(session: Session, actor: Actor, chosen: Filters) -> None:
    """NotFoundError for a team whose figures are not this person's to see."""
    if chosen.team_id is not None and chosen.team_id not in {team.id for team in queries.teams_for(session, actor)}:
        raise NotFoundError("There is no such team, or its figures are not yours to see.")


def data_of(
    session: Session, actor: Actor, looked: Looked, *, made_by: str, zone: ZoneInfo, now: dt.datetime
) -> book.BoardPack:
    """Exactly the page's figures, with its warnings."""
    parts = linking.stretches(looked.overall, looked.steps)
    linked = {
        item.week: figure.estimate
        for part in parts
        if part.scale != part.name
        for item, figure in zip(part.weeks, part.linked, strict=True)
    }
    first = 0
    stretches = []
    for part in parts:
        stretches.append(book.Stretch(name=part.name, first=first, count=len(part.weeks)))
        first += len(part.weeks)
    happened: dict[dt.date, list[str]] = {}
    for week, text in looked.events:
        happened.setdefault(week, []).append(text)
    scope, by = _scope(looked), looked.chosen.dimension and looked.chosen.dimension.key
    return book.BoardPack(
        scope=scope,
        block=BLOCK,
        key_figures=tuple(_key_figure(each) for each in looked.tiles),
        coverage=looked.coverage,
        weeks=tuple(
            _week(item, linked.get(item.week), looked.reviewed.get(item.week, 0), happened.get(item.week, ()))
            for item in looked.overall
        ),
        stretches=tuple(stretches),
        groups=tuple(
            _group(title, one, rows, looked.split if by == key else {})
            for title, one, key, rows in (
                ("Teams", "Team", "team", looked.team_rows),
                ("Queues", "Queue", "queue", looked.queue_rows),
                *_further(looked),
            )
        ),
        notes=tuple(_notes(looked)),
        said=tuple(f"{view.note.period}, {view.by}: {view.note.text}" for view in looked.said),
        control=tuple(_control(session, actor, looked)),
        target=looked.wanted.get("quality"),
        fair=looked.fair,
        provenance=_provenance(session, actor, looked, scope, made_by, now),
        zone=zone,
    )


def _scope(looked: Looked) -> str:
    team = next((team.name for team in looked.teams if team.id == looked.chosen.team_id), None)
    span = f"{len(looked.weeks)} weeks until {week_key(looked.weeks[-1])}"
    face, value = looked.chosen.face
    narrowed = [] if face == "all" else [f"{face} {value}"]
    return ", ".join((f"Team {team}" if team else "All teams", looked.chosen.queue or "all queues", *narrowed, span))


def shown(figure: Figure | Estimate, *, scale: float = 1.0) -> Shown:
    """An estimate as a cell shows it."""
    interval = figure.interval if figure.estimate is not None else None
    return Shown(
        value=None if figure.estimate is None else figure.estimate * scale,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        reason=figure.reason or "",
        n=figure.n if isinstance(figure, Figure) else figure.n_items,
    )


def _changed(change: Difference, *, scale: float = 1.0) -> Shown:
    interval = change.interval if change.estimate is not None else None
    return Shown(
        value=None if change.estimate is None else change.estimate * scale,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        reason=change.reason or "",
    )


def _further(looked: Looked) -> list[tuple[str, str, str, Sequence[key_figures.Standing]]]:
    """What the small charts are split by besides teams and queues: no change is told there, only weeks."""
    chosen = looked.chosen.dimension
    if chosen is None or chosen.key in {"team", "queue"}:
        return []
    nothing = Difference(estimate=None, reason="told by week")
    rows = [
        key_figures.Standing(
            name=name,
            now=Reported(figure=Figure(estimate=None, reason="told by week")),
            then=Reported(figure=Figure(estimate=None)),
            change=nothing,
            verdict="",
            correlation=None,
        )
        for name in looked.split
    ]
    return [(f"By {chosen.title.lower()}", chosen.title, chosen.key, rows)]


def _control(session: Session, actor: Actor, looked: Looked) -> list[book.ControlWeek]:
    """Each week against its limits, with the causes named most where one lies outside, as the page has them."""
    found = limits.limited(looked.overall, limits.begins(looked.overall, looked.steps))
    outside = [each.week for each in found if each.flag] if looked.chosen.grain == "week" else []
    queue = looked.summed.scope.queue
    named: dict[dt.date, list[str]] = {}
    for cause in causes.of_weeks(session, actor, outside, team_id=looked.chosen.team_id, queue=queue):
        named.setdefault(cause.week, []).append(f"{cause.cause} in {cause.count} of {cause.of} {cause.what}")
    rows = []
    for each in found:
        if each.begins:
            rows.append(book.ControlWeek(key="new scale", said="another version of the rubric scores from here on"))
        said = "; ".join(part for part in (each.flag, *named.get(each.week, ())) if part)
        rows.append(
            book.ControlWeek(
                key=week_key(each.week),
                value=each.figure.estimate,
                n=each.figure.n,
                centre=each.centre,
                low=each.low,
                high=each.high,
                said=said,
            )
        )
    return rows


def _key_figure(each: Tile) -> book.KeyFigure:
    of = "parts" if each.key == "coverage" else each.n_word
    unit = {" %": f"percent of {of}", "": "percent of points" if each.key == "quality" else ""}
    change = "; change in percent of the time before" if each.change_unit else ""
    return book.KeyFigure(
        label=each.title,
        unit=(unit.get(each.unit, each.unit.strip()) or "coefficient") + change,
        now=Shown(
            value=each.value,
            low=each.low,
            high=each.high,
            reason=(each.reason or "") if each.value is None else "",
            n=each.n or 0,
        ),
        change=Shown(value=each.change, low=each.change_low, high=each.change_high, reason=each.change_reason or ""),
        verdict=each.verdict or "",
        note="; ".join(part for part in (each.below, each.note, each.aim and f"target {each.aim}") if part),
        digits=each.digits,
    )


def _week(item: Weekly, linked: float | None, reviewed: int, happened: Sequence[str]) -> book.Week:
    return book.Week(
        key=week_key(item.week),
        quality=shown(item.quality.figure),
        fair=item.fair.figure.estimate,
        linked=None if linked is None else min(max(linked, 0.0), 100.0),
        passed=shown(item.passed.figure, scale=100),
        critical=shown(item.critical.figure, scale=100),
        csat=shown(item.csat, scale=100),
        resolved=item.frame,
        drawn=item.drawn,
        reviewed=reviewed,
        event="; ".join(happened),
    )


def _group(
    title: str, one: str, rows: Sequence[key_figures.Standing], weekly: Mapping[str, Sequence[Weekly]]
) -> book.Group:
    return book.Group(
        title=title,
        one=one,
        standings=tuple(
            book.Standing(
                name=row.name,
                now=shown(row.now.figure),
                change=_changed(row.change),
                verdict=row.verdict,
                fair=row.fair.estimate if row.fair else None,
                correlation=row.correlation,
                note=row.upheld.note or "",
                weeks=tuple((week_key(item.week), shown(item.quality.figure)) for item in weekly.get(row.name, ())),
            )
            for row in rows
        ),
    )


def _notes(looked: Looked) -> list[str]:
    """The page's warnings, in its words."""
    found = []
    for item in looked.unsettled:
        told = "is preliminary" if looked.preliminary else "waits"
        found.append(
            f"The week {week_key(item.week)} is still being reviewed ({item.reviewed} of {item.drawn}): the first few "
            f"done are not a random part of it, so its figure {told}."
        )
    for step in looked.steps:
        shift = step.change.shift
        if shift is None or shift.estimate is None or shift.interval is None:
            found.append(
                f"Not comparable: scores before and after {step.change.name} are two scales, no bridge joins them, so "
                "both lines are drawn, and no change is told across the step."
            )
            continue
        found.append(
            f"Scores before {step.change.name} are as scored, and linked to its scale by a kept shift of "
            f"{number(shift.estimate, signed=True)} ({number(shift.interval.low, signed=True)} to "
            f"{number(shift.interval.high, signed=True)}; {shift.n_items} parts under both) for the "
            f"{number(100 * step.share, 0)} % of the parts that it judges."
        )
    return found


def _provenance(
    session: Session, actor: Actor, looked: Looked, scope: str, made_by: str, now: dt.datetime
) -> Provenance:
    chosen = looked.chosen
    versions = _versions(session, actor.programme_id, set(looked.rubrics))
    receipts = session.execute(
        select(Period.key, DrawReceipt.digest)
        .join(Draw, Draw.id == DrawReceipt.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(
            Period.programme_id == actor.programme_id,
            Period.starts_on >= looked.weeks[0],
            Period.starts_on <= looked.weeks[-1],
        )
        .order_by(Period.starts_on, DrawReceipt.id)
    )
    methods = dict.fromkeys((each.title, each.told.method) for each in looked.tiles if each.told and each.told.method)
    return Provenance(
        title="Board pack",
        subject=scope,
        prepared_for="the board",
        prepared_by=made_by,
        prepared_at=now,
        period_from=looked.weeks[0],
        period_to=looked.weeks[-1] + dt.timedelta(days=6),
        software=f"Fairmark {VERSION}",
        filters=(
            ("Scope", scope),
            ("Reviews", "routine, drawn with known chances, submitted, current revision, of settled weeks"),
            ("Key figures", f"the newest {BLOCK} weeks with reviews, against the {BLOCK} before"),
        ),
        receipts=tuple(Receipt(kind="draw receipt", name=key, digest=digest) for key, digest in receipts),
        rubrics=versions,
        methods=(
            *methods,
            (
                "Change",
                "now minus before, Welch; Holm's correction over the key figures, Benjamini-Hochberg's over lists",
            ),
            ("Intervals", "95 %; sampling and reviewers' strictness together"),
        ),
        counts=(("Reviews with a score", looked.scored), ("Reviews", looked.reviews)),
        left_out=tuple(looked.left_out),
        link=address_of(
            "trends.index",
            team=chosen.team_id,
            queue=chosen.queue,
            weeks=chosen.weeks,
            narrow=chosen.narrow or None,
            by=chosen.by or None,
            grain=chosen.grain,
        ),
    )


def _versions(session: Session, programme_id: int, names: set[str]) -> tuple[RubricStamp, ...]:
    rows = session.execute(
        select(RubricFamily.name, RubricVersion)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id, RubricVersion.published_at.is_not(None))
        .order_by(RubricVersion.id)
    )
    return tuple(
        RubricStamp(label=f"{name} {row.label}", fingerprint=row.fingerprint, engine=row.engine_version)
        for name, row in rows
        if f"{name} {row.label}" in names
    )
