"""Writing a draft: from nothing, from a file or a former version; each change kept, undone, redone; never lost."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import User
from qa.rubric_library import drafting
from qa.rubric_library.conflicts import Difference, differences, names_in, same
from qa.rubric_library.draft_changes import Change, new_tree, put
from qa.rubric_library.drafting import Node, Tree, called, find, slug
from qa.rubric_library.models import (
    CriterionNote,
    RubricDraftState,
    RubricEditor,
    RubricFamily,
    RubricStep,
    RubricVersion,
)
from qa.rubric_library.queries import parsed

TOGETHER = dt.timedelta(minutes=2)  # typing in one field within this time is one step for undo
MOST_STATES = 200


class NotADraftError(ConflictError):
    """Only a draft changes."""

    title = "This version is no draft"


class StaleDraftError(ConflictError):
    """Somebody else changed the same place since it was opened; both states are at hand, nothing is lost."""

    title = "Two people changed this place"

    def __init__(
        self, message: str, *, found: Sequence[Difference], theirs: Node | None, mine: Node, base: Node, by: str
    ) -> None:
        super().__init__(message, {"differs": [each.label for each in found]})
        self.found, self.theirs, self.mine, self.base, self.by = found, theirs, mine, base, by


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft after a change: its tree, and whether anything was different."""

    tree: Tree
    changed: bool


def start(session: Session, programme_id: int, *, name: str, by: int, now: dt.datetime) -> RubricVersion:
    """A new rubric from nothing, as the draft of its first version."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("Give the rubric a name.", {"name": "Give the rubric a name."})
    key = free_key(session, programme_id, slug(name))
    family = RubricFamily(programme_id=programme_id, key=key, name=name, owner_id=by, created_at=now)
    session.add(family)
    session.flush()
    return open_draft(session, family, new_tree(key=key, name=name), what="start", by=by, now=now)


def free_key(session: Session, programme_id: int, wanted: str) -> str:
    """The key, or the next of its kind that no rubric of the programme has."""
    taken = set(session.scalars(select(RubricFamily.key).where(RubricFamily.programme_id == programme_id)))
    key, n = wanted, 2
    while key in taken:
        key, n = f"{wanted[:60]}_{n}", n + 1
    return key


def clone_version(
    session: Session,
    version: RubricVersion,
    *,
    by: int,
    now: dt.datetime,
    note: str = "",
    session_id: int | None = None,
) -> RubricVersion:
    """The next version of the same rubric as a draft, equal to the former but for its number.

    ``note`` says why it was begun, ``session_id`` the calibration session that it was begun in.
    """
    family = session.get_one(RubricFamily, version.family_id)
    tree = _tree_for_copy(session, version)
    highest = session.execute(
        select(RubricVersion.major, RubricVersion.minor)
        .where(RubricVersion.family_id == family.id)
        .order_by(RubricVersion.major.desc(), RubricVersion.minor.desc())
        .limit(1)
    ).one()
    tree["version"] = f"{highest[0]}.{highest[1] + 1}"
    tree["lineage"] = []
    return open_draft(
        session, family, tree, what="copy", based_on=version.id, by=by, now=now, note=note, session_id=session_id
    )


def clone_family(session: Session, version: RubricVersion, *, name: str, by: int, now: dt.datetime) -> RubricVersion:
    """Another rubric that begins as a copy of this version."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("Give the copy a name of its own.", {"name": "Give the copy a name of its own."})
    former = session.get_one(RubricFamily, version.family_id)
    key = free_key(session, former.programme_id, slug(name))
    family = RubricFamily(programme_id=former.programme_id, key=key, name=name, owner_id=by, created_at=now)
    session.add(family)
    session.flush()
    tree = {**_tree_for_copy(session, version), "key": key, "name": name, "version": "1.0", "lineage": []}
    return open_draft(session, family, tree, what="copy", by=by, now=now)


def _tree_for_copy(session: Session, version: RubricVersion) -> Tree:
    return tree_of(session, version) if version.state == "draft" else drafting.tree_of(parsed(version.document))


