"""What a file changes: the values before and after, line by line, for a preview and for the audit trail."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g

from qa.core.entering import Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that a line changes."""

    line: int
    what: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a sheet changes, and the lines that name what is not here."""

    changes: Sequence[Change]
    rejects: Sequence[Reject] = ()


def differences(line: int, what: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """The changes that bring a thing from ``before`` to ``after``; without a before it is new."""
    if before is None:
        words = "; ".join(f"{name}: {written(value)}" for name, value in after.items() if value not in (None, "", ()))
        return [Change(line=line, what=what, field="new", before="", after=words)]
    return [
        Change(line=line, what=what, field=name, before=written(before[name]), after=written(value))
        for name, value in after.items()
        if before[name] != value
    ]


def written(value: Any) -> str:
    """A value as a preview shows it."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(g.zone):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
