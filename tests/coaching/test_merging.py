"""A three-way comparison: what went out, what the plan says now, what came back."""

import datetime as dt
from dataclasses import replace

import pytest

from exports.coaching_workbook import Cell, HandedBack, Row
from qa.coaching.merging import KnownAction, KnownGoal, Plan, compare, spoken

TODAY = dt.date(2026, 11, 28)
COLUMNS = {
    "criterion": 2, "goal": 8, "goal_due": 9, "action": 10, "owner": 11, "due": 12, "status": 13, "notes": 14,
    "row": 15,
}  # fmt: skip
EMPTY = {"goal": "", "goal_due": "", "action": "", "owner": "", "due": "", "status": "", "notes": ""}
WENT_OUT = EMPTY | {"action": "Read two examples", "owner": "Sam Sato", "due": "2026-12-11", "status": "open"}
NEW = EMPTY | {"action": "Name the day", "owner": "Lena (lead)", "due": "2026-12-18"}
KNOWN = KnownAction(
    id=7, origin=None, action="Read two examples", owner="Sam Sato", due="2026-12-11", status="open", notes=""
)
PLAN = Plan(
    actions=[KNOWN],
    goals={"tone": KnownGoal(target=82.0)},
    owners={"Sam Sato": 1, "Lena (lead)": 2},
    criteria={"tone": "Tone", "accuracy": "Accuracy"},
)


def row(row_id: str, number: int, held: dict[str, str], criterion: str = "", **written: str) -> Row:
    kind, _, key = row_id.partition(":")
    return Row(
        row_id=row_id,
        kind=kind,  # type: ignore[arg-type]
        key=key.partition(":")[0],
        criterion=criterion,
        cells={name: Cell(sheet="Plan", row=number, column=column) for name, column in COLUMNS.items()},
        written=held | written,
        held=held,
    )


def book(*rows: Row) -> HandedBack:
    return HandedBack(
        document_id="doc-1",
        specialist_key="1",
        made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        record_digest="",
        rows=rows,
        missing=(),
        problems=(),
    )


def test_what_nobody_touched_changes_nothing() -> None:
    merge = compare(book(row("action:7", 6, WENT_OUT), row("new:1", 7, EMPTY)), PLAN, today=TODAY)

    assert (merge.changes, merge.problems, merge.unchanged) == ((), (), 1)


def test_what_only_the_workbook_changed_is_taken() -> None:
    merge = compare(book(row("action:7", 6, WENT_OUT, status="done", notes="Both read.")), PLAN, today=TODAY)

    (change,) = merge.changes
    assert [(each.field, each.theirs, each.conflict) for each in change.fields] == [
        ("status", "done", False),
        ("notes", "Both read.", False),
    ]
    assert change.action_id == 7


def test_what_only_the_plan_changed_stays() -> None:
    plan = replace(PLAN, actions=[replace(KNOWN, due="2027-01-08")])

    assert compare(book(row("action:7", 6, WENT_OUT)), plan, today=TODAY).changes == ()


def test_what_both_changed_to_the_same_is_no_change() -> None:
    plan = replace(PLAN, actions=[replace(KNOWN, status="done")])

    assert compare(book(row("action:7", 6, WENT_OUT, status="done")), plan, today=TODAY).changes == ()


def test_what_both_changed_to_different_things_is_a_conflict() -> None:
    plan = replace(PLAN, actions=[replace(KNOWN, due="2027-01-08")])

    (change,) = compare(book(row("action:7", 6, WENT_OUT, due="2026-12-18")), plan, today=TODAY).changes

    (field,) = change.conflicts
    assert (field.held, field.here, field.theirs) == ("2026-12-11", "2027-01-08", "2026-12-18")


def test_a_new_row_becomes_an_action_for_its_criterion() -> None:
    merge = compare(
        book(row("focus:tone:1", 6, EMPTY, **NEW), row("new:1", 9, EMPTY, "Accuracy", **NEW)), PLAN, today=TODAY
    )

    assert [(change.kind, change.criterion_key, change.cell) for change in merge.changes] == [
        ("add", "tone", "Plan!J6"),
        ("add", "accuracy", "Plan!J9"),
    ]


