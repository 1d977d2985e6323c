"""A session from blind scoring to reveal, consensus and close."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import service
from qa.calibration_sessions.models import ConsensusAnswer, ConsensusScore
from qa.core.errors import InvalidInputError
from qa.people.models import RegionClearance
from tests.calibration_sessions.room import Room, open_room
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient


@pytest.fixture
def room(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Room:
    return open_room(session, cast, sign_in)


def test_nobody_reads_anybodys_score_before_the_reveal(room: Room, cast: Cast) -> None:
    review = room.score(cast.rita, 0, tone="missed")
    people = {name: getattr(cast, name) for name in ("rita", "rob", "quinn", "lena", "dora", "sam", "otto")}

    codes = {name: room.sign_in(who).get(f"/reviews/{review.id}").status_code for name, who in people.items()}
    pages = [room.sign_in(who).get(room.path) for who in (cast.rob, cast.quinn, cast.lena, cast.dora)]

    assert codes.pop("rita") == 200
    assert set(codes.values()) == {404}
    for page in pages:
        text = page.get_data(as_text=True)
        assert page.status_code == 200
        assert f"Thought by {cast.rita.email}" not in text
        assert "80.0" not in text


def test_the_reveal_opens_to_all_at_once_and_leaves_the_late_out(room: Room, cast: Cast) -> None:
    first, second = room.score(cast.rita, 0, tone="missed"), room.score(cast.rob, 0)

    revealed = room.post(cast.quinn, "reveal")

    assert revealed == 302
    assert room.row.state == "revealed"
    assert (first.sealed, second.sealed) == (False, False)
    assert room.task(cast.rob, 1).state == room.task(cast.quinn, 0).state == "withdrawn"
    for who in (cast.rita, cast.rob, cast.quinn):
        page = room.sign_in(who).get(room.path).get_data(as_text=True)
        assert f"Thought by {cast.rita.email}" in page
        assert "80.0" in page
    assert room.sign_in(cast.rob).get(f"/queue/{room.task(cast.rob, 1).id}").status_code == 404


def test_nothing_is_revealed_when_nobody_has_scored(room: Room, cast: Cast) -> None:
    assert room.post(cast.quinn, "reveal") == 409
    assert room.row.state == "scoring"


def test_a_specialist_never_sees_a_score_of_a_session(room: Room, cast: Cast) -> None:
    review = room.score(cast.rita, 0, tone="missed")
    room.post(cast.quinn, "reveal")

    specialist = room.sign_in(cast.sam)

    assert specialist.get(f"/reviews/{review.id}").status_code == 404
    assert specialist.get(room.path).status_code in {403, 404}


def test_consensus_has_the_librarys_score_and_can_be_set_again(room: Room, cast: Cast, session: Session) -> None:
    room.score(cast.rita, 0, tone="missed")
    room.post(cast.quinn, "reveal")
    room.agree(cast.quinn, 0, tone="missed")

    again = room.agree(cast.quinn, 0, correct="partly", tone="missed")

    # Answer: (2 * 1/2 + 0) of 3, weight 60; Safety whole, weight 40.
    agreed = session.scalars(select(ConsensusScore)).one()
    answers = {row.criterion_key: row.level_key for row in session.scalars(select(ConsensusAnswer))}
    assert again == 302
    assert (agreed.score, agreed.outcome) == (60.0, "failed")
    assert answers == {"correct": "partly", "tone": "missed", "privacy": "met"}


def test_one_person_s_score_can_be_the_standard_and_the_reasons_say_whose_it_is(
    room: Room, cast: Cast, session: Session
) -> None:
    room.score(cast.rita, 0, tone="missed")
    room.score(cast.rob, 0, correct="partly")
    where = f"parts/{room.parts()[0].id}/consensus"
    early = room.post(cast.quinn, where, take="expert", expert=str(cast.rob.id))
    room.post(cast.quinn, "reveal")

    nobody = room.post(cast.quinn, where, take="expert", expert=str(cast.sam.id))
    taken = room.post(cast.quinn, where, take="expert", expert=str(cast.rob.id))

    answers = session.scalars(select(ConsensusAnswer)).all()
    assert (early, nobody, taken) == (409, 422, 302)
    assert {row.criterion_key: row.level_key for row in answers} == {
        "correct": "partly",
        "tone": "met",
        "privacy": "met",
    }
    assert {row.reason for row in answers} == {"As Rob Rees scored it, taken as the expert’s."}
    assert "Or take one person’s score" not in room.sign_in(cast.rita).get(room.path).get_data(as_text=True)
    assert "Or take one person’s score" in room.sign_in(cast.quinn).get(room.path).get_data(as_text=True)


def test_an_agreed_score_that_does_not_follow_from_its_answers_is_found(
    room: Room, cast: Cast, session: Session, flask_command: Callable[..., Result]
) -> None:
    room.score(cast.rita, 0)
    room.post(cast.quinn, "reveal")
    room.agree(cast.quinn, 0, tone="missed")
    session.expire_all()
    clean = flask_command("reviews", "recompute", "--check")
    agreed = session.scalars(select(ConsensusScore)).one()
    agreed.score = 12.5

    found = flask_command("reviews", "recompute", "--check")

    assert clean.exit_code == 0, clean.output
    assert "1 agreed scores computed again, 0 differ." in clean.output
    assert found.exit_code == 1
    assert f"session part {agreed.session_part_id}" in found.output


def test_what_does_not_fit_or_is_not_complete_is_no_consensus(room: Room, cast: Cast, session: Session) -> None:
    room.score(cast.rita, 0)
    before_reveal = room.agree(cast.quinn, 0)
    room.post(cast.quinn, "reveal")

    unfit = [room.agree(cast.quinn, 0, tone=chosen) for chosen in ("", "superb", "na")]

    assert before_reveal == 409
    assert unfit == [422, 422, 422]
    assert session.scalars(select(ConsensusScore)).all() == []


def test_what_was_seen_too_long_ago_changes_nothing(room: Room, cast: Cast, session: Session) -> None:
    room.score(cast.rita, 0)
    old = room.row.lock_version
    room.post(cast.quinn, "reveal")

    stale = [room.post(cast.quinn, "reveal", version=old), room.agree(cast.quinn, 0, version=old)]

    assert stale == [409, 409]
    assert session.scalars(select(ConsensusScore)).all() == []


def test_a_session_closes_when_every_part_is_decided(room: Room, cast: Cast) -> None:
    room.score(cast.rita, 0)
    room.post(cast.quinn, "reveal")
    room.agree(cast.quinn, 0)
    room.agree(cast.quinn, 1)
    too_early = room.post(cast.quinn, "close")
    room.agree(cast.quinn, 2)

    closed = room.post(cast.quinn, "close", learnt="A date is part of the answer.")

    assert (too_early, closed) == (409, 302)
    assert room.row.state == "closed"
    assert "A date is part of the answer." in room.sign_in(cast.rita).get(room.path).get_data(as_text=True)
    assert room.agree(cast.quinn, 0, tone="missed") == 409


def test_only_who_leads_the_session_steers_it(room: Room, cast: Cast) -> None:
    room.score(cast.rita, 0)

    codes = [room.post(who, "reveal") for who in (cast.rita, cast.lena, cast.otto, cast.dora, cast.ada)]

    assert codes == [403, 404, 404, 403, 403]
    assert room.row.state == "scoring"


def test_nobody_takes_part_who_is_not_cleared_for_the_region_of_every_ticket(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    parts = [make_ticket(session, cast, data_region=region).part.id for region in ("default", "eu", "us")]
    people = (cast.rita, cast.rob, cast.quinn)
    session.add_all(
        RegionClearance(user_id=person.id, region=region, valid_from=TODAY)
        for person, regions in zip(people, (("eu", "us"), ("eu",), ()), strict=True)
        for region in regions
    )
    session.flush()
    asked: dict[str, Any] = {
        "programme_id": cast.programme.id,
        "title": "Tone",
        "rubric_version_id": version.id,
        "facilitator_id": cast.quinn.id,
        "due_on": TODAY,
        "now": NOW,
    }

    with pytest.raises(InvalidInputError, match=rf"region of these tickets: {cast.quinn.name}, {cast.rob.name}\."):
        service.open_session(session, part_ids=parts, participant_ids=[each.id for each in people], **asked)

    opened = service.open_session(session, part_ids=parts[:2], participant_ids=[cast.rita.id, cast.rob.id], **asked)
    assert opened.id is not None


def test_agreement_is_told_over_the_sessions_that_one_may_open(
    room: Room, cast: Cast, session: Session, sign_in: Callable[..., CheckingClient]
) -> None:
    room.score(cast.rita, 0)
    room.score(cast.rob, 0, tone="missed")
    room.post(cast.quinn, "reveal")
    alone = room.sign_in(cast.quinn).get(room.path).get_data(as_text=True)
    later = service.open_session(
        session,
        programme_id=cast.programme.id,
        title="Without Rob",
        rubric_version_id=room.row.rubric_version_id,
        part_ids=[make_ticket(session, cast).part.id],
        participant_ids=[cast.rita.id, cast.quinn.id],
        facilitator_id=cast.quinn.id,
        due_on=TODAY,
        now=NOW,
    )
    later.state, later.revealed_at = "revealed", NOW
    session.flush()

    both = room.sign_in(cast.quinn).get(room.path).get_data(as_text=True)
    robs = room.sign_in(cast.rob).get(room.path).get_data(as_text=True)

    assert "Agreement over sessions" not in alone
    assert "Agreement over sessions" in both
    assert "Without Rob" in both
    assert "Without Rob" not in robs
