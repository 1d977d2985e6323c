"""Reading rubrics: families with their versions, one version as a value, the rule book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.rubric_library.models import RubricFamily, RubricRule, RubricVersion
from qa.rubric_library.rules import InForce, Rule, RuleBook


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


def rule_book(session: Session, programme_id: int) -> RuleBook:
    """The rules and published versions as values, in two statements."""
    rules = session.scalars(select(RubricRule).where(RubricRule.programme_id == programme_id).order_by(RubricRule.id))
    versions = session.execute(
        select(RubricVersion.id, RubricVersion.family_id, RubricVersion.effective_from)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(
            RubricFamily.programme_id == programme_id,
            RubricVersion.state == "published",
            RubricVersion.effective_from.is_not(None),
        )
        .order_by(RubricVersion.id)
    )
    return RuleBook(
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
            InForce(version_id=version_id, family_id=family_id, effective_from=effective_from)
            for version_id, family_id, effective_from in versions
            if effective_from is not None
        ),
    )


def rubric_of(session: Session, version_id: int) -> rubrics.RubricVersion:
    """A stored version as the value that scores; parsed once in a process."""
    return rubrics_of(session, [version_id])[version_id]


def rubrics_of(session: Session, version_ids: Iterable[int]) -> dict[int, rubrics.RubricVersion]:
    """Several stored versions as values, in one statement."""
    rows = session.execute(
        select(RubricVersion.id, RubricVersion.document).where(RubricVersion.id.in_(set(version_ids)))
    )
    return {version_id: parsed(document) for version_id, document in rows}


@lru_cache(maxsize=64)
def parsed(document: str) -> rubrics.RubricVersion:
    return rubrics.load_yaml(document)


def get_rule_for(session: Session, actor: Actor, rule_id: int) -> RubricRule:
    rule = session.get(RubricRule, rule_id)
    if rule is None or rule.programme_id != actor.programme_id:
        raise NotFoundError("There is no such rule.")
    return rule
