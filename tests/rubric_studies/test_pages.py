"""The pages that judge a rubric: what they rest on, who sees them, and what they say when there is nothing."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from qa.rubric_library.models import RubricVersion
from qa.rubric_studies import queries
from qa.sampling.models import Purpose
from tests.coaching.weeks import review, wednesday
from tests.support.builders import RUBRIC, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def second_version(session: Session, cast: Cast) -> RubricVersion:
    """Tone counts as much as the right answer."""
    text = RUBRIC.format(key="trial", version="2.0").replace(
        "weight: 1\n        scale:\n          kind: binary", "weight: 2\n        scale:\n          kind: binary", 1
    )
    return publish_rubric(session, cast, text=text, everywhere=False)


def test_the_preview_scores_the_newest_routine_reviews_again(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    for _ in range(5):
        review(session, cast, first, tone="missed")
    review(session, cast, first, reviewer=cast.rob, purpose=Purpose.TARGETED, privacy="missed")
    second = second_version(session, cast)

    page = sign_in(cast.quinn).get(f"/rubrics/versions/{second.id}/impact").get_data(as_text=True)

    # answer (2 + 0) / 3 x 60 + 40 = 80 before; (2 + 0) / 4 x 60 + 40 = 70 after.
    assert "80.0 before, 70.0 after" in page
    assert "5 reviews" in page
    assert cast.sam.name in page
    assert "below the pass mark" in page


def test_a_director_sees_figures_and_no_names(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    for _ in range(5):
        review(session, cast, first, tone="missed")
    second = second_version(session, cast)

    page = sign_in(cast.dora).get(f"/rubrics/versions/{second.id}/impact").get_data(as_text=True)

    assert "1 of 1 specialists" in page
    assert cast.sam.name not in page


def test_pages_without_reviews_say_what_they_need(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    alone = sign_in(cast.quinn).get(f"/rubrics/versions/{first.id}/impact").get_data(as_text=True)
    second = second_version(session, cast)
    client = sign_in(cast.quinn)

    empty = client.get(f"/rubrics/versions/{second.id}/impact").get_data(as_text=True)
    items = client.get(f"/rubrics/versions/{first.id}/items").get_data(as_text=True)

    assert "This is the first version of the rubric" in alone
    assert "No review under 1.0 yet" in empty
    assert "No review under this version yet" in items


def test_items_rest_on_routine_reviews_and_hidden_second_scores(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    for _ in range(3):
        review(session, cast, version, tone="missed")
    review(session, cast, version, purpose=Purpose.CALIBRATION)

    page = sign_in(cast.quinn).get(f"/rubrics/versions/{version.id}/items").get_data(as_text=True)

    assert "3 reviews are too few to judge a question" in page
    assert "the 3 newest routine reviews" in page


def test_a_bridge_rests_on_the_parts_scored_under_both(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    second = second_version(session, cast)
    review(session, cast, first)  # under one version alone
    for n in range(10):
        handled = make_ticket(session, cast, resolved_at=wednesday(1))
        tone = {"tone": "missed"} if n else {}
        for version, reviewer in ((first, cast.rita), (second, cast.rob)):
            task = make_assignment(session, handled, reviewer, version, purpose=Purpose.BRIDGE)
            make_review(session, handled, task, tone)

    pairs = queries.bridged(session, first.id, second.id)
    page = sign_in(cast.quinn).get(f"/rubrics/versions/{second.id}/bridge").get_data(as_text=True)

    assert sorted((round(old), round(new)) for old, new in pairs.values()) == [*[(80, 70)] * 9, (100, 100)]
    assert "2.0 scores lower." in page


def test_without_a_bridge_versions_are_said_not_to_be_comparable(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    client = sign_in(cast.quinn)
    alone = client.get(f"/rubrics/versions/{first.id}/bridge").get_data(as_text=True)
    second = second_version(session, cast)

    page = client.get(f"/rubrics/versions/{second.id}/bridge").get_data(as_text=True)

    assert "No other version" in alone
    assert "Not comparable: 0 of the 10 parts that a shift needs" in page


def test_who_may_not_judge_rubrics_is_refused(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)

    for who in (cast.lena, cast.rita, cast.sam, cast.ada):
        for page in ("impact", "items", "bridge"):
            assert sign_in(who).get(f"/rubrics/versions/{version.id}/{page}").status_code == 403


def test_the_pages_ask_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first = publish_rubric(session, cast)
    second = second_version(session, cast)
    client = sign_in(cast.quinn)
    paths = [f"/rubrics/versions/{second.id}/impact", f"/rubrics/versions/{first.id}/items"]
    review(session, cast, first)
    for path in paths:
        client.get(path)
    with count_queries() as few:
        for path in paths:
            client.get(path)
    for _ in range(6):
        review(session, cast, first, tone="missed")

    with count_queries() as many:
        for path in paths:
            client.get(path)

    assert len(many) <= len(few) + 1  # the names of those who change sides


def test_a_sealed_review_stays_out(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    seen, sealed = review(session, cast, version), review(session, cast, version)
    sealed.sealed = True
    session.flush()

    assert seen.sealed is False
    assert len(queries.past_reviews(session, version.id, limit=10)) == 1
