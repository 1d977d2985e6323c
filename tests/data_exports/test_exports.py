"""Flat data: who may have which rows, and what becomes of an order."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exports import flat_data
from qa.config import Settings
from qa.core.access import Actor
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.errors import InvalidInputError
from qa.data_exports import forms, jobs, queries, reading, scope, service
from qa.data_exports.models import DataExport
from qa.people.models import User
from qa.people.queries import actor_for, setting_at, zone_of
from qa.reviews.models import Answer, Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

FIRST, LAST = NOW.date() - dt.timedelta(days=400), NOW.date() + dt.timedelta(days=400)


@pytest.fixture
def version(session: Session, cast: Cast) -> RubricVersion:
    return publish_rubric(session, cast)


@pytest.fixture
def work(session: Session, cast: Cast, version: RubricVersion) -> dict[str, Review]:
    """Sam's part scored by Rita and, hidden, by Rob; Olga's by Rita; one of Sam's still sealed in a session."""
    sams, olgas, sealed = (
        make_ticket(session, cast, subject="a secret subject"),
        make_ticket(session, cast, subject="another", agent=cast.olga_agent),
        make_ticket(session, cast, subject="a third"),
    )
    made = {
        "sams": make_review(session, sams, make_assignment(session, sams, cast.rita, version), {"tone": "missed"}),
        "double": make_review(session, sams, make_assignment(session, sams, cast.rob, version, purpose=Purpose.DOUBLE)),
        "olgas": make_review(session, olgas, make_assignment(session, olgas, cast.rita, version)),
        "sealed": make_review(
            session, sealed, make_assignment(session, sealed, cast.rob, version, purpose=Purpose.CALIBRATION)
        ),
    }
    made["double"].sealed = False
    made["sealed"].sealed = True
    session.commit()
    return made


def actor(session: Session, user: User) -> Actor:
    return actor_for(session, user, today=NOW.date())


def rows(session: Session, table: flat_data.FlatTable, who: Actor) -> list[dict[str, object]]:
    zone = zone_of(setting_at(session, who.programme_id, NOW))
    wanted = queries.wanted_of(who, FIRST, LAST, zone=zone, as_of=utcnow())
    return [dict(zip(table.field_names, row, strict=True)) for row in reading.rows_of(session, table, wanted)]


def test_the_qa_lead_has_every_unsealed_review_with_its_chance(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review]
):
    found = rows(session, flat_data.REVIEWS, actor(session, cast.quinn))

    assert [row["review_id"] for row in found] == [work[name].id for name in ("sams", "double", "olgas")]
    assert [row["inclusion_probability"] for row in found] == [0.5, None, 0.5]
    assert [row["reviewer"] for row in found] == [cast.rita.name, cast.rob.name, cast.rita.name]
    assert [row["team"] for row in found] == ["Payouts", "Payouts", "Appeals"]
    assert {row["rubric_version"] for row in found} == {"1.0"}


def test_a_team_lead_has_the_own_team_and_reviewers_by_pseudonym(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review]
):
    found = rows(session, flat_data.REVIEWS, actor(session, cast.lena))

    assert [row["specialist"] for row in found] == [cast.sam.name] * 2
    assert [row["reviewer"] for row in found] == [cast.rita.pseudonym, cast.rob.pseudonym]
    assert {row["specialist"] for row in rows(session, flat_data.TICKETS, actor(session, cast.lena))} == {cast.sam.name}


def test_of_one_s_own_reviews_nobody_learns_which_were_hidden_second_scores(
    app: Flask, session: Session, cast: Cast, version: RubricVersion
):
    for purpose in (Purpose.ROUTINE, Purpose.DOUBLE, Purpose.GOLD):
        handled = make_ticket(session, cast)
        review = make_review(session, handled, make_assignment(session, handled, cast.quinn, version, purpose=purpose))
        review.sealed = False
    session.commit()

    reviews = rows(session, flat_data.REVIEWS, actor(session, cast.quinn))
    purposes = {row["purpose"] for row in rows(session, flat_data.ANSWERS, actor(session, cast.quinn))}

    assert [(row["purpose"], row["inclusion_probability"]) for row in reviews] == [(None, None)] * 3
    assert purposes == {None}


def test_an_answer_says_what_it_earns_of_its_criterion(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review]
):
    session.execute(update(Answer).where(Answer.criterion_key == "correct").values(praise=True))
    session.commit()

    found = rows(session, flat_data.ANSWERS, actor(session, cast.quinn))

    mine = {row["criterion"]: row for row in found if row["review_id"] == work["sams"].id}
    assert (mine["tone"]["level"], mine["tone"]["fraction"]) == ("missed", 0.0)
    assert (mine["correct"]["level"], mine["correct"]["fraction"]) == ("full", 1.0)
    assert mine["tone"]["pins"] == 1
    assert (mine["correct"]["praised"], mine["tone"]["praised"]) == ("yes", "no")


