"""The demo operation in the database: it holds every proof, and comes out the same every time."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.calibration_sessions.models import CalibrationSession
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.config import Settings
from qa.core.access import Role
from qa.core.db import db
from qa.demo.load import Build
from qa.escalations.models import Escalation
from qa.incidents.models import Incident
from qa.launches.models import Launch, LaunchIssue
from qa.notices.models import Notice
from qa.people.queries import first_programme, people_with_role
from qa.reviews.comments.models import ReviewComment
from qa.reviews.disputes.models import Dispute, DisputeDecision
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.second_looks.models import SecondLook
from qa.rubric_library.models import ProcedureVersion
from qa.sampling.models import Assignment, DrawReceipt, Period
from qa.sop_gaps.models import SopGap
from qa.targets.models import Target
from qa.tickets.models import ConversationRevision, HandledPart, Ticket
from tests.support import engines, server
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

AS_OF = dt.date(2026, 11, 23)
WEEKS = 6
TICKETS = 1_800
# The demo is SQLite's unless told otherwise; on PostgreSQL the full run builds it too.
ON_BOTH = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
MOST_STATEMENTS = 30  # of any page, however many rows it shows


def build(database_url: str, instance: Path, weeks: int = WEEKS, tickets: int = TICKETS) -> None:
    """Build the operation into a migrated database."""
    app = server.make_app(Settings.for_tests(database_url=database_url, instance=instance))
    with app.app_context():
        Build(
            db.session(),
            app.extensions["fairmark"],
            seed=3,
            as_of=AS_OF,
            weeks=weeks,
            tickets=tickets,
            report=lambda *_: None,
        ).run()
    server.close_app(app)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of the operation, which the run builds once on each engine."""
    with engines.built_database(request.param, tmp_path, "demo", build) as url:
        yield url


@ON_BOTH
def test_the_built_operation_proves_itself(session: Session, flask_command: Callable[..., Result]) -> None:
    for proof in (("audit", "verify"), ("receipts", "verify"), ("reviews", "recompute", "--check")):
        result = flask_command(*proof)
        assert result.exit_code == 0, result.output
    assert session.scalar(select(func.count()).select_from(DrawReceipt)) == WEEKS - 1
    assert session.scalar(select(func.count()).select_from(Ticket)) == TICKETS


@ON_BOTH
def test_incidents_stand_in_every_state_and_a_review_was_looked_at_again(session: Session) -> None:
    incidents = session.scalars(select(Incident).order_by(Incident.id)).all()
    waiting = [each for each in incidents if each.state == "open"]
    look = session.scalars(select(SecondLook)).one()

    assert {each.state for each in incidents} == {"open", "acknowledged", "settled"}
    assert all(each.due_at < dt.datetime.combine(AS_OF, dt.time(13), tzinfo=dt.UTC) for each in waiting)
    assert len({each.acknowledged_by_id for each in incidents} - {None}) >= 5  # so that the director sees a median
    assert session.scalars(select(Assignment.state).where(Assignment.id == look.assignment_id)).one() == "submitted"
    kinds = set(session.scalars(select(Notice.kind).where(Notice.read_at.is_(None))))
    assert {"incident_raised", "incident_settled", "second_look_done"} <= kinds


@ON_BOTH
def test_disputes_wait_and_were_decided_either_way_and_specialists_are_answered(session: Session) -> None:
    states = set(session.scalars(select(Dispute.state)))
    verdicts = set(session.scalars(select(DisputeDecision.verdict)))
    changed = session.scalars(select(ReviewRevision).where(ReviewRevision.kind == "dispute")).all()
    said = session.execute(select(ReviewComment.side, func.count()).group_by(ReviewComment.side)).all()

    assert {"open", "settled"} <= states
    assert {"keep", "accept"} <= verdicts
    assert changed
    assert all(each.n == 2 for each in changed)
    assert {side for side, _ in said} == {"specialist", "reviewer"}


