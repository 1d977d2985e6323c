"""Procedures come from a file, change hands, are put away; and a criterion says when its procedure is overdue."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.rubric_library.procedures import links_at
from tests.support import importing
from tests.support.cast import NOW, TODAY, Cast, end_roles
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)
HEAD = "key,title,owner,version,link,valid_from,review_by,what_changed\n"
FILE = (
    f"{HEAD}"
    "refunds,Refunds,lena@example.org,1,https://wiki.example/r1,2026-01-05,2026-03-01,\n"
    "refunds,,,2,https://wiki.example/r2,2026-03-02,,Two countries\n"
    "tone,Tone of voice,,,,,,\n"
)


def test_a_file_of_procedures_twice_changes_nothing_and_a_version_never_changes(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    quinn = sign_in(cast.quinn)
    bad = (
        "refunds,,,2,https://wiki.example/other,,,\n"
        "new,,,,,,,\n"
        "tone,,nobody@example.org,,,,,\n"
        "tone,,,,https://wiki.example/t,,,\n"
        "tone,,,9,ftp://x,2026-01-01,,\n"
        "tone,,,9,,,,\n"
    )

    shown = importing.preview(quinn, "/rubrics/procedures/import", FILE + bad)
    for said in (
        "a version never changes",
        "a procedure has a title",
        "nobody here has this address",
        "a version needs its label",
        "the address must begin with https",
        "a new version has a valid from",
    ):
        assert said in shown
    assert importing.apply(quinn, "/rubrics/procedures/import", FILE).status_code == 302
    end_roles(session, cast.lena)
    assert importing.changes_nothing(quinn, "/rubrics/procedures/import", FILE), "whoever owns one stays"
    refunds = session.scalars(select(Procedure).where(Procedure.key == "refunds")).one()
    labels = select(ProcedureVersion.label).where(ProcedureVersion.procedure_id == refunds.id)
    assert session.scalars(labels.order_by(ProcedureVersion.effective_from)).all() == ["1", "2"]
    page = f"/rubrics/procedures/{refunds.id}"

    changed = quinn.post_form(page, {"name": "Refunds and credits", "owner": str(cast.quinn.id), "version": "0"})
    stale = quinn.post_form(page, {"name": "Another", "owner": "", "version": "0"})
    assert (changed.status_code, stale.status_code) == (302, 409)
    assert quinn.post_form(f"{page}/archive", {"version": "1"}).status_code == 302
    assert "Refunds and credits" not in quinn.get("/rubrics/procedures").get_data(as_text=True)
    assert "Refunds and credits" in quinn.get("/rubrics/procedures?state=away").get_data(as_text=True)
    assert quinn.post_form(f"{page}/restore", {"version": "2"}).status_code == 302
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "procedure"))
    assert list(actions) == ["procedure.edit", "procedure.archive", "procedure.restore"]


def test_only_the_version_that_holds_can_be_past_its_review_date(session: Session, cast: Cast) -> None:
    one = Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=NOW)
    session.add(one)
    session.flush()

    def version(label: str, since: dt.datetime, review_by: dt.date) -> None:
        session.add(
            ProcedureVersion(
                procedure_id=one.id,
                label=label,
                url="https://wiki.example",
                effective_from=since,
                review_by=review_by,
                created_at=NOW,
            )
        )
        session.flush()

    def overdue(moment: dt.datetime) -> bool:
        return links_at(session, cast.programme.id, moment, today=TODAY)["refunds"].overdue

    version("1", NOW - 9 * DAY, TODAY - DAY)
    assert overdue(NOW)
    version("2", NOW - 3 * DAY, TODAY)
    assert not overdue(NOW - 5 * DAY)  # another version followed it
    assert not overdue(NOW)  # its day is not over
