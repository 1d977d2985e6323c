"""Giving golden tickets to be scored again, blind: with a week's draw, so that nothing tells them from drawn parts."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from qa.calibration_sessions.golden import queries, rules, service
from qa.calibration_sessions.golden.queries import Standard
from qa.core import audit
from qa.core.access import Role
from qa.core.clock import local_day
from qa.people.models import ProgrammeSetting
from qa.people.queries import people_with_role, zone_of
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rule_book
from qa.sampling import exposure
from qa.sampling.assigning import Load
from qa.sampling.giving import DrawnFacts, loads_on, part_facts
from qa.sampling.models import Assignment, Draw, DrawnUnit, Purpose
from qa.sampling.reviewers import ReviewerFacts, why_not
from qa.tickets.queries import hold_parts

INITIATED = (Role.QA_LEAD, Role.TEAM_LEAD)  # they may open the list of golden tickets


def serve(
    session: Session, setting: ProgrammeSetting, draw: Draw, *, rng: np.random.Generator, now: dt.datetime
) -> int:
    """Give golden tickets to those who got parts of a draw; how many. Retires first what cannot be read any more.

    Everybody gets what their clearance, regions, languages and teams allow, by the version in force now, of tickets
    they neither sat over nor saw in twelve weeks. Purpose and place in the queue look like those of drawn parts.
    """
    service.retire_erased(session, setting.programme_id, now=now)
    today = local_day(now, zone_of(setting))
    loads = [load for load in loads_on(session, setting, today, now=now) if load.reviewer.takes_parts]
    initiated = {
        person.id for role in INITIATED for person in people_with_role(session, setting.programme_id, role, today)
    }
    queues = _given_by(session, draw)
    able = [load for load in loads if load.key in queues and load.key not in initiated]
    usable = _usable(session, setting, now=now)
    if not able or not usable or not setting.gold_per_month:
        return 0
    hold_parts(session, list(usable))
    facts = part_facts(session, list(usable))
    usable = {part_id: each for part_id, each in usable.items() if not facts[part_id].erased}
    found = [each for each, _ in usable.values()]
    known = queries.known_to(session, found, [load.key for load in able], now=now)
    given = queries.last_given(session, usable)
    rows = []
    for place in rng.permutation(len(able)).tolist():
        load = able[place]
        wanted = rules.share_of_week(setting.gold_per_month, rng)
        fitting = [
            part_id for part_id in usable if (part_id, load.key) not in known and _may(load, facts[part_id], setting)
        ]
        # The longest unused first; what was given this moment already comes last, ties by lot.
        lots = dict(zip(fitting, rng.random(len(fitting)).tolist(), strict=True))
        for part_id in sorted(fitting, key=lambda each: (_since(given, each), lots[each]))[:wanted]:
            if not _may(load, facts[part_id], setting):
                continue
            due_on, positions = queues[load.key]
            exposure.meets(load, facts[part_id].facts.content_severity)
            given[part_id] = now
            rows.append(
                {
                    "part_id": part_id,
                    "reviewer_id": load.key,
                    "purpose": Purpose.GOLD,
                    "origin": "session",
                    "rubric_version_id": usable[part_id][1],
                    "rubric_date": setting.rubric_date,
                    "due_on": due_on,
                    "position": positions[int(rng.integers(len(positions)))],
                    "created_at": now,
                }
            )
    if rows:
        session.execute(insert(Assignment), rows)
    audit.record(
        session,
        action="golden.give",
        object_type="draw",
        object_id=draw.id,
        actor_id=None,
        now=now,
        detail={"given": len(rows)},
    )
    session.flush()
    return len(rows)


def _may(load: Load[ReviewerFacts], part: DrawnFacts, setting: ProgrammeSetting) -> bool:
    rested = exposure.bears(load, part.facts.content_severity)
    return rested and why_not(load.reviewer, part.facts, own_team_ban=setting.own_team_ban) is None


def _since(given: Mapping[int, dt.datetime], part_id: int) -> float:
    at = given.get(part_id)
    return at.timestamp() if at is not None else 0.0


def _given_by(session: Session, draw: Draw) -> dict[int, tuple[dt.date, Sequence[int]]]:
    """Who got parts of a draw, with the day they are due and their places in the queue."""
    queues: dict[int, tuple[dt.date, list[int]]] = {}
    for reviewer_id, due_on, position in session.execute(
        select(Assignment.reviewer_id, Assignment.due_on, Assignment.position)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .where(DrawnUnit.draw_id == draw.id, Assignment.state == "open")
        .order_by(Assignment.reviewer_id, Assignment.due_on, Assignment.id)
    ):
        queues.setdefault(reviewer_id, (due_on, []))[1].append(position)
    return dict(queues)


def _usable(session: Session, setting: ProgrammeSetting, *, now: dt.datetime) -> dict[int, tuple[Standard, int]]:
    """Golden tickets by part with the version in force, where that is comparable: one family, one major version."""
    found = queries.standards(session, setting.programme_id)
    facts = part_facts(session, [each.part_id for each in found])
    book = rule_book(session, setting.programme_id, at=now)
    lineage = {
        version_id: (family_id, major)
        for version_id, family_id, major in session.execute(
            select(RubricVersion.id, RubricVersion.family_id, RubricVersion.major).where(
                RubricVersion.id.in_([version.version_id for version in book.versions])
            )
        )
    }
    usable = {}
    for each in found:
        part = facts[each.part_id]
        version_id = book.version_for(part.facts.queue, part.channel, part.facts.language, now)
        if version_id is not None and lineage[version_id] == (each.family_id, each.major):
            usable[each.part_id] = (each, version_id)
    return usable
