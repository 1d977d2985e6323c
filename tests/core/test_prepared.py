"""Prepared statements give what SQLAlchemy gives, on both engines."""

import datetime as dt

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qa.core.orm import UtcDateTime
from qa.core.prepared import Prepared
from qa.people.models import ProgrammeSetting, User
from tests.support.cast import Cast
from tests.support.statements import count_queries

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


def test_who_counts_statements_counts_these(app, client):
    with app.test_request_context(), count_queries() as statements:
        from qa.core.db import db

        Prepared(select(User.__table__.c.id)).all(db.session())

    assert len(statements) == 1
