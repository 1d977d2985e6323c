"""What the editor of a draft shows, as plain values: the outline, one place with its problems, shares. Pure."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import rubrics
from qa.core.numerals import number
from qa.rubric_library.draft_forms import Placed, placed
from qa.rubric_library.drafting import (
    RUBRIC,
    Node,
    Tree,
    called,
    criteria_of,
    find,
    finished,
    is_section,
    levels_of,
)

UNNAMED = "not named yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of the outline."""

    id: str
    name: str
    kind: str  # section or criterion
    share: str
    problems: int
    wrong: int  # of the problems, those that are more than something still to fill in
    critical: bool = False
    notes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """A draft as its editor shows it, at one place."""

    tree: Tree
    at: str
    node: Node
    kind: str  # rubric, section or criterion
    key: str  # as given, or as made from the name
    level_keys: Mapping[str, str]
    outline: Sequence[Place]
    problems: Sequence[Placed]
    value: rubrics.RubricVersion | None  # with stand-ins for what is not named yet; none where more is wrong
    notes: Mapping[str, int]

    @property
    def errors(self) -> dict[str, Placed]:
        """What is to settle at this place, one for each field."""
        found: dict[str, Placed] = {}
        for problem in self.problems:
            if problem.at == self.at:
                former = found.get(problem.field)
                found[problem.field] = problem if former is None else former.joined(problem)
        return found

    @property
    def elsewhere(self) -> list[tuple[str, str, Placed]]:
        """What is wrong at other places, with their id and name."""
        return [
            (problem.at, called(find(self.tree, problem.at) or {}), problem)
            for problem in self.problems
            if problem.at != self.at
        ]

    @property
    def neighbours(self) -> list[Node]:
        """The criteria that a condition of this one may name."""
        return [each for each in criteria_of(self.tree) if each["id"] != self.at and levels_of(each)]

    @property
    def condition_levels(self) -> list[Node]:
        condition = self.node.get("condition") or {}
        other = find(self.tree, condition.get("criterion", ""))
        return levels_of(other) if other is not None and "scale" in other else []


def editor(
    tree: Tree,
    at: str,
    *,
    taken: Sequence[str],
    step: str | None,
    notes: Mapping[str, int],
) -> Editor:
    """The editor at a place; ``taken`` are version numbers in use, ``step`` what is wrong with this one's number."""
    node = find(tree, at)
    if node is None:
        at, node = RUBRIC, tree
    plain = finished(tree)
    problems = problems_of(tree, plain=plain, taken=taken, step=step)
    value = shown_value(plain)
    keys = _keys(tree, plain)
    shares = shares_by_id(tree, plain, value)
    return Editor(
        tree=tree,
        at=at,
        node=complete(node),
        kind=RUBRIC if at == RUBRIC else "section" if is_section(node) else "criterion",
        key=keys.get(at, ""),
        level_keys=keys,
        outline=_outline(tree, problems, shares, keys, notes),
        problems=problems,
        value=value,
        notes=notes,
    )


DEFAULTS: dict[str, Node] = {
    "rubric": {"description": "", "pass_mark": "", "cap": "", "engine": "", "lineage": []},
    "section": {"channels": [], "bonus": False},
    "criterion": {
        "guidance": "",
        "procedure": "",
        "na_allowed": False,
        "critical": None,
        "condition": None,
        "root_causes": [],
    },
    "scale": {"levels": [], "failing_below": "", "comment_below": "", "evidence_below": ""},
    "level": {
        "key": "",
        "anchor": "",
        "example": "",
        "cap": "",
        "failing": False,
        "comment_required": False,
        "evidence_required": False,
        "fails": False,
    },
}


