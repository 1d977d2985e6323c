"""What was typed at a place of a draft: kept, settled between two people, or put back where the place was removed."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError
from qa.rubric_library import drafts
from qa.rubric_library.conflicts import differences, names_in, resolved, same
from qa.rubric_library.draft_changes import put, put_back
from qa.rubric_library.draft_forms import Posted, values_of
from qa.rubric_library.drafting import Node, Tree, called, find, section_of
from qa.rubric_library.drafts import Kept, StaleDraftError, own_values
from qa.rubric_library.models import RubricDraftState, RubricVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A place as somebody's page showed it; ``sure`` where the page itself can be shown to have said so."""

    values: Node
    sure: bool = False


def keep_typed(
    session: Session, version: RubricVersion, *, at: str, posted: Posted, base: Base, by: int, now: dt.datetime
) -> Kept:
    """Keep a form's fields at their place; ``base`` is the place as its page showed it.

    Typing in one field is one kept state, so what a page showed in the midst of it may be kept nowhere else.
    """
    drafts.locked(session, version)
    tree = drafts.tree_of(session, version)
    if find(tree, at) is None:
        raise _gone(session, version, at=at, posted=posted)
    seen = put(tree, at, base.values) if base.sure else _seen(session, version, tree, at, base.values)
    typed = values_of(posted, seen or tree, at)
    former = own_values(find(seen, at) or {}) if seen is not None else {}
    return drafts.save(session, version, at=at, values=typed, base=former, by=by, now=now)


def settle(
    session: Session,
    version: RubricVersion,
    *,
    at: str,
    posted: Posted,
    base: Base,
    shown: Node,
    picks: Mapping[str, str],
    by: int,
    now: dt.datetime,
) -> Kept:
    """Keep of each difference what was chosen; ``shown`` is the other person's state that the choice was made on."""
    try:
        return keep_typed(session, version, at=at, posted=posted, base=base, by=by, now=now)
    except StaleDraftError as error:
        if error.theirs is None or not same(error.theirs, shown):
            raise  # changed once more meanwhile: shown anew, never overwritten
        chosen = resolved(error.theirs, error.mine, error.found, picks)
        return drafts.save(session, version, at=at, values=chosen, base=None, by=by, now=now)


def bring_back(session: Session, version: RubricVersion, *, at: str, posted: Posted, by: int, now: dt.datetime) -> None:
    """Put a place that somebody removed back into the draft, with what was typed at it since."""
    drafts.locked(session, version)
    tree = drafts.tree_of(session, version)
    if find(tree, at) is not None:
        raise ConflictError("It is back in the draft already.")
    was = _last_with(session, version, at)
    node = find(was, at) or {}
    made = put_back(tree, section_of(was, at), {**node, **values_of(posted, was, at)})
    drafts.change(session, version, made, by=by, now=now)


def _gone(session: Session, version: RubricVersion, *, at: str, posted: Posted) -> StaleDraftError:
    was = _last_with(session, version, at)
    node = find(was, at) or {}
    former, typed = own_values(node), values_of(posted, was, at)
    return StaleDraftError(
        f"Somebody removed {called(node)} while you were writing. What you typed is kept below.",
        found=differences(former, former, {**former, **typed}, names_in(was)),
        theirs=None,
        mine=typed,
        base=former,
        by=drafts.last_writer(session, version),
    )


def _seen(session: Session, version: RubricVersion, tree: Tree, at: str, base: Node) -> Tree | None:
    """The newest state of the draft in which a place was as its page showed it; nothing where it is not kept."""
    for state in (tree, *_states(session, version)):
        node = find(state, at)
        if node is not None and same(own_values(node), base):
            return state
    return None


def _last_with(session: Session, version: RubricVersion, at: str) -> Tree:
    """The newest state of the draft that has a place."""
    for state in _states(session, version):
        if find(state, at) is not None:
            return state
    raise ConflictError("That is no longer in this draft. Load the page to see how it stands.")


def _states(session: Session, version: RubricVersion) -> Iterator[Tree]:
    statement = (
        select(RubricDraftState.content)
        .where(RubricDraftState.version_id == version.id)
        .order_by(RubricDraftState.n.desc())
        .execution_options(yield_per=10)
    )
    with session.scalars(statement) as states:  # whoever has found a state stops: the cursor must not stay open
        yield from states
