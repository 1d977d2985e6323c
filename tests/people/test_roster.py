"""Reading a roster file: what is understood, and what is refused with line and column."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.access import Role
from qa.people.roster import COLUMNS, LONGEST_CELL, Roster, RosterReject, read_roster

FULL = (
    "name,email,roles,team,lead,start,languages,skills,clearance,regions,absence,reviews_per_week,effective\n"
    "Mira  Haddad,Mira@Example.com,Specialist; reviewer,Payouts,lea@example.com,2026-03-02,EN; ar,payouts;  appeals,2,"
    "eu; us,2026-07-06..2026-07-17; 2026-12-24,40,2026-09-01\n"
)
CELLS = {
    "name": "Mira",
    "email": "mira@example.com",
    "roles": "specialist",
    "team": "Payouts",
    "lead": "lea@example.com",
    "start": "2026-03-02",
    "languages": "en",
    "skills": "payouts",
    "clearance": "1",
    "regions": "eu",
    "absence": "2026-07-06",
    "reviews_per_week": "40",
    "effective": "2026-03-02",
}


def read(text: str) -> Roster:
    return read_roster(text.encode())


def only_reject(text: str) -> RosterReject:
    roster = read(text)
    assert len(roster.rejects) == 1, roster
    return roster.rejects[0]


def test_every_column_is_read():
    (row,) = read(FULL).rows

    assert row.line == 2
    assert row.name == "Mira Haddad"
    assert row.email == "mira@example.com"
    assert row.roles == {Role.SPECIALIST, Role.REVIEWER}
    assert (row.team, row.lead) == ("Payouts", "lea@example.com")
    assert row.start == dt.date(2026, 3, 2)
    assert row.languages == {"en", "ar"}
    assert row.skills == {"payouts", "appeals"}
    assert row.clearance == 2
    assert row.regions == {"eu", "us"}
    assert row.absence == {
        (dt.date(2026, 7, 6), dt.date(2026, 7, 17)),
        (dt.date(2026, 12, 24), dt.date(2026, 12, 24)),
    }
    assert row.reviews_per_week == 40
    assert row.effective == dt.date(2026, 9, 1)


def test_an_empty_cell_leaves_a_field_alone():
    (row,) = read("email,name,roles,team,languages,clearance,start\nmira@example.com,,,,,,\n").rows

    assert (row.name, row.roles, row.team, row.languages, row.clearance, row.start) == (None,) * 6


def test_a_dash_empties_a_field():
    (row,) = read("email,roles,team,languages,skills,absence\nmira@example.com,-,-,-,-,-\n").rows

    assert row.team == ""
    assert (row.roles, row.languages, row.skills, row.absence) == (frozenset(),) * 4


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_files_of_every_spreadsheet_are_read(mark: str, end: str, separator: str):
    roster = read(
        mark + separator.join(("Name", "E-Mail", "Role")) + end + separator.join(("Mira", "m@e.org", "admin"))
    )

    assert [(row.name, row.email, row.roles) for row in roster.rows] == [("Mira", "m@e.org", {Role.ADMIN})]
    assert roster.rejects == ()


def test_blank_lines_are_no_people():
    roster = read("email\n\na@example.org\n , \n  \nb@example.org\n")

    assert [row.email for row in roster.rows] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        pytest.param("email", "", "every person needs an e-mail", id="no e-mail"),
        pytest.param("email", "mira at example", "not an e-mail address", id="no address"),
        pytest.param("email", "mira@example.com, lea@example.com", "not an e-mail address", id="two addresses"),
        pytest.param("roles", "specialist; boss", "unknown role 'boss'", id="unknown role"),
        pytest.param("start", "02.03.2026", "not a date such as", id="a date of another country"),
        pytest.param("start", "2026-02-30", "not a date such as", id="a day that is not"),
        pytest.param("effective", "tomorrow", "not a date such as", id="a word for a day"),
        pytest.param("clearance", "4", "from 0 to 3", id="a clearance beyond"),
        pytest.param("clearance", "-1", "from 0 to 3", id="a clearance below"),
        pytest.param("reviews_per_week", "1001", "from 0 to 1000", id="too many reviews"),
        pytest.param("reviews_per_week", "4.5", "from 0 to 1000", id="half a review"),
        pytest.param("reviews_per_week", "\u0664\u0660", "from 0 to 1000", id="digits of another script"),
        pytest.param("absence", "2026-07-17..2026-07-06", "ends before it starts", id="an absence backwards"),
        pytest.param("lead", "lea", "not an e-mail address", id="a lead without address"),
        pytest.param("name", "x" * (LONGEST_CELL + 1), "longer than", id="an endless name"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_line_and_column(column: str, value: str, reason: str):
    cells = CELLS | {column: value}
    quoted = ",".join(f'"{cells[name]}"' for name in COLUMNS)

    roster = read(f"{','.join(COLUMNS)}\n{quoted}\n")

    assert roster.rows == ()
    assert [(reject.line, reject.column) for reject in roster.rejects] == [(2, column)]
    assert reason in roster.rejects[0].reason
    assert len(roster.rejects[0].value) <= 100


def test_an_absence_without_an_end_is_one_day():
    (row,) = read("email,absence\nmira@example.com,2026-07-06..\n").rows

    assert row.absence == {(dt.date(2026, 7, 6), dt.date(2026, 7, 6))}


@pytest.mark.parametrize("column", ["name", "team", "skills", "languages"])
def test_a_character_that_no_database_keeps_is_refused(column: str):
    reject = only_reject(f"email,{column}\nmira@example.com,pay\x00outs\n")

    assert (reject.line, reject.column) == (2, column)
    assert "control character" in reject.reason


def test_every_bad_cell_of_a_line_is_told_at_once():
    roster = read("email,start,clearance\nmira@example.com,soon,9\n")

    assert [(reject.line, reject.column) for reject in roster.rejects] == [(2, "start"), (2, "clearance")]
    assert roster.rows == ()


def test_a_bad_line_does_not_stop_the_good_ones():
    roster = read("email,clearance\na@example.org,1\nb@example.org,9\nc@example.org,2\n")

    assert [row.email for row in roster.rows] == ["a@example.org", "c@example.org"]
    assert [reject.line for reject in roster.rejects] == [3]


def test_the_same_person_twice_is_refused_the_second_time():
    reject = only_reject("email\nmira@example.com\nMIRA@example.com\n")

    assert (reject.line, reject.column, reject.reason) == (3, "email", "already on line 2")


def test_a_line_that_was_refused_does_not_take_the_place_of_a_good_one():
    roster = read("email,clearance\nmira@example.com,9\nmira@example.com,1\n")

    assert [row.line for row in roster.rows] == [3]


def test_a_lead_without_a_team_is_refused():
    assert only_reject("email,team,lead\nmira@example.com,,lea@example.com\n").column == "lead"


def test_more_cells_than_columns_are_refused():
    reject = only_reject("email,team\nmira@example.com,Payouts,London\n")

    assert reject.line == 2
    assert "1 more cells than columns" in reject.reason


def test_the_line_of_a_row_counts_the_lines_inside_quotes():
    roster = read('name,email\n"Mira\nHaddad",mira@example.com\nRob,rob\n')

    assert [row.name for row in roster.rows] == ["Mira Haddad"]
    assert roster.rejects[0].line == 4


@pytest.mark.parametrize(
    ("header", "column"),
    [
        pytest.param("email,salary", "salary", id="an unknown column"),
        pytest.param("name,team", "email", id="no e-mail column"),
        pytest.param("email,e-mail", "email", id="one column twice"),
    ],
)
def test_a_header_that_is_not_understood_stops_the_file(header: str, column: str):
    roster = read(f"{header}\nmira@example.com,1\n")

    assert roster.rows == ()
    assert [(reject.line, reject.column) for reject in roster.rejects] == [(1, column)]


@pytest.mark.parametrize("content", [b"", b"\n\n", "\ufeff".encode()], ids=["nothing", "blank lines", "only a mark"])
def test_an_empty_file_says_so(content: bytes):
    (reject,) = read_roster(content).rejects

    assert reject.reason == "the file is empty"


def test_a_file_that_is_not_utf_8_says_where():
    (reject,) = read_roster("email,name\na@example.org,Ana\nb@example.org,Jos\u00e9\n".encode("latin-1")).rejects

    assert reject.line == 3
    assert "UTF-8" in reject.reason


def test_quotes_that_never_close_are_refused_with_the_rows_before_them_kept():
    roster = read('email,name\na@example.org,Ana\nb@example.org,"Bob\n')

    assert [row.email for row in roster.rows] == ["a@example.org"]
    assert "cannot be read as CSV" in roster.rejects[0].reason


PIECES = [*',;"\r\n\t\x00\ufeff\u2028 -@.=+a1', "email", "a@example.org", "specialist", "2026-01-01", ".."]
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_and_rejects_and_never_an_error(content: bytes):
    roster = read_roster(content)

    assert roster.rows or roster.rejects or b"email" in content.lower() or b"mail" in content.lower()


@given(st.lists(HOSTILE, max_size=8))
def test_hostile_lines_give_rows_and_rejects_and_never_an_error(lines: list[str]):
    content = "\n".join([",".join(COLUMNS), *lines]).encode()

    roster = read_roster(content)

    last = content.count(b"\n") + content.count(b"\r") + 1
    assert all(1 <= reject.line <= last for reject in roster.rejects)
    assert all(reject.reason and (not reject.column or reject.column in COLUMNS) for reject in roster.rejects)
    assert len({row.email for row in roster.rows}) == len(roster.rows)


@given(st.sampled_from(COLUMNS), st.text(max_size=60))
def test_whatever_stands_in_one_cell_is_read_or_refused_by_name(column: str, value: str):
    cells = CELLS | {column: value}
    quoted = ",".join('"' + cells[name].replace('"', '""') + '"' for name in COLUMNS)

    roster = read_roster(f"{','.join(COLUMNS)}\n{quoted}\n".encode(errors="replace"))

    assert len(roster.rows) + bool(roster.rejects) == 1
    assert {reject.column for reject in roster.rejects} <= {column, "lead", ""}