def complete(node: Node) -> Node:
    """The node with every field a form shows, what was left out empty."""
    kind = "rubric" if "sections" in node else "section" if is_section(node) else "criterion"
    made = {**copy.deepcopy(DEFAULTS[kind]), **node}
    if kind == "criterion":
        made["scale"] = {**DEFAULTS["scale"], **node["scale"]}
        made["scale"]["levels"] = [{**DEFAULTS["level"], **level} for level in levels_of(node)]
    return made


def problems_of(
    tree: Tree, *, plain: Tree | None = None, taken: Sequence[str] = (), step: str | None = None
) -> list[Placed]:
    """Everything that keeps a draft from review, each beside its field."""
    found = []
    try:
        rubrics.read_draft(plain or finished(tree))
    except rubrics.RubricError as error:
        found = [placed(tree, problem.path, problem.message) for problem in error.problems]
    if str(tree.get("version")) in taken:
        message = f"version {tree['version']} of this rubric is there already: choose another number"
        found.insert(0, Placed(at=RUBRIC, field="version", message=message))
    elif step:
        found.insert(0, Placed(at=RUBRIC, field="version", message=step))
    return found


def shown_value(plain: Tree) -> rubrics.RubricVersion | None:
    """The draft as a value, with stand-ins where names and questions are still missing."""
    try:
        return rubrics.read_draft(plain)
    except rubrics.RubricError:
        filled = copy.deepcopy(plain)
    for section in filled["sections"]:
        section["name"] = section["name"].strip() or UNNAMED
        for criterion in section["criteria"]:
            criterion["name"] = criterion["name"].strip() or UNNAMED
            criterion["question"] = criterion["question"].strip() or "…"
            for level in criterion["scale"].get("levels") or ():
                level["name"] = level["name"].strip() or UNNAMED
    try:
        return rubrics.read_draft(filled)
    except rubrics.RubricError:
        return None


def _keys(tree: Tree, plain: Tree) -> dict[str, str]:
    """The key of each section, criterion and level, by id."""
    keys: dict[str, str] = {}
    for section, done in zip(tree["sections"], plain["sections"], strict=True):
        keys[section["id"]] = done["key"]
        for criterion, one in zip(section["criteria"], done["criteria"], strict=True):
            keys[criterion["id"]] = one["key"]
            for level, each in zip(levels_of(criterion), one["scale"].get("levels") or (), strict=True):
                keys[level["id"]] = each["key"]
    return keys


def shares_by_id(tree: Tree, plain: Tree, value: rubrics.RubricVersion | None) -> dict[str, Fraction]:
    """The effective share of each criterion and section by id; nothing while the draft does not add up."""
    if value is None:
        return {}
    shares = rubrics.effective_shares(value)
    found: dict[str, Fraction] = {}
    for section, done in zip(tree["sections"], plain["sections"], strict=True):
        total = Fraction(0)
        for criterion, one in zip(section["criteria"], done["criteria"], strict=True):
            found[criterion["id"]] = shares.get(one["key"], Fraction(0))
            total += found[criterion["id"]]
        found[section["id"]] = total
    return found


def share_text(share: Fraction | None) -> str:
    return "" if share is None else f"{number(share * 100, 1)} %"


def _outline(
    tree: Tree,
    problems: Sequence[Placed],
    shares: Mapping[str, Fraction],
    keys: Mapping[str, str],
    notes: Mapping[str, int],
) -> list[Place]:
    def place(node: Node, kind: str) -> Place:
        return Place(
            id=node["id"],
            name=str(node.get("name") or "").strip() or UNNAMED,
            kind=kind,
            share=share_text(shares.get(node["id"])),
            problems=sum(problem.at == node["id"] for problem in problems),
            wrong=sum(problem.at == node["id"] and not problem.missing for problem in problems),
            critical=bool(node.get("critical")),
            notes=notes.get(keys.get(node["id"], ""), 0) if kind == "criterion" else 0,
        )

    lines = []
    for section in tree["sections"]:
        lines.append(place(section, "section"))
        lines += [place(criterion, "criterion") for criterion in section["criteria"]]
    return lines
