"""What goes into workbooks is what the page shows, to the same people and to nobody else."""

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import exports.coaching_workbook as book
import exports.scorecard_workbook as scorecard_book
from qa.coaching import figures, queries, scorecards
from qa.coaching.models import CoachingGoal
from qa.coaching.span import weeks_until
from qa.config import settings
from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.people.models import User
from qa.people.queries import setting_at, zone_of
from qa.tickets.models import HandledPart, Ticket
from tests.coaching.test_plans import seven
from tests.coaching.weeks import review
from tests.exports import office
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient

__all__ = ["seven"]
SignIn = Callable[..., CheckingClient]


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def of_page(app: Flask, session: Session, cast: Cast) -> tuple[figures.Standing, bytes]:
    """What the page shows of Sam, and the coaching workbook made at the same time."""
    now = utcnow()
    zone = zone_of(setting_at(session, cast.programme.id, now))
    today = now.astimezone(zone).date()
    coached = queries.get_specialist_for(session, actor(session, cast.lena), cast.sam.id, today=today)
    weeks = weeks_until(today)
    with app.app_context():
        readable = queries.readable_about([cast.sam.id], actor(session, cast.lena), now)
        evidence = scorecards.evidence_of(session, cast.payouts, weeks, readable=readable)
        standing = scorecards.standing_of(evidence, cast.sam.id, cast.payouts.name, weeks)
        data = scorecards.coaching_of(
            session,
            coached,
            evidence,
            standing,
            weeks=weeks,
            today=today,
            reader=actor(session, cast.lena),
            made_by="Lena",
            ring=KeyRing(settings().text_keys),
            zone=zone,
            now=now,
        )
    return standing, book.build(data)


def steps(workbook: openpyxl.Workbook) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for name, value, *_ in workbook["Workings"].iter_rows(min_row=3, values_only=True):
        found.setdefault(str(name), []).append(value)
    return found


def agree(workbook: openpyxl.Workbook, standing: figures.Standing) -> None:
    told = steps(workbook)
    for name, place, figure in (
        ("Quality score", 0, standing.quality),
        ("Pass rate", 1, standing.passed),
        ("Critical errors", 2, standing.critical),
    ):
        assert told[name] == [pytest.approx(figure.estimate, abs=1e-9)], name
        assert figure.interval is not None
        assert told["Interval from"][place] == pytest.approx(figure.interval.low, abs=1e-7), name
        assert told["Interval to"][place] == pytest.approx(figure.interval.high, abs=1e-7), name
    assert told["Reviews in the figures"] == [standing.quality.n]


def test_the_workbook_s_figures_are_the_page_s(seven: int, session: Session, cast: Cast, app: Flask) -> None:
    standing, content = of_page(app, session, cast)

    assert standing.quality.reviewer_variance > 0
    agree(opened(content), standing)


@pytest.mark.slow
def test_libreoffice_works_out_the_page_s_figures(
    seven: int, session: Session, cast: Cast, app: Flask, tmp_path: Path
) -> None:
    standing, content = of_page(app, session, cast)

    agree(office.recalculated({"plan": content}, tmp_path)["plan"], standing)


def test_a_scorecard_and_a_team_hold_what_their_reader_may_see_and_no_words(
    seven: int, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, other = sign_in(cast.lena), sign_in(cast.otto)
    page = lead.get(f"/coaching/specialists/{cast.sam.id}").text
    paths = (f"/coaching/specialists/{cast.sam.id}/scorecard", f"/coaching/teams/{cast.payouts.id}/workbook")
    builders = {name: getattr(scorecard_book, name) for name in ("build", "build_team")}

    def unlocked(name: str) -> Callable[[Any], bytes]:
        def build(data: Any) -> bytes:
            assert not db.session.connection().connection.info.get("holds_write_lock")  # nobody waits for the file
            made: bytes = builders[name](data)
            return made

        return build

    for name in builders:
        monkeypatch.setattr(scorecard_book, name, unlocked(name))
    card, team = (lead.post_form(path) for path in paths)

    sheet = opened(card.data)["Scorecard"]
    quality, others = sheet["B6"].value, sheet["F6"].value
    assert f"{quality:.1f}" in page
    assert f"{others:.1f}" in page
    assert sheet["J2"].value == "Open in Fairmark"
    told = [cell for sheet in opened(card.data) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [value for value in told if "message shows why" in str(value)]
    overview = opened(team.data)["Team"]
    assert [overview.cell(row, 1).value for row in (5, 6)] == [cast.sam.name, "Sue Shaw"]
    assert overview["C5"].value == pytest.approx(quality)
    assert cast.olga.name not in opened(team.data).sheetnames
    assert [other.post_form(path).status_code for path in paths] == [404, 404]
    assert [sign_in(cast.sam).post_form(path).status_code for path in paths] == [200, 404]
    made = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("export.%"))).all()
    assert sorted(made) == ["export.scorecard", "export.scorecard", "export.team"]


