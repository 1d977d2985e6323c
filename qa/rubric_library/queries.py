"""Reading rubrics: families with their versions, one version as a value, the rule book."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

import rubrics
from qa.core.access import AUTHORITY, Actor, Permission
from qa.core.errors import NotFoundError
from qa.core.orm import table_of
from qa.core.prepared import Asked, Prepared
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import people_with_role
from qa.rubric_library.drafting import finished, tree_of
from qa.rubric_library.models import (
    RubricDraftState,
    RubricEditor,
    RubricFamily,
    RubricRule,
    RubricStep,
    RubricVersion,
)
from qa.rubric_library.rules import InForce, Rule, RuleBook
from qa.tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyView:
    """A family with all its versions, newest first, and the rules that name it."""

    family: RubricFamily
    versions: Sequence[RubricVersion]
    rules: Sequence[RubricRule]

    @property
    def newest_published(self) -> RubricVersion | None:
        return next((version for version in self.versions if version.state == "published"), None)


def families(session: Session, programme_id: int) -> list[FamilyView]:
    """Every family of a programme, by name."""
    found = session.scalars(
        select(RubricFamily)
        .where(RubricFamily.programme_id == programme_id)
        .order_by(RubricFamily.name, RubricFamily.id)
    ).all()
    versions = session.scalars(
        select(RubricVersion)
        .where(RubricVersion.family_id.in_([family.id for family in found]))
        .order_by(RubricVersion.major.desc(), RubricVersion.minor.desc(), RubricVersion.id)
    ).all()
    rules = session.scalars(
        select(RubricRule)
        .where(RubricRule.programme_id == programme_id)
        .order_by(RubricRule.valid_from.desc(), RubricRule.id)
    ).all()
    return [
        FamilyView(
            family=family,
            versions=[version for version in versions if version.family_id == family.id],
            rules=[rule for rule in rules if rule.family_id == family.id],
        )
        for family in found
    ]


def get_version_for(session: Session, actor: Actor, version_id: int) -> tuple[RubricVersion, RubricFamily]:
    """A version of the actor's programme, with its family."""
    row = session.execute(
        select(RubricVersion, RubricFamily)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricVersion.id == version_id, RubricFamily.programme_id == actor.programme_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such rubric version.")
    return row[0], row[1]


def get_family_for(session: Session, actor: Actor, family_id: int) -> RubricFamily:
    family = session.get(RubricFamily, family_id)
    if family is None or family.programme_id != actor.programme_id:
        raise NotFoundError("There is no such rubric.")
    return family


def rule_book_at(session: Session, setting: ProgrammeSetting, now: dt.datetime) -> RuleBook:
    """The rules as they apply to parts that are given out now: by their resolution, or by today's version."""
    return rule_book(session, setting.programme_id, at=now if setting.rubric_date == "review" else None)


def rule_book(session: Session, programme_id: int, *, at: dt.datetime | None = None) -> RuleBook:
    """The rules and published versions as values, in two statements; ``at`` as ``RuleBook`` has it."""
    rules = session.scalars(select(RubricRule).where(RubricRule.programme_id == programme_id).order_by(RubricRule.id))
    versions = session.execute(
        select(RubricVersion.id, RubricVersion.family_id, RubricVersion.effective_from, RubricVersion.retired_at)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(
            RubricFamily.programme_id == programme_id,
            RubricVersion.state.in_(("published", "retired")),
            RubricVersion.effective_from.is_not(None),
        )
        .order_by(RubricVersion.id)
    )
    return RuleBook(
        at=at,
        rules=tuple(
            Rule(
                id=rule.id,
                family_id=rule.family_id,
                queue=rule.queue,
                channel=rule.channel,
                language=rule.language,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
            )
            for rule in rules
        ),
        versions=tuple(
            InForce(version_id=version_id, family_id=family_id, effective_from=effective_from, retired_at=retired_at)
            for version_id, family_id, effective_from, retired_at in versions
            if effective_from is not None
        ),
    )


def rubric_of(session: Session, version_id: int) -> rubrics.RubricVersion:
    """A stored version as the value that scores; parsed once in a process."""
    return rubrics_of(session, [version_id])[version_id]


def rubrics_of(session: Session, version_ids: Iterable[int]) -> dict[int, rubrics.RubricVersion]:
    """Several stored versions as values, in one statement; an unfinished draft is left out."""
    rows = session.execute(
        select(RubricVersion.id, RubricVersion.document, RubricDraftState.content)
        .outerjoin(
            RubricDraftState,
            and_(
                RubricVersion.state == "draft",
                RubricDraftState.version_id == RubricVersion.id,
                RubricDraftState.n == RubricVersion.draft_n,
            ),
        )
        .where(RubricVersion.id.in_(set(version_ids)))
        .order_by(RubricVersion.id)
    )
    found = {}
    for version_id, document, tree in rows:
        try:
            found[version_id] = parsed(document) if tree is None else rubrics.read_draft(finished(tree))
        except rubrics.RubricError:
            continue
    return found


def value_of(session: Session, version: RubricVersion) -> rubrics.RubricVersion | None:
    """A version as the value that scores; nothing for a draft that is not finished."""
    return rubrics_of(session, [version.id]).get(version.id)


_DOCUMENT = Prepared(
    select(table_of(RubricVersion).c.document).where(table_of(RubricVersion).c.id == bindparam("version"))
)
_documents: dict[str, str] = {}  # by the fingerprints of their versions
MOST_DOCUMENTS = 64


def document_of(asked: Asked, version_id: int, *, state: str, fingerprint: str) -> str:
    """What a version says, as YAML. One that is no draft any more is read once in a process: its fingerprint tells it.

    Always the same string then, by which others keep what they make of it.
    """
    if state == "draft":
        return str(_DOCUMENT.one_or_none(asked, version=version_id).document)
    known = _documents.get(fingerprint)
    if known is None:
        if len(_documents) >= MOST_DOCUMENTS:
            _documents.clear()
        known = _documents[fingerprint] = str(_DOCUMENT.one_or_none(asked, version=version_id).document)
    return known


@lru_cache(maxsize=64)
def parsed(document: str) -> rubrics.RubricVersion:
    return rubrics.load_yaml(document)


def get_rule_for(session: Session, actor: Actor, rule_id: int) -> RubricRule:
    rule = session.get(RubricRule, rule_id)
    if rule is None or rule.programme_id != actor.programme_id:
        raise NotFoundError("There is no such rule.")
    return rule


def is_applied(session: Session, family_id: int, now: dt.datetime) -> bool:
    """Whether a rule sends parts to a rubric, now or from a later day on."""
    holds = or_(RubricRule.valid_to.is_(None), RubricRule.valid_to > now)
    return bool(session.scalar(select(exists().where(RubricRule.family_id == family_id, holds))))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of a version's life with who took it."""

    step: RubricStep
    by: str | None


def steps_of(session: Session, version_id: int) -> list[StepView]:
    """What happened to a version, newest first."""
    rows = session.execute(
        select(RubricStep, User.name)
        .outerjoin(User, User.id == RubricStep.by_id)
        .where(RubricStep.version_id == version_id)
        .order_by(RubricStep.at.desc(), RubricStep.id.desc())
        .limit(100)
    )
    return [StepView(step=step, by=name) for step, name in rows]


def drafts_of_session(session: Session, session_id: int) -> list[tuple[RubricVersion, RubricFamily]]:
    """The versions that a calibration session's discussion began, oldest first."""
    rows = session.execute(
        select(RubricVersion, RubricFamily)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .join(RubricStep, RubricStep.version_id == RubricVersion.id)
        .where(RubricStep.session_id == session_id)
        .order_by(RubricVersion.id)
    )
    return [(version, family) for version, family in rows]


def origin_of(session: Session, version_id: int) -> RubricStep | None:
    """The step that began a version in a calibration session; nothing where it began elsewhere."""
    return session.scalar(
        select(RubricStep)
        .where(RubricStep.version_id == version_id, RubricStep.session_id.is_not(None))
        .order_by(RubricStep.id)
        .limit(1)
    )


def editors_named(session: Session, version_id: int) -> list[tuple[int, str]]:
    """Who wrote on a version, by name."""
    rows = session.execute(
        select(User.id, User.name)
        .join(RubricEditor, RubricEditor.person_id == User.id)
        .where(RubricEditor.version_id == version_id)
        .order_by(User.name, User.id)
    )
    return [(person_id, name) for person_id, name in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """Where a draft stands: what it says, what undo and redo would do, when it was saved last and by whom."""

    tree: dict[str, Any]
    undo: str | None
    redo: str | None
    saved_at: dt.datetime | None
    saved_by: str | None


def draft_state(session: Session, version: RubricVersion) -> DraftState:
    """A draft with its neighbouring states, in one statement."""
    n = version.draft_n or 0
    rows = {
        state.n: (state, name)
        for state, name in session.execute(
            select(RubricDraftState, User.name)
            .outerjoin(User, User.id == RubricDraftState.saved_by_id)
            .where(RubricDraftState.version_id == version.id, RubricDraftState.n.between(n - 1, n + 1))
            .order_by(RubricDraftState.n)
        )
    }
    now = rows.get(n)
    return DraftState(
        tree=now[0].content if now else tree_of(parsed(version.document)),
        undo=now[0].what if now and n - 1 in rows else None,
        redo=rows[n + 1][0].what if n + 1 in rows else None,
        saved_at=now[0].saved_at if now else None,
        saved_by=now[1] if now else None,
    )


def versions_of(session: Session, family_id: int) -> Sequence[RubricVersion]:
    """A family's versions, oldest first."""
    return session.scalars(
        select(RubricVersion)
        .where(RubricVersion.family_id == family_id)
        .order_by(RubricVersion.major, RubricVersion.minor, RubricVersion.id)
    ).all()


def version_labels(session: Session, programme_id: int) -> dict[int, tuple[str, str]]:
    """Name of the rubric and number of each version of a programme, by id."""
    rows = session.execute(
        select(RubricVersion.id, RubricFamily.name, RubricVersion.major, RubricVersion.minor)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id)
        .order_by(RubricVersion.id)
    )
    return {version_id: (name, f"{major}.{minor}") for version_id, name, major, minor in rows}


def possible_owners(session: Session, programme_id: int, today: dt.date) -> list[tuple[int, str]]:
    """Who may answer for a rubric: everybody who may draft one."""
    roles = AUTHORITY[Permission.RUBRIC_DRAFT]
    found = {
        person.id: person.name for role in roles for person in people_with_role(session, programme_id, role, today)
    }
    return sorted(found.items(), key=lambda item: (item[1], item[0]))


def names_of(session: Session, person_ids: Iterable[int | None]) -> dict[int, str]:
    """People's names by id."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)).order_by(User.id))
    return dict(rows.all())


def known_channels(session: Session, programme_id: int) -> list[str]:
    """The channels of the programme's tickets, by name."""
    return list(
        session.scalars(
            select(Ticket.channel).where(Ticket.programme_id == programme_id).distinct().order_by(Ticket.channel)
        )
    )
