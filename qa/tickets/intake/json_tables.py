"""Objects from JSON: one a line, or in the lists of one document as an API answers; and flat ones as a table."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from qa.tickets.intake import files
from qa.tickets.intake.base import UnusableFileError
from qa.tickets.intake.tables import BadRow, Cells, header_names

HEADER_OBJECTS = 1_000  # from which the columns of a table are taken
LARGEST_DOCUMENT = 512 * 1024 * 1024  # bytes of one JSON document, which is held as a whole
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadObject:
    """A line that holds no object, and why."""

    reason: str


class Placed(NamedTuple):
    """An object, the list that it stands in (None: alone on its line), and its line or place."""

    table: str | None
    number: int
    row: Row | BadObject


def objects_of(path: Path) -> Iterator[Placed]:
    """The objects of a file: of JSON Lines, of one list, or of the lists of an API's answer."""
    document = document_of(path)
    if document is None:
        for number, raw in files.lines(path):
            yield Placed(None, number, parsed(raw))
        return
    lists = {None: document} if isinstance(document, list) else _lists_in(document)
    for table, rows in lists.items():
        for number, row in enumerate(rows, start=1):
            yield Placed(table, number, row if isinstance(row, dict) else BadObject("not a JSON object"))


def _lists_in(document: Row) -> Mapping[str | None, list[Any]]:
    """The lists of an answer by their keys; an object without any is itself the only one."""
    lists: dict[str | None, list[Any]] = {}
    lists |= {key: value for key, value in document.items() if isinstance(value, list) and _of_objects(value)}
    inside = document.get("data")
    if not lists and isinstance(inside, dict):  # Chatwoot: {"data": {"meta": ..., "payload": [...]}}
        lists = {key: value for key, value in inside.items() if isinstance(value, list)}
    if "id" in document:
        return {None: [document]}
    if lists:
        return lists
    return {None: [] if any(isinstance(value, list) for value in document.values()) else [document]}


def _of_objects(values: list[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)


def document_of(path: Path) -> Any | None:
    """The whole of a file that is one JSON document over several lines or a list; None for JSON Lines."""
    lines = files.lines(path)
    _, first = next(lines, (0, b""))
    head = first.lstrip(b"\xef\xbb\xbf \t")
    if head[:1] == b"{" and isinstance(parsed(first), dict) and next(lines, None) is not None:
        return None
    with files.opened(path) as file:
        raw = file.read(LARGEST_DOCUMENT + 1)
    if len(raw) > LARGEST_DOCUMENT:
        if head[:1] == b"{" and isinstance(parsed(first), dict):
            return None
        raise UnusableFileError(f"{files.plain_name(path)} is one JSON document over 512 MB: hand it in as JSON Lines.")
    found = parsed_any(raw)
    return None if isinstance(found, BadObject) else found


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
        bare = raw.removeprefix(b"\xef\xbb\xbf")
        encoding = "utf-8" if b"\x00" not in bare[:4] else json.detect_encoding(bare)
        text = bare.decode(encoding, "surrogatepass").strip()
        value, end = DECODER.raw_decode(text)
        return value if end == len(text) else BadObject(f"not a JSON object on one line: more follows character {end}")
    except UnicodeDecodeError:
        return BadObject("bytes that are not UTF-8")
    except json.JSONDecodeError as error:
        return BadObject(f"not a JSON object on one line: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError):
        return BadObject("not a JSON object on one line")


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
        for found in objects_of(path):
            if isinstance(found.row, dict):
                header.update(dict.fromkeys(flattened(found.row)))
            if found.number == HEADER_OBJECTS:
                break
        self._keys = list(header)
        self.header = header_names(self._keys)
        self.written = "JSON"
        if not header:
            raise UnusableFileError(f"{self.name} holds no JSON objects.")

    def rows(self) -> Iterator[Cells | BadRow]:
        for found in objects_of(self._path):
            if isinstance(found.row, BadObject):
                yield BadRow(self.name, found.number, found.row.reason, "")
                continue
            cells = flattened(found.row)
            yield Cells(found.number, [cells.get(name, "") for name in self._keys])


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
