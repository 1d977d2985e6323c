"""Whatever happens to rubrics, a score that was made stays and follows from its answers."""

import datetime as dt
import random
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError, InvalidInputError
from qa.reviews.models import ReviewRevision
from qa.reviews.recomputing import recomputed
from qa.rubric_library import draft_changes, drafts, service, workflow
from qa.rubric_library.drafting import criteria_of
from qa.rubric_library.models import RubricRule, RubricVersion
from qa.rubric_library.queries import parsed
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

STEPS = 40


@pytest.mark.parametrize("seed", [1, 2])
def test_no_change_of_rubrics_at_random_moves_a_score_that_was_made(session: Session, cast: Cast, seed: int):
    chance = random.Random(seed)
    publish_rubric(session, cast)
    done: set[str] = set()

    for n in range(STEPS):
        now = NOW + dt.timedelta(hours=n)
        before = scores(session)
        name = chance.choices(list(CHANGES), weights=[4, 6, 4, 4, 1, 2, 1, 1])[
            0
        ]  # most often what leads to new versions
        try:
            with session.begin_nested():
                CHANGES[name](session, cast, chance, now)
            done.add(name)
        except (ConflictError, InvalidInputError):
            pass  # a rule of the workflow refused it; nothing was written
        assert before.items() <= scores(session).items()
        if n % 5 == 0:
            reviewed(session, cast, chance, now)

    proof = recomputed(session)
    assert proof.revisions >= STEPS // 5
    assert (proof.wrong, proof.altered) == ((), ())
    assert {"copy", "edit", "send", "publish"} <= done


def scores(session: Session) -> dict[int, tuple[str | None, str | None]]:
    rows = session.execute(select(ReviewRevision.id, ReviewRevision.exact_score, ReviewRevision.outcome))
    return {revision_id: (score, outcome) for revision_id, score, outcome in rows}


def one(session: Session, chance: random.Random, *states: str) -> RubricVersion:
    """Any version in one of these states."""
    found = session.scalars(
        select(RubricVersion).where(RubricVersion.state.in_(states)).order_by(RubricVersion.id)
    ).all()
    if not found:
        raise ConflictError("There is none.")
    return chance.choice(found)


def reviewed(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    """A submitted review under any version that still asks what the test can answer."""
    asked = {"correct", "tone", "privacy"}
    versions = session.scalars(
        select(RubricVersion).where(RubricVersion.state.in_(("published", "retired"))).order_by(RubricVersion.id)
    ).all()
    fitting = [each for each in versions if {one.key for one in parsed(each.document).criteria} == asked]
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, chance.choice(fitting))
    make_review(session, handled, task, chance.choice([{}, {"correct": "partly"}, {"privacy": "missed"}]), at=now)


def copy(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    drafts.clone_version(session, one(session, chance, "published", "retired"), by=cast.lena.id, now=now)


def edit(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    version = one(session, chance, "draft")
    tree = drafts.tree_of(session, version)
    node = chance.choice(list(criteria_of(tree)))
    change = chance.choice([draft_changes.duplicate, draft_changes.remove, lambda t, i: draft_changes.move(t, i, 1)])
    drafts.locked(session, version)
    if chance.random() < 0.5:
        weight = {"weight": str(chance.randint(1, 9))}
        drafts.save(session, version, at=node["id"], values=weight, base=None, by=cast.lena.id, now=now)
        major = {"version": f"{version.major + 1}.0"}
        drafts.save(session, version, at="rubric", values=major, base=None, by=cast.lena.id, now=now)
    else:
        drafts.change(session, version, change(tree, node["id"]), by=cast.lena.id, now=now)


def send(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    workflow.send(session, one(session, chance, "draft"), by=cast.lena.id, now=now)


def publish(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    version = one(session, chance, "in_review")
    workflow.publish(session, version, effective_from=now, by=cast.quinn.id, now=now)


def send_back(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    workflow.send_back(session, one(session, chance, "in_review"), reason="Again.", by=cast.quinn.id, now=now)


def retire(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    workflow.retire(session, one(session, chance, "published"), reason="", by=cast.quinn.id, now=now)


def discard(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    drafts.discard(
        session, one(session, chance, "draft", "in_review", "published", "retired"), by=cast.lena.id, now=now
    )


def end_rule(session: Session, cast: Cast, chance: random.Random, now: dt.datetime) -> None:
    rule = session.scalars(select(RubricRule).order_by(RubricRule.id)).first()
    if rule is not None:
        service.end_rule(session, rule, by=cast.quinn.id, now=now)


Step = Callable[[Session, Cast, random.Random, dt.datetime], None]
CHANGES: dict[str, Step] = {
    "copy": copy,
    "edit": edit,
    "send": send,
    "publish": publish,
    "send_back": send_back,
    "retire": retire,
    "discard": discard,
    "end_rule": end_rule,
}
