"""Fields that a form and a file share: what they read, what they refuse and where."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.entering import (
    Entry,
    day,
    email,
    line_of_text,
    link,
    list_of_names,
    moment_in,
    number_between,
    one_of_words,
    prose,
    read_csv,
    read_form,
)
from qa.core.errors import InvalidInputError

ENTRIES = (
    Entry(name="name", label="Name", read=line_of_text(10), required=True),
    Entry(name="from", label="From", read=day),
    Entry(name="share", label="Share", read=number_between(0, 100)),
)


def test_a_form_names_every_field_that_does_not_fit() -> None:
    assert read_form(ENTRIES, {"name": "  Two \n words ", "share": "12,5"}) == {
        "name": "Two words",
        "from": None,
        "share": 12.5,
    }
    with pytest.raises(InvalidInputError) as refused:
        read_form(ENTRIES, {"name": " ", "from": "2026-02-30", "share": "nan"})
    assert refused.value.fields == {
        "name": "Name is missing.",
        "from": "Not a date such as 2026-11-02.",
        "share": "Not a number from 0 to 100.",
    }


def test_bad_lines_are_told_with_line_and_column_while_the_good_ones_count() -> None:
    content = 'name;from;share\nfirst;2026-01-02;5\n;;7\nthird;soon;\n"two\nlines";;101\nlast;-;\n'.encode("utf-8-sig")

    sheet = read_csv(content, ENTRIES)

    assert [(row.line, row.values) for row in sheet.rows] == [
        (2, {"name": "first", "from": dt.date(2026, 1, 2), "share": 5.0}),
        (7, {"name": "last", "from": None}),
    ]
    assert [(each.line, each.column, each.reason) for each in sheet.rejects] == [
        (3, "name", "Name is missing"),
        (4, "from", "not a date such as 2026-11-02"),
        (6, "share", "not a number from 0 to 100"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(b"", 1, "the file is empty", id="empty"),
        pytest.param(b"name,colour\n", 1, "unknown column; known are name, from, share", id="unknown column"),
        pytest.param(b"from\n2026-01-01\n", 1, "the column name is missing", id="missing column"),
        pytest.param(b"name,name\na,b\n", 1, "the column is there twice", id="twice"),
        pytest.param(b"name\na\n\xff\n", 3, "the file is not UTF-8 text; save it as CSV UTF-8", id="not text"),
        pytest.param(
            b"name\na,b\n", 2, "1 more cells than columns; put quotes around text with the separator", id="more cells"
        ),
        pytest.param(b"name\na\x00b\n", 2, "it holds a control character, which no database keeps", id="control"),
        pytest.param(b'name\n"a"b\n', 2, "the line cannot be read as CSV: ',' expected after '\"'", id="quotes"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, line: int, reason: str) -> None:
    (reject,) = read_csv(content, ENTRIES).rejects

    assert (reject.line, reject.reason) == (line, reason)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (list_of_names, " a ;b b;; a", ("a", "b b")),
        (prose(20), "one  \n two\n", "one\n two"),
        (one_of_words({"not_followed": "Not followed"}), "not  FOLLOWED", "not_followed"),
        (link, "https://wiki.example/a?b=c", "https://wiki.example/a?b=c"),
        (email, "Mira@Example.com", "mira@example.com"),
        (moment_in(ZoneInfo("Europe/Vienna")), "2026-07-01 09:30", dt.datetime(2026, 7, 1, 7, 30, tzinfo=dt.UTC)),
        (moment_in(ZoneInfo("Europe/Vienna")), "2026-07-01T09:30Z", dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC)),
    ],
)
def test_each_reader_reads_its_kind(read, text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (link, "javascript:alert(1)"),
        (link, "https://"),
        (link, "https://[x"),
        (email, "mira"),
        (day, "20260102"),
        (day, "0001-01-01"),
        (day, "9999-12-31"),
        (moment_in(ZoneInfo("UTC")), "0001-01-01T00:00-12:00"),
        (moment_in(ZoneInfo("UTC")), "2026-07-01"),
        (one_of_words({"open": "Open"}), "shut"),
        (line_of_text(3), "four"),
        (number_between(0, 1), "1e999"),
    ],
)
def test_each_reader_refuses_in_words(read, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+|unknown"):
        read(text)


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    sheet = read_csv(b"name,from,share\n" + content, ENTRIES)

    assert all(each.line >= 1 and each.reason for each in sheet.rejects)
    assert all(row.values["name"] for row in sheet.rows)
