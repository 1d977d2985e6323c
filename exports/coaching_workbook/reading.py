"""A coaching workbook that came back: what people wrote into it, and what it held when it went out.

Sheets are known by what they hold, columns by their titles and rows by their ids: sorting, filtering, hiding, moving,
renaming and inserting change nothing. Each problem names its cell.
"""

import datetime as dt
import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.coaching_workbook.actions_sheet import CRITERION, FORMAT, INPUTS, ROW_ID, TITLES
from exports.coaching_workbook.handed_back import Cell, HandedBack, HandedBackError, Row
from exports.coaching_workbook.words import STATUS_WORDS
from exports.text import clean, read_cell_text

LARGEST = 3_000_000  # bytes of the file
LARGEST_UNPACKED = 60_000_000
MOST_MEMBERS = 400
MOST_ROWS = 3_000  # of one sheet: far more than any plan has
MOST_COLUMNS = 60
LONGEST = {"action": 500, "notes": 2_000}
FACTS = ("Format", "Document", "Specialist", "Made at")
FORMATS = "fairmark coaching workbook "
CRITERION_TITLE, ROW_ID_TITLE = TITLES[CRITERION - 1], TITLES[ROW_ID - 1]
FIELD_OF = {TITLES[column - 1]: name for column, name in INPUTS.items()}
# What reading a damaged file raises, from the archive to the cells; SyntaxError is that of XML.
BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
# "Strict Open XML Spreadsheet" is the same format under other names.
STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}


@dataclass(slots=True)
class _Table:
    """The sheet with the plan: where its columns stand, and its rows."""

    sheet: str
    columns: dict[str, int]
    rows: list[tuple[int, Sequence[Any]]] = field(default_factory=list)


def read_back(content: bytes) -> HandedBack:
    """Read a workbook that ``build`` made and people filled in; HandedBackError when it is no such workbook."""
    sheets = _sheets(content)
    record = _record(sheets)
    table = _plan(sheets)
    problems: list[str] = []
    rows = [row for number, cells in table.rows if (row := _row(table, number, cells, record.held, problems))]
    _refuse_strangers(rows, record.held)
    found = {row.row_id for row in rows}
    return HandedBack(
        document_id=record.facts["Document"],
        specialist_key=record.facts["Specialist"],
        made_at=_moment(record.facts["Made at"]),
        record_digest=record.digest,
        rows=tuple(rows),
        missing=tuple(row_id for row_id in record.held if row_id not in found),
        problems=tuple(problems),
    )


