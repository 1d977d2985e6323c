"""Column mappings: guessed from names and values, read by them, kept as JSON."""

from pathlib import Path

import pytest

from qa.tickets.intake import guessing
from qa.tickets.intake.base import Reject, TicketRecord
from qa.tickets.intake.dates import Order
from qa.tickets.intake.flat import FlatExport
from qa.tickets.intake.looking import Look, look_at, look_at_all
from qa.tickets.intake.mapping import ColumnMapping, Reading, SheetMapping, UnreadableMappingError, mapping_of
from qa.tickets.intake.marks import Marks, Rule
from qa.tickets.intake.opening import sheets_of
from tests.tickets.records import tickets_of

FOREIGN = (
    "Vorgang;Betreff;Zustand;Bearbeiter;Eröffnet;Erledigt am;Antwortzeit;Kunde\n"
    "A-1;Zahlung fehlt;in Klärung;Sam Sato;03/04/2026 09:00;05/04/2026 10:00;0:05;Ann Example\n"
    "A-2;Anderes;erledigt;Olga Orlova;13/04/2026 09:00;14/04/2026 10:00;1:30;Ben Example\n"
)
TALK = "ref,who,when,what was said\nA-1,Ann Example,2026-04-03 09:00,Hello?\nA-1,Sam Sato,2026-04-03 09:05,Done.\n"


@pytest.fixture
def foreign(tmp_path: Path) -> list[Path]:
    (tmp_path / "a.csv").write_text(FOREIGN, encoding="cp1252")
    (tmp_path / "b.csv").write_text(TALK, encoding="utf-8")
    return [tmp_path / "a.csv", tmp_path / "b.csv"]


def looks_of(paths: list[Path]) -> list[Look]:
    return [look_at(sheet) for path in paths for sheet in sheets_of(path)]


def test_columns_are_known_by_their_names_in_other_languages_and_by_their_values(foreign: list[Path]) -> None:
    tickets, messages = guessing.guess_from(looks_of(foreign)).sheets

    assert (tickets.lacking(), messages.lacking()) == ([], [])
    assert messages.columns == {"Ticket ID": "ref", "Author": "who", "Sent At": "when", "Body": "what was said"}
    chosen = guessing.guess_as(looks_of(foreign)[0], "tickets")
    assert chosen.columns == {
        "Ticket ID": "Vorgang",
        "Subject": "Betreff",
        "Status": "Zustand",
        "Assignee": "Bearbeiter",
        "Requester": "Kunde",
        "Solved At": "Erledigt am",
        "Created At": "Eröffnet",  # a word that nobody knows: it comes before the other moment in every row
    }
    assert chosen.readings["Solved At"].order is Order.DAY_FIRST
    assert chosen.readings["Status"].words == {"erledigt": "solved"}


def mapped() -> ColumnMapping:
    day_first = Reading(order=Order.DAY_FIRST, zone="Europe/Berlin")
    return ColumnMapping(
        sheets=(
            SheetMapping(
                reads="tickets",
                columns={
                    "Ticket ID": "Vorgang",
                    "Subject": "Betreff",
                    "Status": "Zustand",
                    "Assignee": "Bearbeiter",
                    "Created At": "Eröffnet",
                    "Solved At": "Erledigt am",
                    "Requester": "Kunde",
                    "First Reply Time (min)": "Antwortzeit",
                },
                readings={
                    "Created At": day_first,
                    "Solved At": day_first,
                    "Status": Reading(words={"in klärung": "solved"}),
                },
            ),
            SheetMapping(
                reads="messages",
                columns={"Ticket ID": "ref", "Author": "who", "Sent At": "when", "Body": "what was said"},
            ),
        )
    )


def test_a_mapping_says_how_dates_words_and_times_are_read(foreign: list[Path]) -> None:
    found = tickets_of(FlatExport(foreign, mapped()).records())

    assert found["A-1"].created_at.isoformat() == "2026-04-03T07:00:00+00:00"  # 9:00 in Berlin's summer
    assert found["A-1"].status == "solved"
    assert found["A-1"].first_reply_seconds == 300 * 60 // 60  # five minutes, written as hours and minutes
    assert [(each.role, each.text) for each in found["A-1"].messages or ()] == [
        ("customer", "Hello?"),
        ("specialist", "Done."),
    ]


