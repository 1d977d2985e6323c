"""When a conversation is erased, what reviewers quoted from it goes as well; other words and all scores stay."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.reviews.forgetting import GONE, Said, forget_quotes
from qa.reviews.models import Answer, ReviewRevision
from qa.tickets.erasing import Journal, erase_tickets
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.tickets import RING

SAID = Said(["My dog's name is Rex, and he lives in Paris.", "Ça va? Please pay me."])


@pytest.mark.parametrize(
    ("comment", "quoted"),
    [
        ("You answered MY DOGS name is rex too late", False),  # other words
        ("You read my dog’s name is Rex and said nothing", True),
        ("Twice asked: “lives in Paris”.", True),
        ('Only "Rex" was named.', True),
        ("He said 'Ca va'.", True),
        ("Rex was not greeted; please pay attention.", False),
        ("The customer's tone wasn't met.", False),
        ('A "warm" opening', False),
        ("", False),
    ],
)
def test_four_words_in_a_row_or_anything_in_quotation_marks_is_a_quote(comment: str, quoted: bool) -> None:
    assert SAID.is_quoted_in(comment) is quoted


def test_erasing_a_ticket_blanks_its_quotes_in_reviews_and_in_no_other(
    app: Flask, session: Session, cast: Cast, tmp_path: Path
) -> None:
    version = publish_rubric(session, cast)
    tickets = []
    for _ in range(2):
        handled = make_ticket(session, cast, messages=(("customer", "My cat Zebulon is ill"), ("specialist", "Sorry.")))
        comments = {"tone": "You read “Zebulon is ill” and went on.", "correct": "Right."}
        make_review(session, handled, make_assignment(session, handled, cast.rita, version), comments=comments)
        tickets.append(handled.ticket.id)
    session.commit()
    before = session.execute(select(ReviewRevision.score).order_by(ReviewRevision.id)).all()

    with app.app_context():
        journal = Journal(tmp_path, forget_quotes)
        erase_tickets(db.session(), RING, journal, tickets[:1], reason="asked", by=None, now=NOW)

    told = select(Answer.comment).where(Answer.comment != "").order_by(Answer.id)
    comments = list(session.scalars(told))
    assert sorted(comments) == sorted([GONE, "Right.", "You read “Zebulon is ill” and went on.", "Right."])
    assert session.execute(select(ReviewRevision.score).order_by(ReviewRevision.id)).all() == before
