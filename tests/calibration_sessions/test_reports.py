"""What a session shows together and leaves behind: the live state, the walk, the report, each participant's own."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from tests.calibration_sessions.room import Room, open_room
from tests.support.cast import Cast
from tests.support.client import CheckingClient


@pytest.fixture
def room(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Room:
    return open_room(session, cast, sign_in)


@pytest.fixture
def agreed(room: Room, cast: Cast) -> Room:
    """Three parts: Rita is below consensus twice and as agreed once, Rob as agreed on two parts; all of it agreed."""
    for part, (tone, correct) in enumerate((("missed", "full"), ("met", "partly"), ("met", "full"))):
        room.score(cast.rita, part, tone=tone, correct=correct)
    for part in range(2):
        room.score(cast.rob, part)
    room.post(cast.quinn, "reveal")
    for part in range(3):
        chosen = {"reason-tone": "A greeting by name is enough."} if part == 0 else {}
        levels = {"level-correct": "full", "level-tone": "met", "level-privacy": "met"}
        room.post(cast.quinn, f"parts/{room.parts()[part].id}/consensus", **levels, **chosen)
    return room


def page(room: Room, who: object, where: str = "") -> str:
    return room.sign_in(who).get(f"{room.path}{where}").get_data(as_text=True)


def test_an_open_page_learns_of_the_reveal_and_is_told_nothing_else_before(room: Room, cast: Cast) -> None:
    rob, quinn = room.sign_in(cast.rob), room.sign_in(cast.quinn)
    first, leads_first = rob.get(f"{room.path}/live"), quinn.get(f"{room.path}/live")
    room.score(cast.rita, 0, tone="missed")

    same = rob.get(f"{room.path}/live", headers={"If-None-Match": first.headers["ETag"]})
    leads = quinn.get(f"{room.path}/live", headers={"If-None-Match": leads_first.headers["ETag"]})
    room.post(cast.quinn, "reveal")
    revealed = rob.get(f"{room.path}/live", headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status_code, same.data) == (304, b"")
    assert leads.status_code == 200  # who leads it sees that somebody is further
    assert (revealed.status_code, revealed.json["mark"]) == (200, f"revealed {room.row.lock_version}")
    assert f'data-mark="{revealed.json["mark"]}"' in page(room, cast.rob)
    assert room.sign_in(cast.otto).get(f"{room.path}/live").status_code == 200
    assert room.sign_in(cast.sam).get(f"{room.path}/live").status_code == 403


def test_only_who_leads_sees_how_far_each_of_the_others_is(room: Room, cast: Cast) -> None:
    before = [room.sign_in(cast.rob).get(where).get_data() for where in ("/calibration/", room.path)]
    room.score(cast.rita, 0, tone="missed")
    after = [room.sign_in(cast.rob).get(where).get_data() for where in ("/calibration/", room.path)]

    robs, quinns, leads = (page(room, who) for who in (cast.rob, cast.quinn, cast.lena))

    tokens = re.compile(rb'name="csrf_token"[^>]*')
    assert [tokens.sub(b"", each) for each in before] == [tokens.sub(b"", each) for each in after]
    assert "1 of 9" in room.sign_in(cast.quinn).get("/calibration/").get_data(as_text=True)
    assert "How far everybody is" in quinns
    assert cast.rita.name in quinns
    for text in (robs, leads):
        assert "How far everybody is" not in text
        assert cast.rita.name not in text
        assert cast.rita.pseudonym not in text
    assert "How far you are" in robs


def test_a_criterion_is_walked_with_levels_comments_and_passages_side_by_side(
    agreed: Room, cast: Cast, session: Session
) -> None:
    text = page(agreed, cast.quinn, "/criteria/tone")

    assert "Tone: who chose what" in text or "who chose what" in text
    assert f"Thought by {cast.rita.email}." in text
    assert "A greeting by name is enough." in text
    assert 'rel="prev"' in text
    assert 'rel="next"' in text
    assert "<blockquote" in text  # what Rita pinned, in the customer's own words
    agreed.sign_in(cast.quinn).application.extensions["access_log"].flush(session)
    opened = session.scalars(select(AccessLogEntry).where(AccessLogEntry.user_id == cast.quinn.id)).all()
    assert {entry.purpose for entry in opened} == {"calibration session"}
    assert agreed.sign_in(cast.quinn).get(f"{agreed.path}/criteria/nothing").status_code == 404
    assert cast.rita.name not in page(agreed, cast.rob, "/criteria/tone")


def test_nothing_of_it_is_there_before_the_reveal(room: Room, cast: Cast) -> None:
    room.score(cast.rita, 0, tone="missed")

    for where in ("/criteria/tone", "/report", "/mine"):
        for who in (cast.rita, cast.rob, cast.quinn):
            answer = room.sign_in(who).get(f"{room.path}{where}")
            assert (answer.status_code, answer.location) == (302, room.path)
    assert room.post(cast.quinn, "report") == 409


def test_each_participant_reads_the_own_report_and_nobody_else_s(agreed: Room, cast: Cast) -> None:
    ritas, robs = page(agreed, cast.rita, "/mine"), page(agreed, cast.rob, "/mine")

    # Rita's parts: 80, 80 and 100 beside 100; on average 13.3 below, t(2) interval 28.7 wide each way.
    assert "−13.3" in ritas or "-13.3" in ritas
    assert "−42.0 to +15.4" in ritas
    assert "2 of 3" in ritas
    assert "another person" in ritas
    for secret in (cast.rob.name, cast.rob.pseudonym, cast.quinn.pseudonym):
        assert secret not in ritas
    assert "−13.3" not in robs[: robs.index("another person")]
    assert agreed.sign_in(cast.quinn).get(f"{agreed.path}/mine").status_code == 404
    assert agreed.sign_in(cast.otto).get(f"{agreed.path}/mine").status_code == 404


def test_the_report_tells_agreement_to_all_and_each_participant_s_figures_to_who_leads(
    agreed: Room, cast: Cast
) -> None:
    agreed.post(cast.quinn, "close", learnt="A date is part of the answer.")

    quinns, robs, doras = (page(agreed, who, "/report") for who in (cast.quinn, cast.rob, cast.dora))

    for text in (quinns, robs, doras):
        assert "Weighted kappa" in text
        assert "A date is part of the answer." in text
        assert "A greeting by name is enough." in text
    assert "−42.0 to +15.4" in quinns
    for text in (robs, doras):
        assert "Each participant against consensus" not in text
        assert "−42.0" not in text
    assert "−42.0" not in page(agreed, cast.rob)


def test_an_anonymous_session_names_nobody_to_anybody(agreed: Room, cast: Cast, session: Session) -> None:
    agreed.row.anonymous = True
    session.commit()

    for who in (cast.quinn, cast.rob, cast.dora):
        for where in ("", "/criteria/tone", "/report", "/discussion"):
            text = page(agreed, who, where)
            body = text[text.index('id="content"') :]
            assert "Person " in body or where == "/report"  # which names people to who leads the session alone
            for person in (cast.rita, cast.rob):
                assert person.name not in body
                assert person.pseudonym not in body


def test_the_workbook_of_a_session_is_for_who_leads_it_and_is_recorded(
    agreed: Room, cast: Cast, session: Session, flask_command: Callable[..., Result], tmp_path: Path
) -> None:
    answer = agreed.sign_in(cast.quinn).post_form(f"{agreed.path}/report")
    refused = agreed.post(cast.otto, "report")
    out = tmp_path / "session.xlsx"
    written = flask_command("export", "calibration", "--session", str(agreed.row.id), "--out", str(out))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=calibration-")
    assert refused == 404
    assert written.exit_code == 0, written.output
    for book in (openpyxl.load_workbook(io.BytesIO(answer.data)), openpyxl.load_workbook(out)):
        names = [row[1].value for row in book["Participants"].iter_rows(min_row=5, max_row=6)]
        assert names == [cast.rita.name, cast.rob.name]
        assert {"Cover", "Agreement", "Scores", "Answers", "Decisions", "Sessions", "Provenance"} <= set(
            book.sheetnames
        )
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.calibration")).all()
    assert [event.actor_id for event in events] == [cast.quinn.id, None]
