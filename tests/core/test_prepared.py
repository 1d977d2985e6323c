"""Prepared statements give what SQLAlchemy gives, on both engines."""

import datetime as dt
import traceback
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import Integer, Text, bindparam, insert, literal, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.core.orm import UtcDateTime, table_of
from qa.core.prepared import (
    Prepared,
    PreparedChange,
    PreparedInsert,
    PreparedMaking,
    PreparedPlain,
    each_of,
    given,
    one_of,
)
from qa.notices.models import Notice
from qa.people.models import ProgrammeSetting, User
from tests.support.cast import Cast
from tests.support.statements import count_queries

SINCE_THEN = dt.datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=dt.UTC)
SINCE = bindparam("since", type_=UtcDateTime())


def test_rows_are_those_of_the_statement_with_every_type(session: Session, cast: Cast):
    settings = ProgrammeSetting.__table__
    statement = (
        select(*settings.columns)
        .where(settings.c.valid_from >= SINCE, settings.c.blind.in_((True, False)), settings.c.id.not_in((7001, 7002)))
        .order_by(settings.c.id)
        .limit(5)
    )
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    rows = Prepared(statement).all(session, since=long_ago)

    assert rows
    assert [tuple(row) for row in rows] == [tuple(row) for row in session.execute(statement, {"since": long_ago})]
    assert rows[0].valid_from.tzinfo is dt.UTC
    assert rows[0].blind in (True, False)


def test_values_are_taken_anew_each_time(session: Session, cast: Cast):
    people = User.__table__
    named = Prepared(select(people.c.id, people.c.email).where(people.c.email == bindparam("email")))

    found = [named.one_or_none(session, email=each.email) for each in (cast.rita, cast.lena)]

    assert [row.id for row in found] == [cast.rita.id, cast.lena.id]
    assert named.one_or_none(session, email="nobody'; --@example.org") is None


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_list_of_values_finds_each_of_them(session: Session, cast: Cast, asked: int):
    people, wanted = User.__table__, [cast.rita.id, cast.lena.id][:asked]
    statement = select(people.c.id, people.c.name).where(one_of(people.c.id, "who", asked)).order_by(people.c.id)

    rows = PreparedPlain(statement).all(session, **each_of("who", wanted))

    names = {cast.rita.id: cast.rita.name, cast.lena.id: cast.lena.name}
    assert rows == [(each, names[each]) for each in sorted(wanted)]


def test_more_rows_than_one_are_an_error_where_one_is_expected(session: Session, cast: Cast):
    with pytest.raises(ValueError, match="rows where at most one"):
        Prepared(select(User.__table__.c.id)).one_or_none(session)


def test_a_failure_of_the_database_is_sqlalchemys(session: Session, cast: Cast):
    people = User.__table__
    broken = Prepared(select(people.c.id).where(people.c.id == bindparam("id")))
    broken.all(session, id=1)
    broken._compiled[session.get_bind().dialect.name].sql = "SELECT nothing FROM nowhere"

    with pytest.raises(DBAPIError):
        broken.all(session, id=1)

    session.rollback()


def test_what_was_made_of_a_row_is_not_given_for_one_that_changed(session: Session, cast: Cast):
    people = table_of(User)
    columns = (people.c.id, people.c.name, people.c.created_at, people.c.preferences)
    made: list[str] = []

    def make(row: Any) -> tuple[str, object]:
        made.append(row.name)
        return f"{row.name} of {row.created_at:%Y}", row.preferences

    named = PreparedMaking(select(*columns).where(people.c.id == bindparam("id")), make)
    first = [named.one_or_none(session, id=cast.rita.id) for _ in range(2)]
    change = PreparedChange(update(people).where(people.c.id == bindparam("id")).values(given(people.c.preferences)))
    change.run(session, id=cast.rita.id, preferences={"blur": True})

    assert first[0] == first[1] == (f"{cast.rita.name} of {cast.rita.created_at:%Y}", {})
    assert named.one_or_none(session, id=cast.rita.id) == (first[0][0], {"blur": True})
    assert named.one_or_none(session, id=cast.lena.id)[0].startswith(cast.lena.name)
    if session.get_bind().dialect.name == "sqlite":  # PostgreSQL's driver reads JSON itself
        assert made == [cast.rita.name, cast.rita.name, cast.lena.name]  # once as it was, once as it is


def test_changes_are_kept_with_every_type_and_counted(session: Session, cast: Cast):
    notices = table_of(Notice)
    columns = (notices.c.user_id, notices.c.kind, notices.c.object_type, notices.c.object_id)
    told = given(*columns, notices.c.detail, notices.c.created_at)
    rows = [
        {
            "user_id": cast.rita.id,
            "kind": "k",
            "object_type": "o",
            "object_id": str(n),
            "detail": {"n": [n, "ä"]},
            "created_at": SINCE_THEN,
        }
        for n in range(3)
    ]
    read = PreparedChange(
        update(notices).where(notices.c.object_id == bindparam("object")).values(given(notices.c.read_at))
    )

    PreparedChange(insert(notices).values(told)).run_many(session, rows[:2])
    PreparedChange(insert(notices).values(told)).run_many(session, [])
    third = PreparedInsert(insert(notices).values(told)).new_id(session.connection(), **rows[2])
    changed = [read.run(session, object=name, read_at=SINCE_THEN) for name in ("1", "9")]

    kept = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [(each.object_id, each.detail) for each in kept] == [(str(n), {"n": [n, "ä"]}) for n in range(3)]
    assert kept[2].id == third
    assert [each.read_at for each in kept] == [None, SINCE_THEN, None]
    assert {each.created_at for each in kept} == {SINCE_THEN}
    assert changed == [1, 0]


