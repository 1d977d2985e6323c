"""Filters that somebody keeps under a name, page by page; they live with the person's preferences.

A page's filters are its address, so a kept one is the address's query: what it shows is decided when it is opened, by
what its owner may see then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.orm import Session

from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import User

KEY = "filters"  # in the preferences
LONGEST_NAME, LONGEST_QUERY, MOST = 60, 1_000, 20
PASSING = frozenset({"page", "at", "sent", "before", "filter"})  # where one is in a list, not what it shows
WITHOUT = "none"  # ?filter=none opens a page bare, though it has a default


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A kept filter of one page."""

    name: str
    query: str
    default: bool = False  # the page opens with it


def filter_of(query: str) -> str:
    """What of a query is its filter: no empty fields, no place in a list, always in the same order."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in PASSING]
    return urlencode(sorted(pairs))


def filters_of(preferences: Mapping[str, Any], page: str) -> tuple[SavedFilter, ...]:
    """The kept filters of a page, by name."""
    kept = preferences.get(KEY)
    rows = kept.get(page) if isinstance(kept, Mapping) else None
    if not isinstance(rows, list):
        return ()
    found = [SavedFilter(name=row["name"], query=row["query"], default=row["default"]) for row in rows]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def default_of(preferences: Mapping[str, Any], page: str) -> str | None:
    """The query that a page opens with."""
    return next((each.query for each in filters_of(preferences, page) if each.default), None)


def save(session: Session, user_id: int, page: str, name: str, query: str) -> None:
    """Keep a page's present filter under a name; the same name again keeps the newer filter."""
    name, query = _name(name), filter_of(query)
    if not query:
        raise InvalidInputError("Choose a filter first: there is nothing to keep.", {"query": "empty"})
    if len(query) > LONGEST_QUERY:
        raise InvalidInputError("This filter is too long to be kept.", {"query": "too long"})
    user, rows = _kept(session, user_id, page)
    known = next((row for row in rows if row.name == name), None)
    if known is None and len(rows) >= MOST:
        raise ConflictError(f"{MOST} filters are kept for this page already. Delete one first.")
    others = [row for row in rows if row is not known]
    _write(
        session, user, page, [*others, SavedFilter(name=name, query=query, default=known.default if known else False)]
    )


def rename(session: Session, user_id: int, page: str, name: str, new: str) -> None:
    """Give a kept filter another name."""
    new = _name(new)
    user, rows = _kept(session, user_id, page)
    if new != name and any(row.name == new for row in rows):
        raise ConflictError(f"Another filter of this page is called {new}.")
    row = _find(rows, name)
    _write(
        session,
        user,
        page,
        [*(each for each in rows if each is not row), SavedFilter(name=new, query=row.query, default=row.default)],
    )


def delete(session: Session, user_id: int, page: str, name: str) -> SavedFilter:
    """Forget a kept filter; gives it, so that the deletion can be undone."""
    user, rows = _kept(session, user_id, page)
    row = _find(rows, name)
    _write(session, user, page, [each for each in rows if each is not row])
    return row


def set_default(session: Session, user_id: int, page: str, name: str, *, default: bool) -> None:
    """Open a page with one of its filters from now on, or with none; one page has one default."""
    user, rows = _kept(session, user_id, page)
    row = _find(rows, name)
    changed = [
        SavedFilter(name=each.name, query=each.query, default=default and each is row)
        if default or each is row
        else each
        for each in rows
    ]
    _write(session, user, page, changed)


def _name(typed: str) -> str:
    name = " ".join(typed.replace("\x00", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInputError(f"A name has 1 to {LONGEST_NAME} characters.", {"name": "missing or too long"})
    return name


def _kept(session: Session, user_id: int, page: str) -> tuple[User, tuple[SavedFilter, ...]]:
    user = session.get_one(User, user_id, with_for_update=True)
    return user, filters_of(user.preferences, page)


def _find(rows: Sequence[SavedFilter], name: str) -> SavedFilter:
    for row in rows:
        if row.name == name:
            return row
    raise NotFoundError("There is no such filter of yours; it was renamed or deleted in another window.")


def _write(session: Session, user: User, page: str, rows: Sequence[SavedFilter]) -> None:
    former = user.preferences.get(KEY)
    pages = dict(former) if isinstance(former, Mapping) else {}
    pages[page] = [{"name": row.name, "query": row.query, "default": row.default} for row in rows]
    user.preferences = {**user.preferences, KEY: {key: value for key, value in pages.items() if value}}
    session.flush()
