"""What criteria and sections got, week by week, in percent of their points."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy.orm import Session

from qa.figures.models import WeeklyAnswerPack
from qa.figures.reading import read
from qa.rubric_library.queries import rubrics_of
from qa.sampling import from_sums
from qa.sampling.estimation import Figure
from qa.sampling.reporting import PEOPLE, Reported
from qa.sampling.sum_rows import Rows, completion
from qa.trends.rules import Weekly, bounded, share, withheld
from qa.trends.summed import Summed

if TYPE_CHECKING:
    from qa.trends.over_time import Span

MOST = 24
NOT_OF_ANSWERS = Reported(figure=Figure(estimate=None, reason="told of whole reviews only"))


def weekly(
    session: Session,
    found: Summed,
    kind: str,
    spans: "Sequence[Span]",
    people: Mapping[tuple[str, dt.date], int] | None,
) -> tuple[dict[str, list[Weekly]], int]:
    """Every span of every criterion or section, by name; a criterion whose scale changed is a line of its own.

    The weighted mean of what was answered and is not N/A, in percent of its points. What reviewers' strictness adds is
    that of scores, scaled by nothing: one criterion varies more, so these bands hold sampling alone.
    """
    scope = found.scope
    rows = read(
        session,
        WeeklyAnswerPack,
        scope.programme_id,
        since=found.weeks[0],
        until=found.weeks[-1],
        teams=scope.read_teams,
    )
    line_of: dict[Any, int] = {}  # of each version's criteria or sections
    line = rows.places(lambda cell: line_of.setdefault(cell[1:3], len(line_of)) if cell[0] == kind else -1)
    if not line_of:
        return {}, 0
    labels = _labels(session, kind, list(line_of))
    names = sorted(set(labels.values()))
    place = {name: n for n, name in enumerate(names)}
    named = np.array([place[labels[key]] for key in line_of], dtype=np.int64)
    at = Rows(
        week=rows.codes("week", {week: n for n, week in enumerate(found.weeks)}),
        team=rows.codes("team_id", {team: n for n, team in enumerate(found.teams)}),
        queue=rows.codes("queue", {queue: n for n, queue in enumerate(found.queues)}, scope.queue),
        risk=rows.numbers("risk_class"),
        value=np.where(line >= 0, named[line], -1),
        known=np.zeros(len(rows), dtype=np.bool_),
        sums=rows.sums,
    )
    at = at.only((at.value >= 0) & (at.queue >= 0))
    at = at.only(found.settled[at.week])
    every = found.sums.rows
    factor = completion(every.week, every.team, every.risk, every.sums["reviews"], found.draws, at)
    span_at = {week: n for n, span in enumerate(spans) for week in span.weeks}
    span_of = np.array([span_at.get(week, -1) for week in found.weeks], dtype=np.int64)[at.week]
    codes = np.where(span_of >= 0, at.value * len(spans) + span_of, -1)
    figures = from_sums.mean_of(at, factor, codes, len(names) * len(spans))
    result = {}
    for name in names[:MOST]:
        items = []
        for d, span in enumerate(spans):
            figure = figures[place[name] * len(spans) + d]
            item = Weekly(
                week=span.first,
                quality=bounded(Reported(figure=figure)),
                fair=NOT_OF_ANSWERS,
                passed=NOT_OF_ANSWERS,
                critical=NOT_OF_ANSWERS,
                csat=share(0, 0),
                frame=0,
                late=0,
                drawn=0,
                reviewed=figure.n,
                people=0,
            )
            crowd = None if people is None else max((people.get(("", week), 0) for week in span.weeks), default=0)
            items.append(item if crowd is None or crowd >= PEOPLE else withheld(item))
        result[name] = items
    return result, max(len(names) - MOST, 0)


def behind(session: Session, found: Summed, kind: str, label: str) -> dict[int, list[str]]:
    """The criteria behind a line of criteria or sections, by rubric version; empty where no line is called so."""
    versions = rubrics_of(session, {int(version) for _, version in found.judged})
    keys = [
        (version, each.key)
        for version, rubric in versions.items()
        for each in (rubric.sections if kind == "section" else rubric.criteria)
    ]
    criteria: dict[int, list[str]] = {}
    for (version, key), said in _labels(session, kind, keys).items():
        if said == label:
            section = next((each for each in versions[version].sections if each.key == key), None)
            inside = [each.key for each in section.criteria] if kind == "section" and section else [key]
            criteria.setdefault(version, []).extend(inside)
    return criteria


def _labels(session: Session, kind: str, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """How each version's criterion or section is called; the same words and scale are the same line.

    Only comparable criteria share a line: a changed scale gets a line with its version's number.
    """
    versions = rubrics_of(session, {version for version, _ in keys})
    shapes: dict[tuple[str, str], dict[Any, list[tuple[int, str]]]] = {}
    names: dict[tuple[str, str], str] = {}
    for version_id, key in dict.fromkeys(keys):
        rubric = versions.get(version_id)
        if rubric is None:
            continue
        if kind == "section":
            section = next((each for each in rubric.sections if each.key == key), None)
            shape: Any = None
            name = key if section is None else section.name
        else:
            criterion = rubric.criterion(key)
            shape, name = criterion.scale, criterion.name
        line = (rubric.name, key)
        names[line] = name
        shapes.setdefault(line, {}).setdefault(repr(shape), []).append((version_id, key))
    found: dict[tuple[int, str], str] = {}
    many = len({rubric for rubric, _ in names}) > 1
    for line, by_shape in shapes.items():
        for members in by_shape.values():
            label = names[line] + (f" · {line[0]}" if many else "")
            if len(by_shape) > 1:
                label += f" · from {min(versions[version].label for version, _ in members)}"
            found |= dict.fromkeys(members, label)
    return {key: found.get(key, key[1]) for key in keys}