@pytest.mark.parametrize("asked", [0, 3])
def test_rows_without_names_are_kept_like_those_with_names(session: Session, cast: Cast, asked: int):
    """In the order that the caller has, which is not always the statement's."""
    notices = table_of(Notice)
    names = ("user_id", "kind", "object_type", "object_id", "detail", "created_at")
    change = PreparedChange(insert(notices).values(given(*(notices.c[name] for name in names))))
    rows = [(cast.rita.id, "k", "o", str(n), {"n": [n, "ä"]}, SINCE_THEN) for n in range(asked)]

    change.run_rows(session, names, rows)
    change.run_rows(session, names[::-1], [row[::-1] for row in rows])

    kept = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [tuple(getattr(each, name) for name in names) for each in kept] == rows * 2


def test_words_of_the_statement_itself_are_kept_as_they_are(session: Session, cast: Cast):
    people = table_of(User)
    said = 'it\'s "100 %" of %(id)s; \\ :name ? -- ä\n'
    statement = select(literal(said).label("said"), people.c.id).where(
        people.c.name.not_in(["'", "%", said]), people.c.id == bindparam("id"), people.c.active == literal(True)
    )
    renamed = PreparedChange(update(people).where(people.c.id == bindparam("person")).values(name=said))

    read = Prepared(statement).all(session, id=cast.rita.id)
    renamed.run(session, person=cast.rita.id)

    assert [tuple(row) for row in read] == [(said, cast.rita.id)]
    assert session.scalar(select(people.c.name).where(people.c.id == cast.rita.id)) == said
    assert Prepared(statement).all(session, id=cast.rita.id) == []


def test_two_moments_of_an_hour_that_comes_twice_are_two(session: Session, cast: Cast):
    people = table_of(User)
    change = update(people).where(people.c.id == bindparam("person")).values(given(people.c.created_at))
    twice = dt.datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    kept = []
    for moment in (twice, twice.replace(fold=1)):
        PreparedChange(change).run(session, person=cast.rita.id, created_at=moment)
        session.expire_all()
        kept.append(cast.rita.created_at)

    assert kept == [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in (0, 1)]


def test_a_rule_of_the_database_is_kept_as_in_any_statement(session: Session, cast: Cast):
    people = table_of(User)
    taken = PreparedChange(update(people).where(people.c.id == bindparam("person")).values(given(people.c.email)))

    with pytest.raises(IntegrityError):
        taken.run(session, person=cast.rita.id, email=cast.lena.email)

    session.rollback()


def by_prepared(session: Session, person: int, email: str) -> None:
    people = table_of(User)
    taken = PreparedChange(update(people).where(people.c.id == bindparam("person")).values(given(people.c.email)))
    taken.run(session, person=person, email=email)


def by_statement(session: Session, person: int, email: str) -> None:
    session.execute(update(User).where(User.id == person).values(email=email))


def by_mapper(session: Session, person: int, email: str) -> None:
    session.get_one(User, person).email = email
    session.flush()


@pytest.mark.parametrize("write", [by_prepared, by_statement, by_mapper])
def test_an_error_names_the_statement_and_nothing_that_was_typed(
    app: Flask, session: Session, cast: Cast, write: Callable[[Session, int, str], None]
):
    person, email = cast.rita.id, cast.lena.email
    session.commit()

    with app.app_context(), pytest.raises(IntegrityError, match=r"(?is)email.*update person") as refused:
        write(db.session(), person, email)

    printed = "".join(traceback.format_exception(refused.value))
    assert email not in printed
    assert "[parameters:" not in printed


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_error_about_a_value_does_not_quote_it(app: Flask):
    typed = "Nobody else is to read this"
    asked = select(cast_to(bindparam("typed", type_=Text), Integer).label("number"))

    for ask in (
        lambda: Prepared(asked).all(db.session(), typed=typed),
        lambda: db.session.execute(asked, {"typed": typed}),
    ):
        with app.app_context(), pytest.raises(DataError, match="a value that does not fit") as refused:
            ask()
        assert typed not in "".join(traceback.format_exception(refused.value))


def test_a_value_that_python_would_have_to_think_of_is_refused(session: Session, cast: Cast):
    notices = table_of(Notice)

    with pytest.raises(ValueError, match="detail"):
        PreparedChange(insert(notices).values(given(notices.c.kind))).run(session, kind="k")


def test_who_counts_statements_counts_these(app, client):
    with app.test_request_context(), count_queries() as statements:
        Prepared(select(User.__table__.c.id)).all(db.session())

    assert len(statements) == 1