def test_a_row_that_was_taken_in_before_is_not_taken_in_twice() -> None:
    taken = KnownAction(
        id=9,
        origin="doc-1/new:1",
        action="Name the day",
        owner="Lena (lead)",
        due="2026-12-18",
        status="open",
        notes="",
    )
    plan = replace(PLAN, actions=[KNOWN, taken])

    assert compare(book(row("new:1", 9, EMPTY, **NEW)), plan, today=TODAY).changes == ()
    # Somebody changed the action since: the same file again has to ask.
    plan = replace(PLAN, actions=[KNOWN, replace(taken, due="2027-01-08")])
    (change,) = compare(book(row("new:1", 9, EMPTY, **NEW)), plan, today=TODAY).changes
    assert (change.kind, change.action_id, [each.field for each in change.conflicts]) == ("edit", 9, ["due"])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"action": ""}, "Plan!J9: say what is to be done"),
        ({"owner": ""}, "Plan!K9: say who does it."),
        ({"owner": "", "due": ""}, "Plan!K9: say who does it and say until when."),
        ({"owner": "Bob"}, "Plan!K9: 'Bob' cannot own an action; choose Sam Sato or Lena (lead)."),
        ({"due": "2026-11-27"}, "Plan!L9: 27 Nov 2026 is over"),
        ({"goal": "80"}, "Plan!H9: a goal belongs to a focus area"),
        ({"criterion": "Spelling"}, "Plan!B9: there is no criterion 'Spelling'."),
    ],
)
def test_a_new_row_that_lacks_something_is_told_by_its_cell(changed: dict[str, str], told: str) -> None:
    criterion = changed.pop("criterion", "")

    merge = compare(book(row("new:1", 9, EMPTY, criterion, **(NEW | changed))), PLAN, today=TODAY)

    assert len(merge.problems) == 1
    assert told in merge.problems[0]


@pytest.mark.parametrize("name", ["action", "owner", "due", "status"])
def test_emptying_a_field_is_told_not_done(name: str) -> None:
    merge = compare(book(row("action:7", 6, WENT_OUT, **{name: ""})), PLAN, today=TODAY)

    assert merge.changes == ()
    assert "was emptied" in merge.problems[0]


def test_an_action_that_is_not_in_the_plan_any_more_is_told_when_it_was_changed() -> None:
    gone = row("action:8", 6, WENT_OUT, status="done")

    assert compare(book(gone), PLAN, today=TODAY).problems == ("Plan!O6: this action is not in the plan any more.",)
    assert compare(book(row("action:8", 6, WENT_OUT)), PLAN, today=TODAY).problems == ()


def test_goals_are_set_once_a_criterion() -> None:
    rows = (
        row("focus:tone:1", 6, EMPTY, goal="90"),
        row("focus:tone:2", 7, EMPTY, goal="90"),
        row("focus:accuracy:1", 8, EMPTY, goal="75.5"),
        row("focus:accuracy:2", 9, EMPTY, goal="80"),
    )

    merge = compare(book(*rows), PLAN, today=TODAY)

    assert [(change.criterion_key, change.value("goal")) for change in merge.changes] == [
        ("tone", "90"),
        ("accuracy", "75.5"),
    ]
    assert merge.problems == ("Plan!H9: Plan!H8 names another goal for the same.",)


def test_a_goal_that_is_the_target_already_is_no_change() -> None:
    assert compare(book(row("focus:tone:1", 6, EMPTY, goal="82")), PLAN, today=TODAY).changes == ()


def test_a_goal_s_day_comes_back_too_and_a_newer_one_is_a_conflict() -> None:
    held = EMPTY | {"goal": "82", "goal_due": "2026-12-31"}
    plan = replace(PLAN, goals={"tone": KnownGoal(target=82.0, due_on=dt.date(2027, 1, 15))})

    (change,) = compare(book(row("focus:tone:1", 6, held, goal="85", goal_due="2027-02-01")), plan, today=TODAY).changes

    assert [(each.field, each.conflict, each.shown_here, each.shown_theirs) for each in change.fields] == [
        ("goal", False, "82 %", "85 %"),
        ("goal_due", True, "15 Jan 2027", "1 Feb 2027"),
    ]
    emptied = compare(book(row("focus:tone:1", 6, held, goal="")), plan, today=TODAY)
    assert (emptied.changes, emptied.problems[0][:7]) == ((), "Plan!H6")
    assert compare(book(row("focus:tone:1", 6, held)), plan, today=TODAY).changes == ()


def test_values_are_told_as_the_rest_of_the_product_tells_them() -> None:
    assert [spoken(*each) for each in (("due", "2026-12-09"), ("due", ""), ("status", "open"), ("goal", "85.5"))] == [
        "9 Dec 2026",
        "–",
        "Open",
        "85.5 %",
    ]
