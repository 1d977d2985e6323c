"""The rows of the flat tables: which ones in one pass, eight bytes each, then a few at a time by their keys.

No transaction stays open while they are written. (A page "behind the last key" would do without the list, but its
filters have indexes of their own: both engines then look up and sort everything for each page anew.)
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, null, select
from sqlalchemy.orm import Session, aliased

import rubrics
from exports import flat_data
from exports.flat_data import FlatTable
from exports.tables import Cell
from qa.core.db import only_reading
from qa.data_exports import scope
from qa.data_exports.scope import Selected, Wanted
from qa.people.models import Source, Team, User
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import HIDDEN_PURPOSES
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, Period, Purpose
from qa.tickets.models import HandledPart, Ticket

AT_ONCE = 1_000  # keys in one statement
ANSWERED_AT_ONCE = 200  # reviews, with a dozen answers each
KEYS_AT_ONCE = 20_000
Row = tuple[Cell, ...]


def rows_of(session: Session, table: FlatTable, wanted: Wanted) -> Iterator[Row]:
    """The rows of one table in the order of their keys."""
    return READERS[table.name](session, wanted)


def count_rows(session: Session, tables: Sequence[FlatTable], wanted: Wanted) -> int:
    """How many rows there will be in all, for the progress."""
    with only_reading(session):
        return sum(session.scalar(_counted(table, scope.KEYS[table.name](wanted))) or 0 for table in tables)


def _counted(table: FlatTable, keys: Selected) -> "Select[int]":
    if table is not flat_data.ANSWERS:
        return select(func.count()).select_from(keys.subquery())
    return (
        select(func.count(Answer.id))
        .join(Review, Review.current_revision_id == Answer.revision_id)
        .where(Review.id.in_(keys))
    )


def _in_pages(
    session: Session, keys: Selected, rows: Selected, by: ColumnElement[int], *, size: int = AT_ONCE
) -> Iterator[Sequence[Any]]:
    """The rows that belong to ``keys``, some keys at a time; ``by`` is the column that the keys are of."""
    known = _all(session, keys)
    for start in range(0, len(known), size):
        with only_reading(session):
            # By the connection: plain columns need none of what the session does for objects.
            page = session.connection().execute(rows.where(by.in_(known[start : start + size].tolist()))).all()
        yield page


def _all(session: Session, keys: Selected) -> "array[int]":
    """The keys in their order, from a cursor of the server where it has them."""
    found = array("q")
    with only_reading(session):
        for some in session.connection().execute(keys, execution_options={"yield_per": KEYS_AT_ONCE}).partitions():
            found.extend(key for (key,) in some)
    return found


def _untold(wanted: Wanted) -> ColumnElement[bool]:
    """The own reviews of which nobody is told whether they were hidden second scores or golden tickets."""
    among = (Purpose.ROUTINE, *sorted(HIDDEN_PURPOSES))
    return and_(Review.reviewer_id == wanted.actor.user_id, Review.purpose.in_(among))


def _purpose(wanted: Wanted) -> ColumnElement[str | None]:
    return case((_untold(wanted), null()), else_=Review.purpose)


def _reviews(wanted: Wanted) -> Selected:
    chance = (
        select(func.max(DrawnUnit.inclusion_probability))
        .where(DrawnUnit.part_id == Review.part_id, Review.purpose == Purpose.ROUTINE, ~_untold(wanted))
        .correlate(Review)
        .scalar_subquery()
    )
    specialist, reviewer = aliased(User), aliased(User)
    return (
        select(
            Review.id,
            HandledPart.id,
            Ticket.external_id,
            Source.key,
            _purpose(wanted),
            Review.state,
            HandledPart.resolved_at,
            specialist.name,
            Team.name,
            Ticket.queue,
            Ticket.channel,
            Ticket.tier,
            Ticket.language,
            reviewer.name if wanted.names_reviewers else reviewer.pseudonym,
            RubricFamily.key,
            RubricVersion.major,
            RubricVersion.minor,
            ReviewRevision.n,
            ReviewRevision.score,
            ReviewRevision.base_score,
            ReviewRevision.outcome,
            ReviewRevision.failed_criticals,
            Review.submitted_at,
            Review.released_at,
            Review.acknowledged_at,
            chance,
        )
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .outerjoin(specialist, specialist.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .order_by(Review.id)
    )


def _read_reviews(session: Session, wanted: Wanted) -> Iterator[Row]:
    label = flat_data.REVIEWS.field_names.index("rubric_version")
    criticals = flat_data.REVIEWS.field_names.index("failed_criticals")
    for page in _in_pages(session, scope.review_keys(wanted), _reviews(wanted), Review.id.expression):
        for row in page:
            told = list(row)
            told[label : label + 2] = [f"{row[label]}.{row[label + 1]}"]
            told[criticals] = _words(told[criticals])
            yield tuple(told)


def _answers(wanted: Wanted) -> Selected:
    pins = select(func.count(Evidence.id)).where(Evidence.answer_id == Answer.id).correlate(Answer).scalar_subquery()
    return (
        select(
            Review.id,
            Review.part_id,
            _purpose(wanted),
            ReviewRevision.rubric_version_id,
            Answer.criterion_key,
            Answer.level_key,
            Answer.percentage,
            Answer.not_applicable,
            Answer.root_causes,
            Answer.praise,
            pins,
            Answer.updated_at,
        )
        .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
        .join(Review, Review.current_revision_id == ReviewRevision.id)
        .order_by(Review.id, Answer.id)
    )


def _read_answers(session: Session, wanted: Wanted) -> Iterator[Row]:
    versions: dict[int, tuple[str, str, rubrics.RubricVersion]] = {}
    worth: dict[tuple[int, str, str | None, str | None, bool], float | None] = {}  # few answers differ
    pages = _in_pages(session, scope.review_keys(wanted), _answers(wanted), Review.id.expression, size=ANSWERED_AT_ONCE)
    for page in pages:
        _learn(session, {row[3] for row in page} - versions.keys(), versions)
        for review, part, purpose, version, criterion, level, percentage, absent, causes, praised, pins, at in page:
            family, label, rubric = versions[version]
            exact = None if percentage is None else Fraction(percentage)
            chosen = version, criterion, level, percentage, absent
            if chosen not in worth:
                given = rubrics.Answer(level=level, percentage=exact, not_applicable=absent)
                earned = rubrics.criterion_fraction(rubric.criterion(criterion), given)
                worth[chosen] = None if earned is None else float(earned)
            yield (
                review,
                part,
                purpose,
                family,
                label,
                criterion,
                level or "",
                None if exact is None else float(exact),
                worth[chosen],
                _yes(absent),
                _words(causes),
                _yes(praised),
                pins,
                at,
            )


def _learn(session: Session, wanted: set[int], known: dict[int, tuple[str, str, rubrics.RubricVersion]]) -> None:
    """Read the rubric versions that are not known yet."""
    if not wanted:
        return
    with only_reading(session):
        found = rubrics_of(session, wanted)
        for version, key in session.execute(
            select(RubricVersion, RubricFamily.key)
            .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
            .where(RubricVersion.id.in_(wanted))
            .order_by(RubricVersion.id)
        ):
            known[version.id] = key, version.label, found[version.id]


def _tickets() -> Selected:
    return (
        select(
            HandledPart.id,
            Ticket.external_id,
            Source.key,
            HandledPart.resolved_at,
            User.name,
            Team.name,
            Ticket.queue,
            Ticket.channel,
            Ticket.tier,
            Ticket.language,
            Ticket.priority,
            Ticket.product_area,
            Ticket.launch,
            Ticket.status,
            Ticket.created_at,
            Ticket.first_reply_seconds,
            Ticket.resolution_seconds,
            Ticket.reopens,
            Ticket.escalated,
            Ticket.csat,
            HandledPart.public_replies,
            HandledPart.is_primary,
            HandledPart.eligible,
            HandledPart.ineligible_reason,
        )
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .order_by(HandledPart.id)
    )


def _read_tickets(session: Session, wanted: Wanted) -> Iterator[Row]:
    flags = [flat_data.TICKETS.field_names.index(name) for name in ("escalated", "primary", "eligible")]
    for page in _in_pages(session, scope.ticket_keys(wanted), _tickets(), HandledPart.id.expression):
        for row in page:
            told = list(row)
            for place in flags:
                told[place] = _yes(row[place])
            yield tuple(told)


def _draws() -> Selected:
    return (
        select(
            Period.key,
            Draw.n,
            DrawnUnit.position,
            HandledPart.id,
            Ticket.external_id,
            HandledPart.resolved_at,
            User.name,
            Team.name,
            DrawnUnit.cell,
            DrawnUnit.cell_size,
            DrawnUnit.cell_drawn,
            DrawnUnit.inclusion_probability,
            DrawnUnit.plans,
            DrawnUnit.state,
            DrawReceipt.digest,
        )
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(DrawReceipt, DrawReceipt.draw_id == Draw.id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .order_by(DrawnUnit.id)
    )


def _read_draws(session: Session, wanted: Wanted) -> Iterator[Row]:
    plans = flat_data.DRAWS.field_names.index("plans")
    for page in _in_pages(session, scope.draw_keys(wanted), _draws(), DrawnUnit.id.expression):
        for row in page:
            told = list(row)
            told[plans] = _words(told[plans])
            yield tuple(told)


def _words(keys: Sequence[object] | None) -> str:
    return " ".join(map(str, keys or ()))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


READERS: dict[str, Callable[[Session, Wanted], Iterator[Row]]] = {
    flat_data.REVIEWS.name: _read_reviews,
    flat_data.ANSWERS.name: _read_answers,
    flat_data.TICKETS.name: _read_tickets,
    flat_data.DRAWS.name: _read_draws,
}
