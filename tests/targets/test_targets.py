"""Targets are set, follow each other, are withdrawn and brought back, and come from a file."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.targets.models import Target
from tests.support import importing
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


def test_a_target_follows_another_and_what_held_before_stays(session: Session, cast: Cast, sign_in: SignIn) -> None:
    dora = sign_in(cast.dora)
    assert "No target yet" in dora.get("/targets/").get_data(as_text=True)
    form = {"measure": "quality", "value": "82", "effective_from": "2026-01-05"}
    for wrong, said in (
        ({"value": "182"}, "Quality goes from 0 to 100 points."),
        ({"team": "Payouts", "queue": "payouts"}, "A target is for a team or for a queue, not for both."),
        ({"team": "Nobody's"}, "There is no such team."),
        ({"measure": "luck"}, "Unknown; known are quality"),
    ):
        refused = dora.post_form("/targets/", {**form, **wrong})
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True).replace("&#39;", "'")
    assert dora.post_form("/targets/", form).status_code == 302
    assert dora.post_form("/targets/", form).status_code == 422  # the same day again
    assert dora.post_form("/targets/", {**form, "value": "85,5", "effective_from": "2026-03-02"}).status_code == 302
    assert dora.post_form("/targets/", {**form, "value": "70", "team": "Payouts"}).status_code == 302
    page = dora.get("/targets/").get_data(as_text=True)
    assert ("85.5" in page, "held before" in page, "Payouts" in page) == (True, True, True)
    newest = session.scalars(select(Target).where(Target.value == 85.5)).one()

    assert dora.post_form(f"/targets/{newest.id}/withdraw").status_code == 302
    assert dora.post_form(f"/targets/{newest.id}/withdraw").status_code == 409
    assert dora.post_form("/targets/", {**form, "value": "86", "effective_from": "2026-03-02"}).status_code == 302
    assert dora.post_form(f"/targets/{newest.id}/bring-back").status_code == 409  # the day is taken
    assert sign_in(cast.lena).get("/targets/").status_code == 200
    assert sign_in(cast.lena).post_form("/targets/", form).status_code == 403
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "target"))
    assert list(actions) == ["target.set"] * 3 + ["target.withdraw", "target.set"]


def test_a_file_of_targets_withdraws_what_it_replaces(session: Session, cast: Cast, sign_in: SignIn) -> None:
    quinn = sign_in(cast.quinn)
    content = (
        "measure,value,effective_from,team,queue\n"
        "Pass rate,90,2026-01-05,,\n"
        "csat,80,2026-01-05,Payouts,\n"
        "csat,80,2026-01-05,Unknown,\n"
        "csat,81,2026-01-05,Payouts,\n"
    )

    shown = importing.preview(quinn, "/targets/import", content)
    assert "There is no such team." in shown
    assert "the same measure, people and day as line 3" in shown
    assert importing.apply(quinn, "/targets/import", content).status_code == 302
    assert importing.changes_nothing(quinn, "/targets/import", "".join(content.splitlines(keepends=True)[:3]))
    assert importing.apply(quinn, "/targets/import", content.replace("90", "92")).status_code == 302
    rows = session.execute(
        select(Target.measure, Target.value, Target.withdrawn_at.is_not(None)).order_by(Target.id)
    ).all()
    assert [tuple(row) for row in rows] == [("passed", 90, True), ("csat", 80, False), ("passed", 92, False)]
