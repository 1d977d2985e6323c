"""Things to test with, said in as few words as the test needs.

Builders flush and do not commit; the test's client commits before each request.
"""

from tests.support.reviews import (
    BEST,
    RUBRIC,
    answers_of,
    draw_part,
    make_assignment,
    make_period,
    make_review,
    publish_rubric,
    rubric_of,
)
from tests.support.tickets import MESSAGES, RESOLVED, RING, Handled, keep_conversation, make_ticket

__all__ = [
    "BEST",
    "MESSAGES",
    "RESOLVED",
    "RING",
    "RUBRIC",
    "Handled",
    "answers_of",
    "draw_part",
    "keep_conversation",
    "make_assignment",
    "make_period",
    "make_review",
    "make_ticket",
    "publish_rubric",
    "rubric_of",
]