def _sheets(content: bytes) -> dict[str, list[Sequence[Any]]]:
    """Every sheet's values; far-away cells are not followed."""
    import openpyxl  # much of a program's start, needed for a file only

    content = _unpacked_safely(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found: dict[str, list[Sequence[Any]]] = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
            found[sheet.title] = [tuple(row) for row in rows]
    except BROKEN as error:
        raise HandedBackError(f"This file cannot be read as an Excel workbook ({type(error).__name__}).") from error
    return found


def _unpacked_safely(content: bytes) -> bytes:
    """The file with the usual names in it; refused when it is too large, packed or unpacked."""
    if len(content) > LARGEST:
        raise HandedBackError(f"The file is larger than {LARGEST // 1_000_000} MB: this is not the workbook of a plan.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            too_much = len(members) > MOST_MEMBERS or sum(each.file_size for each in members) > LARGEST_UNPACKED
            locked = any(each.flag_bits & 1 for each in members)
            parts = {} if too_much or locked else {each.filename: packed.read(each) for each in members}
    except (*BROKEN, EOFError, NotImplementedError) as error:
        raise HandedBackError("This is no Excel workbook (.xlsx). Save it as one and try again.") from error
    if too_much:
        raise HandedBackError("The file unpacks to far more than the workbook of a plan.")
    if locked:
        raise HandedBackError("The file is protected by a password: save it without one.")
    if not any(name in part for part in parts.values() for name in STRICT):
        return content
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for filename, part in parts.items():
            for strict, usual in STRICT.items():
                part = part.replace(strict, usual)
            archive.writestr(filename, part)
    return target.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """The hidden sheet that says what went out."""

    facts: Mapping[str, str]
    held: Mapping[str, Mapping[str, str]]
    digest: str


def _record(sheets: Mapping[str, list[Sequence[Any]]]) -> _Record:
    for rows in sheets.values():
        facts = {_text(row[0]): _text(row[2]) for row in rows[: len(FACTS)] if len(row) > 2}
        if not facts.get("Format", "").startswith(FORMATS):
            continue
        if facts["Format"] != FORMAT:
            raise HandedBackError(
                f"The workbook is of another version ({facts['Format']}; this program reads {FORMAT}). "
                "Export it again and copy the entries over."
            )
        if any(not facts.get(name) for name in FACTS):
            raise HandedBackError("The hidden sheet “Record” was changed: it no longer says whose workbook this is.")
        held: dict[str, dict[str, str]] = {}
        for row in rows[len(FACTS) + 2 :]:
            row_id, name, value = (_text(cell) for cell in (*row, None, None, None)[:3])
            if row_id:
                held.setdefault(row_id, {})[name] = value
        told = json.dumps([[facts[name] for name in FACTS], held], ensure_ascii=False, sort_keys=True)
        return _Record(facts=facts, held=held, digest=hashlib.sha256(told.encode()).hexdigest())
    raise HandedBackError(
        "This is not a coaching workbook from Fairmark: the hidden sheet that says whose it is is not there. "
        "Hand back the file that was exported, not a copy of its cells."
    )


def _plan(sheets: Mapping[str, list[Sequence[Any]]]) -> _Table:
    found = []
    for title, rows in sheets.items():
        for number, row in enumerate(rows[:200], start=1):
            titles = [_text(cell) for cell in row]
            if ROW_ID_TITLE in titles and set(FIELD_OF) <= set(titles):
                columns = {name: titles.index(name) + 1 for name in (*FIELD_OF, ROW_ID_TITLE)}
                columns[CRITERION_TITLE] = titles.index(CRITERION_TITLE) + 1 if CRITERION_TITLE in titles else 0
                found.append(_Table(sheet=title, columns=columns, rows=list(enumerate(rows, start=1))[number:]))
                break
    if len(found) > 1:
        names = " and ".join(f"“{table.sheet}”" for table in found)
        raise HandedBackError(f"The sheets {names} both hold rows of the plan: keep one of them.")
    if not found:
        wanted = ", ".join((*FIELD_OF, ROW_ID_TITLE))
        raise HandedBackError(f"No sheet has the columns of the plan in one row ({wanted}): a title was changed.")
    return found[0]


def _row(
    table: _Table,
    number: int,
    values: Sequence[Any],
    held: Mapping[str, Mapping[str, str]],
    problems: list[str],
) -> Row | None:
    """One row of the plan; None for what stands below it."""
    padded = (*values, *([None] * MOST_COLUMNS))
    cells = {name: Cell(sheet=table.sheet, row=number, column=table.columns[title]) for title, name in FIELD_OF.items()}
    id_cell = Cell(sheet=table.sheet, row=number, column=table.columns[ROW_ID_TITLE])
    row_id = _text(padded[id_cell.column - 1])
    raw = {name: padded[cell.column - 1] for name, cell in cells.items()}
    if not row_id:
        filled = [str(cells[name]) for name, value in raw.items() if _text(value)]
        if filled and _belongs(table, number):
            problems.append(f"{filled[0]}: this row has no id, so it was not read. Use one of the rows marked “New”.")
        return None
    if row_id not in held:
        raise HandedBackError(f"{id_cell}: the row id {row_id[:40]!r} is not one of this workbook's. Undo the change.")
    kind, _, key = row_id.partition(":")
    written = {}
    for name, value in raw.items():
        try:
            written[name] = _READERS[name](value)
        except ValueError as error:
            problems.append(f"{cells[name]}: {error}")
    column = table.columns[CRITERION_TITLE]
    return Row(
        row_id=row_id,
        kind=kind,  # type: ignore[arg-type]
        key=key.rpartition(":")[0] if kind == "focus" else key,
        criterion=_text(padded[column - 1]) if column else "",
        cells=cells | {"criterion": Cell(sheet=table.sheet, row=number, column=column or 1), "row": id_cell},
        written=written,
        held=held[row_id],
    )


def _belongs(table: _Table, number: int) -> bool:
    """Whether a row stands among those of the plan, not in the notes below them."""
    column = table.columns[ROW_ID_TITLE] - 1
    return any(below > number and len(row) > column and _text(row[column]) for below, row in table.rows)


def _refuse_strangers(rows: Sequence[Row], held: Mapping[str, object]) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        first = seen.setdefault(row.row_id, row)
        if first is not row:
            raise HandedBackError(
                f"{first.cells['row']} and {row.cells['row']} hold the same row id: a row was copied. "
                "Delete the copy and use one of the rows marked “New”."
            )
    if not rows:
        raise HandedBackError(f"None of the {len(held)} rows of the plan is there any more.")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return " ".join(clean(read_cell_text(str(value))).split())


def _limited(name: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        if len(text) > LONGEST[name]:
            raise ValueError(f"at most {LONGEST[name]} characters; there are {len(text)}.")
        return text

    return read


def _goal(value: Any) -> str:
    text = _text(value).removesuffix("%").strip().replace(",", ".")
    if not text:
        return ""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise ValueError("a goal is a number from 0 to 100, in percent of the criterion's points.")
    return f"{number:g}"


def _due(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    text = _text(value)
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(text[:10] if text[10:11] in {"T", " "} else text).isoformat()
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no day; write it as a date, such as 2026-12-31.") from None


def _status(value: Any) -> str:
    text = _text(value).casefold()
    for key, word in STATUS_WORDS.items():
        if text in {key.casefold(), word.casefold()}:
            return key
    if text:
        raise ValueError(f"{text[:40]!r} is no status; choose {', '.join(STATUS_WORDS.values())}.")
    return ""


_READERS: Mapping[str, Callable[[Any], str]] = {
    "goal": _goal,
    "goal_due": _due,
    "action": _limited("action"),
    "owner": _text,
    "due": _due,
    "status": _status,
    "notes": _limited("notes"),
}


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise HandedBackError("The hidden sheet “Record” was changed: it no longer says when the workbook was made.")
    return found
