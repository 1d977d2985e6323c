"""Whatever happens to rubrics and rules afterwards, every past score comes out of its own version again."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.calibration_sessions import service as calibration
from qa.calibration_sessions.models import SessionPart
from qa.calibration_sessions.recomputing import agreed_again
from qa.reviews.models import ReviewRevision
from qa.reviews.recomputing import recomputed
from qa.rubric_library import drafts, service, workflow
from qa.rubric_library.models import RubricFamily, RubricRule, RubricVersion
from qa.rubric_library.queries import parsed
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

Change = Callable[[rubrics.RubricVersion, random.Random], rubrics.RubricVersion]
LEVELS = {"correct": ("full", "partly", "wrong", "na"), "tone": ("met", "missed"), "privacy": ("met", "missed")}


def heavier(value: rubrics.RubricVersion, dice: random.Random) -> rubrics.RubricVersion:
    first, *others = value.sections
    return replace(value, sections=(replace(first, weight=Fraction(dice.randint(1, 300), 7)), *others))


def other_points(value: rubrics.RubricVersion, dice: random.Random) -> rubrics.RubricVersion:
    first, *others = value.sections
    item, *items = first.criteria
    best, *levels = item.scale.levels
    scale = replace(item.scale, levels=(replace(best, points=Fraction(dice.randint(3, 20))), *levels))
    return replace(value, sections=(replace(first, criteria=(replace(item, scale=scale), *items)), *others))


def other_rules(value: rubrics.RubricVersion, dice: random.Random) -> rubrics.RubricVersion:
    return replace(
        value,
        arithmetic=dice.choice(("sections", "pooled")),
        na_rule=dice.choice(("removed", "full", "mean", "zero")),
        critical_effect=dice.choice(("zero", "zero_section", "keep")),
        pass_mark=dice.choice((None, Fraction(80), Fraction(250, 3))),
    )


def without_a_section(value: rubrics.RubricVersion, dice: random.Random) -> rubrics.RubricVersion:
    return replace(value, sections=value.sections[:1])


CHANGES: tuple[Change, ...] = (heavier, other_points, other_rules, without_a_section)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_no_change_of_rubrics_or_rules_moves_a_past_score(session: Session, cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    versions = [publish_rubric(session, cast)]
    scores: dict[int, str | None] = {}
    for step in range(1, 13):
        asking_all = [each for each in versions if {one.key for one in parsed(each.document).criteria} == set(LEVELS)]
        version = dice.choice(asking_all)
        handled = make_ticket(session, cast, created_at=NOW)
        levels = {key: dice.choice(LEVELS[key]) for key in LEVELS}
        make_review(session, handled, make_assignment(session, handled, cast.rita, version), levels)
        versions.append(changed(session, cast, dice.choice(versions), dice, step))
        agree(session, cast, handled.part.id, version, levels)
        shake_the_rules(session, cast, dice)
        shake_the_library(session, cast, dice)
        session.expire_all()

        found = recomputed(session)
        now = {one.id: one.exact_score for one in session.scalars(select(ReviewRevision).order_by(ReviewRevision.id))}

        agreed = agreed_again(session)
        assert (found.wrong, found.altered) == ((), ())
        assert (agreed.wrong, agreed.altered) == ((), ())
        assert scores.items() <= now.items()
        scores = now
    assert len(set(scores.values())) > 2
    assert agreed.scores > 2


def changed(session: Session, cast: Cast, version: RubricVersion, dice: random.Random, step: int) -> RubricVersion:
    """A new version made from any former one, published or left as a draft that is then replaced."""
    value = replace(dice.choice(CHANGES)(parsed(version.document), dice), major=1 + step, minor=0)
    text = rubrics.dump_yaml(value)
    for _ in range(dice.randint(0, 1)):
        draft = rubrics.dump_yaml(replace(value, name="A draft that is written again"))
        service.import_draft(session, cast.programme.id, draft, name="t.yaml", by=cast.lena.id, now=NOW)
    at = NOW - dt.timedelta(days=dice.randint(0, 60))
    return publish_rubric(session, cast, text=text, effective_from=at, everywhere=False)


def shake_the_rules(session: Session, cast: Cast, dice: random.Random) -> None:
    """End the rules in force now and then, or let another begin."""
    if dice.random() < 0.5:
        for rule in session.scalars(select(RubricRule).where(RubricRule.valid_to.is_(None)).order_by(RubricRule.id)):
            service.end_rule(session, rule, by=cast.quinn.id, now=NOW)
    family = session.scalars(select(RubricFamily).order_by(RubricFamily.id)).first()
    assert family is not None
    service.add_rule(session, family, valid_from=NOW, by=cast.quinn.id, now=NOW, queue=dice.choice((None, "a", "b")))


def shake_the_library(session: Session, cast: Cast, dice: random.Random) -> None:
    """Retire a published version, or copy one and throw the draft away or leave it lying."""
    known = session.scalars(
        select(RubricVersion).where(RubricVersion.state != "draft").order_by(RubricVersion.id)
    ).all()
    one = dice.choice(known)
    if dice.random() < 0.4 and one.state == "published":
        workflow.retire(session, one, reason="", by=cast.quinn.id, now=NOW)
    draft = drafts.clone_version(session, one, by=cast.lena.id, now=NOW)
    if dice.random() < 0.5:
        drafts.discard(session, draft, by=cast.lena.id, now=NOW)


def agree(session: Session, cast: Cast, part_id: int, version: RubricVersion, levels: dict[str, str]) -> None:
    """A session that agrees on one part."""
    value = parsed(version.document)
    sitting = calibration.open_session(
        session,
        programme_id=cast.programme.id,
        title="Weekly",
        rubric_version_id=version.id,
        part_ids=[part_id],
        participant_ids=[cast.rita.id, cast.rob.id],
        facilitator_id=cast.quinn.id,
        due_on=NOW.date(),
        now=NOW,
    )
    sitting.state, sitting.revealed_at = "revealed", NOW
    session.flush()
    part = session.scalars(select(SessionPart).where(SessionPart.session_id == sitting.id)).one()
    calibration.set_consensus(
        session,
        sitting,
        part,
        value,
        levels,
        {},
        channel="email",
        version=sitting.lock_version,
        by=cast.quinn.id,
        now=NOW,
    )
