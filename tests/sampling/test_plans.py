"""Sampling plans: each change is a new version, and what was drawn keeps the rules it used."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.errors import InvalidInputError, NotFoundError
from qa.sampling.kinds import MOST_PER_SPECIALIST, Rules
from qa.sampling.models import SamplingPlan, SamplingPlanVersion
from qa.sampling.plans import get_plan_for, plans_of, retire, save_plan
from tests.support.cast import NOW, Cast, actor


def save(session: Session, cast: Cast, **changes: Any) -> SamplingPlanVersion:
    about = {name: changes.pop(name) for name in ("name", "plan", "expected") if name in changes}
    rules = Rules(**{"kind": "quota_per_specialist", "amount": 4, **changes})
    return save_plan(session, cast.programme.id, **{"name": "Weekly", **about}, rules=rules, by=cast.quinn.id, now=NOW)


def plan_of(session: Session, version: SamplingPlanVersion) -> SamplingPlan:
    return session.get_one(SamplingPlan, version.plan_id)


def versions(session: Session) -> Sequence[tuple[int, Any]]:
    rows = session.execute(
        select(SamplingPlanVersion.n, SamplingPlanVersion.parameters).order_by(SamplingPlanVersion.n)
    )
    return [(n, parameters) for n, parameters in rows]


def test_a_change_is_a_new_version_and_the_old_one_stays(session: Session, cast: Cast):
    first = save(session, cast)

    second = save(session, cast, amount=5, plan=plan_of(session, first))

    assert versions(session) == [(1, {"amount": 4}), (2, {"amount": 5})]
    assert first.digest != second.digest


def test_the_same_rules_again_are_no_new_version(session: Session, cast: Cast):
    first = save(session, cast, where={"queue": ["b", "a", "a"]})

    again = save(session, cast, where={"queue": ["a", "b"]}, plan=plan_of(session, first))

    assert again.id == first.id


def test_a_new_name_is_no_new_version_and_keeps_the_key(session: Session, cast: Cast):
    first = save(session, cast)

    again = save(session, cast, name="Every week", plan=plan_of(session, first))

    plan = plan_of(session, first)
    assert again.id == first.id
    assert (plan.name, plan.key) == ("Every week", "weekly")


def test_the_draw_reads_the_newest_version(session: Session, cast: Cast):
    first = save(session, cast)
    save(session, cast, amount=7, where={"queue": ["payouts"]}, plan=plan_of(session, first))

    (view,) = plans_of(session, cast.programme.id)

    assert (view.value.key, view.value.amount, dict(view.value.where)) == ("weekly", 7, {"queue": ("payouts",)})


def test_plans_of_one_name_have_keys_of_their_own(session: Session, cast: Cast):
    names = ["Weekly", "weekly!", "WEEKLY", "\u0627\u0633\u0628\u0648\u0639\u064a", "\u6bce\u9031"]

    keys = [plan_of(session, save(session, cast, name=name)).key for name in names]

    assert keys == ["weekly", "weekly-2", "weekly-3", "plan", "plan-2"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"name": "  "}, "name", id="no name"),
        pytest.param({"kind": "by feeling"}, "kind", id="unknown kind"),
        pytest.param({"amount": 0}, "amount", id="none"),
        pytest.param({"amount": MOST_PER_SPECIALIST + 1}, "amount", id="too many"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_field(
    session: Session, cast: Cast, changes: dict[str, Any], field: str
):
    with pytest.raises(InvalidInputError) as refusal:
        save(session, cast, **changes)

    assert list(refusal.value.fields) == [field]


def test_a_retired_plan_is_offered_no_more(session: Session, cast: Cast):
    version = save(session, cast)
    quinn = actor(session, cast.quinn)

    retire(session, get_plan_for(session, quinn, version.plan_id), by=cast.quinn.id, now=NOW)

    assert plans_of(session, cast.programme.id) == []
    with pytest.raises(NotFoundError):
        get_plan_for(session, quinn, version.plan_id)
    assert versions(session) == [(1, {"amount": 4})]
