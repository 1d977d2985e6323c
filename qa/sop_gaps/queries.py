"""Reading gaps in procedures, always through who asks; one whose review is sealed is its raiser's alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.reviews.models import Review
from qa.rubric_library.models import Procedure, RubricFamily, RubricVersion
from qa.rubric_library.queries import parsed
from qa.sop_gaps.models import SopGap
from qa.sop_gaps.rules import WAITING
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import with_part, within_clearance


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The gaps that this person may see; a join of Ticket around it.

    A gap tells what somebody thought of a part: until that review is in and open to others, nobody else sees it. The
    lead of a team sees what its tickets showed, whoever owns a gap sees it, a reviewer those they raised.
    """
    mine = or_(SopGap.raised_by_id == actor.user_id, SopGap.owner_id == actor.user_id)
    unsealed = or_(
        SopGap.assignment_id.is_(None),
        select(Review.id)
        .where(Review.assignment_id == SopGap.assignment_id, Review.state != "draft", ~Review.sealed)
        .exists(),
    )
    scopes = actor.scopes(Permission.SOP_GAPS_VIEW)
    reached = mine
    if Scope.ALL in scopes:
        reached = or_(mine, SopGap.programme_id == actor.programme_id)
    elif Scope.TEAM in scopes:
        led = with_part(HandledPart.team_id.in_(sorted(actor.led_team_ids)))
        reached = or_(mine, and_(within_clearance(actor), led))
    return and_(
        SopGap.programme_id == actor.programme_id, or_(SopGap.raised_by_id == actor.user_id, and_(unsealed, reached))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A gap in a list. Its ticket and what was said of it are told only within the reader's clearance."""

    gap: SopGap
    external_id: str | None
    queue: str
    note: str | None
    procedure: str | None
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page is narrowed to; it lives in the address."""

    state: str = "waiting"  # waiting, fixed, declined, or empty for all
    kind: str = ""
    criterion: str = ""
    cause: str = ""
    procedure_id: int | None = None


STATE_CHOICES = {"waiting": "Open or in work", "fixed": "Fixed", "declined": "No gap", "": "All"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of gaps."""

    rows: tuple[Listed, ...]
    total: int
    first: int  # number of the first row, counted from 1


def _narrowed(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    wanted = [in_scope(actor)]
    if filters.state == "waiting":
        wanted.append(SopGap.state.in_(WAITING))
    elif filters.state:
        wanted.append(SopGap.state == filters.state)
    if filters.kind:
        wanted.append(SopGap.kind == filters.kind)
    if filters.criterion:
        wanted.append(SopGap.criterion_key == filters.criterion)
    if filters.procedure_id is not None:
        wanted.append(SopGap.procedure_id == filters.procedure_id)
    return wanted


def gaps_for(session: Session, actor: Actor, filters: Filters, *, page: int = 1, size: int = 50) -> Listing:
    """One page of gaps, the newest first, in two statements."""
    wanted = _narrowed(actor, filters)
    total = session.scalar(select(func.count(SopGap.id)).join(Ticket, Ticket.id == SopGap.ticket_id).where(*wanted))
    rows = session.execute(
        select(SopGap, Ticket.external_id, Ticket.queue, Procedure.name, User.name, within_clearance(actor))
        .join(Ticket, Ticket.id == SopGap.ticket_id)
        .outerjoin(Procedure, Procedure.id == SopGap.procedure_id)
        .outerjoin(User, User.id == SopGap.owner_id)
        .where(*wanted)
        .order_by(SopGap.raised_at.desc(), SopGap.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return Listing(
        rows=tuple(
            Listed(
                gap=gap,
                external_id=number if cleared or gap.raised_by_id == actor.user_id else None,
                queue=queue,
                note=gap.note if cleared or gap.raised_by_id == actor.user_id else None,
                procedure=procedure,
                owner=owner,
            )
            for gap, number, queue, procedure, owner, cleared in rows
        ),
        total=total or 0,
        first=(page - 1) * size + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One gap as the charts count it."""

    kind: str
    criterion_key: str
    procedure: str | None
    root_causes: tuple[str, ...]


def counted(session: Session, actor: Actor, filters: Filters) -> list[Counted]:
    """Every gap of these filters, without a word of it; one statement."""
    rows = session.execute(
        select(SopGap.kind, SopGap.criterion_key, Procedure.name, SopGap.root_causes)
        .join(Ticket, Ticket.id == SopGap.ticket_id)
        .outerjoin(Procedure, Procedure.id == SopGap.procedure_id)
        .where(*_narrowed(actor, filters))
        .order_by(SopGap.id)
    )
    return [
        Counted(kind=kind, criterion_key=criterion, procedure=procedure, root_causes=tuple(causes))
        for kind, criterion, procedure, causes in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    """A gap with what its page shows; ``cleared``: whether this person may know of its ticket."""

    gap: SopGap
    ticket: Ticket
    procedure: Procedure | None
    owner: User | None
    raiser: User
    cleared: bool


def get_gap_for(session: Session, actor: Actor, gap_id: int) -> GapView:
    """A gap that this person may see, in one statement."""
    raiser, owner = aliased(User), aliased(User)
    row = session.execute(
        select(SopGap, Ticket, Procedure, owner, raiser, within_clearance(actor))
        .join(Ticket, Ticket.id == SopGap.ticket_id)
        .join(raiser, raiser.id == SopGap.raised_by_id)
        .outerjoin(Procedure, Procedure.id == SopGap.procedure_id)
        .outerjoin(owner, owner.id == SopGap.owner_id)
        .where(SopGap.id == gap_id, in_scope(actor))
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such gap, or it is not for you to see.")
    return GapView(
        gap=row[0],
        ticket=row[1],
        procedure=row[2],
        owner=row[3],
        raiser=row[4],
        cleared=bool(row[5]) or row[0].raised_by_id == actor.user_id,
    )


def alike(session: Session, actor: Actor, gap: SopGap) -> Sequence[SopGap]:
    """The other waiting gaps of the same kind about the same criterion and procedure that this person may see."""
    return session.scalars(
        select(SopGap)
        .join(Ticket, Ticket.id == SopGap.ticket_id)
        .where(
            in_scope(actor),
            SopGap.id != gap.id,
            SopGap.state.in_(WAITING),
            SopGap.kind == gap.kind,
            SopGap.criterion_key == gap.criterion_key,
            SopGap.procedure_id == gap.procedure_id if gap.procedure_id else SopGap.procedure_id.is_(None),
        )
        .order_by(SopGap.id)
        .limit(200)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What criteria and their root causes are called, by key: under their newest names."""

    criteria: Mapping[str, str]
    causes: Mapping[str, str]


def names(session: Session, programme_id: int) -> Names:
    """From every version that was ever in force; one statement."""
    documents = session.scalars(
        select(RubricVersion.document)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(RubricFamily.programme_id == programme_id, RubricVersion.state.in_(("published", "retired")))
        .order_by(RubricVersion.family_id, RubricVersion.major, RubricVersion.minor, RubricVersion.id)
    )
    criteria: dict[str, str] = {}
    causes: dict[str, str] = {}
    for document in documents:
        for criterion in parsed(document).criteria:
            criteria[criterion.key] = criterion.name
            causes |= {cause.key: cause.name for cause in criterion.root_causes}
    return Names(criteria=criteria, causes=causes)


def procedures_by_key(session: Session, programme_id: int) -> dict[str, Procedure]:
    """The procedures that a gap can be about: those that were not put away."""
    found = session.scalars(
        select(Procedure)
        .where(Procedure.programme_id == programme_id, Procedure.archived_at.is_(None))
        .order_by(Procedure.name, Procedure.id)
    )
    return {each.key: each for each in found}
