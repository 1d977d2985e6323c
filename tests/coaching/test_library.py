"""Templates by criterion, and trainings with their records."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import service
from qa.coaching.library import queries
from qa.coaching.library import service as library
from qa.coaching.library.models import CoachingTemplate, TrainingRecord
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.rubric_library.models import Procedure, ProcedureVersion
from tests.coaching.world import plan_of_sam
from tests.support.cast import NOW, TODAY, Cast, actor


def proposed(session: Session, cast: Cast, *, adopt: bool = False) -> CoachingTemplate:
    return library.propose(
        session,
        cast.programme.id,
        criterion_key="tone",
        kind="action",
        text="Mail me at a.b@example.org what  you changed",
        owner="specialist",
        days=10,
        adopt=adopt,
        by=cast.lena.id,
        now=NOW,
    )


def test_a_template_is_proposed_adopted_edited_and_retired(session: Session, cast: Cast) -> None:
    row = proposed(session, cast)
    lena, quinn = (actor(session, who) for who in (cast.lena, cast.quinn))
    assert row.text == "Mail me at [email] what you changed"
    assert (queries.may_change(lena, row), queries.may_settle(lena), queries.may_settle(quinn)) == (True, False, True)
    assert queries.adopted(session, cast.programme.id, ["tone"]) == []

    library.settle(session, row, state="adopted", version=0, by=cast.quinn.id, now=NOW)
    with pytest.raises(ConflictError):
        library.settle(session, row, state="retired", version=0, by=cast.quinn.id, now=NOW)
    assert not queries.may_change(lena, row)
    library.edit(session, row, text="Shorter", owner="lead", days=5, version=1, by=cast.quinn.id, now=NOW)
    assert [each.text for each in queries.adopted(session, cast.programme.id, ["tone"])] == ["Shorter"]

    library.settle(session, row, state="retired", version=2, by=cast.quinn.id, now=NOW)
    assert queries.adopted(session, cast.programme.id, ["tone"]) == []
    told = session.execute(select(Notice.user_id, Notice.kind).order_by(Notice.id)).all()
    assert [tuple(each) for each in told] == [
        (cast.quinn.id, "template_proposed"),
        (cast.lena.id, "template_adopted"),
        (cast.lena.id, "template_retired"),
    ]


def test_a_training_that_is_an_action_leaves_its_record_when_it_is_done(session: Session, cast: Cast) -> None:
    procedure = Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=NOW)
    session.add(procedure)
    session.flush()
    old, new = (
        ProcedureVersion(
            procedure_id=procedure.id,
            label=label,
            url="https://wiki.example/refunds",
            effective_from=NOW + dt.timedelta(days=days),
            created_at=NOW,
        )
        for label, days in (("1", -30), ("2", 1))
    )
    session.add_all([old, new])
    session.flush()
    training = library.add_training(
        session,
        cast.programme.id,
        kind="sop",
        title="",
        url="",
        procedure_id=procedure.id,
        by=cast.lena.id,
        now=NOW,
    )
    plan = plan_of_sam(session, cast)
    action = service.add_action(
        session,
        plan,
        text="",
        owner_id=cast.sam.id,
        due_on=TODAY + dt.timedelta(days=7),
        goal_id=None,
        version=plan.lock_version,
        by=cast.lena.id,
        now=NOW,
        training=training,
    )

    service.end_action(session, plan, action, state="done", by=cast.sam.id, now=NOW, today=TODAY)

    record = session.scalars(select(TrainingRecord)).one()
    assert (action.text, record.result, record.done_on) == ("Refunds", "read", TODAY)
    assert record.procedure_version_id == old.id  # the second version is in force from tomorrow on
    assert [each.version for each in queries.records_of(session, cast.sam.id)] == ["1"]
    with pytest.raises(ConflictError):
        service.end_action(session, plan, action, state="open", by=cast.sam.id, now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"result": "perhaps"}, "result", id="an unknown result"),
        pytest.param({"done_on": TODAY + dt.timedelta(days=1)}, "done_on", id="a day to come"),
    ],
)
def test_a_record_says_what_cannot_be(session: Session, cast: Cast, change: dict[str, object], field: str) -> None:
    training = library.add_training(
        session,
        cast.programme.id,
        kind="course",
        title="Writing clearly",
        url="https://learn.example/clear",
        procedure_id=None,
        by=cast.lena.id,
        now=NOW,
    )
    given: dict[str, object] = {"done_on": TODAY, "result": "passed", "note": "", "by": cast.lena.id, "today": TODAY}

    with pytest.raises(InvalidInputError) as refused:
        library.record_training(session, training, cast.sam.id, now=NOW, **{**given, **change})  # type: ignore[arg-type]

    assert field in refused.value.fields
