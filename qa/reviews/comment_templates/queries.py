"""Reading comment templates: what a person is offered, and the criteria they may belong to."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission
from qa.core.errors import NotFoundError
from qa.reviews.comment_templates.models import CommentTemplate
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import parsed


def offered_to(session: Session, actor: Actor) -> Sequence[CommentTemplate]:
    """One's own first, then the programme's, each by name."""
    return session.scalars(
        select(CommentTemplate)
        .where(
            CommentTemplate.programme_id == actor.programme_id,
            or_(CommentTemplate.owner_id == actor.user_id, CommentTemplate.owner_id.is_(None)),
        )
        .order_by(CommentTemplate.owner_id.is_(None), CommentTemplate.name, CommentTemplate.id)
    ).all()


def get_template_for(session: Session, actor: Actor, template_id: int) -> CommentTemplate:
    """A template that this person may change: an own one, or the programme's where they look after those."""
    may = [CommentTemplate.owner_id == actor.user_id]
    if actor.may(Permission.TEMPLATES_SHARED):
        may.append(CommentTemplate.owner_id.is_(None))
    found = session.scalar(
        select(CommentTemplate).where(
            CommentTemplate.id == template_id, CommentTemplate.programme_id == actor.programme_id, or_(*may)
        )
    )
    if found is None:
        raise NotFoundError("There is no such template of yours.")
    return found


def criteria_of(session: Session, programme_id: int) -> dict[str, str]:
    """Name by key of every criterion of the programme's published rubrics; of two versions the newer one names it."""
    names: dict[str, str] = {}
    for document in session.scalars(
        select(RubricVersion.document)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id, RubricVersion.state == "published")
        .order_by(RubricVersion.effective_from, RubricVersion.id)
    ):
        names |= {criterion.key: criterion.name for criterion in parsed(document).criteria}
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))
