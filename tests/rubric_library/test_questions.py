"""Unclear criteria, procedures, and which rubric applies to recent parts."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.rubric_library import draft_changes, drafts, notes, procedures, queries
from qa.rubric_library.coverage import coverage
from qa.rubric_library.models import CriterionNote
from tests.support.builders import RESOLVED, RUBRIC, make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, actor
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def test_a_reviewer_says_while_scoring_what_is_unclear_and_is_told_the_answer(
    session: Session, cast: Cast, sign_in: SignIn
):
    version = publish_rubric(session, cast)
    task = make_assignment(session, make_ticket(session, cast), cast.rita, version)

    said = sign_in(cast.rita).post_form(
        f"/queue/{task.id}/unclear", {"criterion": "tone", "note": "Is ana@example.com friendly?"}
    )
    note = session.scalars(select(CriterionNote)).one()
    page = sign_in(cast.lena).get(f"/rubrics/families/{version.family_id}/notes").get_data(as_text=True)
    answered = sign_in(cast.lena).post_form(f"/rubrics/notes/{note.id}/resolve", {"resolution": "Yes, by its tone."})

    assert said.get_json() == {"note": "Is [email] friendly?"}
    assert "Is [email] friendly?" in page
    assert cast.rita.name not in page  # a team lead knows reviewers by their pseudonyms
    assert cast.rita.pseudonym in page
    assert answered.status_code == 302
    told = session.execute(select(Notice.user_id, Notice.kind).order_by(Notice.id)).all()
    assert (cast.lena.id, "criterion_unclear") in told
    assert (cast.rita.id, "unclear_resolved") in told


def test_a_reviewer_sees_the_own_notes_only(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    for who in (cast.rita, cast.rob):
        notes.add(session, version.id, "tone", "Unclear.", by=who.id, now=NOW)

    assert len(notes.notes_of(session, actor(session, cast.rita), version.family_id)) == 1
    assert len(notes.notes_of(session, actor(session, cast.lena), version.family_id)) == 2
    assert notes.open_counts(session, [version.family_id]) == {version.family_id: {"tone": 2}}


@pytest.mark.parametrize(("criterion", "text"), [("tone", "  "), ("no_such", "Unclear.")])
def test_a_note_names_a_criterion_and_says_something(session: Session, cast: Cast, criterion: str, text: str):
    version = publish_rubric(session, cast)

    with pytest.raises(InvalidInputError):
        notes.add(session, version.id, criterion, text, by=cast.rita.id, now=NOW)


def test_a_note_is_answered_once(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    note = notes.add(session, version.id, "tone", "Unclear.", by=cast.rita.id, now=NOW)
    notes.resolve(session, note, resolution="Anchored in 1.1.", by=cast.lena.id, now=NOW)

    with pytest.raises(ConflictError):
        notes.resolve(session, note, resolution="Again.", by=cast.quinn.id, now=NOW)


def test_a_link_leads_to_the_procedure_as_it_was_when_the_part_was_resolved(session: Session, cast: Cast):
    made = procedures.create(
        session, cast.programme.id, key="refunds", name="Refunds", owner_id=None, by=cast.quinn.id, now=NOW
    )
    for n, since in enumerate((RESOLVED - dt.timedelta(days=30), RESOLVED + dt.timedelta(days=1)), start=1):
        procedures.add_version(
            session,
            made,
            label=f"v{n}",
            url=f"https://sop.example/{n}",
            effective_from=since,
            review_by=None,
            what_changed="",
            by=cast.quinn.id,
            now=NOW,
        )

    then = procedures.links_at(session, cast.programme.id, RESOLVED)["refunds"]
    later = procedures.links_at(session, cast.programme.id, RESOLVED + dt.timedelta(days=2))["refunds"]

    assert (then.label, later.label) == ("v1", "v2")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "sop.example/1", "https://", "ftp://sop.example"])
def test_a_procedure_is_found_at_a_web_address_only(session: Session, cast: Cast, url: str):
    made = procedures.create(session, cast.programme.id, key="a", name="A", owner_id=None, by=cast.quinn.id, now=NOW)

    with pytest.raises(InvalidInputError):
        procedures.add_version(
            session,
            made,
            label="1",
            url=url,
            effective_from=NOW,
            review_by=None,
            what_changed="",
            by=cast.quinn.id,
            now=NOW,
        )


def test_a_procedure_that_criteria_name_is_added_from_its_key(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    text = RUBRIC.format(key="trial", version="1.0").replace(
        "question: Was it friendly?", "question: Was it friendly?\n        procedure: tone-guide"
    )
    publish_rubric(session, cast, text=text)
    client = sign_in(cast.lena)

    named = client.get("/rubrics/procedures").get_data(as_text=True)
    filled = client.get("/rubrics/procedures?key=tone-guide").get_data(as_text=True)

    assert 'href="/rubrics/procedures?key=tone-guide#add"' in named
    assert 'value="tone-guide"' in filled


def test_recent_parts_show_what_applied_to_them_and_what_no_rule_covers(session: Session, cast: Cast):
    changed = RESOLVED + dt.timedelta(days=3)
    first = publish_rubric(session, cast, effective_from=RESOLVED - dt.timedelta(days=3))
    second = publish_rubric(session, cast, version="2.0", effective_from=changed, everywhere=False)
    for days in (-5, 0, 0, 4):
        make_ticket(session, cast, resolved_at=RESOLVED + dt.timedelta(days=days))

    (kind,) = coverage(
        session, cast.programme.id, queries.rule_book(session, cast.programme.id), until=RESOLVED + dt.timedelta(days=5)
    )

    assert [(era.version_id, era.parts) for era in kind.eras] == [(None, 1), (first.id, 2), (second.id, 1)]
    assert (kind.parts, kind.uncovered, kind.version_id) == (4, 1, second.id)


def test_no_page_of_the_library_asks_more_of_the_database_for_more_rubrics(
    session: Session, cast: Cast, sign_in: SignIn
):
    client = sign_in(cast.quinn)
    version = publish_rubric(session, cast)
    draft = drafts.start(session, cast.programme.id, name="Begun", by=cast.lena.id, now=NOW)
    pages = (
        f"/rubrics/versions/{draft.id}/edit",
        "/rubrics/rules",
        "/rubrics/procedures",
        f"/rubrics/versions/{version.id}",
        f"/rubrics/families/{version.family_id}",
        f"/rubrics/families/{version.family_id}/notes",
        f"/rubrics/compare?old={version.id}&new={version.id}",
    )
    counts: list[list[int]] = []

    for n in range(2):
        for k in range(4 * n):
            publish_rubric(session, cast, key=f"more_{k}")
            publish_rubric(session, cast, version=f"{k + 2}.0", everywhere=False)
            notes.add(session, version.id, "tone", "Unclear.", by=cast.rita.id, now=NOW)
            make_ticket(session, cast, queue=f"q{k}")
            grown = draft_changes.add_criterion(drafts.tree_of(session, draft), "").tree
            drafts.keep(session, draft, grown, what="add a criterion", by=cast.lena.id, now=NOW)
        session.commit()
        counts.append([])
        for address in pages:
            with count_queries() as statements:
                client.get(address)
            counts[-1].append(len(statements))

    assert counts[0] == counts[1]
    assert max(counts[1]) <= 20
