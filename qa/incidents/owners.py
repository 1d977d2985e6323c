"""Whom the programme names for each kind of incident, in order, and how fast they are to acknowledge."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.incidents import rules
from qa.incidents.models import IncidentOwner, IncidentRule
from qa.incidents.rules import Kind
from qa.people.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """The rule of one kind as it holds now."""

    kind: Kind
    minutes: int
    owners: tuple[User, ...]
    version: int  # 0 where nothing was set yet


def rules_of(session: Session, programme_id: int) -> list[KindRule]:
    """Every kind with its owners in order, in two statements."""
    kept = {
        rule.kind: rule
        for rule in session.scalars(select(IncidentRule).where(IncidentRule.programme_id == programme_id))
    }
    owners: dict[str, list[User]] = {}
    for kind, user in session.execute(
        select(IncidentRule.kind, User)
        .join(IncidentOwner, IncidentOwner.rule_id == IncidentRule.id)
        .join(User, User.id == IncidentOwner.user_id)
        .where(IncidentRule.programme_id == programme_id)
        .order_by(IncidentOwner.position)
    ):
        owners.setdefault(kind, []).append(user)
    return [
        KindRule(
            kind=kind,
            minutes=kept[kind].acknowledge_minutes if kind in kept else rules.MINUTES[kind],
            owners=tuple(owners.get(kind, ())),
            version=kept[kind].lock_version if kind in kept else 0,
        )
        for kind in Kind
    ]


def rule_of(session: Session, programme_id: int, kind: Kind) -> KindRule:
    return next(rule for rule in rules_of(session, programme_id) if rule.kind == kind)


def people_to_name(session: Session, programme_id: int) -> Sequence[User]:
    """Everybody who could be named, by name."""
    return session.scalars(
        select(User).where(User.programme_id == programme_id, User.active).order_by(User.name, User.id)
    ).all()


def read_owners(form: Mapping[str, str], known: Mapping[str, User]) -> tuple[int, tuple[int, ...]]:
    """Minutes and owners' ids from the form; ``known`` are the people who may be named, by address."""
    wrong: dict[str, str] = {}
    text = form.get("minutes", "").strip()
    minutes = int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0
    if not rules.FEWEST_MINUTES <= minutes <= rules.MOST_MINUTES:
        wrong["minutes"] = f"A number of minutes from {rules.FEWEST_MINUTES} to {rules.MOST_MINUTES:,} (two weeks)."
    chosen: list[int] = []
    for place in range(1, rules.MOST_OWNERS + 1):
        address = form.get(f"owner-{place}", "").strip().lower()
        if not address:
            continue
        user = known.get(address)
        if user is None:
            wrong[f"owner-{place}"] = "Nobody here has this address: choose somebody from the list."
        elif user.id in chosen:
            wrong[f"owner-{place}"] = f"{user.name} is named already."
        else:
            chosen.append(user.id)
    if wrong:
        raise InvalidInputError("Nothing is changed yet.", wrong)
    return minutes, tuple(chosen)


def set_rule(
    session: Session,
    programme_id: int,
    kind: Kind,
    *,
    minutes: int,
    owner_ids: Sequence[int],
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Name the owners of a kind in order; incidents raised before keep whom they were told to and their limit.

    Raises ``ConflictError`` if somebody changed the rule since ``version``.
    """
    elsewhere = (
        "Somebody else changed this rule while you had the page open. Nothing of yours was saved: load it again."
    )
    rule = session.scalar(
        select(IncidentRule).where(IncidentRule.programme_id == programme_id, IncidentRule.kind == kind)
    )
    if rule is None:
        if version != 0:
            raise ConflictError(elsewhere)
        rule = IncidentRule(programme_id=programme_id, kind=kind, acknowledge_minutes=minutes, lock_version=1)
        session.add(rule)
        try:
            session.flush()
        except IntegrityError as error:  # two windows set it at the same moment
            raise ConflictError(elsewhere) from error
    else:
        moved = session.execute(
            update(IncidentRule)
            .where(IncidentRule.id == rule.id, IncidentRule.lock_version == version)
            .values(lock_version=IncidentRule.lock_version + 1, acknowledge_minutes=minutes)
            .execution_options(synchronize_session=False)
        )
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError(elsewhere)
        session.execute(delete(IncidentOwner).where(IncidentOwner.rule_id == rule.id))
    if owner_ids:
        session.execute(
            insert(IncidentOwner),
            [{"rule_id": rule.id, "position": place, "user_id": user_id} for place, user_id in enumerate(owner_ids, 1)],
        )
    audit.record(
        session,
        action="incident.owners",
        object_type="programme",
        object_id=programme_id,
        actor_id=by,
        now=now,
        detail={"kind": kind, "minutes": minutes, "owners": list(owner_ids)},
    )
    session.flush()
