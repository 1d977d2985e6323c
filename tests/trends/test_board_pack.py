"""The board pack is the page of trends: same figures, same scope, nothing of another team."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from exports.board_pack import BoardPack, build
from qa.core.clock import utcnow, week_key
from qa.core.db import db
from qa.people.queries import setting_at, zone_of
from qa.trends import board_pack
from qa.trends.looking import Filters, Looked, look
from tests.exports import office
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient
from tests.trends.test_pages import several

SignIn = Callable[..., CheckingClient]


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def packed(app: Flask, session: Session, cast: Cast) -> tuple[Looked, BoardPack]:
    now, who = utcnow(), actor(session, cast.quinn)
    setting = setting_at(session, cast.programme.id, now)
    zone = zone_of(setting)
    with app.app_context():
        looked = look(session, who, Filters(weeks=13), setting=setting, zone=zone, now=now)
        return looked, board_pack.data_of(session, who, looked, made_by=who.name, zone=zone, now=now)


def test_every_figure_is_the_page_s_and_people_s_names_are_no_formulas(
    app: Flask, session: Session, cast: Cast
) -> None:
    several(session, cast, publish_rubric(session, cast), 8)
    cast.payouts.name = "=1+1"
    session.commit()
    looked, data = packed(app, session, cast)

    book = opened(build(data))

    cover = {str(row[0]).split(" (")[0]: row for row in book["Cover"].iter_rows(values_only=True) if row[0]}
    for tile in looked.tiles:
        told = cover[tile.title]
        assert told[1] == (None if tile.value is None else pytest.approx(tile.value))
        assert told[2] == (None if tile.low is None else pytest.approx(tile.low))
    rows = {row[0]: row for row in book["Trend"].iter_rows(min_row=5, max_row=17, values_only=True)}
    week = next(item for item in looked.overall if item.quality.figure.estimate is not None)
    figure = week.quality.figure
    told = rows[next(each.key for each in data.weeks if each.quality.value == figure.estimate)]
    ends = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
    assert told[1:5] == (pytest.approx(figure.estimate), *ends, figure.n)
    names = [book["Teams"].cell(row, 1) for row in (5, 6)]
    assert {(cell.value, cell.data_type) for cell in names} == {("=1+1", "s"), ("Appeals", "s")}
    assert [len(book[name]._charts) for name in ("Cover", "Charts", "Control", "Teams", "Queues")] == [1, 3, 1, 1, 1]
    assert len(book["Teams by week"]._charts) == 2
    assert "Queues by week" not in book.sheetnames  # the page's small charts are by team
    control = list(book["Control"].iter_rows(min_row=5, max_col=7, values_only=True))
    assert [row[0] for row in control[: len(data.weeks)]] == [each.key for each in data.control]
    assert [row[1] for row in control if row[0] == week_key(week.week)] == [pytest.approx(figure.estimate)]
    assert replace(data, weeks=(), stretches=(), groups=(), key_figures=()).weeks == ()
    assert opened(build(replace(data, weeks=(), stretches=(), key_figures=(), groups=())))["Cover"]["A1"].value


def test_a_lead_takes_along_what_the_own_page_shows_and_finds_no_other_team(
    session: Session,
    cast: Cast,
    sign_in: SignIn,
    flask_command: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several(session, cast, publish_rubric(session, cast), 8)
    session.commit()
    lead, director = sign_in(cast.lena), sign_in(cast.dora)
    page = lead.get("/trends/?weeks=13").text

    def unlocked(data: BoardPack) -> bytes:
        assert not db.session.connection().connection.info.get("holds_write_lock")  # nobody waits for the file
        return build(data)

    with monkeypatch.context() as patched:
        patched.setattr("exports.board_pack.build", unlocked)
        mine = lead.post_form("/trends/board-pack", {"weeks": "13"})
    book = opened(mine.data)

    assert mine.status_code == 200
    quality = next(row for row in book["Cover"].iter_rows(values_only=True) if str(row[0]).startswith("Quality"))
    assert f"{quality[1]:.1f}" in page
    told = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "Payouts" in told
    assert "Appeals" not in told
    assert lead.post_form("/trends/board-pack", {"team": str(cast.appeals.id)}).status_code == 404
    assert sign_in(cast.sam).post_form("/trends/board-pack").status_code == 403
    # Two people are fewer than five: the director, who may not see each of them, gets no figure over them.
    held = opened(director.post_form("/trends/board-pack", {"weeks": "13"}).data)
    assert [row[1] for row in held["Cover"].iter_rows(values_only=True) if str(row[0]).startswith("Quality")] == [None]
    assert "held back: fewer than 5 people" in str(list(held["Teams"].iter_rows(values_only=True)))
    out = tmp_path / "pack.xlsx"
    done = flask_command("export", "trends", "--weeks", "13", "--team", "Payouts", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert opened(out.read_bytes())["Cover"]["A2"].value.startswith("Team Payouts, all queues, 13 weeks")


@pytest.mark.slow
def test_libreoffice_works_out_and_prints_the_board_pack(
    app: Flask, session: Session, cast: Cast, tmp_path: Path
) -> None:
    several(session, cast, publish_rubric(session, cast), 12)
    session.commit()
    files = {"pack": build(packed(app, session, cast)[1])}

    found = office.recalculated(files, tmp_path / "values")["pack"]

    office.same_as_brought(files["pack"], found)
    pages = office.printed(files, tmp_path / "paper")["pack"]
    office.readable(pages, "Board pack", "Weekly quality", "Quality by team", "Where these figures come from")
