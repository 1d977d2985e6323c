"""What to work on, and who does what until when: the one sheet that people fill in.

Every row carries an id in a locked cell, and the hidden sheet "Record" keeps what each input cell held at first, so
that an edited copy can be read back and compared row by row, wherever its rows went.
"""

import datetime as dt
from dataclasses import dataclass

from exports.coaching_workbook.criteria_sheet import CriteriaColumns
from exports.coaching_workbook.focus import FEWEST, FOCUS_RULE, FocusAreas, focus_areas, verdict
from exports.coaching_workbook.model import CoachingWorkbook, CriterionFigure, EarlierAction, PlanGoal
from exports.coaching_workbook.words import STATUS_WORDS, VERDICT_STYLES, VERDICTS
from exports.workbook import Area, Book, Sheet

FORMAT = "fairmark coaching workbook 2"
TITLES = (
    "For",
    "Criterion",
    "Now",
    "Gap",
    "gap from",
    "gap to",
    "n",
    "Goal",
    "Goal by",
    "Action",
    "Owner",
    "Due",
    "Status",
    "Notes",
    "Row id",
)
WIDTHS = (10, 27, 8, 8, 11, 9, 6, 8, 12, 38, 18, 12, 11, 28, 17)
CRITERION, GOAL, GOAL_BY, ACTION, OWNER, DUE, STATUS, NOTES, ROW_ID = 2, 8, 9, 10, 11, 12, 13, 14, 15
INPUTS = {
    GOAL: "goal",
    GOAL_BY: "goal_due",
    ACTION: "action",
    OWNER: "owner",
    DUE: "due",
    STATUS: "status",
    NOTES: "notes",
}
HEAD = 6
ROWS_EACH = 2  # rows to fill in for one focus area
FREE_ROWS = 4
ROW_HEIGHT = 36  # room for two lines, or for a pen
LONGEST_PLAN = dt.timedelta(days=730)
OLDEST_DUE = dt.date(2000, 1, 1)
USUAL_ACTIONS = (
    "Read two good examples together",
    "Score one own ticket together against the rubric",
    "Handle the next three such tickets side by side",
    "Read the procedure and tell it in own words",
    "Use a checklist before closing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionColumns:
    """Where formulas find the focus areas and the actions."""

    sheet: Sheet
    first_of_focus: tuple[int, ...]  # the first row of each focus area
    actions: Area
    dues: Area
    statuses: Area
    focus: FocusAreas


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """Where the drop-downs find their entries."""

    owners: Area | None
    statuses: Area
    criteria: Area | None
    actions: dict[str, Area]  # by criterion key; "" for all


def add_actions(book: Book, *, header: str, footer: str) -> Sheet:
    """The sheet itself, empty: it stands before the sheets it reads."""
    return book.sheet("Focus areas", widths=WIDTHS, landscape=True, header=header, footer=footer)


def fill_actions(book: Book, sheet: Sheet, data: CoachingWorkbook, criteria: CriteriaColumns) -> ActionColumns:
    """Write the focus areas, the actions so far and rows to fill in, with their drop-downs."""
    focus = focus_areas(data.criteria, data.focus_limit)
    lists = _add_lists(book, data, focus)
    sheet.put(1, 1, "Focus areas and actions", "title")
    sheet.height(1, 30)
    sheet.note(2, len(TITLES), FOCUS_RULE)
    sheet.note(3, len(TITLES), "Yellow cells are for you to fill in; the drop-downs offer the usual answers.")
    sheet.headers(HEAD - 1, TITLES, right=(3, 4, 5, 6, 7, 8))
    row, firsts, record = HEAD, [], []
    goals = {goal.criterion_key: goal for goal in data.goals}
    for number, criterion in enumerate(focus.chosen, start=1):
        firsts.append(row)
        for turn in range(1, ROWS_EACH + 1):
            sheet.put(row, 1, f"Focus {number}", "strong")
            sheet.put(row, CRITERION, criterion.name, "text" if turn == 1 else "soft wrapped")
            if turn == 1:
                _figures(sheet, row, criterion, criteria)
            row_id = f"focus:{criterion.key}:{turn}"
            record.append(_inputs(sheet, row, row_id, None, goals.get(criterion.key), aims=turn == 1))
            _suggest(sheet, row, lists.actions.get(criterion.key) or lists.actions[""])
            row += 1
    chosen = {criterion.key for criterion in focus.chosen}
    for goal in (goal for goal in data.goals if goal.criterion_key not in chosen):
        sheet.put(row, 1, "Goal", "soft")
        sheet.put(row, CRITERION, goal.criterion)
        record.append(_inputs(sheet, row, f"focus:{goal.criterion_key}:1", None, goal, aims=True))
        _suggest(sheet, row, lists.actions[""])
        row += 1
    for action in data.earlier_actions:
        sheet.put(row, 1, "Earlier", "soft")
        sheet.put(row, CRITERION, action.criterion)
        record.append(_inputs(sheet, row, f"action:{action.action_id}", action))
        _suggest(sheet, row, lists.actions[""])
        row += 1
    for number in range(1, FREE_ROWS + 1):
        sheet.put(row, 1, "New", "soft")
        sheet.put(row, CRITERION, None, "input")
        record.append(_inputs(sheet, row, f"new:{number}", None))
        _suggest(sheet, row, lists.actions[""])
        row += 1
    last = row - 1
    _validate(sheet, last, data, lists)
    sheet.table("Actions", sheet.area(HEAD - 1, 1, last, len(TITLES)))
    bottom = _too_few(sheet, last + 2, data, focus)
    sheet.freeze(HEAD, CRITERION + 1)
    sheet.repeat(HEAD - 1, HEAD - 1)
    sheet.print_area(len(TITLES), bottom)
    sheet.protect()
    _add_record(book, data, record)
    return ActionColumns(
        sheet=sheet,
        first_of_focus=tuple(firsts),
        actions=sheet.area(HEAD, ACTION, last),
        dues=sheet.area(HEAD, DUE, last),
        statuses=sheet.area(HEAD, STATUS, last),
        focus=focus,
    )


def _figures(sheet: Sheet, row: int, criterion: CriterionFigure, criteria: CriteriaColumns) -> None:
    there, at = f"'{criteria.sheet.title}'!", criteria.rows[criterion.key]
    cells = (
        (3, "C", criterion.mean, "number"),
        (4, "G", criterion.gap, "signed"),
        (5, "H", criterion.gap_low, "signed soft"),
        (6, "I", criterion.gap_high, "signed soft"),
        (7, "B", criterion.n, "whole"),
    )
    for column, letter, value, style in cells:
        sheet.formula(row, column, f"={there}{letter}{at}", value, style)


def _inputs(
    sheet: Sheet,
    row: int,
    row_id: str,
    action: EarlierAction | None,
    goal: PlanGoal | None = None,
    *,
    aims: bool = False,
) -> tuple[str, dict[str, str]]:
    """Write a row's input cells; gives its id and what they hold. ``aims``: the row takes its criterion's goal."""
    aim = goal if aims else None
    sheet.put(row, GOAL, aim.target if aim else None, "input number" if aims else "soft")
    sheet.put(row, GOAL_BY, aim.due_on if aim else None, "input day" if aims else "soft")
    sheet.put(row, ACTION, action.text if action else None, "input")
    sheet.put(row, OWNER, action.owner if action else None, "input")
    sheet.put(row, DUE, action.due_on if action else None, "input day")
    sheet.put(row, STATUS, STATUS_WORDS[action.status] if action else None, "input")
    sheet.put(row, NOTES, action.notes if action else None, "input")
    sheet.put(row, ROW_ID, row_id, "code")
    sheet.fit(row, least=ROW_HEIGHT)
    held = {}
    if aim is not None:
        held = {"goal": "" if aim.target is None else f"{aim.target:g}", "goal_due": _iso(aim.due_on)}
    if action is not None:
        held = {
            "action": action.text,
            "owner": action.owner,
            "due": _iso(action.due_on),
            "status": action.status,
            "notes": action.notes,
        }
    return row_id, held


def _iso(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def _suggest(sheet: Sheet, row: int, source: Area) -> None:
    message = "Choose one, or type your own."
    sheet.choices(sheet.area(row, ACTION), source, title="Action", message=message, strict=False)


def _validate(sheet: Sheet, last: int, data: CoachingWorkbook, lists: _Lists) -> None:
    made_on = data.provenance.prepared_at.astimezone(data.zone).date()
    if lists.owners:
        area = sheet.area(HEAD, OWNER, last)
        sheet.choices(area, lists.owners, title="Owner", message="Who does it?")
    sheet.choices(sheet.area(HEAD, STATUS, last), lists.statuses, title="Status", message="Open, done or dropped?")
    sheet.numbers(
        sheet.area(HEAD, GOAL, last),
        low=0,
        high=100,
        title="Goal",
        message="Percent of the criterion's points, 0 to 100.",
    )
    for column, title, message in (
        (DUE, "Due", "The day by which it is done."),
        (GOAL_BY, "Goal by", "The day by which the goal is to be met."),
    ):
        sheet.days(
            sheet.area(HEAD, column, last),
            first=OLDEST_DUE,
            last=made_on + LONGEST_PLAN,
            title=title,
            message=message,
        )
    if lists.criteria:
        area = sheet.area(last - FREE_ROWS + 1, CRITERION, last)
        sheet.choices(area, lists.criteria, title="Criterion", message="Which criterion is it for?")


def _too_few(sheet: Sheet, row: int, data: CoachingWorkbook, focus: FocusAreas) -> int:
    """List what cannot be judged below the table; gives the last row written."""
    if not focus.too_few:
        enough = "Every criterion has enough reviews to be judged."
        sheet.put(row, 1, enough if data.criteria else "No criterion was answered in this period.", "soft")
        return row
    sheet.put(row, 1, "Too few to judge", "strong")
    for criterion in focus.too_few:
        row += 1
        told = verdict(criterion)
        reason = criterion.reason or (f"n = {criterion.n}" if criterion.n < FEWEST else "the gap has no interval")
        sheet.put(row, 2, criterion.name, "text line")
        sheet.put(row, 3, f"{VERDICTS[told]}: {reason}", VERDICT_STYLES[told])
    return row


def _add_lists(book: Book, data: CoachingWorkbook, focus: FocusAreas) -> _Lists:
    general = tuple(suggested.text for suggested in data.suggested_actions if not suggested.criterion_key)
    general = general or USUAL_ACTIONS
    by_criterion = {
        criterion.key: tuple(s.text for s in data.suggested_actions if s.criterion_key == criterion.key) + general
        for criterion in focus.chosen
    }
    columns: list[tuple[str, tuple[str, ...]]] = [
        ("Owners", tuple(owner.label for owner in data.owners)),
        ("Owners' keys", tuple(owner.key for owner in data.owners)),
        ("Statuses", tuple(STATUS_WORDS.values())),
        ("Statuses' keys", tuple(STATUS_WORDS)),
        ("Criteria", tuple(criterion.name for criterion in data.criteria)),
        ("Criteria's keys", tuple(criterion.key for criterion in data.criteria)),
        ("Actions", general),
        *((f"Actions for {key}", texts) for key, texts in by_criterion.items()),
    ]
    sheet = book.sheet("Lists", widths=[30] * len(columns))
    areas: list[Area | None] = []
    for column, (title, texts) in enumerate(columns, start=1):
        sheet.put(1, column, title, "header")
        for row, text in enumerate(texts, start=2):
            sheet.put(row, column, text, "text line")
        areas.append(sheet.area(2, column, len(texts) + 1) if texts else None)
    sheet.protect()
    sheet.hide()
    actions = {key: area for key, area in zip(("", *by_criterion), areas[6:], strict=True) if area}
    statuses = areas[2]
    if statuses is None:
        raise ValueError("there is no status to choose")
    return _Lists(owners=areas[0], statuses=statuses, criteria=areas[4], actions=actions)


def _add_record(book: Book, data: CoachingWorkbook, rows: list[tuple[str, dict[str, str]]]) -> None:
    sheet = book.sheet("Record", widths=(30, 16, 60))
    facts = (
        ("Format", FORMAT),
        ("Document", data.document_id),
        ("Specialist", data.specialist_key),
        ("Made at", data.provenance.prepared_at.isoformat()),
    )
    for row, (name, value) in enumerate(facts, start=1):
        sheet.put(row, 1, name, "strong")
        sheet.put(row, 3, value, "text line")
    row = len(facts) + 2
    sheet.headers(row, ("Row id", "Field", "Held at first"))
    for row_id, held in rows:
        for name in INPUTS.values():
            row += 1
            sheet.put(row, 1, row_id, "text line")
            sheet.put(row, 2, name, "text line")
            sheet.put(row, 3, held.get(name, ""), "text line")
    sheet.protect()
    sheet.hide(deep=True)
