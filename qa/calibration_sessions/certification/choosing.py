"""What somebody practises on: golden tickets they do not know, and parts that certified people scored lately."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, exists, select, union_all
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification.models import Certification, PracticePart, ShadowedReview
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.golden.queries import Standard, known_to, standards
from qa.calibration_sessions.models import ConsensusScore
from qa.core.clock import local_day
from qa.core.errors import ConflictError
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rule_book
from qa.sampling import certified
from qa.sampling.giving import part_facts
from qa.sampling.models import Assignment, Purpose
from qa.sampling.reviewers import ReviewerFacts, reviewers_on, why_not
from qa.tickets.queries import hold_parts

RECENT = dt.timedelta(weeks=8)
LOOKED_AT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A certified person's review that a newcomer scores beside."""

    review_id: int
    part_id: int
    reviewer_id: int
    version_id: int


def assignments_of(certification_id: int) -> Select[int]:
    """Everything that was given on the way to a certificate."""
    both = union_all(
        select(PracticePart.assignment_id).where(PracticePart.certification_id == certification_id),
        select(ShadowedReview.assignment_id).where(ShadowedReview.certification_id == certification_id),
    ).subquery()
    return select(both.c.assignment_id)


def major_in_force(session: Session, programme_id: int, family_id: int, now: dt.datetime) -> int | None:
    """The major version of a family that is in force."""
    version_id = rule_book(session, programme_id).in_force(family_id, now)
    return None if version_id is None else session.get_one(RubricVersion, version_id).major


def golden_for(
    session: Session, setting: ProgrammeSetting, row: Certification, *, rng: np.random.Generator, now: dt.datetime
) -> list[tuple[Standard, int]]:
    """So many golden tickets as the rules ask, unknown to the person, with the version in force.

    About half of them fail, as far as there are such: among tickets that all pass nobody can show what they see.
    """
    version_id = rule_book(session, setting.programme_id).in_force(row.family_id, now)
    major = major_in_force(session, setting.programme_id, row.family_id, now)
    found = [
        each
        for each in standards(session, setting.programme_id)
        if each.family_id == row.family_id and each.major == major
    ]
    hold_parts(session, [each.part_id for each in found])
    facts = part_facts(session, [each.part_id for each in found])
    me = _reviewer(session, setting, row.user_id, now)
    known = known_to(session, found, [row.user_id], now=now)
    able = [
        each
        for each in found
        if (each.part_id, row.user_id) not in known
        and me is not None
        and not facts[each.part_id].erased
        and why_not(me, facts[each.part_id].facts, own_team_ban=setting.own_team_ban) is None
    ]
    wanted = setting.certification_practice
    if version_id is None or len(able) < wanted:
        raise ConflictError(
            f"Practice takes {wanted} golden tickets that this person does not know and may open, and there are "
            f"{len(able)}. Make more tickets of closed sessions gold, or ask for fewer in the programme's rules."
        )
    failing = set(
        session.scalars(
            select(GoldenTicket.id)
            .join(ConsensusScore, ConsensusScore.session_part_id == GoldenTicket.session_part_id)
            .where(GoldenTicket.id.in_([each.golden_id for each in able]), ConsensusScore.outcome != "passed")
        )
    )
    shuffled = [able[place] for place in rng.permutation(len(able)).tolist()]
    hard = [each for each in shuffled if each.golden_id in failing][: (wanted + 1) // 2]
    rest = [each for each in shuffled if each not in hard][: wanted - len(hard)]
    mixed = hard + rest
    return [(mixed[place], version_id) for place in rng.permutation(len(mixed)).tolist()]


def shadows_for(
    session: Session, setting: ProgrammeSetting, row: Certification, *, rng: np.random.Generator, now: dt.datetime
) -> list[Beside]:
    """Parts that certified people scored lately by the version in force and the newcomer was never asked about.

    As long as nobody else is certified, any reviewer's; whoever began the certification then looks at them.
    """
    me = _reviewer(session, setting, row.user_id, now)
    version_id = rule_book(session, setting.programme_id).in_force(row.family_id, now)
    if me is None or version_id is None:
        return []
    rows = session.execute(
        select(Review.id, Review.part_id, Review.reviewer_id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .where(
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            Review.sealed.is_(False),
            Review.submitted_at > now - RECENT,
            Review.reviewer_id != row.user_id,
            ReviewRevision.rubric_version_id == version_id,
            ~exists().where(Assignment.part_id == Review.part_id, Assignment.reviewer_id == row.user_id),
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(LOOKED_AT)
    ).all()
    hold_parts(session, [part_id for _, part_id, _ in rows])
    facts = part_facts(session, [part_id for _, part_id, _ in rows])
    able = [
        each
        for each in rows
        if not facts[each[1]].erased and why_not(me, facts[each[1]].facts, own_team_ban=setting.own_team_ban) is None
    ]
    holders = certified.held(session, {reviewer_id for *_, reviewer_id in able})
    by_certified = [each for each in able if row.family_id in holders.get(each[2], ())]
    offered = by_certified or able
    chosen = [offered[place] for place in rng.permutation(len(offered)).tolist()[: setting.certification_shadowed]]
    return [
        Beside(
            review_id=review_id,
            part_id=part_id,
            reviewer_id=reviewer_id if by_certified else row.begun_by_id,
            version_id=version_id,
        )
        for review_id, part_id, reviewer_id in chosen
    ]


def _reviewer(session: Session, setting: ProgrammeSetting, user_id: int, now: dt.datetime) -> ReviewerFacts | None:
    today = local_day(now, zone_of(setting))
    everybody = reviewers_on(session, setting.programme_id, today)
    return next((each for each in everybody if each.user_id == user_id), None)
