"""Objects from JSON: one a line, or in the lists of one document as an API answers; and flat ones as a table."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from qa.tickets.intake import files
from qa.tickets.intake.base import UnusableFileError
from qa.tickets.intake.tables import BadRow, Cells, header_names

HEADER_OBJECTS = 1_000  # from which the columns of a table are taken
LARGEST_DOCUMENT = 512 * 1024 * 1024  # bytes of one JSON document, which is held as a whole
LEVELS = 2  # of objects around a list, such as {"data": {"payload": [...]}}
LOOKED_AT = 20  # lines after a first one that is none, for one that is an object, where the whole is no document
ONE_A_LINE = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
PAGE_MARKS = frozenset({"after_cursor", "end_of_stream", "next_page", "pages"})  # of Zendesk's answers and Intercom's
SPACE = re.compile(r"[ \t\r\n]*")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadObject:
    """A line that holds no object, and why."""

    reason: str


class Placed(NamedTuple):
    """An object, the list that it stands in (None: alone), and the line on which it begins."""

    table: str | None
    line: int
    row: Row | BadObject
    within: str = ""  # which object of its list it is, where several begin on one line; follows the file's name


class Listed(list[Any]):
    """A list of JSON that knows on which line each of its values begins."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def objects_of(path: Path) -> Iterator[Placed]:
    """The objects of a file: of JSON Lines, of one list, or of the lists of an API's answers."""
    document = document_of(path)
    if document is not None:
        yield from objects_in(document)
        return
    for line, raw in files.lines(path):
        yield Placed(None, line, parsed(raw))


def objects_in(document: Listed) -> Iterator[Placed]:
    """The objects of a document."""
    for value, line in zip(document, document.lines, strict=True):
        for table, rows in _lists_in(value, line).items():
            apart = len(set(rows.lines)) == len(rows)
            for number, (row, begun) in enumerate(zip(rows, rows.lines, strict=True), start=1):
                told = row if isinstance(row, dict) else BadObject("not a JSON object")
                within = "" if apart else f", object {number}" + (f" of {table}" if table else "")
                yield Placed(table, begun, told, within)


def lists_of(document: Listed) -> set[str]:
    """The keys of the lists in which a document's objects stand, also of those that are empty."""
    found = (key for value, line in zip(document, document.lines, strict=True) for key in _lists_in(value, line))
    return {key for key in found if key is not None}


def _lists_in(value: Any, line: int) -> Mapping[str | None, Listed]:
    """The lists of an answer by their keys; an object without any is itself the only one."""
    if isinstance(value, Listed):
        return {None: value}
    alone = Listed()
    alone.append(value)
    alone.lines.append(line)
    if not isinstance(value, dict) or "id" in value:
        return {None: alone}
    lists = _of_objects(value)
    inside = value.get("data")
    if not lists and isinstance(inside, dict):  # Chatwoot: {"data": {"meta": ..., "payload": [...]}}
        lists = _of_objects(inside)
    if lists:
        return lists
    return {None: Listed() if any(isinstance(each, list) for each in value.values()) else alone}


def _of_objects(row: Row) -> dict[str | None, Listed]:
    """The lists of an object that hold objects, or nothing: one bad value in it costs a list no other."""
    return {
        key: value
        for key, value in row.items()
        if isinstance(value, Listed) and (not value or any(isinstance(each, dict) for each in value))
    }


def document_of(path: Path) -> Listed | None:
    """What stands in a file of JSON, mostly one list or one object, or an API's answers; None for lines of objects."""
    lines = files.lines(path)
    _, first = next(lines, (0, b""))
    value = parsed_any(first) if first else BadObject("empty")
    whole = not isinstance(value, BadObject)
    if whole and not is_page(value) and next(lines, None) is not None:
        return None
    with files.opened(path) as file:
        raw = file.read(LARGEST_DOCUMENT + 1)
    if len(raw) > LARGEST_DOCUMENT:
        if whole:
            return None
        raise UnusableFileError(f"{files.plain_name(path)} is one JSON document over 512 MB: hand it in as JSON Lines.")
    try:
        return Places(decoded(raw)).document()
    except (ValueError, RecursionError) as error:
        more = [isinstance(parsed(line), dict) for _, line in islice(lines, LOOKED_AT)]
        if not whole and (any(more) or (path.name.lower().endswith(ONE_A_LINE) and len(more) < LOOKED_AT)):
            return None  # lines of which the first is damaged; a page as a line would be a ticket without an id
        raise UnusableFileError(f"{files.plain_name(path)} is cut off or damaged: {_why(error, raw)}.") from None


def is_page(value: Any) -> bool:
    """Whether a value is an API's answer with what leads to the next one, and no object of its own."""
    if not isinstance(value, dict) or "id" in value:
        return False
    inside = value.get("data")
    if not PAGE_MARKS.isdisjoint(value) or (isinstance(inside, dict) and isinstance(inside.get("payload"), list)):
        lists = value.values() if not isinstance(inside, dict) else inside.values()
        return any(isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in lists)
    return False


