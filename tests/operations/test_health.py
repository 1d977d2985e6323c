"""What an operator and a load balancer are told of an installation."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.jobs import Job, JobState
from qa.operations import checking
from qa.reviews.models import ReviewRevision
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.trail import tamper

Command = Callable[..., Result]


def test_the_load_balancer_is_told_whether_the_process_lives_and_can_serve(
    client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)

    monkeypatch.setattr(checking, "newest_revision", lambda _: "9999")
    behind = client.get("/readyz")

    assert behind.status_code == 503
    assert "and 9999 is expected" in behind.get_data(as_text=True)
    assert client.get("/healthz").status_code == 200


def test_a_former_program_goes_on_beside_an_upgrade_and_says_that_it_is_one(
    client: CheckingClient, session: Session, flask_command: Command
) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    session.commit()

    assert client.get("/readyz").status_code == 200
    assert findings(flask_command("doctor", "--quick", "--json"))["program"] is False


def findings(result: Result) -> dict[str, bool]:
    return {each["name"]: each["holds"] for each in json.loads(result.output)["findings"]}


def test_the_doctor_finds_what_does_not_hold_and_says_what_to_do(
    session: Session, cast: Cast, flask_command: Command
) -> None:
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    make_review(session, handled, make_assignment(session, handled, cast.rita, version))
    session.commit()
    flask_command("audit", "verify")
    flask_command("rollups", "rebuild")  # the draw was arranged, not made
    assert {name for name, holds in findings(flask_command("doctor", "--json")).items() if not holds} == {
        "configuration"  # tests serve without TLS
    }

    session.execute(update(ReviewRevision).values(exact_score="99"))
    tamper(session, update(AuditEvent).values(action="nothing.happened"))
    session.add(Job(name="late", payload={}, state=JobState.WAITING, created_at=NOW))
    session.commit()
    whole, quick = flask_command("doctor", "--json"), flask_command("doctor", "--quick")

    assert whole.exit_code == quick.exit_code == 1
    assert {name for name, holds in findings(whole).items() if not holds} == {
        "configuration", "jobs", "audit trail", "reviews"
    }  # fmt: skip
    assert "Does a server, or `flask worker`, run?" in quick.output
    assert "audit trail" not in quick.output


def test_the_doctor_looks_no_further_when_the_schema_is_another(
    flask_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "newest_revision", lambda _: "9999")

    found = flask_command("doctor", "--json")

    assert found.exit_code == 1
    assert list(findings(found)) == ["configuration", "database"]