def test_messages_without_ids_are_the_same_again(foreign: list[Path]) -> None:
    once, again = (tickets_of(FlatExport(foreign, mapped()).records())["A-1"] for _ in range(2))

    assert once.messages == again.messages
    assert len({each.external_id for each in once.messages or ()}) == 2


def test_a_mapping_survives_json_and_finds_its_tables_again(foreign: list[Path]) -> None:
    kept = mapped()

    again = mapping_of(kept.as_json())

    assert again == kept
    assert again.sheet_for(["KUNDE", "vorgang", "eröffnet", "extra"]) == kept.sheets[0]
    assert again.sheet_for(["a", "b"]) is None
    assert again.problems() == []


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"sheets": [{"reads": "poems"}]},
        {"sheets": [{"reads": "tickets", "columns": {"Poem": "x"}}]},
        {"sheets": [{"reads": "tickets", "readings": {"Created At": {"zone": "Mars/Base"}}}]},
        {"sheets": [{"reads": "tickets", "readings": {"Status": {"words": {"x": "melted"}}}}]},
        {"sheets": [], "marks": {"escalation": [{"where": "tag"}]}},
    ],
)
def test_a_mapping_that_says_nothing_sensible_is_refused(kept: object) -> None:
    with pytest.raises(UnreadableMappingError):
        mapping_of(kept)


def test_tickets_beside_their_messages_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    path.write_text(
        "Ticket ID,Status,Created,Author,Role,Sent,Text\n"
        "1,solved,2026-04-06 09:00,Ann,customer,2026-04-06 09:00,Hello?\n"
        "1,solved,2026-04-06 09:00,Sam,agent,2026-04-06 09:05,Done.\n"
        "2,open,2026-04-07 09:00,Ben,customer,2026-04-07 09:00,Help.\n",
        encoding="utf-8",
    )

    records = list(FlatExport([path]).records())

    assert [type(each) for each in records] == [TicketRecord, TicketRecord]
    assert [len(each.messages or ()) for each in tickets_of(records).values()] == [2, 1]


def test_rules_mark_escalated_and_severe_tickets_and_columns_of_numbers_become_signals(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Ticket ID,Status,Created At,Group,Tags,Robot score,Mood\n"
        "1,solved,2026-04-06,Complaints,vip,87.5,angry\n2,solved,2026-04-06,Payouts,,not yet,calm\n",
        encoding="utf-8",
    )
    (sheet,) = guessing.guess_from(looks_of([path])).sheets
    marks = Marks(
        escalation=(Rule(where="queue", words=("complaints",)),),
        severity=(Rule(where="field", field="mood", words=("angry",), level=2),),
    )
    kept = SheetMapping(
        reads="tickets", columns=sheet.columns, readings=sheet.readings, signals=("Robot score",), keep=("Mood",)
    )

    records = list(FlatExport([path], ColumnMapping(sheets=(kept,), marks=marks)).records())

    found = tickets_of(records)
    assert (found["1"].escalated, found["1"].content_severity) == (True, 2)
    assert (found["2"].escalated, found["2"].content_severity) == (False, 0)
    assert found["1"].custom_fields == {"Mood": "angry", "signal_robot_score": 87.5}
    assert [(each.column, each.reason) for each in records if isinstance(each, Reject)] == [
        ("Robot score", "not a number; the ticket is stored without it")
    ]


def test_what_is_shown_of_the_first_rows_is_redacted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Ticket ID,Customer,Note,Date of birth\n1,Zebulon Quark,Zebulon Quark wrote from zq@example.com,1990-04-01\n",
        encoding="utf-8",
    )

    (look,) = looks_of([path])

    assert "Quark" not in str(look.as_json())
    assert "zq@example.com" not in str(look.as_json())
    assert "1990" not in str(look.as_json())
    assert Look.from_json(look.as_json()) == look