def test_a_team_s_workbooks_to_fill_in_come_in_one_zip_each_for_one_person(
    seven: int, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    cast.sam.name = "../=Sam:Sato"
    sue = session.scalars(select(User).where(User.name == "Sue Shaw")).one()
    session.commit()
    path = f"/coaching/teams/{cast.payouts.id}/plans"

    sent = sign_in(cast.lena).post_form(path)

    assert sent.mimetype == "application/zip"
    with ZipFile(io.BytesIO(sent.data)) as packed:
        names = packed.namelist()
        books = [opened(packed.read(name)) for name in names]
        about = {book.read_back(packed.read(name)).specialist_key for name in names}
    assert names == [f"Sam-Sato-{cast.sam.id}.xlsx", f"Sue-Shaw-{sue.id}.xlsx"]
    assert [each["Cover"]["A2"].value for each in books] == ["../=Sam:Sato", "Sue Shaw"]
    assert len(about) == 2
    told = select(AuditEvent.object_id).where(AuditEvent.action == "export.coaching").order_by(AuditEvent.id)
    assert session.scalars(told).all() == [str(cast.sam.id), str(sue.id)]  # known, so that each can be handed back
    assert [sign_in(who).post_form(path).status_code for who in (cast.otto, cast.sam)] == [404, 404]


def test_nobody_reads_in_coaching_what_is_not_released_or_sealed(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    released, waiting, sealed = (review(session, cast, version, weeks_ago=n, tone="missed") for n in (1, 2, 3))
    waiting.released_at = utcnow() + dt.timedelta(hours=1)
    sealed.released_at, sealed.sealed = None, True
    session.commit()
    base = f"/coaching/specialists/{cast.sam.id}"
    sam, lead = sign_in(cast.sam), sign_in(cast.lena)

    def linked(client: CheckingClient, path: str) -> set[int]:
        return {int(each) for each in re.findall(r'href="/reviews/(\d+)"', client.get(path).text)}

    def rows(client: CheckingClient, kind: str) -> int:
        workbook = opened(client.post_form(f"{base}/{kind}").data)
        return sum(
            any(isinstance(cell, dt.datetime) for cell in row)
            for row in workbook["Reviews"].iter_rows(values_only=True)
        )

    assert [linked(sam, base + rest) for rest in ("", "/criteria/tone")] == [{released.id}] * 2
    assert [linked(lead, base + rest) for rest in ("", "/criteria/tone")] == [{released.id, waiting.id}] * 2
    assert "1 of 1 reviews" in sam.get(f"{base}/criteria/tone").text
    # Figures rest on what their reader may read, and a plan on what the specialist may read too.
    assert ["2 reviews" in client.get(base).text for client in (lead, sam)] == [True, False]
    lead.post_form(f"{base}/plans", {"chosen": "1", "criterion": "tone"})
    assert session.scalars(select(CoachingGoal.baseline_n)).one() == 1
    team = opened(lead.post_form(f"/coaching/teams/{cast.payouts.id}/workbook").data)
    assert team["Team"]["B5"].value == 2
    assert [rows(sam, kind) for kind in ("workbook", "scorecard")] == [1, 1]
    assert [rows(lead, kind) for kind in ("workbook", "scorecard")] == [2, 2]


def test_a_workbook_quotes_no_conversation_that_its_reader_is_not_cleared_for(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    version = publish_rubric(session, cast)
    reviews = [review(session, cast, version, weeks_ago=n, tone="missed") for n in (1, 2, 3)]
    session.commit()
    lead, path = sign_in(cast.lena), f"/coaching/specialists/{cast.sam.id}/workbook"
    before = quoted(lead.post_form(path).data)
    tickets = [session.get_one(Ticket, session.get_one(HandledPart, each.part_id).ticket_id) for each in reviews]
    tickets[0].content_severity, tickets[1].data_region = 3, "eu"
    session.commit()

    assert (before, quoted(lead.post_form(path).data)) == (3, 1)
    # Their own work is theirs to read whatever is in it, but not out of its region.
    assert quoted(sign_in(cast.sam).post_form(path).data) == 2
    lead.application.extensions["access_log"].flush(session)
    assert len(session.scalars(select(AccessLogEntry.id).where(AccessLogEntry.user_id == cast.lena.id)).all()) == 4


def quoted(content: bytes) -> int:
    """How many passages of conversations a workbook holds."""
    return sum("message 2, " in str(row[6]) for row in opened(content)["Comments"].iter_rows(values_only=True))


def test_commands_write_the_same_workbooks(
    seven: int, session: Session, cast: Cast, flask_command: Callable[..., Result], tmp_path: Path
) -> None:
    card, team = tmp_path / "card.xlsx", tmp_path / "team.xlsx"

    first = flask_command("export", "scorecard", "--specialist", cast.sam.email, "--out", str(card))
    second = flask_command("export", "team", "--team", "Payouts", "--out", str(team))
    nobody = flask_command("export", "team", "--team", "Nobody's", "--out", str(team))

    assert (first.exit_code, second.exit_code, nobody.exit_code) == (0, 0, 1), (first.output, second.output)
    assert opened(card.read_bytes())["Scorecard"]["A1"].value == cast.sam.name
    assert opened(team.read_bytes()).sheetnames[0] == "Team"
