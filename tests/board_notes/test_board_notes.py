"""The director's notes: one a period, every edit kept, nobody's lost."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.board_notes.rules import span_of
from qa.core.clock import monday_of, utcnow, week_key
from qa.people.models import User
from qa.targets.models import Target
from qa.trends import looking
from tests.support import importing
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-w01", "2025-12-29", "2026-01-04"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
    ],
)
def test_a_period_is_a_week_or_a_month(period: str, first: str, last: str) -> None:
    span = span_of(period)

    assert (span.starts_on.isoformat(), span.ends_on.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "period", ["2026", "2026-13", "2026-W54", "2025-W53", "0000-01", "2026-W00", "9999-W52", "٢٠٢٦-04", ""]
)
def test_nothing_else_is_a_period(period: str) -> None:
    with pytest.raises(ValueError, match=r"2026-W|week|year"):
        span_of(period)


def test_every_edit_is_kept_and_two_windows_do_not_overwrite_each_other(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    dora, quinn = sign_in(cast.dora), sign_in(cast.quinn)
    assert "No note yet" in quinn.get("/board-notes/").get_data(as_text=True)
    assert dora.post_form("/board-notes/", {"period": "2026-17", "text": "x"}).status_code == 422
    assert dora.post_form("/board-notes/", {"period": "2026-04", "text": " "}).status_code == 422
    assert dora.post_form("/board-notes/", {"period": "2026-04", "text": "It held."}).status_code == 302
    again = dora.post_form("/board-notes/", {"period": "2026-04", "text": "It did hold."})
    assert again.status_code == 422
    assert "2026-04 has a note already" in again.get_data(as_text=True)
    assert ">It did hold.</textarea>" in again.get_data(as_text=True)  # what was typed is kept
    first = dora.post_form("/board-notes/2026-04", {"text": "It held, but for ada@example.org.", "version": "1"})
    second = dora.post_form("/board-notes/2026-04", {"text": "It fell.", "version": "1"})
    assert (first.status_code, second.status_code) == (302, 409)
    assert quinn.post_form("/board-notes/2026-04", {"text": "No.", "version": "2"}).status_code == 403
    words = quinn.get("/board-notes/2026-04").get_data(as_text=True)
    assert ("It held." in words, "It held, but for" in words, "ada@" in words) == (True, True, False)
    assert dora.post_form("/board-notes/2026-04", {"text": "", "version": "2"}).status_code == 302
    assert "No note yet" in quinn.get("/board-notes/").get_data(as_text=True)
    assert "Taken back by Dora Diaz" in quinn.get("/board-notes/2026-04").get_data(as_text=True)
    assert quinn.get("/board-notes/2026-05").status_code == quinn.get("/board-notes/never").status_code == 404
    assert dora.post_form("/board-notes/", {"period": "2026-04", "text": "It held after all."}).status_code == 302
    assert session.scalars(select(BoardNote.n).order_by(BoardNote.id)).all() == [1, 2, 3, 4]


def test_a_file_of_notes_twice_changes_nothing(session: Session, cast: Cast, sign_in: SignIn) -> None:
    dora = sign_in(cast.dora)
    content = 'period,text\n2026-W14,"Quiet, on the whole."\n2026-W99,Never\n'

    assert "not a week such as 2026-W14" in importing.preview(dora, "/board-notes/import", content)
    assert importing.apply(dora, "/board-notes/import", content).status_code == 302
    assert importing.changes_nothing(dora, "/board-notes/import", content.split("2026-W99")[0])
    assert session.scalars(select(BoardNote.text)).all() == ["Quiet, on the whole."]


def test_trends_show_the_notes_of_their_weeks_and_the_target_that_holds(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    last = monday_of(utcnow().date()) - dt.timedelta(weeks=1)
    dora = sign_in(cast.dora)
    period = week_key(last)
    assert dora.post_form("/board-notes/", {"period": period, "text": "It held, all in all."}).status_code == 302
    for scope, team, value in (("", None, 85.0), (f"team:{cast.payouts.id}", cast.payouts.id, 70.0)):
        session.add(
            Target(
                programme_id=cast.programme.id,
                measure="quality",
                scope=scope,
                team_id=team,
                value=value,
                effective_from=last - dt.timedelta(weeks=9),
                created_at=utcnow(),
            )
        )
    session.flush()

    def looked(who: User, chosen: looking.Filters) -> looking.Looked:
        zone = ZoneInfo("UTC")
        return looking.look(session, actor(session, who), chosen, setting=cast.setting, zone=zone, now=utcnow())

    everything = looked(cast.dora, looking.Filters())
    told = [view.note.text for view in everything.said]
    assert (told, everything.wanted["quality"]) == (["It held, all in all."], 85.0)
    assert looked(cast.dora, looking.Filters(team_id=cast.payouts.id)).wanted["quality"] == 70.0
    assert looked(cast.lena, looking.Filters()).said == ()
