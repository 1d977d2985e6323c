"""Reading a roster: a CSV of people, a person a line. Pure: text in, rows and rejects out.

An empty cell leaves what is known as it is; a single dash empties it. Lists are separated by semicolons.
"""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from qa.core.access import Role

COLUMNS = (
    "name",
    "email",
    "roles",
    "team",
    "lead",
    "start",
    "languages",
    "skills",
    "clearance",
    "regions",
    "absence",
    "reviews_per_week",
    "effective",
)
NAMES = {
    "e-mail": "email",
    "mail": "email",
    "role": "roles",
    "clearances": "clearance",
    "region": "regions",
    "absences": "absence",
}
ROLE_WORDS = {role.value.replace("_", " "): role for role in Role} | {role.value: role for role in Role}
NONE = "-"
LONGEST_CELL = 500
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One person as the file wants them; ``None`` leaves a field as it is."""

    line: int
    email: str
    name: str | None = None
    roles: frozenset[Role] | None = None
    team: str | None = None  # "" takes the person out of the team
    lead: str | None = None  # e-mail of the team's lead
    start: dt.date | None = None
    languages: frozenset[str] | None = None
    skills: frozenset[str] | None = None  # queues a reviewer or specialist works in
    clearance: int | None = None
    regions: frozenset[str] | None = None  # data regions whose tickets this person may open
    absence: frozenset[tuple[dt.date, dt.date]] | None = None
    reviews_per_week: int | None = None
    effective: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReject:
    """A line, or one cell of it, that cannot be used and why."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    rows: tuple[RosterRow, ...]
    rejects: tuple[RosterReject, ...]


class CellError(ValueError):
    """What is wrong with one cell, in words."""


def read_roster(content: bytes) -> Roster:
    """The rows of a UTF-8 CSV with a header; a bad line is rejected with its reason, the good ones count."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Roster(rows=(), rejects=(_reject(line, "", "", "the file is not UTF-8 text; save it as CSV UTF-8"),))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[RosterRow] = []
    rejects: list[RosterReject] = []
    header: list[str] | None = None
    seen: dict[str, int] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header, problems = _header(cells)
                if problems:
                    return Roster(rows=(), rejects=tuple(problems))
                continue
            outcome = _row(reader.line_num, dict(zip(header, cells, strict=False)), len(cells) - len(header), seen)
            if isinstance(outcome, RosterRow):
                rows.append(outcome)
            else:
                rejects.extend(outcome)
    except csv.Error as error:
        rejects.append(_reject(reader.line_num, "", "", f"the line cannot be read as CSV: {error}"))
    if header is None:
        rejects.append(_reject(1, "", "", "the file is empty"))
    return Roster(rows=tuple(rows), rejects=tuple(rejects))


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _header(cells: list[str]) -> tuple[list[str], list[RosterReject]]:
    names = [NAMES.get(name, name) for name in (re.sub(r"[\s_]+", "_", cell.strip().lower()) for cell in cells)]
    unknown = [name for name in names if name and name not in COLUMNS]
    problems = [_reject(1, name, name, f"unknown column; known are {', '.join(COLUMNS)}") for name in unknown]
    if "email" not in names:
        problems.append(_reject(1, "email", "", "the column email is missing"))
    problems += [_reject(1, name, name, "the column is there twice") for name in set(names) if names.count(name) > 1]
    return names, problems


def _row(line: int, cells: Mapping[str, str], extra: int, seen: dict[str, int]) -> RosterRow | list[RosterReject]:
    if extra > 0:
        return [_reject(line, "", "", f"{extra} more cells than columns; put quotes around text with the separator")]
    problems: list[RosterReject] = []

    def cell(column: str, read: Callable[[str], Value]) -> Value | None:
        text = cells.get(column, "").strip()
        if not text:
            return None
        try:
            if len(text) > LONGEST_CELL:
                raise CellError(f"longer than {LONGEST_CELL} characters")
            if any(unicodedata.category(character) == "Cc" and not character.isspace() for character in text):
                raise CellError("holds a control character, which no database keeps")
            return read(text)
        except CellError as error:
            problems.append(_reject(line, column, text, str(error)))
            return None

    email = cell("email", _email)
    if email is None and not problems:
        problems.append(_reject(line, "email", "", "every person needs an e-mail"))
    if email is not None and email in seen:
        problems.append(_reject(line, "email", email, f"already on line {seen[email]}"))
    row = RosterRow(
        line=line,
        email=email or "",
        name=cell("name", lambda text: " ".join(text.split())),
        roles=cell("roles", _roles),
        team=cell("team", lambda text: "" if text == NONE else " ".join(text.split())),
        lead=cell("lead", _email),
        start=cell("start", _day),
        languages=cell("languages", lambda text: _words(text.lower())),
        skills=cell("skills", _words),
        clearance=cell("clearance", _clearance),
        regions=cell("regions", _words),
        absence=cell("absence", _absences),
        reviews_per_week=cell("reviews_per_week", _count),
        effective=cell("effective", _day),
    )
    if row.lead and not row.team:
        problems.append(_reject(line, "lead", row.lead, "a lead is named but no team"))
    if problems:
        return problems
    seen[row.email] = line
    return row


def _email(text: str) -> str:
    import email_validator  # takes as long as all of this room: only where somebody is taken in

    try:
        return email_validator.validate_email(
            text, check_deliverability=False, test_environment=True
        ).normalized.lower()
    except email_validator.EmailNotValidError as error:
        raise CellError(f"not an e-mail address: {error}") from error


def _roles(text: str) -> frozenset[Role]:
    words = [word.strip().lower() for word in text.split(";") if word.strip() and word.strip() != NONE]
    unknown = [word for word in words if word not in ROLE_WORDS]
    if unknown:
        raise CellError(f"unknown role {unknown[0]!r}; known are {', '.join(role.value for role in Role)}")
    return frozenset(ROLE_WORDS[word] for word in words)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(";") if word.strip() and word.strip() != NONE)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CellError("not a date such as 2026-11-02") from error


def _clearance(text: str) -> int:
    if text not in {"0", "1", "2", "3"}:
        raise CellError("not a content severity from 0 to 3")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 1000:
        raise CellError("not a number of reviews from 0 to 1000")
    return int(text)


def _absences(text: str) -> frozenset[tuple[dt.date, dt.date]]:
    spans = set()
    for span in sorted(_words(text)):
        first, _, last = span.partition("..")
        start, end = _day(first.strip()), _day((last or first).strip())
        if end < start:
            raise CellError(f"{span} ends before it starts")
        spans.add((start, end))
    return frozenset(spans)


def _reject(line: int, column: str, value: str, reason: str) -> RosterReject:
    return RosterReject(line=line, column=column, value=value[:100], reason=reason)
