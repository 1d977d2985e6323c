"""What a workbook that was handed back would change in a plan, and where somebody else was faster. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exports.coaching_workbook import HandedBack, Row

WORDS = {
    "action": "Action",
    "owner": "Owner",
    "due": "Due",
    "status": "Status",
    "notes": "Notes",
    "goal": "Goal",
    "goal_due": "Goal by",
}
AIMS = ("goal", "goal_due")
DAYS = ("due", "goal_due")
EDITED = ("action", "owner", "due", "status", "notes")
Kind = Literal["add", "edit", "goal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAction:
    """An action as the plan has it now; ``owner`` by the label that workbooks show."""

    id: int
    origin: str | None  # the workbook and row that it came from
    action: str
    owner: str
    due: str
    status: str
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGoal:
    """A goal as the plan has it now, by the words that workbooks hold."""

    target: float | None
    due_on: dt.date | None = None

    def told(self, name: str) -> str:
        if name == "goal":
            return "" if self.target is None else f"{self.target:g}"
        return "" if self.due_on is None else self.due_on.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a workbook is compared with."""

    actions: Sequence[KnownAction]
    goals: Mapping[str, KnownGoal]  # by criterion key
    owners: Mapping[str, int]  # label -> person
    criteria: Mapping[str, str]  # key -> name, of all that may be worked on


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field: what went out, what the plan says now, what came back."""

    field: str
    held: str
    here: str
    theirs: str

    @property
    def word(self) -> str:
        return WORDS[self.field]

    @property
    def shown_here(self) -> str:
        """What the plan says, as people read it."""
        return spoken(self.field, self.here)

    @property
    def shown_theirs(self) -> str:
        """What the workbook says, as people read it."""
        return spoken(self.field, self.theirs)

    @property
    def conflict(self) -> bool:
        """Whether the plan was changed too since the workbook went out, to something else."""
        return self.here != self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row's change. ``cell`` is where it stands in the workbook."""

    kind: Kind
    row_id: str
    cell: str
    about: str  # the action's text, or the criterion's name
    fields: tuple[FieldChange, ...]
    action_id: int | None = None
    criterion_key: str = ""

    @property
    def conflicts(self) -> tuple[FieldChange, ...]:
        return tuple(each for each in self.fields if each.conflict)

    @property
    def conflict_count(self) -> int:
        return len(self.conflicts)

    def value(self, name: str) -> str:
        """What came back in a field; empty where it did not change."""
        return next((each.theirs for each in self.fields if each.field == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """All changes, and what cannot be used with its cells."""

    changes: tuple[Change, ...]
    problems: tuple[str, ...]
    unchanged: int


def spoken(field: str, value: str) -> str:
    """A field's value as the rest of the product shows it; a dash for nothing."""
    if not value:
        return "–"
    if field in DAYS:
        day = dt.date.fromisoformat(value)
        return f"{day.day} {day:%b %Y}"
    if field == "goal":
        return f"{float(value):.1f}".removesuffix(".0") + " %"
    return value.capitalize() if field == "status" else value


def origin_of(document_id: str, row_id: str) -> str:
    """How an action remembers the workbook's row that it came from."""
    return f"{document_id}/{row_id}"


def compare(book: HandedBack, plan: Plan, *, today: dt.date) -> Merge:
    """Three-way comparison: what went out, what the plan says now, what came back.

    A row that was taken in before is found again by its origin, so the same file twice changes nothing.
    """
    by_id = {str(known.id): known for known in plan.actions}
    by_origin = {known.origin: known for known in plan.actions if known.origin}
    changes: list[Change] = []
    problems = list(book.problems)
    unchanged = 0
    changes += _goals(book.rows, plan, problems)
    for row in book.rows:
        taken = by_origin.get(origin_of(book.document_id, row.row_id))
        known = by_id.get(row.key) if row.kind == "action" else taken
        if known is None and row.kind == "action":
            if row.changed:
                problems.append(f"{row.cells['row']}: this action is not in the plan any more.")
            continue
        found = _edit(row, known, plan, problems) if known else _add(row, plan, problems, today)
        if found is not None:
            changes.append(found)
        elif known is not None:
            unchanged += 1
    return Merge(changes=tuple(changes), problems=tuple(problems), unchanged=unchanged)


def _goals(rows: Sequence[Row], plan: Plan, problems: list[str]) -> list[Change]:
    """Goals of criteria and the days they are to be met by: the rows of one criterion share one."""
    wanted: dict[str, Row] = {}
    for row in rows:
        typed = [name for name in AIMS if row.written.get(name, "") != row.held.get(name, "")]
        if not typed:
            continue
        cell = row.cells[typed[0]]
        if row.kind != "focus":
            problems.append(f"{cell}: a goal belongs to a focus area; this row has none.")
        elif row.key in wanted and all(row.written.get(name) == wanted[row.key].written.get(name) for name in typed):
            continue
        elif row.key in wanted:
            problems.append(f"{cell}: {wanted[row.key].cells[typed[0]]} names another goal for the same.")
        elif row.key not in plan.criteria:
            problems.append(f"{cell}: this criterion is not asked any more.")
        else:
            wanted[row.key] = row
    found = []
    for key, row in wanted.items():
        fields = _aimed(row, plan.goals.get(key, KnownGoal(target=None)), problems)
        if fields:
            found.append(
                Change(
                    kind="goal",
                    row_id=row.row_id,
                    cell=str(row.cells[fields[0].field]),
                    about=plan.criteria[key],
                    fields=tuple(fields),
                    criterion_key=key,
                )
            )
    return found


def _aimed(row: Row, now: KnownGoal, problems: list[str]) -> list[FieldChange]:
    fields = []
    for name in AIMS:
        held, here, theirs = row.held.get(name, ""), now.told(name), row.written.get(name)
        if theirs is None or theirs in {held, here}:
            continue
        if name == "goal" and not theirs:
            problems.append(f"{row.cells[name]}: the goal was emptied. Type another number; a plan keeps its goals.")
            continue
        fields.append(FieldChange(field=name, held=held, here=here, theirs=theirs))
    return fields


def _edit(row: Row, known: KnownAction, plan: Plan, problems: list[str]) -> Change | None:
    fields = []
    for name in EDITED:
        here, theirs = str(getattr(known, name)), row.written.get(name)
        # A row that began empty was taken in before: what differs now, somebody has to choose.
        held = row.held.get(name, "")
        if theirs is None or theirs in {held, here}:
            continue
        if not theirs and name != "notes":
            problems.append(f"{row.cells[name]}: {WORDS[name]} was emptied. To give the action up, set it to Dropped.")
            continue
        if name == "owner" and theirs not in plan.owners:
            problems.append(_unknown_owner(row, theirs, plan))
            continue
        fields.append(FieldChange(field=name, held=held, here=here, theirs=theirs))
    if not fields:
        return None
    return Change(
        kind="edit",
        row_id=row.row_id,
        cell=str(row.cells[fields[0].field]),
        about=known.action,
        fields=tuple(fields),
        action_id=known.id,
    )


def _add(row: Row, plan: Plan, problems: list[str], today: dt.date) -> Change | None:
    written = {name: row.written.get(name) for name in EDITED}
    if None in written.values() or not any(written.values()):
        return None  # its problem is told already, or there is nothing
    if not written["action"]:
        problems.append(f"{row.cells['action']}: say what is to be done; the rest of the row is filled in.")
        return None
    lacking = [name for name in ("owner", "due") if not written[name]]
    if lacking:
        says = {"owner": "say who does it", "due": "say until when"}
        problems.append(f"{row.cells[lacking[0]]}: {' and '.join(says[name] for name in lacking)}.")
        return None
    if written["owner"] not in plan.owners:
        problems.append(_unknown_owner(row, str(written["owner"]), plan))
        return None
    if str(written["due"]) < today.isoformat() and written["status"] in {"", "open"}:
        problems.append(
            f"{row.cells['due']}: {spoken('due', str(written['due']))} is over; an open action needs a day to come."
        )
        return None
    key = row.key if row.kind == "focus" else _criterion(row, plan)
    if key is None:
        problems.append(f"{row.cells['criterion']}: there is no criterion {row.criterion[:60]!r}.")
        return None
    return Change(
        kind="add",
        row_id=row.row_id,
        cell=str(row.cells["action"]),
        about=str(written["action"]),
        fields=tuple(
            FieldChange(field=name, held="", here="", theirs=str(value)) for name, value in written.items() if value
        ),
        criterion_key=key if key in plan.criteria else "",
    )


def _criterion(row: Row, plan: Plan) -> str | None:
    if not row.criterion:
        return ""
    return next((key for key, name in plan.criteria.items() if name == row.criterion), None)


def _unknown_owner(row: Row, owner: str, plan: Plan) -> str:
    return f"{row.cells['owner']}: {owner[:60]!r} cannot own an action; choose {' or '.join(plan.owners)}."
