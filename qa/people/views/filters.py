"""Kept filters of any page that has its filters in the address: keep, rename, delete, open the page with one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.people import saved_filters

bp = Blueprint("filters", __name__, url_prefix="/saved-filters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What the present page can do with kept filters."""

    page: str
    query: str  # its present filter
    rows: tuple[saved_filters.SavedFilter, ...]
    current: saved_filters.SavedFilter | None  # the kept one that is shown

    def address(self, row: saved_filters.SavedFilter) -> str:
        """Where a kept filter is seen."""
        return f"{url_for(self.page)}?{row.query}"

    def bare(self, address: str) -> str:
        """An address that shows the page without its default."""
        return address if "?" in address else f"{address}?filter={saved_filters.WITHOUT}"


@bp.app_template_global("filters_here")
def filters_here() -> Here | None:
    """The kept filters of the page that is made; ``None`` where nobody is signed in or the page is about one thing."""
    if g.get("actor") is None or request.endpoint is None or request.view_args:
        return None
    rows = saved_filters.filters_of(g.actor.preferences, request.endpoint)
    query = saved_filters.filter_of(request.query_string.decode(errors="replace"))
    return Here(
        page=request.endpoint,
        query=query,
        rows=rows,
        current=next((row for row in rows if row.query == query), None),
    )


@bp.before_app_request
def open_with_default() -> ResponseReturnValue | None:
    """A page that is opened bare opens with its default, which stands in the address like any other."""
    actor = g.get("actor")
    if actor is None or saved_filters.KEY not in actor.preferences:  # most people keep none
        return None
    if request.method != "GET" or request.query_string or request.endpoint is None:
        return None
    query = saved_filters.default_of(actor.preferences, request.endpoint)
    return None if query is None else redirect(f"{url_for(request.endpoint)}?{query}")


def named_page() -> str:
    """The page that a form is about: one of ours that is opened without naming a thing."""
    page = request.form.get("page", "")
    rules = current_app.url_map.iter_rules(page) if page in current_app.view_functions else ()
    if not any("GET" in (rule.methods or ()) and not rule.arguments for rule in rules):
        raise InvalidInputError("There is no such page to keep filters of.", {"page": "unknown"})
    return page


def back(page: str, query: str) -> ResponseReturnValue:
    return redirect(f"{url_for(page)}?{query or 'filter=' + saved_filters.WITHOUT}")


@bp.post("/")
@requires(Permission.HOME)
def save() -> ResponseReturnValue:
    """Keep what the page shows under a name."""
    page, query = named_page(), request.form.get("query", "")
    saved_filters.save(db.session(), g.actor.user_id, page, request.form.get("name", ""), query)
    db.session.commit()
    flash("The filter is kept. It is yours alone; its address can be passed on.", "good")
    return back(page, saved_filters.filter_of(query))


@bp.post("/rename")
@requires(Permission.HOME)
def rename() -> ResponseReturnValue:
    page = named_page()
    name, new = request.form.get("name", ""), request.form.get("new", "")
    saved_filters.rename(db.session(), g.actor.user_id, page, name, new)
    db.session.commit()
    return back(page, saved_filters.filter_of(request.form.get("query", "")))


@bp.post("/delete")
@requires(Permission.HOME)
def delete() -> ResponseReturnValue:
    """Forget a filter; the page goes on showing it, so that it can be kept again."""
    page = named_page()
    row = saved_filters.delete(db.session(), g.actor.user_id, page, request.form.get("name", ""))
    db.session.commit()
    flash(f"{row.name} is deleted. The page still shows it: to have it back, keep it again.", "neutral")
    return back(page, row.query)


@bp.post("/default")
@requires(Permission.HOME)
def set_default() -> ResponseReturnValue:
    """Let the page open with a filter from now on, or bare again."""
    page, default = named_page(), request.form.get("default") == "yes"
    saved_filters.set_default(db.session(), g.actor.user_id, page, request.form.get("name", ""), default=default)
    db.session.commit()
    flash("The page opens with this filter from now on." if default else "The page opens without a filter.", "good")
    return back(page, saved_filters.filter_of(request.form.get("query", "")))
