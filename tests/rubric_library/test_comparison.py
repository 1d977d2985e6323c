"""Two versions beside each other, as a team lead reads them."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

import rubrics
from qa.rubric_library import drafts, service, workflow
from qa.rubric_library.comparison import compared
from qa.rubric_library.models import RubricFamily
from tests.support.builders import RUBRIC, publish_rubric
from tests.support.cast import NOW, OPENED, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
FIRST = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"))


def test_what_stands_in_one_version_alone_is_told_with_its_question_levels_and_share():
    answer, safety = FIRST.sections
    warmth = replace(FIRST.criterion("tone"), key="warmth", name="Warmth", question="Was it warm?")
    second = replace(FIRST, major=2, sections=(replace(answer, criteria=(answer.criteria[0], warmth)), safety))

    found = {change.key: change.asks for change in compared(FIRST, second).changed}

    # Both weigh 1 beside 2 in a section of 60: 1 / 3 x 60 = 20 %.
    assert found == {
        "warmth": "Was it warm? Met, Missed; 20.0 % of the score under 2.0.",
        "tone": "Was it friendly? Met, Missed; 20.0 % of the score under 1.0.",
    }


def test_a_published_version_is_compared_with_the_one_before_and_never_with_a_later_one(session: Session, cast: Cast):
    first = publish_rubric(session, cast)
    second = publish_rubric(session, cast, text=RUBRIC.format(key="trial", version="2.0"), everywhere=False)

    assert workflow.former_of(session, first) is None
    assert workflow.former_of(session, second) == first


def test_a_published_rubric_says_that_no_rule_sends_it_parts(session: Session, cast: Cast, sign_in: SignIn):
    version = publish_rubric(session, cast, everywhere=False)
    client = sign_in(cast.lena)
    before = client.get(f"/rubrics/versions/{version.id}").get_data(as_text=True)
    family = session.get_one(RubricFamily, version.family_id)
    service.add_rule(session, family, valid_from=OPENED, by=cast.quinn.id, now=NOW)

    after = client.get(f"/rubrics/versions/{version.id}").get_data(as_text=True)

    assert "No rule sends parts to this rubric yet." in before
    assert "No rule sends parts to this rubric yet." not in after


def test_a_lone_version_offers_no_comparison(session: Session, cast: Cast, sign_in: SignIn):
    version = publish_rubric(session, cast)
    client = sign_in(cast.quinn)
    alone = client.get(f"/rubrics/versions/{version.id}").get_data(as_text=True)
    drafts.clone_version(session, version, by=cast.lena.id, now=NOW)

    followed = client.get(f"/rubrics/versions/{version.id}").get_data(as_text=True)

    assert "impact on past reviews" not in alone
    assert "how each criterion works" in alone
    assert "impact on past reviews" in followed