def test_tickets_of_a_region_reach_only_the_cleared(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review], version: RubricVersion
):
    handled = make_ticket(session, cast)
    handled.ticket.data_region = "eu"
    make_review(session, handled, make_assignment(session, handled, cast.rita, version))
    session.commit()
    quinn = actor(session, cast.quinn)

    for table in flat_data.ALL:
        assert handled.part.id not in {row["part_id"] for row in rows(session, table, quinn)}, table.name


def test_nothing_that_somebody_wrote_is_in_any_table(app: Flask, session: Session, cast: Cast, work: dict[str, Review]):
    quinn = actor(session, cast.quinn)

    told = repr([rows(session, table, quinn) for table in flat_data.ALL])
    assert "secret" not in told
    assert "The second message shows why." not in told
    assert cast.sam.name in told


def test_draws_are_for_those_who_see_the_sampling(app: Flask, session: Session, cast: Cast):
    assert [table.name for table in scope.offered(actor(session, cast.quinn))] == [
        "reviews",
        "answers",
        "tickets",
        "draws",
    ]
    assert [table.name for table in scope.offered(actor(session, cast.lena))] == ["reviews", "answers", "tickets"]
    assert scope.offered(actor(session, cast.sam)) == ()


def test_more_rows_take_a_page_of_statements_each_and_no_more(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    quinn = actor(session, cast.quinn)

    found = rows(session, flat_data.REVIEWS, quinn)

    assert [row["review_id"] for row in found] == sorted(work[name].id for name in ("sams", "double", "olgas"))


def ordered(client: CheckingClient, **changes: object) -> None:
    form = {"tables": ["reviews", "answers"], "first_day": FIRST, "last_day": LAST, "format": "csv"} | changes
    client.post_form(
        "/exports/", {name: value if isinstance(value, list) else str(value) for name, value in form.items()}
    )


def test_an_order_is_written_by_its_job_and_fetched_by_its_owner_alone(
    app: Flask,
    session: Session,
    cast: Cast,
    work: dict[str, Review],
    sign_in: Callable[..., CheckingClient],
    settings: Settings,
):
    quinn = sign_in(cast.quinn)
    ordered(quinn)
    assert "waits for its turn" in quinn.get("/exports/").get_data(as_text=True)

    app.extensions["runner"].run_all()

    row = session.scalars(select(DataExport)).one()
    page = quinn.get("/exports/").get_data(as_text=True)
    with quinn.get(f"/exports/{row.id}/file") as answer:
        archive = ZipFile(io.BytesIO(answer.get_data()))
    reviews = list(csv.DictReader(io.StringIO(archive.read("reviews.csv").decode("utf-8-sig"))))
    assert [int(each["review_id"]) for each in reviews] == [work[name].id for name in ("sams", "double", "olgas")]
    assert "ready" in page
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=fairmark-reviews-answers-")
    assert sign_in(cast.dora).get(f"/exports/{row.id}/file").status_code == 404
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("export.data"))).all()
    assert [event.action for event in events] == ["export.data", "export.data_written"]
    assert events[1].detail["digest"] == row.digest
    assert events[1].detail["tables"]["reviews"]["rows"] == 3