def _why(error: Exception, raw: bytes) -> str:
    """What is wrong with a document and on which line, without what stands there."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} on line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        line = raw.count(b"\n", 0, error.start) + 1
        return f"bytes that are not UTF-8 on line {line}"
    return str(error) if isinstance(error, ValueError) else "nested too deeply"


class Places:
    """Reads a text of JSON; the lists of its outermost levels come as ``Listed``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._counted = 1, 0

    def document(self) -> Listed:
        """The values of the whole text, mostly one."""
        found = Listed()
        at = self._skip(0)
        while at < len(self._text):
            found.lines.append(self._line_of(at))
            value, at = self._value(at, LEVELS)
            found.append(value)
            at = self._skip(at)
        return found

    def _value(self, at: int, levels: int) -> tuple[Any, int]:
        """The value that begins here, and where it ends."""
        opening = self._text[at : at + 1]
        if opening == "[":
            return self._list(at)
        if opening == "{" and levels:
            return self._object(at, levels - 1)
        return DECODER.raw_decode(self._text, at)

    def _list(self, at: int) -> tuple[Listed, int]:
        found = Listed()
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "]":
            found.lines.append(self._line_of(at))
            value, at = DECODER.raw_decode(self._text, at)
            found.append(value)
            at = self._after(at, "]")
        return found, at + 1

    def _object(self, at: int, levels: int) -> tuple[Row, int]:
        found: Row = {}
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "}":
            self._must(at, '"', "Expecting property name enclosed in double quotes")
            key, at = DECODER.raw_decode(self._text, at)
            at = self._skip(at)
            self._must(at, ":", "Expecting ':' delimiter")
            found[key], at = self._value(self._skip(at + 1), levels)
            at = self._after(at, "}")
        return found, at + 1

    def _after(self, at: int, closing: str) -> int:
        """Where the next value begins, or the end."""
        at = self._skip(at)
        if self._text[at : at + 1] == closing:
            return at
        self._must(at, ",", "Expecting ',' delimiter")
        at = self._skip(at + 1)
        if self._text[at : at + 1] == closing:
            raise json.JSONDecodeError("Expecting value", self._text, at)
        return at

    def _must(self, at: int, mark: str, otherwise: str) -> None:
        if self._text[at : at + 1] != mark:
            raise json.JSONDecodeError(otherwise, self._text, at)

    def _skip(self, at: int) -> int:
        found = SPACE.match(self._text, at)
        return found.end() if found is not None else at

    def _line_of(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line


def parsed(raw: bytes) -> Row | BadObject:
    """One line's object, or why it is none."""
    try:  # as nearly every line is: an object in UTF-8, alone on it
        text = raw.decode()
        value, end = DECODER.raw_decode(text)
        if type(value) is dict and text[end:] in LINE_ENDS:
            return value
    except (ValueError, RecursionError):
        pass
    value = parsed_any(raw)
    if isinstance(value, BadObject):
        return value
    return value if isinstance(value, dict) else BadObject("not a JSON object on one line")


def parsed_any(raw: bytes) -> Any:
    try:
        text = decoded(raw).strip()
        value, end = DECODER.raw_decode(text)
        return value if end == len(text) else BadObject(f"not a JSON object on one line: more follows character {end}")
    except UnicodeDecodeError:
        return BadObject("bytes that are not UTF-8")
    except json.JSONDecodeError as error:
        return BadObject(f"not a JSON object on one line: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError):
        return BadObject("not a JSON object on one line")


def decoded(raw: bytes) -> str:
    """JSON as text, in whichever encoding it is written."""
    bare = raw.removeprefix(b"\xef\xbb\xbf")
    encoding = "utf-8" if b"\x00" not in bare[:4] else json.detect_encoding(bare)
    return bare.decode(encoding, "surrogatepass")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


DECODER = json.JSONDecoder(parse_constant=_no_number)
LINE_ENDS = ("\n", "\r\n", "")


class JsonTable:
    """JSON Lines of flat objects as a table; an object inside an object becomes columns such as ``requester.email``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = files.plain_name(path)
        header: dict[str, None] = {}
        for found in islice(objects_of(path), HEADER_OBJECTS):
            if isinstance(found.row, dict):
                header.update(dict.fromkeys(flattened(found.row)))
        self._keys = list(header)
        self.header = header_names(self._keys)
        self.written = "JSON"
        if not header:
            raise UnusableFileError(f"{self.name} holds no JSON objects.")

    def rows(self) -> Iterator[Cells | BadRow]:
        for found in objects_of(self._path):
            if isinstance(found.row, BadObject):
                yield BadRow(self.name + found.within, found.line, found.row.reason, "")
                continue
            cells = flattened(found.row)
            yield Cells(found.line, [cells.get(name, "") for name in self._keys], found.within)


def flattened(row: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """The cells of an object by the path to them."""
    found: dict[str, str] = {}
    for key, value in row.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            found |= flattened(value, f"{name}.")
        elif isinstance(value, list) and not any(isinstance(each, (list, dict)) for each in value):
            found[name] = ", ".join(_cell(each) for each in value)
        elif isinstance(value, list):
            found[name] = json.dumps(value, ensure_ascii=False)
        else:
            found[name] = _cell(value)
    return found


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
