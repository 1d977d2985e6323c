"""Giving drawn parts to reviewers: the first score of each, and a hidden second one of some."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from qa.core.clock import local_day
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book_at
from qa.rubric_library.rules import RuleBook
from qa.sampling import exposure, taking_back
from qa.sampling.assigning import Load, Outcome, Task, assign
from qa.sampling.doubling import doubled, raised_shares
from qa.sampling.models import Assignment, DrawnUnit, Purpose
from qa.sampling.pairing import assign_doubles, double_pairs, language_groups
from qa.sampling.reviewers import PartFacts, ReviewerFacts, reviewers_on, why_not
from qa.tickets.models import HandledPart, Ticket

NOBODY: Mapping[int, frozenset[int]] = {}
ROTATION_DAYS = 21  # so long a reviewer rather does not meet the same specialist again


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What became of a draw's parts: how many assignments, and what nobody could take, by reason."""

    routine: int
    double: int
    left: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFacts:
    """A drawn part with everything that decides its rubric and its reviewer."""

    facts: PartFacts
    channel: str
    resolved_at: dt.datetime
    erased: bool = False  # nobody can read it any more


def part_facts(session: Session, part_ids: Sequence[int]) -> dict[int, DrawnFacts]:
    """What decides who scores these parts and by which rubric."""
    rows = session.execute(
        select(
            HandledPart,
            Ticket.queue,
            Ticket.channel,
            Ticket.language,
            Ticket.content_severity,
            Ticket.data_region,
            Ticket.erased_at,
        )
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(HandledPart.id.in_(part_ids))
    )
    return {
        part.id: DrawnFacts(
            facts=PartFacts(
                part_id=part.id,
                specialist_id=part.specialist_id,
                team_id=part.team_id,
                queue=queue,
                language=language,
                content_severity=severity,
                data_region=region,
            ),
            channel=channel,
            resolved_at=part.resolved_at,
            erased=erased_at is not None,
        )
        for part, queue, channel, language, severity, region, erased_at in rows
    }


def with_families(
    parts: Mapping[int, DrawnFacts], versions: Mapping[int, int | None], book: RuleBook, setting: ProgrammeSetting
) -> dict[int, DrawnFacts]:
    """The parts with the rubric family that a certificate is asked for; unchanged where the programme asks for none."""
    if not setting.certification_required:
        return dict(parts)
    family_of = {version.version_id: version.family_id for version in book.versions}
    return {
        part_id: replace(part, facts=replace(part.facts, family_id=family_of.get(versions.get(part_id) or 0)))
        for part_id, part in parts.items()
    }


def loads_on(
    session: Session, setting: ProgrammeSetting, day: dt.date, *, now: dt.datetime
) -> list[Load[ReviewerFacts]]:
    """The reviewers of a day with what they carry and how much harmful content they were given lately."""
    reviewers = reviewers_on(session, setting.programme_id, day)
    met = exposure.given_lately(session, [reviewer.user_id for reviewer in reviewers], now=now)
    return [
        Load(
            key=reviewer.user_id,
            reviewer=reviewer,
            capacity=reviewer.capacity,
            load=reviewer.load,
            harmful=met.get(reviewer.user_id, exposure.NOTHING).harmful,
            harmful_limit=setting.harmful_per_week,
            severe=met.get(reviewer.user_id, exposure.NOTHING).severe,
            severe_limit=setting.severe_per_week,
        )
        for reviewer in reviewers
    ]


def met_lately(session: Session, programme_id: int, *, now: dt.datetime) -> dict[int, frozenset[int]]:
    """Which reviewers scored which specialist in the last weeks: they rather do not meet again."""
    met: dict[int, set[int]] = {}
    for specialist_id, reviewer_id in session.execute(
        select(HandledPart.specialist_id, Assignment.reviewer_id)
        .join(Assignment, Assignment.part_id == HandledPart.id)
        .where(
            HandledPart.programme_id == programme_id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.created_at > now - dt.timedelta(days=ROTATION_DAYS),
        )
        .distinct()
    ):
        if specialist_id is not None:
            met.setdefault(specialist_id, set()).add(reviewer_id)
    return {specialist_id: frozenset(reviewers) for specialist_id, reviewers in met.items()}


