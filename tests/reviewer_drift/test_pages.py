"""Who sees whose figures."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.jobs import Job
from qa.people.models import ProgrammeSetting, RoleGrant, User
from qa.reviewer_drift.jobs import DRIFT_JOB
from qa.reviewer_drift.models import DriftRun, DriftStanding
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.coaching.weeks import wednesday
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def scored_together(session: Session, cast: Cast, version: RubricVersion, parts: int) -> None:
    """Parts that Rita and Rob both scored, Rita 20 points lower and a little more once."""
    for n in range(parts):
        at = wednesday(1)
        handled = make_ticket(session, cast, resolved_at=at)
        ritas = make_assignment(session, handled, cast.rita, version)
        robs = make_assignment(session, handled, cast.rob, version, purpose=Purpose.DOUBLE)
        # tone missed: 80; correct partly and tone missed: 60
        make_review(
            session, handled, ritas, {"tone": "missed"} if n else {"correct": "partly", "tone": "missed"}, at=at
        )
        make_review(session, handled, robs, at=at)
    session.commit()


def test_a_reviewer_sees_the_own_row_and_the_director_none(session: Session, cast: Cast, sign_in: SignIn) -> None:
    scored_together(session, cast, publish_rubric(session, cast), 8)
    people = (cast.quinn, cast.rita, cast.rob, cast.dora)

    boards = [sign_in(who).get("/reviewers/").get_data(as_text=True) for who in people]
    pages = [
        [sign_in(who).get(f"/reviewers/{about.id}").status_code for about in (cast.rita, cast.rob)] for who in people
    ]

    # Mean of seven differences of -20 and one of -40: -22.5.
    quinns, ritas, robs, doras = boards
    assert cast.rita.name in quinns
    assert cast.rob.name in quinns
    assert "differs from the others by −22.5 points" in quinns or "differs from the others by -22.5 points" in quinns
    assert "22.5 points" in ritas
    assert cast.rob.name not in ritas
    assert f"/reviewers/{cast.rita.id}" not in robs
    for secret in (cast.rita.name, cast.rob.name, cast.rita.pseudonym, "differs from the others by"):
        assert secret not in doras
    assert pages == [[200, 200], [200, 404], [404, 200], [404, 404]]
    assert [sign_in(who).get("/reviewers/").status_code for who in (cast.lena, cast.sam, cast.ada)] == [403] * 3


@pytest.fixture
def watched(app: Flask, session: Session, cast: Cast) -> DriftRun:
    """A run in which Rita stands at red, Rob at amber, and Lena, who scored a little, cannot be told."""
    for person in (cast.rita, cast.rob, cast.lena):
        made_reviewer(session, person)
    run = DriftRun(
        programme_id=cast.programme.id, method="drift 1", first_week=dt.date(2025, 12, 1),
        through=dt.date(2026, 3, 30), digest="a" * 64, outcome_digest="b" * 64, scorings=900, created_at=NOW,
        document=RUN,
    )  # fmt: skip
    session.add(run)
    session.flush()
    for person, level, evidence, cannot_tell in (
        (cast.rob, "amber", 120.0, None),
        (cast.lena, "none", 400.0, "no part was scored by others too: strictness cannot be told from the queue"),
        (cast.rita, "red", 700.0, None),
    ):
        session.add(
            DriftStanding(
                run_id=run.id,
                reviewer_id=person.id,
                level=level,
                evidence=evidence,
                document=standing(level, evidence, cannot_tell),
            )
        )
    session.commit()
    return run


def made_reviewer(session: Session, person: User) -> None:
    if session.scalar(select(RoleGrant.id).where(RoleGrant.user_id == person.id, RoleGrant.role == "reviewer")) is None:
        session.add(RoleGrant(user_id=person.id, role="reviewer", valid_from=dt.date(2025, 1, 6)))


def figure(estimate: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {
        "estimate": estimate, "std_error": None if estimate is None else 1.0, "low": low, "high": high, "n": 40,
        "method": "m", "reason": "no figure" if estimate is None else None,
    }  # fmt: skip


RUN: dict[str, Any] = {
    "amber": 104.0, "red": 520.0, "active": 3, "false_ambers": 0.375, "false_reds": 0.075,
    "kinds": {"routine": 700, "double": 100, "calibration": 90, "gold": 10}, "versions": [["2026-03-02", "Trial 2.0"]],
    "sessions": ["2026-03-09"], "waiting_sessions": 1, "quarter_from": "2026-01-05", "criteria": {}, "groups": [2, 1],
    "error_sd": 7.5, "team": None, "fair": [],
}  # fmt: skip


def standing(level: str, evidence: float, cannot_tell: str | None) -> dict[str, Any]:
    flag = {
        "week": "2026-03-30", "level": level, "log_evidence": 6.5, "stream": "severity", "name": "severity",
        "effect": -5.1, "low": -7.3, "high": -2.9, "onset": "2026-03-02", "onset_earliest": "2026-02-23",
        "onset_latest": "2026-03-16", "confirmation": "confirmed", "beside": ["halo"], "criterion": "Tone",
        "routine": 118, "double": 9, "calibration": 10,
    }  # fmt: skip
    return {
        "severity": figure(-4.0, -6.0, -2.0), "weeks": 13, "scorings": 300, "cannot_tell": cannot_tell,
        "agreement": figure(80.0, 75.0, 85.0), "consistency": figure(7.0, 5.0, 9.0), "pairs": 30, "seats": 12,
        "na_share": figure(10.0, 8.0, 12.0), "na_expected": 11.0, "routine": 250, "double": 38, "calibration": 12,
        "since": "2026-02-16", "evidence": [1.0, 20.0, None, 300.0, 600.0, 650.0, evidence],
        "flag": None if level == "none" else flag, "first_week": None if level == "none" else "2026-03-16",
        "charts": [
            {
                "stream": "severity", "value": [1.0, None, -4.0, -6.0, -5.0, -5.5, -4.5],
                "low": [-1.0, None, -6.0, -8.0, -7.0, -7.5, -6.5], "high": [3.0, None, -2.0, -4.0, -3.0, -3.5, -2.5],
                "overlap": [None, None, -5.0, None, None, -6.0, None], "baseline": 0.4, "baseline_error": 0.8,
            }
        ],
    }  # fmt: skip


def test_the_board_says_what_a_flag_rests_on_and_how_often_chance_raises_one(
    cast: Cast, watched: DriftRun, sign_in: SignIn
) -> None:
    page = sign_in(cast.quinn).get("/reviewers/").get_data(as_text=True)

    board = page[page.index("Reviewers by evidence of a change") :]
    assert board.index(cast.rita.name) < board.index(cast.rob.name) < board.index(cast.lena.name)
    assert (
        "Rita Ramos became about 5 points stricter around the week of 2 March (likely 23 February – 16 March). "
        "Estimate −5.1 points, 90 % range −7.3 to −2.9. Evidence since: 118 own reviews, 9 hidden second scores, "
        "10 calibration answers; double scores agree. Such a flag appears by chance less than once in ten "
        "reviewer-years. Biggest part: the criterion “Tone”."
    ) in page
    assert "chance alone turns at most 0.4 amber and 0.1 red in a quarter" in page
    assert "fall into 2 groups that share no part" in page
    assert "cannot tell" in board
    assert "0 overturned, 0 replaced" in board


def test_a_reviewer_sees_the_own_chart_and_hears_nothing_of_an_amber(
    cast: Cast, watched: DriftRun, sign_in: SignIn
) -> None:
    ritas, robs = (sign_in(who).get(f"/reviewers/{who.id}").get_data(as_text=True) for who in (cast.rita, cast.rob))
    leads = sign_in(cast.quinn).get(f"/reviewers/{cast.rob.id}").get_data(as_text=True)

    assert "became about 5 points stricter" in ritas
    assert "Strictness week by week" in robs
    for quiet in ("became about", "watch", "likely onset", "Evidence of a change"):
        assert quiet not in robs[robs.index("<main") :]
    assert "became about 5 points stricter" in leads
    assert "likely onset" in leads
    assert "Evidence of a change" in leads
    assert "watch 104 weeks" in leads
    assert "act 520 weeks" in leads
    assert "Trial 2.0" in leads


def test_fair_scores_tell_what_strictness_does_and_the_choice_is_recorded(
    session: Session, cast: Cast, watched: DriftRun, sign_in: SignIn
) -> None:
    row = {
        "specialist": cast.sam.id, "raw": 82.0, "fair": 84.25, "moved": 2.25, "low": 0.5, "high": 4.0, "reason": None,
        "n": 31, "reviewers": 2,
    }  # fmt: skip
    watched.document = {**watched.document, "fair": [row]}
    session.commit()
    lead = sign_in(cast.quinn)

    page = lead.get("/reviewers/fair").get_data(as_text=True)
    chosen = lead.post_form("/reviewers/fair", data={"base": cast.setting.id, "fair": "on"})
    stale = lead.post_form("/reviewers/fair", data={"base": cast.setting.id, "fair": "off"})

    newest = session.scalars(select(ProgrammeSetting).order_by(ProgrammeSetting.id.desc())).first()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "programme.settings")).one()
    assert "Sam Sato" in page
    assert "84.3" in page
    assert "+2.3" in page
    assert "+0.5 to +4.0" in page
    assert (chosen.status_code, stale.status_code) == (302, 409)
    assert newest is not None
    assert (newest.fair_mean, newest.created_by_id) == (True, cast.quinn.id)
    assert event.detail == {"fair_mean": [False, True]}
    assert sign_in(cast.rita).get("/reviewers/fair").status_code == 403


def test_only_the_qa_lead_asks_for_a_run_and_one_that_waits_is_enough(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.quinn)
    asked = [lead.post_form("/reviewers/run").status_code for _ in range(2)]

    assert asked == [302, 302]
    assert [sign_in(who).post_form("/reviewers/run").status_code for who in (cast.rita, cast.dora)] == [403, 403]
    assert session.scalar(select(func.count()).select_from(Job).where(Job.name == DRIFT_JOB)) == 1
    assert "A run waits for its turn" in lead.get("/reviewers/").get_data(as_text=True)


def test_the_board_asks_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    scored_together(session, cast, version, 2)
    lead = sign_in(cast.quinn)
    lead.get("/reviewers/")
    with count_queries() as few:
        lead.get("/reviewers/")
    scored_together(session, cast, version, 6)

    with count_queries() as many:
        lead.get("/reviewers/")

    assert len(many) == len(few) <= 15


def test_the_board_is_taken_along_as_a_workbook_and_that_is_recorded(
    session: Session,
    cast: Cast,
    watched: DriftRun,
    sign_in: SignIn,
    flask_command: Callable[..., Result],
    tmp_path: Path,
) -> None:
    answer = sign_in(cast.quinn).post_form("/reviewers/workbook")
    refused = [sign_in(who).post_form("/reviewers/workbook").status_code for who in (cast.rita, cast.dora, cast.lena)]
    out = tmp_path / "board.xlsx"
    written = flask_command("export", "drift", "--out", str(out))

    assert (answer.status_code, refused) == (200, [403, 403, 403])
    assert written.exit_code == 0, written.output
    for book in (load_workbook(BytesIO(answer.data)), load_workbook(out)):
        rows = [[cell.value for cell in row[:3]] for row in book["Board"].iter_rows(min_row=5, max_row=7)]
        assert rows == [[cast.rita.name, "act", -4.0], [cast.rob.name, "watch", -4.0], [cast.lena.name, "steady", None]]
        assert "became about 5 points stricter" in book["Flags"]["L4"].value
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.drift")).all()
    assert [event.actor_id for event in events] == [cast.quinn.id, None]


def test_every_column_of_the_board_says_what_it_holds(cast: Cast, watched: DriftRun, sign_in: SignIn) -> None:
    leads, ritas = (sign_in(who).get("/reviewers/").get_data(as_text=True) for who in (cast.quinn, cast.rita))

    for column in ("State", "Severity, points", "Scatter, points", "N/A, %", "Pairs", "Evidence, weeks", "Beside"):
        assert f"Explain this number: {column}" in leads
    assert "Watch only raises the share of hidden second scores" in leads
    assert "hidden second scores; act" not in ritas  # an amber is never theirs to see
    assert "Watch only" not in ritas
