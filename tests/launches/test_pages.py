"""Launches as people write them down, watch them, change them, put them away and take them in from a file."""

import datetime as dt
import html
import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.launches.models import Launch, LaunchIssue
from qa.notices.models import Notice
from tests.support import importing
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, end_roles
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
FORM = {"name": "Duet Studio", "starts_on": "2026-03-30", "queues": "studio; payouts"}


def test_a_launch_is_written_down_changed_put_away_and_brought_back(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    quinn = sign_in(cast.quinn)
    refused = quinn.post_form("/launches/", {**FORM, "ends_on": "2026-03-01", "owner": "nobody@example.org"})
    assert refused.status_code == 422
    words = refused.get_data(as_text=True)
    assert "The last day is before the first." in words
    assert "Nobody who may see launches has this address." in words
    assert 'value="Duet Studio"' in words  # what was typed is kept
    assert quinn.post_form("/launches/", {**FORM, "owner": "dora@example.org"}).status_code == 302
    assert quinn.post_form("/launches/", FORM).status_code == 422  # the same name again
    launch = session.scalars(select(Launch)).one()
    assert (launch.queues, launch.owner_id) == (["studio", "payouts"], cast.dora.id)
    assert session.scalars(select(Notice.kind).where(Notice.user_id == cast.dora.id)).all() == ["launch_owner"]
    page = f"/launches/{launch.id}"

    link = re.search(r'href="(/sampling/plans/new[^"]+)"', quinn.get(page).get_data(as_text=True))
    assert link is not None
    plan = quinn.get(html.unescape(link[1])).get_data(as_text=True)
    assert 'value="Launch Duet Studio"' in plan  # the plan that watches it knows what it watches
    ticked = re.findall(r'<input checked[^>]*value="([^"]+)"', plan)
    assert ticked == ["simple", "studio", "payouts"]  # the help desk has no name for it, so by its queues

    edited = quinn.post_form(page, {**FORM, "version": "0", "note": "Call +43 660 1234567", "control_queues": "a"})
    stale = sign_in(cast.dora).post_form(page, {**FORM, "version": "0", "name": "Another"})
    touching = quinn.post_form(page, {**FORM, "version": "1", "control_queues": "studio"})
    assert (edited.status_code, stale.status_code, touching.status_code) == (302, 409, 422)
    assert "studio cannot be compared with itself." in touching.get_data(as_text=True)
    session.refresh(launch)
    assert (launch.name, launch.control_queues, "1234567" in launch.note) == ("Duet Studio", ["a"], False)

    assert quinn.post_form(f"{page}/issues", {"text": "Echo without headphones"}).status_code == 302
    assert quinn.post_form(f"{page}/issues", {"text": "Echo without headphones"}).status_code == 422
    unlinked = quinn.post_form(f"{page}/issues", {"text": "No sound", "url": "javascript:1"})
    words = unlinked.get_data(as_text=True)
    assert unlinked.status_code == 422
    assert "The address must begin with https:// or http://." in words
    assert ('value="No sound"' in words, 'value="javascript:1"' in words) == (True, True)  # what was typed is kept
    assert 'value="Duet Studio"' in words  # and the launch's own form is as it was
    issue = session.scalars(select(LaunchIssue)).one()
    assert quinn.post_form(f"/launches/issues/{issue.id}", {"settled": "yes"}).status_code == 302
    assert quinn.post_form(f"/launches/issues/{issue.id}", {"settled": "yes"}).status_code == 409
    assert "settled" in quinn.get(page).get_data(as_text=True)

    assert quinn.post_form(f"{page}/archive", {"version": "1"}).status_code == 302
    assert "Duet Studio" not in quinn.get("/launches/").get_data(as_text=True)
    assert "Duet Studio" in quinn.get("/launches/?state=away").get_data(as_text=True)
    assert quinn.post_form(f"{page}/restore", {"version": "2"}).status_code == 302
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "launch"))
    told = ["create", "edit", "issue", "issue_settle", "archive", "restore"]
    assert list(actions) == [f"launch.{each}" for each in told]


def test_its_page_compares_in_a_bounded_number_of_statements(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    launch = Launch(
        programme_id=cast.programme.id,
        name="Duet Studio",
        starts_on=dt.date(2026, 3, 30),
        queues=["studio"],
        label="duet",
        created_at=cast.setting.valid_from,
    )
    session.add(launch)
    session.flush()
    lena = sign_in(cast.lena)
    assert "No review to compare yet" in lena.get(f"/launches/{launch.id}").get_data(as_text=True)

    def reviewed(queue: str, count: int) -> None:
        for _ in range(count):
            handled = make_ticket(session, cast, queue=queue, launch="duet" if queue == "studio" else "")
            make_review(session, handled, make_assignment(session, handled, cast.rita, version))

    reviewed("studio", 2)
    reviewed("payouts", 2)
    with count_queries() as few:
        first = lena.get(f"/launches/{launch.id}").get_data(as_text=True)
    reviewed("studio", 4)
    reviewed("payouts", 4)
    with count_queries() as many:
        lena.get(f"/launches/{launch.id}")

    assert "What it did to quality" in first
    assert "touched queues, before: no reviews" in first
    assert len(few) == len(many) <= 26
    # Olga's lead sees no review of Sam's.
    assert "No review to compare yet" in sign_in(cast.otto).get(f"/launches/{launch.id}").get_data(as_text=True)


def test_a_file_of_launches_shows_its_changes_and_twice_changes_nothing(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    quinn = sign_in(cast.quinn)
    content = (
        "name,starts_on,ends_on,queues,owner,known_issues\n"
        "Duet Studio,2026-03-30,2026-04-26,studio; payouts,dora@example.org,Echo; Links expire\n"
        "Tips,2026-02-31,,payouts,,\n"
        "Gifts,2026-03-01,2026-02-01,payouts,,\n"
        "Duet Studio,2026-03-30,,studio,,\n"
    )

    shown = importing.preview(quinn, "/launches/import", content)
    assert "not a date such as 2026-11-02" in shown
    assert "The last day is before the first." in shown
    assert "already on line 2" in shown
    assert session.scalars(select(Launch)).all() == []
    assert importing.apply(quinn, "/launches/import", content).status_code == 302
    launch = session.scalars(select(Launch)).one()
    assert (launch.queues, launch.owner_id) == (["studio", "payouts"], cast.dora.id)
    assert session.scalars(select(LaunchIssue.text).order_by(LaunchIssue.id)).all() == ["Echo", "Links expire"]
    end_roles(session, cast.dora)
    assert importing.changes_nothing(quinn, "/launches/import", content.split("Tips")[0]), "whoever owns one stays"
    later = "name,starts_on,ends_on,queues\nDuet Studio,2026-03-30,-,studio\n"
    assert importing.apply(quinn, "/launches/import", later).status_code == 302
    session.refresh(launch)
    assert (launch.ends_on, launch.queues, launch.owner_id) == (None, ["studio"], cast.dora.id)
    other = "name,starts_on,queues,owner\nDuet Studio,2026-03-30,studio,lena@example.org\n"
    assert importing.apply(quinn, "/launches/import", other).status_code == 302
    told = select(Notice.user_id).where(Notice.object_type == "launch").order_by(Notice.id)
    assert session.scalars(told).all() == [cast.dora.id, cast.lena.id]
    example = quinn.get("/launches/import/example.csv").get_data(as_text=True).lstrip("\ufeff")
    assert example.splitlines()[0].startswith("name,starts_on,ends_on,queues")
    detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "launch.import")).first()
    assert detail is not None
    assert (detail["rows"], detail["changes"], detail["rejected"]) == (3, 3, 3)
