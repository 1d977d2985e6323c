"""Reading moments: what is certain is read, what is not is refused with its reason."""

import contextlib
import csv
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.intake.dates import UnreadableMomentError, iso_moment, read_moment
from tests.shared import shared_path

TOKYO = dt.timezone(dt.timedelta(hours=9))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-06 02:03:38", "2026-04-06T02:03:38+00:00"),
        ("2026-04-06T02:03:38.250Z", "2026-04-06T02:03:38.250000+00:00"),
        ("2026-04-07T18:43:43+05:30", "2026-04-07T13:13:43+00:00"),
        ("2026-04-07 21:22:44 EST", "2026-04-08T02:22:44+00:00"),
        ("2026-04-07 21:22 UTC+2", "2026-04-07T19:22:00+00:00"),
        ("10 Apr 2026, 22:52 UTC", "2026-04-10T22:52:00+00:00"),
        ("Fri, 10 Apr 2026 22:52:31 +0200", "2026-04-10T20:52:31+00:00"),
        ("April 10, 2026 10:52 PM", "2026-04-10T22:52:00+00:00"),
        ("14.04.2026 20:35", "2026-04-14T20:35:00+00:00"),
        ("04/15/2026 03:03 AM", "2026-04-15T03:03:00+00:00"),
        ("04/05/2026 12:03 AM", "2026-04-05T00:03:00+00:00"),
        ("25/12/2026 13:00", "2026-12-25T13:00:00+00:00"),
        ("1775590945", "2026-04-07T19:42:25+00:00"),
        ("1775590945000", "2026-04-07T19:42:25+00:00"),
        ("  2026-04-06  ", "2026-04-06T00:00:00+00:00"),
    ],
)
def test_usual_ways_of_writing_a_moment_are_read(text: str, expected: str) -> None:
    assert read_moment(text).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("2026-04-13 00:48 XYZT", "unknown time zone XYZT"),
        ("2026-04-13 00:48 CST", "several meanings"),
        ("04/05/2026 13:03", "cannot be told apart"),
        ("31.02.2026 10:00", "no such day"),
        ("2026-04-13 25:00", "no such day or time"),
        ("13:00 PM", "not a date"),
        ("04/15/2026 13:03 PM", "twelve-hour clock"),
        ("10 Foo 2026", "no month"),
        ("yesterday", "not a date"),
        ("1026-04-13", "year 1026"),
        ("99999999999999", "not a date"),
        ("2026-04-06 02:03:38" + " " * 5 + "x" * 80, "not a date"),
    ],
)
def test_what_cannot_be_told_for_certain_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableMomentError, match=reason):
        read_moment(text)


def test_a_moment_without_a_zone_is_in_the_zone_of_its_file() -> None:
    assert read_moment("2026-04-06 09:00", TOKYO) == dt.datetime(2026, 4, 6, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["2026-04-06T02:03:38", "06.04.2026", 1775590945, None, "x" * 100])
def test_an_api_must_write_iso_8601_with_a_zone(text: object) -> None:
    with pytest.raises(UnreadableMomentError):
        iso_moment(text)


@given(st.text(max_size=70))
def test_any_text_is_read_as_an_aware_moment_or_refused(text: str) -> None:
    moment = None
    with contextlib.suppress(UnreadableMomentError):
        moment = read_moment(text)

    assert moment is None or moment.utcoffset() == dt.timedelta()


@given(st.integers(min_value=631_238_400, max_value=4_102_000_000))  # 1990 to 2099, in seconds
def test_what_iso_writes_is_read_back(seconds: int) -> None:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)

    assert read_moment(moment.isoformat(sep=" ")) == moment
    assert iso_moment(moment.isoformat()) == moment


def test_odd_dates_of_the_shared_files_are_read_as_they_truly_are() -> None:
    texts = {row["Ticket ID"]: row["Created At"] for row in rows("flat/tickets.csv")}
    truths = [
        row for row in rows("truth/flat_dirt.csv") if row["column"] == "Created At" and row["file"] == "tickets.csv"
    ]

    wrong = []
    for row in truths:
        text, (truth, _, remark) = texts.get(row["row_key"], ""), row["true_value"].partition(" ")
        try:
            read = read_moment(text)
        except UnreadableMomentError:
            if row["kind"] not in ("date_unknown_zone", "created_missing"):
                wrong.append((row["kind"], text, "refused"))
            continue
        if abs(read - dt.datetime.fromisoformat(truth)) >= dt.timedelta(minutes=1):
            wrong.append((row["kind"], text, remark))

    assert len(truths) > 150
    assert wrong == []


def rows(name: str) -> list[dict[str, str]]:
    with shared_path("data", name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
