"""Who may do what: one table, denied unless granted.

The table says use case x role x scope. A route declares the permission it needs; the application does not start with
a route that declares none; which *object* a person may touch is decided where it is fetched, by the scopes here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, g, request
from flask.typing import ResponseReturnValue

from qa.core.errors import ConfigurationError, ForbiddenError


class Role(StrEnum):
    REVIEWER = "reviewer"
    TEAM_LEAD = "team_lead"
    QA_LEAD = "qa_lead"
    SPECIALIST = "specialist"
    DIRECTOR = "director"
    ADMIN = "admin"


ROLE_WORDS = {
    Role.REVIEWER: "Reviewer",
    Role.TEAM_LEAD: "Team lead",
    Role.QA_LEAD: "QA lead",
    Role.SPECIALIST: "Specialist",
    Role.DIRECTOR: "Director",
    Role.ADMIN: "Admin",
}


class Scope(StrEnum):
    """How far a granted use case reaches."""

    ASSIGNED = "assigned"  # what was given to this person to work on
    OWN = "own"  # what is about this person
    TEAM = "team"  # the teams this person leads
    ALL = "all"
    AGGREGATE = "aggregate"  # figures over several people, never one person


class Permission(StrEnum):
    HOME = "home"
    SCORE = "score"
    QUEUE = "queue"
    REVIEW_READ = "review_read"
    OWN_REVIEWS = "own_reviews"
    REVIEW_VOID = "review_void"
    REVIEW_COMMENT = "review_comment"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_SETTLE = "dispute_settle"
    INCIDENTS = "incidents"
    SECOND_LOOKS = "second_looks"
    SECOND_LOOK_TAKE = "second_look_take"
    TICKETS_LIST = "tickets_list"
    CONVERSATION_READ = "conversation_read"
    REVIEWER_NAME = "reviewer_name"
    RUBRIC_READ = "rubric_read"
    RUBRIC_DRAFT = "rubric_draft"
    RUBRIC_PUBLISH = "rubric_publish"
    RUBRIC_RULES = "rubric_rules"
    RUBRIC_PROPOSE = "rubric_propose"
    RUBRIC_STUDIES = "rubric_studies"
    RUBRIC_BRIDGE = "rubric_bridge"
    EXPOSURE_REPORT = "exposure_report"
    TEMPLATES_SHARED = "templates_shared"
    SAMPLING_VIEW = "sampling_view"
    SAMPLING_PLAN = "sampling_plan"
    SAMPLING_DRAW = "sampling_draw"
    TARGETED_PICK = "targeted_pick"
    CALIBRATION_TAKE_PART = "calibration_take_part"
    CALIBRATION_VIEW = "calibration_view"
    CALIBRATION_FACILITATE = "calibration_facilitate"
    CALIBRATION_GOLD = "calibration_gold"
    CERTIFICATION_VIEW = "certification_view"
    CERTIFICATION_SETTLE = "certification_settle"
    REVIEWERS_VIEW = "reviewers_view"
    DRIFT_RUN = "drift_run"
    DRIFT_CASE = "drift_case"
    DRIFT_SETTLE = "drift_settle"
    COACHING_VIEW = "coaching_view"
    COACHING_EDIT = "coaching_edit"
    LAUNCHES_VIEW = "launches_view"
    LAUNCHES_EDIT = "launches_edit"
    SOP_GAPS_VIEW = "sop_gaps_view"
    SOP_GAPS_SETTLE = "sop_gaps_settle"
    ESCALATIONS_VIEW = "escalations_view"
    ESCALATIONS_EDIT = "escalations_edit"
    TARGETS_SET = "targets_set"
    BOARD_NOTES_READ = "board_notes_read"
    BOARD_NOTES_WRITE = "board_notes_write"
    TRENDS_VIEW = "trends_view"
    PERIODS_VIEW = "periods_view"
    PERIODS_CLOSE = "periods_close"
    PEOPLE_MANAGE = "people_manage"
    PROGRAMME_RULES = "programme_rules"
    INTAKE_RUN = "intake_run"
    RETENTION_MANAGE = "retention_manage"
    ORIGINALS = "originals"
    ORIGINALS_SETTLE = "originals_settle"
    DATA_EXPORT = "data_export"
    AUDIT_READ = "audit_read"
    ACCESS_REPORT = "access_report"


OPEN_REGION = "default"  # the data region that needs no clearance
PUBLIC = "public"  # a page that anybody may open, such as the sign-in form

R, L, Q, S, D, A = (
    Role.REVIEWER,
    Role.TEAM_LEAD,
    Role.QA_LEAD,
    Role.SPECIALIST,
    Role.DIRECTOR,
    Role.ADMIN,
)
P = Permission
AUTHORITY: dict[Permission, dict[Role, Scope]] = {
    P.HOME: dict.fromkeys(Role, Scope.OWN),
    P.SCORE: {R: Scope.ASSIGNED, L: Scope.ASSIGNED, Q: Scope.ASSIGNED, S: Scope.ASSIGNED},
    P.QUEUE: {R: Scope.ASSIGNED, L: Scope.ASSIGNED, Q: Scope.ASSIGNED},
    P.REVIEW_READ: {R: Scope.ASSIGNED, L: Scope.TEAM, Q: Scope.ALL, S: Scope.OWN, D: Scope.ALL},
    P.OWN_REVIEWS: {R: Scope.OWN, S: Scope.OWN},
    P.REVIEW_VOID: {Q: Scope.ALL},
    P.REVIEW_COMMENT: {R: Scope.OWN, L: Scope.TEAM, Q: Scope.ALL, S: Scope.OWN},
    P.DISPUTE_OPEN: {S: Scope.OWN},
    P.DISPUTE_SETTLE: {L: Scope.TEAM, Q: Scope.ALL},
    P.SECOND_LOOKS: {R: Scope.OWN, L: Scope.TEAM, Q: Scope.ALL},
    P.SECOND_LOOK_TAKE: {L: Scope.TEAM, Q: Scope.ALL},
    P.INCIDENTS: dict.fromkeys(Role, Scope.OWN) | {Q: Scope.ALL},
    P.TICKETS_LIST: {L: Scope.TEAM, Q: Scope.ALL},
    P.CONVERSATION_READ: {R: Scope.ASSIGNED, L: Scope.TEAM, Q: Scope.ALL, S: Scope.OWN},
    P.REVIEWER_NAME: {Q: Scope.ALL, D: Scope.ALL, A: Scope.ALL},
    P.RUBRIC_READ: {R: Scope.ALL, L: Scope.ALL, Q: Scope.ALL, S: Scope.ALL, D: Scope.ALL, A: Scope.ALL},
    P.RUBRIC_DRAFT: {L: Scope.ALL, Q: Scope.ALL},
    P.RUBRIC_PUBLISH: {Q: Scope.ALL, A: Scope.ALL},
    P.RUBRIC_RULES: {Q: Scope.ALL},
    P.RUBRIC_PROPOSE: {R: Scope.ALL, L: Scope.ALL, Q: Scope.ALL},
    P.RUBRIC_STUDIES: {Q: Scope.ALL, D: Scope.AGGREGATE},
    P.RUBRIC_BRIDGE: {Q: Scope.ALL},
    P.EXPOSURE_REPORT: {Q: Scope.AGGREGATE, D: Scope.AGGREGATE},
    P.TEMPLATES_SHARED: {Q: Scope.ALL},
    P.SAMPLING_VIEW: {Q: Scope.ALL, D: Scope.ALL},
    P.SAMPLING_PLAN: {Q: Scope.ALL},
    P.SAMPLING_DRAW: {Q: Scope.ALL},
    P.TARGETED_PICK: {L: Scope.TEAM, Q: Scope.ALL},
    P.CALIBRATION_TAKE_PART: {R: Scope.ASSIGNED, L: Scope.ASSIGNED, Q: Scope.ASSIGNED},
    P.CALIBRATION_VIEW: {R: Scope.ASSIGNED, L: Scope.ALL, Q: Scope.ALL, D: Scope.ALL},
    P.CALIBRATION_FACILITATE: {L: Scope.OWN, Q: Scope.ALL},
    P.CALIBRATION_GOLD: {L: Scope.ALL, Q: Scope.ALL},
    P.CERTIFICATION_VIEW: {R: Scope.OWN, Q: Scope.ALL},
    P.CERTIFICATION_SETTLE: {Q: Scope.ALL},
    P.REVIEWERS_VIEW: {R: Scope.OWN, Q: Scope.ALL, D: Scope.AGGREGATE},
    P.DRIFT_RUN: {Q: Scope.ALL},
    P.DRIFT_CASE: {R: Scope.OWN, Q: Scope.ALL},
    P.DRIFT_SETTLE: {Q: Scope.ALL},
    P.COACHING_VIEW: {L: Scope.TEAM, Q: Scope.ALL, S: Scope.OWN},
    P.COACHING_EDIT: {L: Scope.TEAM, Q: Scope.ALL},
    P.LAUNCHES_VIEW: {L: Scope.TEAM, Q: Scope.ALL, D: Scope.ALL},
    P.LAUNCHES_EDIT: {Q: Scope.ALL, D: Scope.ALL},
    P.SOP_GAPS_VIEW: {R: Scope.OWN, L: Scope.TEAM, Q: Scope.ALL, D: Scope.ALL},
    P.SOP_GAPS_SETTLE: {L: Scope.TEAM, Q: Scope.ALL},
    P.ESCALATIONS_VIEW: {L: Scope.TEAM, Q: Scope.ALL, D: Scope.ALL},
    P.ESCALATIONS_EDIT: {L: Scope.TEAM, Q: Scope.ALL},
    P.TARGETS_SET: {Q: Scope.ALL, D: Scope.ALL},
    P.BOARD_NOTES_READ: {Q: Scope.ALL, D: Scope.ALL},
    P.BOARD_NOTES_WRITE: {D: Scope.ALL},
    P.TRENDS_VIEW: {L: Scope.TEAM, Q: Scope.ALL, D: Scope.ALL},
    P.PERIODS_VIEW: {Q: Scope.ALL, D: Scope.ALL},
    P.PERIODS_CLOSE: {Q: Scope.ALL},
    P.PEOPLE_MANAGE: {A: Scope.ALL},
    P.PROGRAMME_RULES: {Q: Scope.ALL, A: Scope.ALL},
    P.INTAKE_RUN: {A: Scope.ALL},
    P.RETENTION_MANAGE: {A: Scope.ALL},
    P.ORIGINALS: {Q: Scope.ALL, D: Scope.ALL, A: Scope.ALL},
    P.ORIGINALS_SETTLE: {Q: Scope.ALL, A: Scope.ALL},
    P.DATA_EXPORT: {L: Scope.TEAM, Q: Scope.ALL, D: Scope.ALL},
    P.AUDIT_READ: {Q: Scope.ALL, A: Scope.ALL},
    P.ACCESS_REPORT: {A: Scope.ALL},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in person as the rules see them: plain values, read once per request."""

    user_id: int
    name: str
    email: str
    roles: frozenset[Role]
    programme_id: int
    team_ids: frozenset[int] = frozenset()  # teams this person belongs to today
    led_team_ids: frozenset[int] = frozenset()  # teams this person leads today
    clearance: int = 0  # highest content severity this person may open
    regions: frozenset[str] = frozenset({OPEN_REGION})  # data regions whose tickets this person may open
    session_id: int | None = None
    preferences: dict[str, Any] = field(default_factory=dict)

    def scopes(self, permission: Permission) -> frozenset[Scope]:
        """How far this person may use it; empty means not at all."""
        granted = AUTHORITY[permission]
        return frozenset(granted[role] for role in self.roles if role in granted)

    def may(self, permission: Permission, scope: Scope | None = None) -> bool:
        if scope is None:
            return not self.roles.isdisjoint(AUTHORITY[permission])
        return scope in self.scopes(permission)


View = TypeVar("View", bound=Callable[..., Any])


def requires(permission: Permission | str) -> Callable[[View], View]:
    """Declare what a view needs: a permission of the table, or ``PUBLIC``."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def declared(app: Flask, endpoint: str) -> Permission | str | None:
    """The permission a view declares; Flask's own static files are public."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return getattr(app.view_functions[endpoint], "permission", None)


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that declares no permission."""
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None})
    if silent:
        raise ConfigurationError(f"these routes declare no permission: {', '.join(silent)}")


def enforce(app: Flask, to_sign_in: Callable[[], ResponseReturnValue]) -> ResponseReturnValue | None:
    """Let a request through, send it to the sign-in page, or refuse it."""
    endpoint = request.endpoint
    if endpoint is None:
        return None
    permission = declared(app, endpoint)
    if permission == PUBLIC:
        return None
    actor: Actor | None = g.get("actor")
    if actor is None:
        return to_sign_in()
    if not isinstance(permission, Permission) or not actor.may(permission):
        raise ForbiddenError("Your roles do not include this page.")
    return None