def open_draft(
    session: Session,
    family: RubricFamily,
    tree: Tree,
    *,
    what: str,
    by: int | None,
    now: dt.datetime,
    based_on: int | None = None,
    note: str = "",
    session_id: int | None = None,
) -> RubricVersion:
    """A new version of a family in state draft, with its first kept state."""
    major, minor = (int(part) for part in str(tree["version"]).split("."))
    version = RubricVersion(
        family_id=family.id,
        major=major,
        minor=minor,
        document="",
        fingerprint="",
        engine_version=str(tree.get("engine") or rubrics.ENGINES[0]),
        drafted_by_id=by,
        created_at=now,
        based_on_id=based_on,
    )
    session.add(version)
    session.flush()
    keep(session, version, tree, what=what, by=by, now=now)
    session.add(RubricStep(version_id=version.id, kind="drafted", at=now, by_id=by, note=note, session_id=session_id))
    session.flush()
    audit.record(
        session, action="rubric.draft", object_type="rubric_version", object_id=version.id, actor_id=by, now=now
    )
    return version


def locked(session: Session, version: RubricVersion) -> RubricVersion:
    """The draft, held for this transaction; refused when it is none any more."""
    session.refresh(version, with_for_update=True)
    if version.state == "in_review":
        raise NotADraftError("This version is in review and stands still. Take it back to draft to change it.")
    if version.state != "draft":
        raise NotADraftError("A published version never changes. Make a new version of it instead.")
    return version


def tree_of(session: Session, version: RubricVersion) -> Tree:
    """What a draft says now, finished or not."""
    content = session.scalar(
        select(RubricDraftState.content).where(
            RubricDraftState.version_id == version.id, RubricDraftState.n == version.draft_n
        )
    )
    return content if content is not None else drafting.tree_of(parsed(version.document))


def own_values(node: Node) -> Node:
    """What belongs to a place itself, without what stands inside it."""
    return {name: value for name, value in node.items() if name not in {"id", "next", "sections", "criteria", "key_of"}}


def save(
    session: Session,
    version: RubricVersion,
    *,
    at: str,
    values: Node,
    base: Node | None,
    by: int,
    now: dt.datetime,
) -> Kept:
    """Keep what was typed at one place of a draft.

    ``base`` is the place as the writer saw it. Where somebody else changed the same place since, nothing is written
    and ``StaleDraftError`` tells both states; changes elsewhere in the draft do not disturb. ``None`` writes over.
    """
    locked(session, version)
    tree = tree_of(session, version)
    node = find(tree, at)
    if node is None:
        raise ConflictError("That is no longer in this draft. Load the page to see how it stands.")
    theirs = own_values(node)
    mine = {**theirs, **values}
    if base is not None and not same(base, theirs):
        found = differences(base, theirs, mine, names_in(tree))
        if found:
            raise StaleDraftError(
                "Somebody else changed this place since you opened it. Nothing is lost: choose what to keep.",
                found=found,
                theirs=theirs,
                mine=mine,
                base=base,
                by=last_writer(session, version),
            )
    if same(mine, theirs):
        return Kept(tree=tree, changed=False)
    changed = next(name for name in mine if not same(mine[name], theirs.get(name)))
    made = put(tree, at, values)
    keep(session, version, made, what=f"{called(find(made, at) or {})}: {changed.replace('_', ' ')}", by=by, now=now)
    return Kept(tree=made, changed=True)


def last_writer(session: Session, version: RubricVersion) -> str:
    """Who left the draft as it is now."""
    return (
        session.scalar(
            select(User.name)
            .join(RubricDraftState, RubricDraftState.saved_by_id == User.id)
            .where(RubricDraftState.version_id == version.id, RubricDraftState.n == version.draft_n)
        )
        or "Somebody"
    )


def change(session: Session, version: RubricVersion, made: Change, *, by: int, now: dt.datetime) -> None:
    """Keep a change of the draft's shape; the caller made it from ``tree_of`` in the same transaction."""
    keep(session, version, made.tree, what=made.what, by=by, now=now)


def keep(session: Session, version: RubricVersion, tree: Tree, *, what: str, by: int | None, now: dt.datetime) -> None:
    """Write a state of a draft after the present one; what was undone before it can no longer be redone."""
    n = version.draft_n or 0
    session.execute(delete(RubricDraftState).where(RubricDraftState.version_id == version.id, RubricDraftState.n > n))
    last = session.scalar(
        select(RubricDraftState).where(RubricDraftState.version_id == version.id, RubricDraftState.n == n)
    )
    together = last is not None and (last.what, last.saved_by_id) == (what, by) and now - last.saved_at < TOGETHER
    if last is not None and together and ":" in what:
        last.content, last.saved_at = tree, now
    else:
        session.add(
            RubricDraftState(version_id=version.id, n=n + 1, content=tree, what=what, saved_at=now, saved_by_id=by)
        )
        version.draft_n = n + 1
        session.execute(
            delete(RubricDraftState).where(
                RubricDraftState.version_id == version.id, RubricDraftState.n <= n + 1 - MOST_STATES
            )
        )
    _moved(session, version, tree, by=by, now=now)


