"""Fields that are typed into a form or stand in a column of a CSV: named once, read in one way. Pure.

An ``Entry`` says what a field is called, how its text is read and what a form shows. A form and a file of the same
thing share their entries, so that what one refuses the other refuses too, in the same words.
"""

import csv
import datetime as dt
import io
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from qa.core.errors import InvalidInputError

NONE = "-"  # empties a field; an empty cell leaves it as it is
LONGEST_CELL = 4_000
MOST_ROWS = 2_000  # carried out in one transaction, for which others wait to write
FIRST_YEAR, LAST_YEAR = 1990, 2099
Moment = TypeVar("Moment", dt.date, dt.datetime)


class EntryError(ValueError):
    """What is wrong with one text, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field: its column's name, its label, how its text is read, and how a form shows it."""

    name: str
    label: str
    read: Callable[[str], Any]
    kind: str = "line"  # line, text, day, moment, number, choice, person, queues, link
    required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    fixed: bool = False  # what tells two rows of a file apart: a form shows it, and does not change it later


def read_form(entries: Sequence[Entry], form: Mapping[str, str]) -> dict[str, Any]:
    """The values of a form by name, ``None`` for what is empty; raises ``InvalidInputError`` naming the fields."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for entry in entries:
        try:
            values[entry.name] = _value(entry, form.get(entry.name, ""))
        except EntryError as error:
            wrong[entry.name] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    if wrong:
        raise InvalidInputError("Nothing is saved yet: " + " ".join(wrong.values()), wrong)
    return values


def _value(entry: Entry, text: str) -> Any:
    text = text.strip()
    if not text:
        if entry.required:
            raise EntryError(f"{entry.label} is missing")
        return None
    if len(text) > LONGEST_CELL:
        raise EntryError(f"longer than {LONGEST_CELL:,} characters")
    if any(unicodedata.category(sign) == "Cc" and not sign.isspace() for sign in text):
        raise EntryError("it holds a control character, which no database keeps")
    return entry.read(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a file: the values by name of the cells that are not empty, ``None`` where a dash empties one."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A line, or one cell of it, that cannot be used and why."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]


def read_csv(content: bytes, entries: Sequence[Entry]) -> Sheet:
    """The rows of a UTF-8 CSV with a header; a bad line is rejected with its reason, the good ones count."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Sheet(rows=(), rejects=(_reject(line, "", "", "the file is not UTF-8 text; save it as CSV UTF-8"),))
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    known = {entry.name: entry for entry in entries}
    rows: list[Row] = []
    rejects: list[Reject] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = ["_".join(cell.strip().lower().split()) for cell in cells]
                problems = _header_problems(header, entries)
                if problems:
                    return Sheet(rows=(), rejects=problems)
                continue
            if len(rows) == MOST_ROWS:
                rejects.append(_reject(reader.line_num, "", "", f"more than {MOST_ROWS:,} rows; split the file"))
                break
            values, problems = _cells(reader.line_num, header, cells, known)
            rejects.extend(problems)
            if not problems:
                rows.append(Row(line=reader.line_num, values=values))
    except csv.Error as error:
        rejects.append(_reject(reader.line_num, "", "", f"the line cannot be read as CSV: {error}"))
    if header is None:
        rejects.append(_reject(1, "", "", "the file is empty"))
    return Sheet(rows=tuple(rows), rejects=tuple(rejects))


def _header_problems(header: Sequence[str], entries: Sequence[Entry]) -> tuple[Reject, ...]:
    known = [entry.name for entry in entries]
    problems = [
        _reject(1, name, name, f"unknown column; known are {', '.join(known)}")
        for name in header
        if name and name not in known
    ]
    problems += [
        _reject(1, entry.name, "", f"the column {entry.name} is missing")
        for entry in entries
        if entry.required and entry.name not in header
    ]
    problems += [_reject(1, name, name, "the column is there twice") for name in known if header.count(name) > 1]
    return tuple(problems)


def _cells(
    line: int, header: Sequence[str], cells: Sequence[str], known: Mapping[str, Entry]
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    if len(cells) > len(header):
        extra = len(cells) - len(header)
        said = f"{extra} more cells than columns; put quotes around text with the separator"
        return {}, (_reject(line, "", "", said),)
    given = dict(zip(header, cells, strict=False))
    values: dict[str, Any] = {}
    problems: list[Reject] = []
    for name, entry in known.items():
        text = given.get(name, "").strip()
        if text == NONE and not entry.required:
            values[name] = None
            continue
        try:
            value = _value(entry, text)
        except EntryError as error:
            problems.append(_reject(line, name, text, str(error)))
            continue
        if value is not None:
            values[name] = value
    return values, tuple(problems)


def _reject(line: int, column: str, value: str, reason: str) -> Reject:
    return Reject(line=line, column=column, value=value[:100], reason=reason)


def line_of_text(longest: int = 200) -> Callable[[str], str]:
    """A reader of one line: white space is one blank."""

    def read(text: str) -> str:
        line = " ".join(text.split())
        if len(line) > longest:
            raise EntryError(f"at most {longest:,} characters; this has {len(line):,}")
        return line

    return read


def prose(longest: int = 2_000) -> Callable[[str], str]:
    """A reader of several lines."""

    def read(text: str) -> str:
        kept = "\n".join(line.rstrip() for line in text.splitlines()).strip()
        if len(kept) > longest:
            raise EntryError(f"at most {longest:,} characters; this has {len(kept):,}")
        return kept

    return read


def list_of_names(text: str) -> tuple[str, ...]:
    """Names with semicolons between them, in their order, none twice."""
    return tuple(dict.fromkeys(name for each in text.split(";") if (name := " ".join(each.split()))))


def day(text: str) -> dt.date:
    """A day of our time: the weeks around it, and its midnight anywhere, can be told."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise EntryError("not a date such as 2026-11-02") from None
    return _of_our_time(found)


def _of_our_time(found: Moment) -> Moment:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise EntryError(f"not between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def moment_in(zone: ZoneInfo) -> Callable[[str], dt.datetime]:
    """A reader of a time: local unless it says otherwise, and kept in UTC."""

    def read(text: str) -> dt.datetime:
        try:
            if len(text) < len("2026-11-02 09"):
                raise ValueError(text)
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            raise EntryError("not a time such as 2026-11-02 09:30") from None
        return _of_our_time(found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)

    return read


def number_between(low: float, high: float) -> Callable[[str], float]:
    """A reader of a number with a point or a comma."""

    def read(text: str) -> float:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise EntryError(f"not a number from {low:g} to {high:g}")
        return value

    return read


def one_of_words(words: Mapping[str, str]) -> Callable[[str], str]:
    """A reader of one of several keys, which may be written as its words too."""
    by_text = {key.casefold(): key for key in words} | {said.casefold(): key for key, said in words.items()}

    def read(text: str) -> str:
        key = by_text.get(" ".join(text.split()).casefold())
        if key is None:
            raise EntryError(f"unknown; known are {', '.join(words)}")
        return key

    return read


def link(text: str) -> str:
    """An address on the web."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine or len(text) > 2_000 or any(sign.isspace() for sign in text):
        raise EntryError("the address must begin with https:// or http://")
    return text


def email(text: str) -> str:
    """Somebody's address, as the directory writes it; whether anybody has it is for the service."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise EntryError("not an e-mail address")
    return text.lower()
