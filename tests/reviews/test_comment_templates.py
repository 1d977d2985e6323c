"""Comment templates, praise, and what is asked only sometimes: kept, offered, and never sent half done."""

import datetime as dt
import html
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError
from qa.reviews import rules
from qa.reviews.comment_templates import service
from qa.reviews.comment_templates.models import CommentTemplate
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rubric_of
from tests.reviews.desk import Desk, level
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, actor
from tests.support.client import CheckingClient

CONDITIONAL = """
format: 1
key: conditional
name: Asked sometimes
version: "1.0"
pass_mark: 80
sections:
  - key: all
    name: All
    weight: 100
    criteria:
      - key: refund
        name: Refund asked
        question: Was a refund asked for?
        weight: 1
        scale:
          kind: levels
          levels:
            - {key: "yes", name: "Yes", points: 1}
            - {key: "no", name: "No", points: 1}
            - {key: unclear, name: Unclear, points: 0}
      - key: steps
        name: Refund steps
        question: Were the steps of a refund followed?
        weight: 1
        condition: {criterion: refund, levels: ["yes"]}
        scale:
          kind: binary
          levels:
            - {key: met, name: Met, points: 1}
            - {key: missed, name: Missed, points: 0, failing: true}
"""


def typed(**changed: str) -> service.Typed:
    return service.read(**({"name": "Thanks", "text": "Well done, {{name}}.", "criterion_key": ""} | changed))


def test_one_s_own_and_the_programme_s_are_offered_and_nobody_else_s(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    publish_rubric(session, cast)
    rita, rob, quinn = sign_in(cast.rita), sign_in(cast.rob), sign_in(cast.quinn)

    rita.post_form(
        "/comment-templates/", {"name": "Thanks", "text": "Call {{name}} on +44 20 7946 0991.", "criterion": "tone"}
    )
    rob.post_form("/comment-templates/", {"name": "Rob's", "text": "His own."})
    quinn.post_form("/comment-templates/", {"name": "House style", "text": "As agreed.", "shared": "yes"})
    refused = rob.post_form("/comment-templates/", {"name": "All", "text": "Not his to give.", "shared": "yes"})
    empty = rita.post_form("/comment-templates/", {"name": "", "text": ""})
    offered = rita.get("/comment-templates/offered").get_json()["templates"]
    page = rita.get("/comment-templates/").get_data(as_text=True)

    assert refused.status_code == 403
    assert empty.status_code == 422
    assert [(each["name"], each["criterion"], each["own"]) for each in offered] == [
        ("Thanks", "tone", True),
        ("House style", None, False),
    ]
    assert "7946" not in offered[0]["text"]  # redacted before it is kept
    assert "{{name}}" in offered[0]["text"]
    assert "Rob&#39;s" not in page
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "comment_template")).all() == [
        "comment_template.add"
    ]


def test_a_template_changed_in_another_window_is_not_overwritten(session: Session, cast: Cast):
    template = service.add(session, actor(session, cast.rita), typed(), shared=False, now=NOW)
    service.change(session, template, typed(text="First."), version=0, by=cast.rita.id, now=NOW)

    with pytest.raises(ConflictError, match="another window"):
        service.change(session, template, typed(text="Second."), version=0, by=cast.rita.id, now=NOW)
    assert template.text == "First."
    service.remove(session, template, by=cast.rita.id, now=NOW)
    assert session.scalars(select(CommentTemplate)).all() == []


def test_a_blank_of_a_template_is_never_sent(session: Session, desk: Desk):
    why = {"pins": [{"message": "m2", "start": 0, "end": 9}]}
    kept = desk.send(
        level("correct", "full", comment="Named {{order number}} at once, {{ as agreed }}.", **why),
        level("tone", "met"),
        level("privacy", "met"),
    ).get_json()
    refused = desk.submit()
    desk.send(level("correct", "full", comment="Named the order at once.", **why))
    sent = desk.submit()

    blank = "The comment on Correct still has a blank: {{order number}}, {{ as agreed }}."
    assert kept["missing"] == [{"criterion": "correct", "what": "comment", "message": blank}]
    assert (refused.status_code, refused.get_json()["fields"]) == (422, {"correct": blank})
    assert sent.status_code == 200


def test_praise_is_kept_with_its_passage_and_shown_to_the_specialist(
    session: Session, cast: Cast, desk: Desk, sign_in: Callable[..., CheckingClient]
):
    why = {"comment": "Because of m2.", "pins": [{"message": "m2", "start": 0, "end": 9}]}
    desk.send(level("correct", "full", praise=True, **why), level("tone", "met"), level("privacy", "met"))
    again = desk.client.get(desk.path).get_data(as_text=True)
    desk.submit()
    review = desk.review()
    review.released_at = NOW - dt.timedelta(days=1)

    page = sign_in(cast.sam).get(f"/reviews/{review.id}").get_data(as_text=True)

    assert '"praise":true' in html.unescape(again)
    assert page.count("Well done") == 1


@pytest.fixture
def sometimes(session: Session, cast: Cast, desk: Desk) -> Desk:
    """Rita with a part whose second criterion is asked only where a refund was asked for."""
    version = publish_rubric(session, cast, text=CONDITIONAL, key="conditional", everywhere=False)
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version)
    return Desk(session=session, user=cast.rita, handled=handled, task=task, client=desk.client)


def test_what_is_asked_no_more_keeps_its_answer_scores_nothing_and_comes_back(session: Session, sometimes: Desk):
    shown = sometimes.send(
        level("refund", "yes"), level("steps", "missed", comment="Step {{n}} was left out.")
    ).get_json()
    hidden = sometimes.send(level("refund", "no")).get_json()
    kept = sometimes.kept()
    back = sometimes.send(level("refund", "yes")).get_json()
    sometimes.send(level("refund", "no"))
    sent = sometimes.submit()

    assert shown["visible"] == ["refund", "steps"]
    assert (hidden["visible"], hidden["total"], hidden["missing"]) == (["refund"], 1, [])
    assert kept == {"refund": "no", "steps": "missed"}
    assert (back["visible"], back["answered"]) == (["refund", "steps"], 2)
    assert sent.status_code == 200
    revision = rubric_of(session, sometimes.task.rubric_version_id)
    answers = {"refund": rubrics.Answer(level="no"), "steps": rubrics.Answer(level="missed")}
    assert rubrics.score(revision, answers, channel="email").value == 100
    assert sometimes.kept()["steps"] == "missed"


def test_a_hidden_blank_stops_nobody(session: Session, sometimes: Desk):
    version = session.get_one(RubricVersion, sometimes.task.rubric_version_id)
    answers = {"refund": rubrics.Answer(level="no"), "steps": rubrics.Answer(level="met", comment="{{n}}")}

    assert rules.lacking(rubric_of(session, version.id), answers, channel="email") == []
