"""When a conversation is erased, what praise and examples quote of it goes too; other words stay."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.examples.models import CoachingExample
from qa.coaching.models import Praise
from qa.reviews.forgetting import GONE
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

CAT = "You said “Zebulon is ill” back to them."


def test_praise_and_examples_lose_what_they_quote(app: Flask, session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    ids = []
    for _ in range(2):
        handled = make_ticket(session, cast, messages=(("customer", "My cat Zebulon is ill"), ("specialist", "Sorry.")))
        review = make_review(session, handled, make_assignment(session, handled, cast.rita, version))
        ids.append(handled.ticket.id)
        for text in (CAT, "Calm and kind."):
            session.add(
                Praise(
                    specialist_id=cast.sam.id, given_by_id=cast.lena.id, review_id=review.id, text=text, given_at=NOW
                )
            )
        session.add(
            CoachingExample(
                specialist_id=cast.sam.id,
                review_id=review.id,
                criterion_key="tone",
                message_id="m2",
                start=0,
                end=3,
                why=CAT,
                asked_by_id=cast.lena.id,
                asked_at=NOW,
            )
        )
    session.flush()

    gone = app.extensions["forget_quotes"](session, {ids[0]: ["My cat Zebulon is ill", "Sorry."]})

    session.expire_all()
    assert gone == 2
    assert list(session.scalars(select(Praise.text).order_by(Praise.id))) == [
        GONE,
        "Calm and kind.",
        CAT,
        "Calm and kind.",
    ]
    assert list(session.scalars(select(CoachingExample.why).order_by(CoachingExample.id))) == [GONE, CAT]
