"""Text from outside made fit for a cell, a header, a sheet's name, a file's name or a CSV field."""

import re
import unicodedata

# Excel's limit for one cell, counted as it counts: in UTF-16 units, an emoji is two.
CELL_LIMIT = 32_767
HEADER_LIMIT = 100  # two such parts, and the commands around them, stay below 255
SHEET_NAME_LIMIT = 31
FILE_NAME_LIMIT = 100
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"

# C0 and C1 controls but tab and line feed, lone surrogates, and the two code points XML forbids.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A turned reading direction must not leak out of the text it belongs to.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# In OOXML `_x0041_` inside a text means "A"; an underscore written as `_x005F_` keeps it literal.
_OOXML_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_OOXML_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


def clean(text: str) -> str:
    """The text without control characters; line ends as line feeds; everything readable stays."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cell_text(text: str) -> str:
    """The text as a cell's XML holds it: clean, escaped, and cut with a visible mark where Excel would cut silently."""
    escaped = _escaped(clean(text))
    if 2 * len(escaped) <= CELL_LIMIT or _units(escaped) <= CELL_LIMIT:  # most need no counting
        return escaped
    mark = f" … [cut here: the text has {len(text):,} characters, a cell holds {CELL_LIMIT:,}]"
    return _escaped(_first_units(clean(text), CELL_LIMIT - _units(mark))) + mark


def read_cell_text(text: str) -> str:
    """What a reader of the workbook sees: the reverse of the escaping done by ``cell_text``."""
    return _OOXML_ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)


def one_line(text: str, limit: int) -> str:
    """The text on one line without direction marks, shortened with an ellipsis."""
    line = " ".join(_DIRECTIONS.sub("", clean(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def header_text(text: str) -> str:
    """Text for a printed header or footer, where ``&`` begins a command and 255 characters are all there is."""
    ampersands = one_line(text, HEADER_LIMIT).count("&")
    return one_line(text, HEADER_LIMIT - ampersands).replace("&", "&&")


def sheet_name(text: str, taken: tuple[str, ...] = ()) -> str:
    """A sheet name that Excel takes: at most 31 units, none of []:*?/\\, no apostrophe at an end, not used yet."""
    name = " ".join(_NOT_IN_SHEET_NAMES.sub(" ", one_line(text, 1000)).split()).strip("' ")
    if not name or name.casefold() == "history":
        name = f"Sheet {name}".strip()
    used = {other.casefold() for other in taken}
    candidate = _shortened(name, SHEET_NAME_LIMIT)
    number = 2
    while candidate.casefold() in used:
        ending = f" ({number})"
        candidate = _shortened(name, SHEET_NAME_LIMIT - len(ending)) + ending
        number += 1
    return candidate


def file_name(*parts: str, suffix: str) -> str:
    """A file name of the parts: letters, digits, dots and dashes of any script, nothing hidden, no path."""
    words = [unicodedata.normalize("NFC", one_line(part, 1000)) for part in parts]
    joined = "-".join(_NOT_IN_FILE_NAMES.sub("-", word).strip("-.") for word in words if word)
    return (re.sub(r"-{2,}", "-", joined)[:FILE_NAME_LIMIT].strip("-.") or "export") + suffix


def csv_text(text: str) -> str:
    """A text field that no spreadsheet takes for a formula.

    OWASP's advice (CSV Injection): every field in quotes, and an apostrophe before a text that begins with one of
    = + - @, tab, line end or their full-width forms. A tab before it, the other habit, is itself on OWASP's list of
    dangerous beginnings. Text that already begins with apostrophes before such a character gets one more, so
    ``read_csv_text`` gives every text back.
    """
    body = clean(text)
    return "'" + body if _looks_like_formula(body) else body


def read_csv_text(field: str) -> str:
    """The text that ``csv_text`` wrote."""
    return field[1:] if field.startswith("'") and _looks_like_formula(field[1:]) else field


def _looks_like_formula(text: str) -> bool:
    # Some readers trim blanks first; apostrophes count as blanks so that the defence can be taken off again.
    bare = text.lstrip("' \N{NO-BREAK SPACE}")
    return bare[:1] != "" and bare[0] in FORMULA_STARTS


def _escaped(text: str) -> str:
    return _OOXML_ESCAPE.sub("_x005F_", text)


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def _first_units(text: str, limit: int) -> str:
    """The longest beginning that, once escaped, fills no more than so many UTF-16 units."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if _units(_escaped(text[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _shortened(name: str, limit: int) -> str:
    if _units(name) <= limit:
        return name
    return _first_units(name, limit - 1).rstrip("' ") + "…"