def give(
    session: Session,
    setting: ProgrammeSetting,
    parts: Mapping[int, DrawnFacts],
    drawn: Mapping[int, int],
    *,
    rng: np.random.Generator,
    by: int | None,
    now: dt.datetime,
    doubles: bool = True,
    had: Mapping[int, frozenset[int]] = NOBODY,
) -> Given:
    """Assign every drawn part (id of its drawn unit by part), and a random share of them a second, hidden time.

    Capacity holds: what is left waits in the pool, with the reason. Second scorers are partners of the first one on
    random rounds through everybody who shares a language, so that strictness can be compared across all of them.
    ``had`` says by part who shall not get it: whoever had it before, or scores it as a hidden second one.
    """
    today = local_day(now, zone_of(setting))
    book = rule_book_at(session, setting, now)
    versions = {
        part_id: book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        for part_id, part in parts.items()
    }
    parts = with_families(parts, versions, book, setting)
    loads = loads_on(session, setting, today, now=now)
    met = met_lately(session, setting.programme_id, now=now)

    def verdict(reviewer: ReviewerFacts, part: DrawnFacts) -> str | None:
        return why_not(reviewer, part.facts, own_team_ban=setting.own_team_ban)

    def task(part_id: int) -> Task[DrawnFacts]:
        avoid = met.get(parts[part_id].facts.specialist_id or 0, frozenset())
        return _task(parts[part_id], avoid, had.get(part_id, frozenset()))

    erased = [part_id for part_id in drawn if parts[part_id].erased]
    readable = [part_id for part_id in drawn if not parts[part_id].erased]
    taking_back.give_up(session, [drawn[part_id] for part_id in erased])
    scorable = [part_id for part_id in readable if versions[part_id] is not None]
    left = [(part_id, "no rubric") for part_id in readable if versions[part_id] is None]
    left += [(part_id, "erased") for part_id in erased]
    first = assign([task(part_id) for part_id in scorable], loads, verdict, rng, beyond_capacity=False)
    scorer = {part.facts.part_id: reviewer_id for part, reviewer_id in first.given}
    again, chances = doubled(
        [scorer.get(part_id) for part_id in scorable],
        setting.double_share if doubles else 0.0,
        raised_shares(session) if doubles else {},
        rng,
    )
    twice = [scorable[position] for position in sorted(again) if scorable[position] in scorer]
    able = {load.key: load.reviewer.languages for load in loads if load.reviewer.takes_parts}
    second = assign_doubles(
        [task(part_id) for part_id in twice],
        [scorer[part_id] for part_id in twice],
        loads,
        verdict,
        double_pairs(language_groups(able), rng),
        rng,
    )
    rows = [
        {
            "part_id": part.facts.part_id,
            "reviewer_id": reviewer_id,
            "purpose": purpose,
            "origin": origin,
            "drawn_unit_id": drawn[part.facts.part_id],
            "rubric_version_id": versions[part.facts.part_id],
            "rubric_date": setting.rubric_date,
            "due_on": today + dt.timedelta(days=setting.review_days),
            "position": position,
            "created_at": now,
            "created_by_id": by,
        }
        for outcome, purpose, origin in ((first, Purpose.ROUTINE, "draw"), (second, Purpose.DOUBLE, "double"))
        for position, (part, reviewer_id) in enumerate(_in_order(outcome, drawn), start=1)
    ]
    if rows:
        session.execute(insert(Assignment), rows)
    _note_doubles(session, dict(zip((drawn[part_id] for part_id in scorable), chances, strict=True)))
    told = {row["reviewer_id"] for row in rows if isinstance(row["reviewer_id"], int)}
    notices.notify(session, told, kind="parts_assigned", object_type="period", object_id=str(today), now=now)
    return Given(
        routine=len(first.given),
        double=len(second.given),
        left=tuple(left) + tuple((part.facts.part_id, reason) for part, reason in first.left),
    )


def _task(part: DrawnFacts, avoid: frozenset[int], excluded: frozenset[int]) -> Task[DrawnFacts]:
    facts = part.facts
    kind = (
        str(facts.specialist_id),
        str(facts.team_id),
        facts.queue,
        facts.language,
        str(facts.content_severity),
        str(facts.family_id),
    )
    return Task(
        part=part,
        kind=kind,
        avoid=avoid,
        excluded=excluded,
        harmful=facts.content_severity >= exposure.HARMFUL,
        severe=facts.content_severity >= exposure.SEVERE,
    )


def _in_order(outcome: Outcome[DrawnFacts], drawn: Mapping[int, int]) -> list[tuple[DrawnFacts, int]]:
    order = {part_id: position for position, part_id in enumerate(drawn)}
    return sorted(outcome.given, key=lambda pair: order[pair[0].facts.part_id])


def _note_doubles(session: Session, chances: Mapping[int, float]) -> None:
    """Each drawn unit's chance of a second score; few different ones, a statement each."""
    by_chance: dict[float, list[int]] = {}
    for unit_id, chance in chances.items():
        if chance:
            by_chance.setdefault(chance, []).append(unit_id)
    for chance, unit_ids in by_chance.items():
        session.execute(update(DrawnUnit).where(DrawnUnit.id.in_(unit_ids)).values(double_probability=chance))
