"""Reading the small forms of plans: shapes only; what they mean is for the services."""

import datetime as dt
from typing import overload

from flask import g, request

from qa.core.errors import InvalidInputError


def words(name: str) -> str:
    return request.form.get(name, "")


@overload
def whole(name: str, about: str) -> int: ...
@overload
def whole(name: str, about: str, *, optional: bool) -> int | None: ...
def whole(name: str, about: str, *, optional: bool = False) -> int | None:
    """A whole number; ``about`` says in the message what it is."""
    typed = words(name).strip()
    if not typed and optional:
        return None
    try:
        return int(typed)
    except ValueError:
        raise InvalidInputError(f"{about}: write a whole number.", {name: "a whole number"}) from None


def decimal(name: str, about: str) -> float | None:
    """A number, with a point or a comma; empty is none."""
    typed = words(name).strip().replace(",", ".")
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError:
        raise InvalidInputError(f"{about}: write a number.", {name: "a number"}) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise InvalidInputError(f"{about}: write a number.", {name: "a number"})
    return value


@overload
def day(name: str, about: str) -> dt.date: ...
@overload
def day(name: str, about: str, *, optional: bool) -> dt.date | None: ...
def day(name: str, about: str, *, optional: bool = False) -> dt.date | None:
    typed = words(name).strip()
    if not typed and optional:
        return None
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise InvalidInputError(f"{about}: choose a day.", {name: "a day"}) from None


def minute_of_day(name: str, about: str) -> int:
    try:
        time = dt.time.fromisoformat(words(name).strip())
    except ValueError:
        raise InvalidInputError(f"{about}: write a time such as 09:30.", {name: "a time"}) from None
    return time.hour * 60 + time.minute


def moment(day_name: str, time_name: str, about: str) -> dt.datetime:
    """A day and a time of day in the programme's zone."""
    minute = minute_of_day(time_name, about)
    local = dt.datetime.combine(day(day_name, about), dt.time(minute // 60, minute % 60), g.zone)
    return local.astimezone(dt.UTC)
