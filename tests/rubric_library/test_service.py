"""Rubrics from draft to published: by two people, once, and never changed after."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import rubrics
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.rubric_library import drafts, queries, service, workflow
from qa.rubric_library.models import RubricFamily, RubricRule, RubricVersion
from tests.support.builders import RUBRIC, publish_rubric
from tests.support.cast import NOW, OPENED, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def draft(session: Session, cast: Cast, version: str = "1.0", *, key: str = "trial") -> RubricVersion:
    text = RUBRIC.format(key=key, version=version)
    return service.import_draft(session, cast.programme.id, text, name="trial.yaml", by=cast.lena.id, now=NOW)


def in_review(session: Session, cast: Cast) -> RubricVersion:
    made = draft(session, cast)
    workflow.send(session, made, by=cast.lena.id, now=NOW)
    return made


def test_a_draft_keeps_the_document_and_its_fingerprint(session: Session, cast: Cast):
    made = draft(session, cast)

    value = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"))
    assert made.state == "draft"
    assert rubrics.load_yaml(made.document) == value
    assert made.fingerprint == rubrics.fingerprint(value)
    assert made.engine_version == rubrics.ENGINE_VERSION


def test_a_draft_of_the_same_number_is_replaced_and_another_number_is_another_version(session: Session, cast: Cast):
    first = draft(session, cast)

    again, other = draft(session, cast), draft(session, cast, "1.1")

    assert again.id == first.id
    assert other.id != first.id
    assert other.family_id == first.family_id


def test_whoever_drafted_a_version_does_not_publish_it(session: Session, cast: Cast):
    made = in_review(session, cast)

    with pytest.raises(workflow.SecondPersonNeededError):
        workflow.publish(session, made, effective_from=NOW, by=cast.lena.id, now=NOW)

    assert made.state == "in_review"


def test_whoever_changed_a_draft_of_somebody_else_does_not_publish_it_either(session: Session, cast: Cast):
    made = draft(session, cast)
    drafts.replace(session, made, rubrics.load_yaml(made.document), by=cast.quinn.id, now=NOW)
    drafts.replace(session, made, rubrics.load_yaml(made.document), by=cast.lena.id, now=NOW)
    workflow.send(session, made, by=cast.lena.id, now=NOW)

    with pytest.raises(workflow.SecondPersonNeededError):
        workflow.publish(session, made, effective_from=NOW, by=cast.quinn.id, now=NOW)


def test_a_draft_is_published_from_review_only(session: Session, cast: Cast):
    made = draft(session, cast)

    with pytest.raises(workflow.NotInReviewError):
        workflow.publish(session, made, effective_from=NOW, by=cast.quinn.id, now=NOW)


def test_a_version_in_review_stands_still(session: Session, cast: Cast):
    made = in_review(session, cast)

    with pytest.raises(drafts.NotADraftError):
        drafts.step_back(session, made, by=cast.lena.id, now=NOW)
    with pytest.raises(workflow.RubricAlreadyPublishedError, match="in review"):
        draft(session, cast)


def test_a_version_comes_back_with_a_reason_and_its_writers_are_told(session: Session, cast: Cast):
    made = in_review(session, cast)
    with pytest.raises(InvalidInputError):
        workflow.send_back(session, made, reason=" ", by=cast.quinn.id, now=NOW)

    workflow.send_back(session, made, reason="Tone needs anchors.", by=cast.quinn.id, now=NOW)

    steps = [(view.step.kind, view.step.note) for view in queries.steps_of(session, made.id)]
    told = session.scalars(select(Notice.user_id).where(Notice.kind == "rubric_returned")).all()
    assert made.state == "draft"
    assert steps[0] == ("returned", "Tone needs anchors.")
    assert told == [cast.lena.id]


def test_only_its_writers_take_a_version_back(session: Session, cast: Cast):
    made = in_review(session, cast)

    with pytest.raises(ConflictError, match="wrote this version"):
        workflow.take_back(session, made, by=cast.otto.id, now=NOW)
    workflow.take_back(session, made, by=cast.lena.id, now=NOW)

    assert made.state == "draft"


def test_those_who_may_publish_are_told_that_a_version_waits(session: Session, cast: Cast):
    in_review(session, cast)

    told = session.scalars(select(Notice.user_id).where(Notice.kind == "rubric_in_review")).all()
    assert set(told) == {cast.quinn.id, cast.ada.id}


def test_a_retired_version_judges_what_was_resolved_before_and_nothing_after(session: Session, cast: Cast):
    first = publish_rubric(session, cast)
    second = publish_rubric(session, cast, version="2.0", effective_from=NOW, everywhere=False)
    after = NOW + dt.timedelta(days=2)

    workflow.retire(session, second, reason="Too strict.", by=cast.quinn.id, now=NOW + dt.timedelta(days=1))

    book = queries.rule_book(session, cast.programme.id)
    assert book.version_for("q", "c", "l", NOW) == second.id
    assert book.version_for("q", "c", "l", after) == first.id


def test_the_database_itself_refuses_to_let_one_person_do_both(session: Session, cast: Cast):
    made = draft(session, cast)
    made.state, made.published_by_id, made.published_at, made.effective_from = "published", cast.lena.id, NOW, NOW

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_published_version_is_neither_published_nor_drafted_again(session: Session, cast: Cast):
    made = publish_rubric(session, cast)
    before = (made.document, made.fingerprint)

    with pytest.raises(workflow.RubricAlreadyPublishedError):
        workflow.publish(session, made, effective_from=NOW, by=cast.quinn.id, now=NOW)
    with pytest.raises(workflow.RubricAlreadyPublishedError):
        draft(session, cast)

    assert (made.document, made.fingerprint) == before


def test_a_version_whose_text_was_changed_behind_our_back_is_not_published(session: Session, cast: Cast):
    made = in_review(session, cast)
    made.document = made.document.replace("Was it friendly?", "Was it short?")
    session.flush()

    with pytest.raises(ConflictError, match="not the one that was reviewed"):
        workflow.publish(session, made, effective_from=NOW, by=cast.quinn.id, now=NOW)


def test_a_version_that_no_longer_changes_is_read_once_and_a_draft_each_time(session: Session, cast: Cast):
    made = publish_rubric(session, cast)
    of_it = {"fingerprint": made.fingerprint}
    published = made.document
    first = queries.document_of(session, made.id, state="published", **of_it)
    made.document = "key: another"
    session.flush()

    assert first == published
    assert queries.document_of(session, made.id, state="published", **of_it) is first
    assert queries.document_of(session, made.id, state="draft", **of_it) == "key: another"


def test_publishing_goes_to_the_audit_trail_with_the_fingerprint(session: Session, cast: Cast):
    made = publish_rubric(session, cast)

    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "rubric.publish")).one()
    assert (event.actor_id, event.detail["fingerprint"]) == (cast.quinn.id, made.fingerprint)


def test_a_faulty_rubric_is_refused_with_the_place_of_every_problem(session: Session, cast: Cast):
    text = (
        RUBRIC.format(key="trial", version="1.0").replace("weight: 2", "weight: -2").replace("kind: binary", "kind: x")
    )

    with pytest.raises(InvalidInputError) as refusal:
        service.import_draft(session, cast.programme.id, text, name="trial.yaml", by=cast.lena.id, now=NOW)

    assert len(str(refusal.value).splitlines()) >= 2
    assert all(line.startswith("trial.yaml:") for line in str(refusal.value).splitlines())
    assert session.scalar(select(func.count()).select_from(RubricFamily)) == 0


def test_the_rule_book_of_a_programme_knows_published_versions_only(session: Session, cast: Cast):
    made = publish_rubric(session, cast)
    draft(session, cast, "2.0")

    book = queries.rule_book(session, cast.programme.id)

    assert [each.version_id for each in book.versions] == [made.id]
    assert book.version_for("any", "email", "en", NOW) == made.id


def test_the_same_rule_twice_is_one_rule(session: Session, cast: Cast):
    family = session.get_one(RubricFamily, publish_rubric(session, cast, everywhere=False).family_id)

    first, again, other = (
        service.add_rule(session, family, valid_from=NOW, by=cast.quinn.id, now=NOW, queue=queue)
        for queue in ("payouts", "payouts", None)
    )

    assert first.id == again.id != other.id


def test_a_rule_that_ended_stays_for_what_was_resolved_before(session: Session, cast: Cast):
    made = publish_rubric(session, cast)
    rule = session.scalars(select(RubricRule)).one()

    service.end_rule(session, rule, by=cast.quinn.id, now=NOW)

    book = queries.rule_book(session, cast.programme.id)
    assert book.version_for("q", "c", "l", NOW - dt.timedelta(seconds=1)) == made.id
    assert book.version_for("q", "c", "l", NOW) is None
    with pytest.raises(ConflictError):
        service.end_rule(session, rule, by=cast.quinn.id, now=NOW)


def upload(client: CheckingClient, text: bytes) -> tuple[int, str]:
    response = client.post_form("/rubrics/drafts", {"file": (io.BytesIO(text), "trial.yaml")})
    return response.status_code, response.get_data(as_text=True)


def test_a_draft_goes_from_one_person_s_file_to_another_person_s_signature(
    session: Session, cast: Cast, sign_in: SignIn
):
    status, _ = upload(sign_in(cast.lena), RUBRIC.format(key="trial", version="1.0").encode())
    made = session.scalars(select(RubricVersion)).one()
    form = {"effective_from": "2026-05-01"}
    sign_in(cast.lena).post_form(f"/rubrics/versions/{made.id}/send")

    own = sign_in(cast.otto).post_form(f"/rubrics/versions/{made.id}/publish", form)
    other = sign_in(cast.quinn).post_form(f"/rubrics/versions/{made.id}/publish", form)

    session.refresh(made)
    assert (status, own.status_code, other.status_code) == (302, 403, 302)
    assert made.state == "published"
    assert made.effective_from == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def test_a_qa_lead_does_not_publish_the_own_draft_in_the_page_either(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    upload(client, RUBRIC.format(key="trial", version="1.0").encode())
    made = session.scalars(select(RubricVersion)).one()
    client.post_form(f"/rubrics/versions/{made.id}/send")

    response = client.post_form(f"/rubrics/versions/{made.id}/publish", {"effective_from": "2026-05-01"})

    assert response.status_code == 409
    assert session.scalars(select(RubricVersion.state)).one() == "in_review"


@pytest.mark.parametrize(
    "content", [b"", b"key: [", b"\xff\xfe", b"x" * 500_001], ids=["empty", "cut", "bytes", "huge"]
)
def test_a_file_that_is_no_rubric_is_explained_on_the_page(cast: Cast, sign_in: SignIn, content: bytes):
    status, page = upload(sign_in(cast.lena), content)

    assert status == 422
    assert "field__error" in page


def test_the_library_asks_no_more_of_the_database_for_more_rubrics(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    counts = []

    for n in range(2):
        for key in range(1 + 4 * n):
            publish_rubric(session, cast, key=f"trial_{n}_{key}", effective_from=OPENED)
        with count_queries() as statements:
            client.get("/rubrics/")
        counts.append(len(statements))

    assert counts[0] == counts[1]