def test_a_row_that_answers_what_the_one_before_asked_is_shown_redacted(tmp_path: Path) -> None:
    talk = ("And your PIN, please?", "9431", "Can you tell me your account number?", "351531510", "It is 12 degrees.")
    (tmp_path / "talk.csv").write_text("Case,Said\n" + "".join(f'1,"{each}"\n' for each in talk), encoding="utf-8")

    (look,) = look_at_all(sheets_of(tmp_path / "talk.csv"))

    assert [said for _, said in look.rows] == [talk[0], "[PIN 1]", talk[2], "[account number 1]", talk[4]]


def test_a_table_of_names_nobody_knows_is_told_by_whether_its_ids_repeat(tmp_path: Path) -> None:
    cases, talk = tmp_path / "a.csv", tmp_path / "b.csv"
    cases.write_text(
        "Case;Headline;Reply took;Came back;Went by;Verdict;Handler mail\n"
        + "".join(
            f"{n};Where is my money, please tell me where it is;{n};0;{('Email', 'chat')[n % 2]};"
            f"{('good', 'offered')[n % 2]};a{n}@example.com\n"
            for n in range(1, 30)
        )
    )
    talk.write_text(
        "Words,When,Case\n"
        + "".join(f"Where is my money please tell me where it went,2026-04-06 09:{n},{n // 3}\n" for n in range(10, 40))
    )

    found = guessing.guess_from(look_at_all([sheet for path in (cases, talk) for sheet in sheets_of(path)]))

    assert [sheet.reads for sheet in found.sheets] == ["tickets", "messages"]
    assert found.sheets[0].columns == {
        "Ticket ID": "Case",
        "Channel": "Went by",
        "Assignee Email": "Handler mail",
        "Satisfaction": "Verdict",
    }
    assert found.sheets[1].columns == {"Ticket ID": "Case", "Sent At": "When", "Body": "Words"}


def test_tables_in_words_nobody_knows_are_told_by_which_names_the_rows_of_the_other(tmp_path: Path) -> None:
    cases, talk = tmp_path / "a.csv", tmp_path / "b.csv"
    people = ("Ines Berg", "Elena Moss", "Hugo Lind")
    cases.write_text(
        "Qa;Qb;Qc;Qd;Qe;Qf;Qg\n"
        + "".join(
            f"10{n};Please tell me where it is;{people[n % 3]};agent{n % 3}@example.com;Cara {'Xyz'[n % 3]}{n * 'a'}n;"
            f"c{n}@example.com;2026-04-{n:02d} 09:00\n"
            for n in range(1, 20)
        )
    )
    talk.write_text(
        "Wa,Wb,Wc,Wd,We,Wf\n"
        + "".join(
            f"{people[n % 3]},2026-04-06 09:{n},Where is my money please tell me where it went,10{n // 3},m{n},yes\n"
            for n in range(10, 40)
        )
    )

    found = guessing.guess_from(look_at_all([sheet for path in (cases, talk) for sheet in sheets_of(path)]))

    assert [sheet.reads for sheet in found.sheets] == ["tickets", "messages"]
    assert found.sheets[0].columns == {
        "Ticket ID": "Qa",
        "Assignee": "Qc",
        "Assignee Email": "Qd",
        "Requester": "Qe",
        "Requester Email": "Qf",
    }
    assert found.sheets[1].columns == {
        "Ticket ID": "Wd",
        "Message ID": "We",
        "Author": "Wa",
        "Public": "Wf",
        "Sent At": "Wb",
        "Body": "Wc",
    }


def test_a_count_whose_values_are_mostly_no_and_yes_is_not_taken_for_public(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "From,When,Text,Ticket ID,again\n"
        + "".join(f"Ann,2026-04-06 09:{n},Where is it please,7,{n % 3}\n" for n in range(10, 30))
    )

    (sheet,) = guessing.guess_from(looks_of([path])).sheets

    assert "Public" not in sheet.columns
