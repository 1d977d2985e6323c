"""Before the reveal nothing tells anybody what another gave: every answer of every route, with one secret and another.

Rita has scored a part of a session and a part that Rob is to score too without knowing. Everybody else reads all they
can, once while Rita gave one thing and once while she gave the opposite: what they are sent is the same to the letter,
its length, its tags and its downloads. So no figure, order, count or moment follows from what is sealed. What the
session sealed is sealed to all; a hidden double's first score to its second scorer, and its words to every scorer and
lead: its specialist reads it once it is released.
"""

import difflib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import qa.calibration_sessions.service as calibration
from qa.calibration_sessions.models import CalibrationSession, SessionPart
from qa.config import Settings
from qa.core.access import PUBLIC, Permission, declared
from qa.people.models import User
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.sampling.models import Assignment, Purpose
from tests.routes.table import CASES
from tests.routes.test_walk import may, own_rules
from tests.routes.world import World, make_world
from tests.support.builders import make_assignment, make_review, make_ticket
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient, sign_in

pytestmark = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
CANARY = "Kingfisher"  # what Rita wrote in the session
DOUBLED = "Wagtail"  # and on the part that Rob is to score too
WATCHED = ("ETag", "Content-Length", "Content-Type", "Content-Disposition", "Last-Modified", "Location")
VARYING = (
    re.compile(r'(name="csrf_token"[^>]*value=")[^"]*'),
    re.compile(r'(data-csrf=")[^"]*'),
    re.compile(r'(name="raise_id" value=")[^"]*'),  # one for each time a form is shown
)
EVERYBODY = ("rob", "quinn", "lena", "otto", "sam", "olga", "dora", "ada")
QUICK = ("rob", "sam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What nobody may tell, and the ids by which somebody might ask for it."""

    world: World
    session: CalibrationSession
    reviews: tuple[Review, Review]
    ids: Mapping[str, tuple[object, ...]]


@pytest.fixture
def secret(session: Session, cast: Cast, settings: Settings) -> Secret:
    world = make_world(session, cast, settings)
    sat, doubled = make_ticket(session, cast), make_ticket(session, cast)
    row = calibration.open_session(
        session,
        programme_id=cast.programme.id,
        title="Sealed",
        rubric_version_id=world.version.id,
        part_ids=[sat.part.id],
        participant_ids=[cast.rita.id, cast.rob.id, cast.quinn.id],
        facilitator_id=cast.quinn.id,
        due_on=TODAY,
        now=NOW,
    )
    seat = session.scalars(
        select(Assignment).where(Assignment.part_id == sat.part.id, Assignment.reviewer_id == cast.rita.id)
    ).one()
    first = make_assignment(session, doubled, cast.rita, world.version)
    second = make_assignment(session, doubled, cast.rob, world.version, purpose=Purpose.DOUBLE)
    reviews = (make_review(session, sat, seat), make_review(session, doubled, first))
    assert [review.sealed for review in reviews] == [True, True]
    part = session.scalars(select(SessionPart).where(SessionPart.session_id == row.id)).one()
    revisions = session.scalars(select(ReviewRevision.id).where(ReviewRevision.review_id.in_([r.id for r in reviews])))
    session.commit()
    return Secret(
        world=world,
        session=row,
        reviews=reviews,
        ids={
            "session_id": (row.id,),
            "session_part_id": (part.id,),
            "review_id": tuple(review.id for review in reviews),
            "revision_id": tuple(revisions),
            "assignment_id": (seat.id, first.id, second.id),
            "ticket_id": (sat.ticket.id, doubled.ticket.id),
            "part_id": (sat.part.id, doubled.part.id),
            "user_id": (cast.rita.id, cast.rob.id, cast.sam.id),
            "version_id": (world.version.id,),
            "key": ("tone",),
        },
    )


def give(session: Session, review: Review, *, harsh: bool, word: str) -> None:
    """Rita gave one thing, or the opposite: levels, words, passages, result and the time it took."""
    revision_id = session.scalars(select(ReviewRevision.id).where(ReviewRevision.review_id == review.id)).one()
    answers = select(Answer.id).where(Answer.revision_id == revision_id).scalar_subquery()
    session.execute(delete(Evidence).where(Evidence.answer_id.in_(answers)))
    session.execute(
        update(Answer)
        .where(Answer.revision_id == revision_id)
        .values(comment=f"{word} said no." if harsh else "", internal_note=word if harsh else "")
    )
    session.execute(
        update(Answer)
        .where(Answer.revision_id == revision_id, Answer.criterion_key == "tone")
        .values(level_key="missed" if harsh else "met")
    )
    session.execute(
        update(ReviewRevision)
        .where(ReviewRevision.id == revision_id)
        .values(
            score=12.5 if harsh else 100.0,
            base_score=12.5 if harsh else 100.0,
            exact_score="25/2" if harsh else "100",
            outcome="failed" if harsh else "passed",
            summary=word if harsh else "",
        )
    )
    session.execute(update(Review).where(Review.id == review.id).values(active_seconds=4_321 if harsh else 12))
    if harsh:
        answer_id = session.scalars(select(Answer.id).where(Answer.revision_id == revision_id)).first()
        session.add(Evidence(answer_id=answer_id, message_id="m1", start=0, end=4, digest="0" * 64, created_at=NOW))
    session.commit()


def asked(app: Flask, secret: Secret, method: str) -> Iterator[tuple[str, str]]:
    """Every route with the world's objects, and every route that can be asked about the secret; endpoint, address."""
    rules = {rule.endpoint: rule for rule in own_rules(app) if method in (rule.methods or ())}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        seen: set[str] = set()
        for case in CASES:
            if case.endpoint in rules:
                address = adapter.build(case.endpoint, {**case.arguments(secret.world), **case.query}, method)
                if address not in seen:
                    seen.add(address)
                    yield case.endpoint, address
        for endpoint, rule in rules.items():
            if declared(app, endpoint) == PUBLIC or not rule.arguments or not rule.arguments <= secret.ids.keys():
                continue
            names = sorted(rule.arguments)
            for values in product(*(secret.ids[name] for name in names)):
                address = adapter.build(endpoint, dict(zip(names, values, strict=True)), method)
                if address not in seen:
                    seen.add(address)
                    yield endpoint, address
        for address in (f"/search?q={CANARY}", f"/tickets/?q={CANARY}"):
            yield "desk.search", address


def permitted(app: Flask, endpoint: str, name: str) -> bool:
    permission = declared(app, endpoint) if endpoint in app.view_functions else None
    return not isinstance(permission, Permission) or may(app, next(c for c in CASES if c.endpoint == endpoint), name)


def words_of(response: TestResponse) -> str:
    """What an answer says, a workbook unpacked, without what differs from moment to moment; the answer is closed."""
    body = response.get_data()
    response.close()  # a download holds its file open
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            kept = [name for name in archive.namelist() if not name.startswith("docProps/")]
            text = "\n".join(archive.read(name).decode("utf-8", "replace") for name in kept)
    else:
        text = body.decode("utf-8", "replace")
    for pattern in VARYING:
        text = pattern.sub(r"\1-", text)
    return text


def read(client: FlaskClient, address: str) -> tuple[int, dict[str, str], str]:
    response = client.get(address)
    told = {name: response.headers[name] for name in WATCHED if name in response.headers}
    said = words_of(response)
    if "csrf" in response.get_data(as_text=True) or response.get_data()[:2] == b"PK":
        told.pop("Content-Length", None)  # a token or a file's clock: `said` is compared instead
    return response.status_code, told, said


class Reader(CheckingClient):
    """Reads answers as they come: other tests check the pages."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return FlaskClient.open(self, *args, **kwargs)


def signed_in(app: Flask, session: Session, user: User) -> Reader:
    client = Reader(app, app.response_class)
    client.arranged = session
    sign_in(client, user)
    session.commit()
    return client


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(QUICK, id="scorer, specialist"),
        pytest.param(tuple(n for n in EVERYBODY if n not in QUICK), id="everybody else", marks=pytest.mark.slow),
    ],
)
def test_no_answer_of_any_route_depends_on_what_is_sealed(
    app: Flask, session: Session, cast: Cast, secret: Secret, names: tuple[str, ...]
) -> None:
    addresses = list(asked(app, secret, "GET"))
    people = {name: signed_in(app, session, getattr(cast, name)) for name in names}
    sat, doubled = secret.reviews
    heard: dict[tuple[str, str], tuple[int, dict[str, str], str]] = {}
    wrong = []

    for harsh in (True, False):
        give(session, sat, harsh=harsh, word=CANARY)
        for name, client in people.items():
            # The double is Rob's to score: to him its first score is a secret too, not only its words.
            give(session, doubled, harsh=harsh or name != "rob", word=DOUBLED)
            for endpoint, address in addresses:
                if not permitted(app, endpoint, name):
                    continue
                answer = read(client, address)
                words = (CANARY,) if name == "sam" else (CANARY, DOUBLED)
                if "q=" not in address and any(word in answer[2] for word in words):
                    wrong.append(f"{address} tells {name} what Rita wrote")
                if harsh:
                    heard[name, address] = answer
                elif heard[name, address] != answer:
                    wrong.append(f"{address} tells {name} apart: {difference(heard[name, address], answer)}")

    assert len(heard) > 60 * len(names)
    assert not wrong, "\n".join(wrong[:20])


def difference(one: tuple[int, dict[str, str], str], two: tuple[int, dict[str, str], str]) -> str:
    if one[:2] != two[:2]:
        return f"{one[:2]} and {two[:2]}"
    lines = difflib.unified_diff(one[2].splitlines(), two[2].splitlines(), lineterm="", n=0)
    return " | ".join(line[:160] for line in list(lines)[2:8])


def test_no_answer_to_what_somebody_sends_says_what_is_sealed_until_the_reveal(
    app: Flask, session: Session, cast: Cast, secret: Secret
) -> None:
    sat, doubled = secret.reviews
    give(session, sat, harsh=True, word=CANARY)
    give(session, doubled, harsh=True, word=DOUBLED)
    told = []
    for name in ("rob", "quinn"):
        client = signed_in(app, session, getattr(cast, name))
        for endpoint, address in asked(app, secret, "POST"):
            if endpoint in {"calibration.reveal", "account.end_session"} or not permitted(app, endpoint, name):
                continue
            answer = client.post(address, headers={"X-CSRFToken": client.token()}, data={"version": "0"})
            if any(word in words_of(answer) for word in (CANARY, DOUBLED)):
                told.append(f"{address} tells {name}")

    # The same scene after the reveal: now it is told, so the reading above could have found it.
    row = session.get_one(CalibrationSession, secret.session.id)
    session.refresh(row)
    calibration.reveal(session, row, version=row.lock_version, by=cast.quinn.id, now=NOW)
    session.commit()
    after = words_of(signed_in(app, session, cast.rob).get(f"/calibration/{row.id}"))
    sealed = signed_in(app, session, cast.rob).get(f"/reviews/{doubled.id}").status_code

    assert told == []
    assert CANARY in after
    assert sealed == 404  # the hidden double still waits for Rob's own score