def test_one_order_at_a_time_and_each_mistake_is_said_beside_its_field(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    client = sign_in(cast.lena)
    form = {"tables": ["reviews"], "first_day": str(LAST), "last_day": str(FIRST), "format": "csv"}

    wrong = client.post_form("/exports/", form)
    nothing = client.post_form("/exports/", form | {"tables": [], "last_day": str(LAST)})
    ordered(client, tables=["reviews"])

    assert (wrong.status_code, nothing.status_code) == (422, 422)
    assert "before the first day" in wrong.get_data(as_text=True)
    assert "choose at least one" in nothing.get_data(as_text=True)
    assert client.post_form("/exports/", form | {"last_day": str(LAST)}).status_code == 409


@pytest.mark.usefixtures("work")
def test_a_workbook_of_very_many_rows_is_written_only_after_the_text_formats_were_offered(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forms, "TEXT_FIRST", 2)
    client = sign_in(cast.quinn)
    form = {"tables": ["reviews", "answers"], "first_day": str(FIRST), "last_day": str(LAST), "format": "xlsx"}

    asked = client.post_form("/exports/", form)
    wrong = client.post_form("/exports/", form | {"last_day": str(FIRST - dt.timedelta(days=1))})

    assert asked.status_code == 422
    assert re.search(r"Excel for (\d+) rows\?", asked.text).group(1) == "12"  # three reviews of three answers each
    assert asked.text.index(">CSV<") < asked.text.index(">JSON Lines<") < asked.text.index(">Excel all the same<")
    assert "before the first day" in wrong.text
    assert session.scalar(select(DataExport.id)) is None
    assert client.post_form("/exports/", form | {"sure": "yes"}).status_code == 302
    assert session.scalars(select(DataExport.format)).one() == "xlsx"


def test_a_table_that_one_s_roles_do_not_open_cannot_be_ordered(session: Session, cast: Cast):
    with pytest.raises(InvalidInputError) as refused:
        service.order(
            session,
            actor(session, cast.lena),
            tables=["draws"],
            form="csv",
            first_day=FIRST,
            last_day=LAST,
            now=NOW,
        )

    assert refused.value.fields == {"tables": "your roles do not open draws"}


def test_an_export_called_off_while_it_is_written_leaves_no_file(
    app: Flask,
    session: Session,
    cast: Cast,
    work: dict[str, Review],
    sign_in: Callable[..., CheckingClient],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
):
    client = sign_in(cast.quinn)
    ordered(client)
    row = session.scalars(select(DataExport)).one()
    begin = service.begin

    def begun_and_called_off(*arguments: object) -> bool:
        begun = begin(*arguments)  # type: ignore[arg-type]
        row_then = arguments[0].get_one(DataExport, row.id)  # type: ignore[attr-defined]
        service.call_off(arguments[0], row_then, by=cast.quinn.id, now=NOW)  # type: ignore[arg-type]
        return begun

    monkeypatch.setattr(service, "begin", begun_and_called_off)
    app.extensions["runner"].run_all()

    session.expire_all()
    assert session.scalars(select(DataExport.state)).one() == "cancelled"
    assert list(jobs_folder(settings).glob("*")) == []
    assert client.get(f"/exports/{row.id}/file").status_code == 404


def jobs_folder(settings: Settings) -> Path:
    return settings.instance / "exports"


def test_an_export_can_be_called_off_while_it_waits_and_not_twice(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], app: Flask
):
    client = sign_in(cast.quinn)
    ordered(client)
    row = session.scalars(select(DataExport)).one()

    assert client.post_form(f"/exports/{row.id}/call-off").status_code == 302
    assert client.post_form(f"/exports/{row.id}/call-off").status_code == 409

    app.extensions["runner"].run_all()
    session.expire_all()
    assert row.state == "cancelled"


def test_a_file_is_gone_when_its_week_is_over(
    app: Flask,
    session: Session,
    cast: Cast,
    work: dict[str, Review],
    sign_in: Callable[..., CheckingClient],
    settings: Settings,
):
    client = sign_in(cast.quinn)
    ordered(client)
    app.extensions["runner"].run_all()
    row = session.scalars(select(DataExport)).one()
    assert row.expires_at is not None

    with app.app_context():
        from qa.core.db import db

        early = service.delete_expired(db.session(), jobs.folder(), now=row.expires_at - dt.timedelta(seconds=1))
        late = service.delete_expired(db.session(), jobs.folder(), now=row.expires_at)

    assert (early, late) == (0, 1)
    assert list(jobs_folder(settings).glob("*")) == []
    assert client.get(f"/exports/{row.id}/file").status_code == 404
    assert "deleted" in client.get("/exports/").get_data(as_text=True)


def test_whoever_lost_the_role_since_gets_nothing(
    app: Flask, session: Session, cast: Cast, work: dict[str, Review], sign_in: Callable[..., CheckingClient]
):
    from qa.people.models import RoleGrant

    ordered(sign_in(cast.quinn))
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == cast.quinn.id)):
        grant.valid_to = grant.valid_from + dt.timedelta(days=1)
    session.commit()

    app.extensions["runner"].run_all()

    session.expire_all()
    row = session.scalars(select(DataExport)).one()
    assert (row.state, row.error) == ("failed", "The owner's roles do not open reviews, answers any more.")


def test_the_command_writes_the_tables_and_says_how_many_rows(
    session: Session,
    cast: Cast,
    work: dict[str, Review],
    flask_command: Callable[..., Result],
    tmp_path: Path,
):
    out = tmp_path / "flat.zip"

    done = flask_command(
        "export", "data", "--out", str(out), "--format", "jsonl", "--table", "reviews", "--table", "draws",
        "--from", str(FIRST), "--to", str(LAST),
    )  # fmt: skip

    assert done.exit_code == 0, done.output
    assert done.output.strip() == f"{out}: 3 reviews, 2 draws."
    assert ZipFile(out).read("reviews.jsonl").count(b"\n") == 3
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "export.data_written")).all()


def test_the_page_asks_the_same_of_the_database_for_many_exports(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    client = sign_in(cast.quinn)
    client.get("/exports/")
    counts = []
    for _ in range(2):
        for _ in range(3):
            session.add(
                DataExport(
                    programme_id=cast.programme.id,
                    ordered_by_id=cast.quinn.id,
                    ordered_at=NOW,
                    tables=["reviews"],
                    format="csv",
                    first_day=FIRST,
                    last_day=LAST,
                    state="cancelled",
                )
            )
        session.commit()
        with count_queries() as statements:
            client.get("/exports/")
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 8
