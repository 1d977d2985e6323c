"""Writing launches down, changing, putting away and bringing back; their issues; and taking a file of them in."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Permission
from qa.core.advancing import advance
from qa.core.entering import Reject, Row
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome, differences
from qa.launches import queries
from qa.launches.fields import LONGEST_ISSUE
from qa.launches.models import Launch, LaunchIssue
from qa.launches.queries import LaunchView
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import or_owner, people_who_may
from qa.sampling.models import SamplingPlan
from qa.tickets.redaction import redact

SAME_NAME = "There is a launch of this name already; it may have been put away."


def values_of(view: LaunchView) -> dict[str, Any]:
    """A launch as its fields name it."""
    launch = view.launch
    return {
        "name": launch.name,
        "starts_on": launch.starts_on,
        "ends_on": launch.ends_on,
        "queues": tuple(launch.queues),
        "control_queues": tuple(launch.control_queues),
        "label": launch.label or None,
        "owner": view.owner.email if view.owner else None,
        "plan": view.plan.name if view.plan else None,
        "note": launch.note or None,
    }


def checked(values: Mapping[str, Any], people: Mapping[str, User], plans: Mapping[str, int]) -> dict[str, Any]:
    """The columns that these fields mean; raises ``InvalidInputError`` naming what does not fit."""
    wrong: dict[str, str] = {}
    if values.get("ends_on") and values["ends_on"] < values["starts_on"]:
        wrong["ends_on"] = "The last day is before the first."
    touched, control = set(values["queues"]), set(values.get("control_queues") or ())
    if touched & control:
        wrong["control_queues"] = f"{sorted(touched & control)[0]} cannot be compared with itself."
    owner = people.get(values["owner"]) if values.get("owner") else None
    if values.get("owner") and owner is None:
        wrong["owner"] = "Nobody who may see launches has this address."
    plan = plans.get(values["plan"]) if values.get("plan") else None
    if values.get("plan") and plan is None:
        wrong["plan"] = "There is no such sampling plan."
    if wrong:
        raise InvalidInputError("Nothing is saved yet: " + " ".join(wrong.values()), wrong)
    return {
        "name": values["name"],
        "starts_on": values["starts_on"],
        "ends_on": values.get("ends_on"),
        "queues": list(values["queues"]),
        "control_queues": list(values.get("control_queues") or ()),
        "label": values.get("label") or "",
        "owner_id": owner.id if owner else None,
        "plan_id": plan,
        "note": redact(values.get("note") or ""),
    }


def owners(session: Session, programme_id: int, now: dt.datetime) -> dict[str, User]:
    """Who can own a launch, by address."""
    found = people_who_may(session, programme_id, Permission.LAUNCHES_VIEW, now.date())
    return {each.email: each for each in found}


def plans_by_name(session: Session, programme_id: int) -> dict[str, int]:
    """The sampling plans that a launch can be watched by."""
    rows = session.execute(
        select(SamplingPlan.name, SamplingPlan.id)
        .where(SamplingPlan.programme_id == programme_id, SamplingPlan.retired_at.is_(None))
        .order_by(SamplingPlan.name, SamplingPlan.id)
    )
    return {name: plan_id for name, plan_id in rows}  # noqa: C416 - a row is no pair to dict()


def create(session: Session, programme_id: int, values: Mapping[str, Any], *, by: int, now: dt.datetime) -> Launch:
    """A launch from its fields; its owner is told."""
    people = owners(session, programme_id, now)
    columns = checked(values, people, plans_by_name(session, programme_id))
    launch = _insert(session, programme_id, columns, by=by, now=now)
    _record(session, "create", launch, by, now, sorted(columns))
    return launch


def _insert(session: Session, programme_id: int, columns: Mapping[str, Any], *, by: int, now: dt.datetime) -> Launch:
    launch = Launch(programme_id=programme_id, created_by_id=by, created_at=now, **columns)
    session.add(launch)
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInputError(SAME_NAME, {"name": SAME_NAME}) from error
    _tell_owner(session, launch, None, by, now)
    return launch


def edit(
    session: Session, view: LaunchView, values: Mapping[str, Any], *, version: int, by: int, now: dt.datetime
) -> None:
    """Other fields, if it still stands as the person saw it."""
    launch, former = view.launch, view.launch.owner_id
    people = owners(session, launch.programme_id, now)
    columns = _changed(view, values, people, plans_by_name(session, launch.programme_id))
    changed = sorted(name for name, value in columns.items() if getattr(launch, name) != value)
    try:
        advance(session, launch, version, **columns)
    except IntegrityError as error:
        raise InvalidInputError(SAME_NAME, {"name": SAME_NAME}) from error
    _tell_owner(session, launch, former, by, now)
    _record(session, "edit", launch, by, now, changed)


def _changed(
    view: LaunchView, values: Mapping[str, Any], people: Mapping[str, User], plans: Mapping[str, int]
) -> dict[str, Any]:
    """The columns of a launch that is there; its owner and its plan stay, whatever became of them since."""
    kept = plans if view.plan is None else {view.plan.name: view.plan.id, **plans}
    return checked(values, or_owner(people, view.owner), kept)


def archive(session: Session, launch: Launch, *, version: int, away: bool, by: int, now: dt.datetime) -> None:
    """Put a launch away, so that no page counts it, or bring it back."""
    if away == (launch.archived_at is not None):
        raise ConflictError("It is put away already." if away else "It is not put away.")
    advance(session, launch, version, archived_at=now if away else None)
    _record(session, "archive" if away else "restore", launch, by, now, [])


def add_issue(session: Session, launch: Launch, *, text: str, url: str, by: int, now: dt.datetime) -> LaunchIssue:
    """Something that is known to go wrong."""
    issue = LaunchIssue(launch_id=launch.id, text=redact(text), url=url, opened_at=now, opened_by_id=by)
    session.add(issue)
    try:
        session.flush()
    except IntegrityError as error:
        said = "This issue is listed already."
        raise InvalidInputError(said, {"text": said}) from error
    _record(session, "issue", launch, by, now, [], issue=issue.id)
    return issue


def settle_issue(session: Session, issue: LaunchIssue, *, settled: bool, by: int, now: dt.datetime) -> None:
    """It goes wrong no more, or again."""
    session.refresh(issue, with_for_update=True)
    if settled == (issue.settled_at is not None):
        raise ConflictError("Somebody else has settled it already." if settled else "It is open already.")
    issue.settled_at, issue.settled_by_id = (now, by) if settled else (None, None)
    session.flush()
    launch = session.get_one(Launch, issue.launch_id)
    _record(session, "issue_settle" if settled else "issue_reopen", launch, by, now, [], issue=issue.id)


def take_in(session: Session, programme_id: int, rows: Sequence[Row], *, by: int, now: dt.datetime) -> Outcome:
    """Carry a file out: launches by name, new or changed; those the file does not name stay. The caller commits."""
    people = owners(session, programme_id, now)
    plans = plans_by_name(session, programme_id)
    known = {view.launch.name: view for view in queries.all_launches(session, programme_id)}
    issues: dict[int, set[str]] = {}
    for launch_id, text in session.execute(
        select(LaunchIssue.launch_id, LaunchIssue.text)
        .join(Launch, Launch.id == LaunchIssue.launch_id)
        .where(Launch.programme_id == programme_id)
    ):
        issues.setdefault(launch_id, set()).add(text)
    changes: list[Change] = []
    rejects: list[Reject] = []
    seen: dict[str, int] = {}
    for row in rows:
        name = row.values["name"]
        if name in seen:
            rejects.append(Reject(line=row.line, column="name", value=name, reason=f"already on line {seen[name]}"))
            continue
        seen[name] = row.line
        view = known.get(name)
        before = values_of(view) if view is not None else None
        given = {key: value for key, value in row.values.items() if key != "known_issues"}
        after = {**(before or dict.fromkeys(_FIELDS)), **given}
        after["control_queues"] = tuple(after["control_queues"] or ())
        if "note" in given:
            after["note"] = redact(given["note"] or "") or None
        try:
            columns = _changed(view, after, people, plans) if view is not None else checked(after, people, plans)
        except InvalidInputError as error:
            rejects += [
                Reject(line=row.line, column=field, value=str(row.values.get(field, ""))[:100], reason=reason)
                for field, reason in error.fields.items()
            ]
            continue
        found = differences(row.line, name, before, after)
        if view is None:
            launch = _insert(session, programme_id, columns, by=by, now=now)
        else:
            launch, former = view.launch, view.launch.owner_id
            if found:
                advance(session, launch, launch.lock_version, **columns)
                _tell_owner(session, launch, former, by, now)
        changes += found
        for text in map(redact, row.values.get("known_issues") or ()):
            if text in issues.setdefault(launch.id, set()):
                continue
            if len(text) > LONGEST_ISSUE:
                said = f"an issue has at most {LONGEST_ISSUE} characters"
                rejects.append(Reject(line=row.line, column="known_issues", value=text[:100], reason=said))
                continue
            session.add(LaunchIssue(launch_id=launch.id, text=text, opened_at=now, opened_by_id=by))
            issues[launch.id].add(text)
            changes.append(Change(line=row.line, what=name, field="known issue", before="", after=text))
    session.flush()
    return Outcome(changes=changes, rejects=rejects)


_FIELDS = ("name", "starts_on", "ends_on", "queues", "control_queues", "label", "owner", "plan", "note")


def _tell_owner(session: Session, launch: Launch, former: int | None, by: int, now: dt.datetime) -> None:
    if launch.owner_id is not None and launch.owner_id not in (former, by):
        notices.notify(
            session, [launch.owner_id], kind="launch_owner", object_type="launch", object_id=launch.id, now=now
        )


def _record(
    session: Session, what: str, launch: Launch, by: int, now: dt.datetime, fields: Sequence[str], **more: int
) -> None:
    audit.record(
        session,
        action=f"launch.{what}",
        object_type="launch",
        object_id=launch.id,
        actor_id=by,
        now=now,
        detail={"fields": list(fields), **more} if fields or more else {},
    )
    session.flush()
