"""The rooms a person may enter, and what every page's frame shows."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from qa.config import settings
from qa.core.access import AUTHORITY, ROLE_WORDS, Actor, Permission, Role
from qa.core.clock import local_day, utcnow
from qa.core.crypto import draft_key_of
from qa.core.db import db
from qa.notices import queries as notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One entry of the navigation."""

    label: str
    icon: str
    endpoint: str
    permission: Permission


ROOMS = (
    Room(label="Desk", icon="house", endpoint="desk.home", permission=Permission.HOME),
    Room(label="Queue", icon="list-checks", endpoint="reviews.queue", permission=Permission.QUEUE),
    Room(label="My reviews", icon="clipboard-check", endpoint="reviews.mine", permission=Permission.OWN_REVIEWS),
    Room(label="Disputes", icon="gavel", endpoint="disputes.index", permission=Permission.DISPUTE_SETTLE),
    Room(label="Second looks", icon="list-restart", endpoint="second_looks.index", permission=Permission.SECOND_LOOKS),
    Room(label="Incidents", icon="siren", endpoint="incidents.index", permission=Permission.INCIDENTS),
    Room(label="Tickets", icon="inbox", endpoint="tickets.index", permission=Permission.TICKETS_LIST),
    Room(label="Sampling", icon="target", endpoint="sampling.index", permission=Permission.SAMPLING_VIEW),
    Room(label="Rubrics", icon="book-open", endpoint="rubrics.index", permission=Permission.RUBRIC_READ),
    Room(
        label="Calibration",
        icon="scale",
        endpoint="calibration.index",
        permission=Permission.CALIBRATION_VIEW,
    ),
    Room(label="Reviewers", icon="users", endpoint="reviewers.index", permission=Permission.REVIEWERS_VIEW),
    Room(
        label="Coaching",
        icon="graduation-cap",
        endpoint="coaching.index",
        permission=Permission.COACHING_VIEW,
    ),
    Room(label="SOP gaps", icon="file-question-mark", endpoint="sop_gaps.index", permission=Permission.SOP_GAPS_VIEW),
    Room(label="Launches", icon="rocket", endpoint="launches.index", permission=Permission.LAUNCHES_VIEW),
    Room(label="Trends", icon="trending-up", endpoint="trends.index", permission=Permission.TRENDS_VIEW),
    Room(label="Exports", icon="file-spreadsheet", endpoint="data_exports.index", permission=Permission.DATA_EXPORT),
    Room(label="People", icon="contact", endpoint="people.index", permission=Permission.PEOPLE_MANAGE),
    Room(label="Intake", icon="download", endpoint="tickets.intake", permission=Permission.INTAKE_RUN),
    Room(
        label="Retention", icon="archive-x", endpoint="tickets.retention_page", permission=Permission.RETENTION_MANAGE
    ),
    Room(label="Originals", icon="file-lock", endpoint="tickets.originals", permission=Permission.ORIGINALS),
    Room(
        label="Programme", icon="sliders-horizontal", endpoint="programme.show", permission=Permission.PROGRAMME_RULES
    ),
    Room(label="Audit", icon="shield-check", endpoint="desk.audit_trail", permission=Permission.AUDIT_READ),
)


# Blueprints whose pages belong to another's room.
HOMES = {
    "golden": "calibration",
    "certification": "calibration",
    "series": "calibration",
    "planner": "sampling",
    "periods": "trends",
    "escalations": "launches",
    "targets": "launches",
    "board_notes": "launches",
    "studies": "rubrics",
}
# Pages of a blueprint with several entries, by the entry that they belong to.
PAGES = {
    page: entry
    for entry, pages in {
        "tickets.intake": (
            *("upload", "intake_run", "mapping", "change_mapping", "sources", "add_source", "source"),
            *("change_source", "source_rules", "change_rules"),
        ),
        "tickets.retention_page": ("keep_for", "on_request", "keep_originals"),
        "tickets.originals": ("original", "ask_for_original", "settle_original"),
    }.items()
    for page in (f"tickets.{name}" for name in pages)
}


def init_navigation(app: Flask) -> None:
    """Give every template the frame's context."""

    @app.context_processor
    def frame() -> dict[str, object]:
        actor: Actor | None = g.get("actor")
        return {
            "navigation": rooms_of(actor) if actor else [],
            "here": (request.endpoint, actor.roles if actor else None),
            "viewer": viewer_of(actor) if actor else None,
            **(_addresses(request.script_root) if actor else {"search_url": None}),
            "unread_notices": unread_of(actor) if actor else None,
            "actor": actor,
            "can": actor.may if actor else lambda *_: False,
            "Permission": Permission,
            "role_words": ROLE_WORDS,
            "zone": g.get("zone"),
            "today": local_day(utcnow(), g.zone) if g.get("zone") else utcnow().date(),
            "customer": g.programme.customer_word if g.get("programme") else "customer",
        }


def unread_of(actor: Actor) -> int | None:
    """How many notices wait; not counted beside scoring, where nothing should call one away, nor on a failed page."""
    if request.endpoint == "reviews.score":
        return None
    try:
        return notices.count_unread(db.session(), actor.user_id, now=utcnow())
    except SQLAlchemyError:
        return None


def rooms_of(actor: Actor) -> tuple[dict[str, object], ...]:
    """The rooms that this person's roles open."""
    return _rooms(frozenset(actor.roles), request.endpoint, request.blueprint, request.script_root)


@lru_cache(maxsize=1024)
def _rooms(
    roles: frozenset[Role], endpoint: str | None, here: str | None, _mounted_at: str
) -> tuple[dict[str, object], ...]:
    endpoint = PAGES.get(endpoint or "", endpoint)
    return tuple(
        {
            "label": room.label,
            "icon": room.icon,
            "url": url_for(room.endpoint),
            "current": endpoint == room.endpoint or (is_home_of(room, here) and not is_entry(endpoint)),
        }
        for room in ROOMS
        if roles & AUTHORITY[room.permission].keys()
    )


def is_home_of(room: Room, blueprint: str | None) -> bool:
    """Whether a page of this blueprint without an entry of its own belongs to the room."""
    home = HOMES.get(blueprint or "", blueprint)
    first = next((other for other in ROOMS if other.endpoint.split(".")[0] == home), None)
    return first is room


def is_entry(endpoint: str | None) -> bool:
    return any(room.endpoint == endpoint for room in ROOMS)


@lru_cache(maxsize=16)
def _addresses(_mounted_at: str) -> dict[str, str]:
    return {"search_url": url_for("desk.search"), "notices_url": url_for("notices.index")}


def viewer_of(actor: Actor) -> dict[str, object]:
    chosen = settings()
    return {
        "name": actor.name,
        "id": actor.user_id,
        "draft_key": draft_key_of(chosen.draft_key, actor.user_id),
        "idle_seconds": int(chosen.session_idle.total_seconds()),
        **_account(frozenset(actor.roles), request.script_root),
    }


@lru_cache(maxsize=128)
def _account(roles: frozenset[Role], _mounted_at: str) -> dict[str, object]:
    return {
        "roles": [ROLE_WORDS[role] for role in Role if role in roles],
        "sign_out_url": url_for("sign_in.sign_out"),
        "account_url": url_for("account.show"),
        "sign_in_url": url_for("sign_in.form"),
    }
