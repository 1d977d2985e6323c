"""A plan may invite specialists to score drawn parts too: whose, how many, and who is never asked."""

import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.notices.models import Notice
from qa.people.models import Absence, Clearance, Membership
from qa.sampling import companions
from qa.sampling.kinds import Rules, faults, rules_of
from qa.sampling.models import Assignment, DrawnUnit, DrawReceipt, Purpose
from qa.sampling.plans import plans_of
from qa.sampling.replacing import replace
from qa.tickets.models import HandledPart
from tests.sampling.weeks import assignments, draw_week, make_plan, problems
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, person
from tests.support.client import CheckingClient


def week_of(session: Session, cast: Cast, **shares: float) -> None:
    """Four parts of Sam's and four of Olga's, all drawn."""
    publish_rubric(session, cast)
    make_plan(session, cast, rules=Rules(kind="quota_per_specialist", amount=4, **shares))
    for _ in range(4):
        make_ticket(session, cast)
        make_ticket(session, cast, agent=cast.olga_agent)


def asked(session: Session, purpose: Purpose) -> list[tuple[int, int | None]]:
    """Who is asked, and whose work it is."""
    rows = session.execute(
        select(Assignment.reviewer_id, HandledPart.specialist_id)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .where(Assignment.purpose == purpose)
    )
    return [(who, whose) for who, whose in rows]


def test_of_each_share_so_many_are_chosen_by_lot_and_never_fewer_than_it_says():
    wanted = dict.fromkeys(range(21), 0.1) | {100: 1.0, 101: 0.0}

    found = companions.chosen(wanted, np.random.default_rng(1))

    assert len(set(found)) == len(found) == 3 + 1  # a tenth of 21, rounded up, and all of one
    assert 100 in found
    assert 101 not in found


def test_specialists_score_their_own_and_peers_of_another_team_s_and_the_sample_is_the_same(
    session: Session, cast: Cast
):
    week_of(session, cast, self_share=0.25, peer_share=0.25)

    draw_week(session, cast)

    own, peers = asked(session, Purpose.SELF), asked(session, Purpose.PEER)
    assert len(own) == len(peers) == 2  # a quarter of eight
    assert all(who == whose for who, whose in own)
    assert all({who, whose} == {cast.sam.id, cast.olga.id} for who, whose in peers)
    assert len(assignments(session)) == 8
    assert problems(session, cast) == []
    document = session.scalars(select(DrawReceipt.document)).one()
    assert b"self" not in document
    assert b"peer" not in document
    given = session.scalars(select(Assignment).where(Assignment.purpose.in_(companions.COMPANIONS))).all()
    assert {(one.drawn_unit_id, one.due_on) for one in given} == {(None, assignments(session)[0].due_on)}
    kinds = session.scalars(select(Notice.kind).where(Notice.object_type == "invitation"))
    assert set(kinds) == {"self_review_invited", "peer_review_invited"}


def test_nobody_is_asked_who_is_away_or_asked_twice_already_nor_without_a_plan_that_says_so(
    session: Session, cast: Cast
):
    week_of(session, cast, self_share=1.0)
    session.add(Absence(user_id=cast.olga.id, first_day=TODAY, last_day=TODAY))

    draw_week(session, cast)

    assert Counter(who for who, _ in asked(session, Purpose.SELF)) == {cast.sam.id: companions.MOST_OPEN}
    assert asked(session, Purpose.PEER) == []


def test_an_invitation_keeps_to_the_week_s_budget_of_hard_content(session: Session, cast: Cast):
    cast.setting.harmful_per_week = 1
    session.add_all(
        Clearance(user_id=one.id, severity=2, valid_from=SINCE) for one in (cast.sam, cast.olga, cast.rita, cast.rob)
    )
    publish_rubric(session, cast)
    make_plan(session, cast, rules=Rules(kind="simple", amount=2, self_share=1.0, peer_share=1.0))
    for _ in range(2):
        make_ticket(session, cast, content_severity=2)

    draw_week(session, cast)

    assert len(assignments(session)) == 2  # one for each reviewer
    assert [who for who, _ in asked(session, Purpose.SELF)] == [cast.sam.id]
    assert [who for who, _ in asked(session, Purpose.PEER)] == [cast.olga.id]


@pytest.mark.parametrize(("rule", "peer"), [("same_team", "pia"), ("other_team", "olga")])
def test_from_which_team_a_peer_comes_is_the_programme_s_rule(session: Session, cast: Cast, rule: str, peer: str):
    pia = person(session, cast.programme, "Pia Pohl", Role.SPECIALIST)
    session.add(Membership(user_id=pia.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    publish_rubric(session, cast)
    make_plan(session, cast, rules=Rules(kind="quota_per_specialist", amount=1, peer_share=1.0))
    make_ticket(session, cast)
    cast.setting.peer_from = rule

    draw_week(session, cast)

    assert asked(session, Purpose.PEER) == [({"pia": pia, "olga": cast.olga}[peer].id, cast.sam.id)]


def test_a_part_that_is_struck_from_the_sample_asks_nobody_any_more(session: Session, cast: Cast):
    week_of(session, cast, self_share=1.0)
    draw_week(session, cast)
    invited = session.scalars(select(Assignment).where(Assignment.purpose == Purpose.SELF)).first()
    assert invited is not None
    unit = session.scalars(select(DrawnUnit).where(DrawnUnit.part_id == invited.part_id)).one()

    replace(session, unit, cast.setting, reason="spam", by=cast.quinn.id, now=NOW)

    session.refresh(invited)
    assert invited.state == "withdrawn"


def test_the_form_of_a_plan_takes_shares_in_percent_and_shows_them_again(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    quinn = sign_in(cast.quinn)
    typed = {"name": "Own", "kind": "simple", "amount": "5", "schedule": "weekly", "step": "keep", "peer_share": "7"}
    wrong = quinn.post_form("/sampling/plans/new", typed | {"self_share": "120"})
    kept = quinn.post_form("/sampling/plans/new", typed | {"self_share": "12.5"})

    (view,) = plans_of(session, cast.programme.id)

    assert (wrong.status_code, kept.status_code) == (422, 302)
    assert "Between 0 and 100 %." in wrong.get_data(as_text=True)
    assert (view.rules.self_share, view.rules.peer_share) == (0.125, 0.07)
    page = quinn.get(f"/sampling/plans/{view.plan.id}").get_data(as_text=True)
    assert re.findall(r'name="(?:self|peer)_share"[^>]*value="([^"]*)"', page) == ["12.5", "7.0"]


def test_shares_are_kept_with_the_plan_and_lie_between_none_and_all():
    rules = Rules(kind="simple", amount=5, self_share=0.1, peer_share=0.05)

    assert rules_of("simple", rules.parameters(), {}, "weekly") == rules
    assert "self_share" not in Rules(kind="simple", amount=5).parameters()
    assert set(faults(Rules(kind="simple", amount=5, self_share=1.5, peer_share=-0.1))) == {"self_share", "peer_share"}