def _moved(session: Session, version: RubricVersion, tree: Tree, *, by: int | None, now: dt.datetime) -> None:
    """The draft stands at another state: its number follows, and whoever did it is an editor."""
    version.lock_version += 1
    number = number_of(tree)
    if number is not None and number not in taken_numbers(session, version):
        version.major, version.minor = number
    if by is not None:
        editor = session.scalar(
            select(RubricEditor).where(RubricEditor.version_id == version.id, RubricEditor.person_id == by)
        )
        if editor is None:
            session.add(RubricEditor(version_id=version.id, person_id=by, first_at=now, last_at=now))
        else:
            editor.last_at = now
    session.flush()


def number_of(tree: Tree) -> tuple[int, int] | None:
    """The version number a tree states, where it is one."""
    major, _, minor = str(tree.get("version", "")).partition(".")
    short = major.isdecimal() and minor.isdecimal() and len(major) <= 4 and len(minor) <= 4
    return (int(major), int(minor)) if short else None


def taken_numbers(session: Session, version: RubricVersion) -> set[tuple[int, int]]:
    """The numbers of the family's other versions."""
    rows = session.execute(
        select(RubricVersion.major, RubricVersion.minor).where(
            RubricVersion.family_id == version.family_id, RubricVersion.id != version.id
        )
    )
    return {(major, minor) for major, minor in rows}


def step_back(session: Session, version: RubricVersion, *, by: int, now: dt.datetime) -> str:
    """Undo the last change, whoever made it; gives its name."""
    locked(session, version)
    rows = _around(session, version)
    if version.draft_n is None or version.draft_n - 1 not in rows:
        raise ConflictError("There is nothing to undo.")
    undone = rows[version.draft_n]
    version.draft_n -= 1
    _moved(session, version, rows[version.draft_n].content, by=by, now=now)
    return undone.what


def step_forward(session: Session, version: RubricVersion, *, by: int, now: dt.datetime) -> str:
    """Do again what was undone last; gives its name."""
    locked(session, version)
    rows = _around(session, version)
    if version.draft_n is None or version.draft_n + 1 not in rows:
        raise ConflictError("There is nothing to do again.")
    version.draft_n += 1
    _moved(session, version, rows[version.draft_n].content, by=by, now=now)
    return rows[version.draft_n].what


def _around(session: Session, version: RubricVersion) -> dict[int, RubricDraftState]:
    n = version.draft_n or 0
    rows = session.scalars(
        select(RubricDraftState).where(
            RubricDraftState.version_id == version.id, RubricDraftState.n.between(n - 1, n + 1)
        )
    )
    return {row.n: row for row in rows}


def replace(
    session: Session, version: RubricVersion, value: rubrics.RubricVersion, *, by: int | None, now: dt.datetime
) -> None:
    """Put a whole rubric in the place of what the draft said; undo brings the former back."""
    locked(session, version)
    family = session.get_one(RubricFamily, version.family_id)
    if value.key != family.key:
        raise InvalidInputError(f"key: this rubric's key is {family.key} and stays so over its versions.")
    if (value.major, value.minor) in taken_numbers(session, version):
        raise InvalidInputError(f"version: {value.label} is there already: give this draft another number.")
    keep(session, version, drafting.tree_of(value), what="load YAML", by=by, now=now)


def discard(session: Session, version: RubricVersion, *, by: int, now: dt.datetime) -> None:
    """Throw a draft away. Nothing was scored with it; a family without any version goes with it."""
    locked(session, version)
    if session.scalar(select(func.count()).select_from(CriterionNote).where(CriterionNote.version_id == version.id)):
        raise ConflictError("Somebody left a note on this version; answer it in the next one instead.")
    audit.record(
        session, action="rubric.discard", object_type="rubric_version", object_id=version.id, actor_id=by, now=now
    )
    for table in (RubricDraftState, RubricEditor, RubricStep):
        session.execute(delete(table).where(table.version_id == version.id))
    family_id = version.family_id
    session.delete(version)
    session.flush()
    if not session.scalar(select(func.count()).select_from(RubricVersion).where(RubricVersion.family_id == family_id)):
        session.execute(delete(RubricFamily).where(RubricFamily.id == family_id))
