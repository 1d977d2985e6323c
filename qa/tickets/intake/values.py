"""Single values of help desks' JSON objects: ids, moments, counts; ``BadCellError`` where one cannot be read. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from qa.tickets.intake.base import BadCellError, clean
from qa.tickets.intake.bodies import body_text
from qa.tickets.intake.dates import UnreadableMomentError, in_range, iso_moment

Row = Mapping[str, Any]


def row_id(row: Row, column: str) -> str:
    """An id as text: help desks use numbers of up to 64 bits and strings."""
    value = row.get(column)
    if type(value) is int:  # as most help desks write them
        return str(value)
    found = optional_id(row, column)
    if found is None:
        raise BadCellError(column, row.get(column), "no id")
    return found


def optional_id(row: Row, column: str) -> str | None:
    value = row.get(column)
    if type(value) is int:
        return str(value)
    return clean(value).strip() or None if isinstance(value, str) else None


def moment(row: Row, column: str) -> dt.datetime | None:
    """A moment by ISO 8601 with its zone, None where there is none."""
    value = row.get(column)
    if value is None or value == "":
        return None
    try:
        return iso_moment(value)
    except UnreadableMomentError as error:
        raise BadCellError(column, value, str(error)) from error


def unix_moment(row: Row, column: str) -> dt.datetime | None:
    """A moment in seconds since 1970, None where there is none."""
    value = row.get(column)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return moment(row, column)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 2**32:
        raise BadCellError(column, value, "not a moment in seconds since 1970")
    try:
        return in_range(dt.datetime.fromtimestamp(value, dt.UTC))
    except UnreadableMomentError as error:
        raise BadCellError(column, value, str(error)) from error


def must(found: dt.datetime | None, column: str, whose: str) -> dt.datetime:
    if found is None:
        raise BadCellError(column, "", f"{whose} needs the moment it was written")
    return found


def minutes(value: Any) -> int | None:
    found = whole(as_dict(value).get("calendar"))
    return None if found is None else found * 60


def whole(value: Any) -> int | None:
    """A count that is not negative; anything else is not known."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**31 / 60:
        return None
    return int(value)


def text(row: Any, *columns: str) -> str:
    """The first of these texts that says anything; nothing where something else stands in place of an object."""
    told = as_dict(row)
    for column in columns:
        value = told.get(column)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return clean(str(value)).strip()
    return ""


def five_stars(value: Any) -> str | None:
    """Four and five of five are good, one and two bad."""
    points = whole(value)
    if points is None or not 1 <= points <= 5 or points == 3:
        return None
    return "good" if points > 3 else "bad"


def spoken(body: Any, attachments: Sequence[Any] = (), *, plain: bool = False) -> str:
    """A body as text, and the names of what was attached, which is listed and never loaded; ``plain`` is no HTML."""
    if not isinstance(body, str):
        said = ""
    elif "<" not in body and body.isascii():  # no markup, and nothing that a database would not take but NUL
        said = body.replace("\x00", "")
    else:
        said = clean(body if plain else body_text(body))
    if not attachments:
        return said
    names = [text(as_dict(each), "file_name", "name", "filename", "data_url") for each in attachments]
    listed = [f"[attachment] {name.rpartition('/')[2]}" for name in names if name]
    return "\n".join([*([said] if said else []), *listed])


def as_dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