@ON_BOTH
def test_something_stands_behind_the_figures(session: Session) -> None:
    for table in (Launch, LaunchIssue, Target, BoardNote, ProcedureVersion):
        assert session.scalar(select(func.count()).select_from(table)), table
    assert set(session.scalars(select(SopGap.state))) == {"open", "in_work", "fixed", "declined"}
    assert set(session.scalars(select(Escalation.origin))) == {"hand", "intake"}
    assert any(opened.time_known and not opened.closed_at for opened in session.scalars(select(Escalation)))
    closed = session.scalars(select(Period.closed_digest).where(Period.state == "closed")).all()
    assert len(closed) == 3
    assert all(closed)


@ON_BOTH
def test_whatever_is_to_be_scored_can_be_read(session: Session) -> None:
    waiting = (
        select(Assignment.purpose)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .outerjoin(ConversationRevision, ConversationRevision.ticket_id == HandledPart.ticket_id)
        .where(Assignment.state == "open")
    )
    assert {"routine", "follow_up"} <= set(session.scalars(waiting))
    assert not session.scalars(waiting.where(ConversationRevision.id.is_(None))).all()


@ON_BOTH
def test_every_desk_has_something_due_and_overdue(session: Session) -> None:
    open_ = session.scalars(select(Assignment).where(Assignment.state == "open")).all()
    actions = session.scalars(select(CoachingAction).where(CoachingAction.state == "open")).all()
    states = set(session.scalars(select(CalibrationSession.state)))

    assert any(assignment.due_on <= AS_OF for assignment in open_)
    assert any(assignment.due_on > AS_OF for assignment in open_)
    assert {"scoring", "revealed"} <= states
    assert session.scalar(select(func.count()).select_from(CoachingPlan))
    assert any(action.due_on > AS_OF for action in actions)
    assert first_programme(session) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "by_each",
    [
        pytest.param(False, id="each desk, and each page by one of those who may open it"),
        pytest.param(True, id="each page by each role", marks=pytest.mark.slow),
    ],
)
def test_no_page_of_a_full_house_asks_the_database_row_by_row(
    session: Session, sign_in: Callable[..., CheckingClient], by_each: bool
) -> None:
    people = {
        role: people_with_role(session, 1, role, AS_OF)[0] for role in Role if people_with_role(session, 1, role, AS_OF)
    }
    asked: dict[str, int] = {}
    opened: set[str] = set()

    for user in people.values():
        client = sign_in(user)
        opened = set() if by_each else opened - {"/"}
        waiting = {"/"}
        for _ in range(3):  # the desk, what it leads to, and what that leads to
            leads = set()
            for shape, address in sorted(one_of_each(waiting).items()):
                if shape in opened:
                    continue
                with count_queries() as statements:
                    response = client.get(address)
                assert response.status_code < 400, address
                asked[address] = len(statements)
                opened.add(shape)
                leads |= linked(response.get_data(as_text=True))
            waiting = leads

    assert len(asked) > 25
    assert {address: count for address, count in asked.items() if count > MOST_STATEMENTS} == {}


def linked(page: str) -> set[str]:
    """The pages of the house that a page leads to."""
    return {unescape(address) for address in re.findall(r'href="(/[^"#]*)"', page) if not address.startswith("/static")}


def one_of_each(addresses: set[str]) -> dict[str, str]:
    """One address of each shape: /reviews/7 stands for /reviews/8."""
    return {re.sub(r"[0-9]+", "0", address.split("?")[0]): address for address in sorted(addresses)}


def test_the_same_seed_and_monday_build_the_same_reviews(tmp_path: Path) -> None:
    builds = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        with (
            engines.migrated_database("sqlite", folder) as url,
            engines.arranging_engine(url) as engine,
            Session(engine) as session,
        ):
            build(url, folder / "instance", weeks=3, tickets=600)
            builds.append(told(session))

    assert len(builds[0]) > 100
    assert builds[0] == builds[1]


def told(session: Session) -> list[tuple[object, ...]]:
    """Every review with its score, and when it was given."""
    rows = session.execute(
        select(Review.id, Review.part_id, Review.reviewer_id, Review.submitted_at, ReviewRevision.exact_score)
        .join(ReviewRevision, ReviewRevision.review_id == Review.id)
        .order_by(Review.id)
    )
    return [tuple(row) for row in rows]
