"""From a revealed session to a draft of a better rubric, with what was said attached."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import ConsensusAnswer
from qa.rubric_library import drafts
from qa.rubric_library.drafting import criteria_of
from qa.rubric_library.models import RubricStep, RubricVersion
from tests.calibration_sessions.room import Room, open_room
from tests.support.builders import RUBRIC, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient


@pytest.fixture
def room(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Room:
    """Two people who differ on Tone at one of three parts."""
    room = open_room(session, cast, sign_in)
    room.score(cast.rita, 0, tone="missed")
    room.score(cast.rob, 0)
    room.score(cast.rita, 1)
    return room


def begun(session: Session) -> list[RubricVersion]:
    return list(session.scalars(select(RubricVersion).where(RubricVersion.state == "draft").order_by(RubricVersion.id)))


def test_a_draft_begins_at_the_criterion_with_the_discussion_attached(room: Room, cast: Cast, session: Session) -> None:
    room.post(cast.quinn, "reveal")

    response = room.sign_in(cast.quinn).post_form(f"{room.path}/change", {"criterion": "tone"})

    (draft,) = begun(session)
    tone = next(each for each in criteria_of(drafts.tree_of(session, draft)) if each["key"] == "tone")
    note = session.scalars(select(RubricStep.note).where(RubricStep.version_id == draft.id)).one()
    assert response.location == f"/rubrics/versions/{draft.id}/edit?at={tone['id']}"
    assert (draft.label, draft.based_on_id) == ("1.1", room.row.rubric_version_id)
    assert note == "From the calibration session “Tone”: people differed on Tone (1 of 3)."
    editor = room.sign_in(cast.quinn).get(response.location).get_data(as_text=True)
    assert f"{room.path}/discussion#tone" in editor
    assert f"{room.path}/discussion" in room.sign_in(cast.lena).get(f"/rubrics/versions/{draft.id}").get_data(
        as_text=True
    )


def test_a_session_has_one_draft_at_a_time(room: Room, cast: Cast, session: Session) -> None:
    room.post(cast.quinn, "reveal")

    pressed = [room.post(cast.quinn, "change", criterion=key) for key in ("tone", "correct", "no such")]

    assert pressed == [302, 302, 302]
    assert len(begun(session)) == 1
    assert "Begun here" in room.sign_in(cast.quinn).get(room.path).get_data(as_text=True)


def test_a_draft_follows_the_newest_version_so_that_no_change_since_is_lost(
    room: Room, cast: Cast, session: Session
) -> None:
    newest = publish_rubric(session, cast, text=RUBRIC.format(key="trial", version="2.0"), everywhere=False)
    room.post(cast.quinn, "reveal")

    room.post(cast.quinn, "change")

    (draft,) = begun(session)
    assert (draft.label, draft.based_on_id) == ("2.1", newest.id)


def test_nothing_is_said_or_begun_before_the_reveal(room: Room, cast: Cast, session: Session) -> None:
    early = room.post(cast.quinn, "change")
    page = room.sign_in(cast.quinn).get(f"{room.path}/discussion")

    assert early == 409
    assert (page.status_code, page.location) == (302, room.path)
    assert begun(session) == []


def test_only_who_leads_the_session_begins_a_draft(room: Room, cast: Cast, session: Session) -> None:
    room.post(cast.quinn, "reveal")

    assert [room.post(who, "change") for who in (cast.rita, cast.lena, cast.dora)] == [403, 404, 403]
    assert begun(session) == []


def test_the_discussion_tells_who_chose_what_and_why_it_was_agreed(room: Room, cast: Cast) -> None:
    room.post(cast.quinn, "reveal")
    agreed = {"level-correct": "full", "level-tone": "missed", "level-privacy": "met", "reason-tone": "No greeting."}
    room.post(cast.quinn, f"parts/{room.parts()[0].id}/consensus", **agreed)

    page = room.sign_in(cast.quinn).get(f"{room.path}/discussion").get_data(as_text=True)

    assert 'id="tone"' in page
    assert 'id="privacy"' not in page
    thought = f"Thought by {cast.rita.email}"
    for said in (f"{cast.rita.name}: Missed", f"{cast.rob.name}: Met", thought, "No greeting.", "1 of 3 parts differ"):
        assert said in page
    assert "Answered alike without a word: Correct, Privacy." in page


def test_a_reason_is_kept_without_personal_data(room: Room, cast: Cast, session: Session) -> None:
    room.post(cast.quinn, "reveal")
    chosen = {"level-correct": "full", "level-tone": "met", "level-privacy": "met"}

    room.post(
        cast.quinn, f"parts/{room.parts()[0].id}/consensus", **chosen, **{"reason-tone": "Write to ann@example.com."}
    )

    kept = session.scalars(select(ConsensusAnswer.reason).where(ConsensusAnswer.criterion_key == "tone")).one()
    assert "ann@example.com" not in kept
    assert kept.startswith("Write to")
