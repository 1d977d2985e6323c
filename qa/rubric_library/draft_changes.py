"""What one can do to a draft: each change gives a new tree and leaves the old one as it was. Pure."""

import copy
import re
from dataclasses import dataclass
from typing import Any

import rubrics
from qa.rubric_library.drafting import (
    RUBRIC,
    Node,
    Tree,
    called,
    criteria_of,
    find,
    is_section,
    levels_of,
    new_id,
    nodes,
    section_of,
    stated_engine,
)

SCALES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "binary": ("binary", (("Met", "1"), ("Not met", "0"))),
    "three": ("levels", (("Fully", "2"), ("Partly", "1"), ("Not met", "0"))),
    "four": ("levels", (("Fully", "3"), ("Mostly", "2"), ("Partly", "1"), ("Not met", "0"))),
    "five": (
        "levels",
        (("Excellent", "4"), ("Good", "3"), ("Acceptable", "2"), ("Weak", "1"), ("Unacceptable", "0")),
    ),
    "percentage": ("percentage", ()),
}
SCALE_WORDS = {
    "binary": "Two levels: met, not met",
    "three": "Three levels",
    "four": "Four levels",
    "five": "Five levels",
    "percentage": "Free percentage, 0 to 100",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change made of a tree, where the writer should be next, and its name for the undo button."""

    tree: Tree
    at: str
    what: str


def new_tree(*, key: str, name: str) -> Tree:
    """A rubric from nothing: one section with one criterion, both to be named."""
    tree: Tree = {
        "next": 1,
        "key": key,
        "name": name,
        "version": "1.0",
        "pass_mark": "80",
        "arithmetic": "sections",
        "method": "additive",
        "na_rule": "removed",
        "critical_effect": "zero",
        "engine": stated_engine(rubrics.ENGINE_VERSION),
        "lineage": [],
        "sections": [],
    }
    return add_section(tree).tree


def add_section(tree: Tree) -> Change:
    """A section at the end, with its first criterion."""
    tree = copy.deepcopy(tree)
    section: Node = {"id": new_id(tree), "key": "", "name": "", "weight": "1", "bonus": False, "criteria": []}
    tree["sections"].append(section)
    section["criteria"].append(_blank_criterion(tree))
    return Change(tree=tree, at=section["id"], what="add a section")


def add_criterion(tree: Tree, after: str) -> Change:
    """A criterion after another one, or at the end of a section; its scale is that of its neighbour."""
    tree = copy.deepcopy(tree)
    section = section_of(tree, after) or find(tree, after)
    if section is None or not is_section(section):
        section = tree["sections"][-1]
    ids = [each["id"] for each in section["criteria"]]
    position = ids.index(after) + 1 if after in ids else len(ids)
    made = _blank_criterion(tree)
    if position:
        made["scale"] = _copied(tree, section["criteria"][position - 1]["scale"])
        made["weight"] = section["criteria"][position - 1]["weight"]
        for level in levels_of(made):
            level.update(anchor="", example="", fails=False)
    section["criteria"].insert(position, made)
    return Change(tree=tree, at=made["id"], what="add a criterion")


def duplicate(tree: Tree, node_id: str) -> Change:
    """A copy of a section or criterion right after it, with keys of its own."""
    tree = copy.deepcopy(tree)
    siblings, position = _siblings(tree, node_id)
    made = _copied(tree, siblings[position])
    made["name"] = f"{made.get('name') or ''} (copy)".strip()
    for node in [made, *made.get("criteria", ())]:
        node["key"] = ""
    siblings.insert(position + 1, made)
    return Change(tree=tree, at=made["id"], what=f"duplicate {called(siblings[position])}")


def remove(tree: Tree, node_id: str) -> Change:
    """Without a section or criterion; the writer goes to its neighbour."""
    tree = copy.deepcopy(tree)
    siblings, position = _siblings(tree, node_id)
    gone = siblings.pop(position)
    section = next((each for each in tree["sections"] if each["criteria"] is siblings), None)
    left = siblings[min(position, len(siblings) - 1)]["id"] if siblings else section["id"] if section else RUBRIC
    return Change(tree=tree, at=left, what=f"remove {called(gone)}")


def move(tree: Tree, node_id: str, step: int) -> Change:
    """One place up (-1) or down (1); a criterion at the edge of its section goes on to the next one."""
    tree = copy.deepcopy(tree)
    siblings, position = _siblings(tree, node_id)
    node = siblings[position]
    target = position + step
    if 0 <= target < len(siblings):
        siblings.insert(target, siblings.pop(position))
    elif not is_section(node):
        home = next(n for n, each in enumerate(tree["sections"]) if each["criteria"] is siblings)
        if 0 <= home + step < len(tree["sections"]):
            siblings.pop(position)
            other = tree["sections"][home + step]["criteria"]
            other.insert(len(other) if step < 0 else 0, node)
    return Change(tree=tree, at=node_id, what=f"move {called(node)}")


def move_before(tree: Tree, node_id: str, target_id: str) -> Change:
    """Put a criterion before another one, or at the end of a section; a section before another one."""
    tree = copy.deepcopy(tree)
    siblings, position = _siblings(tree, node_id)
    node = siblings[position]
    target = find(tree, target_id)
    if target is None or target is node or (is_section(node) and not is_section(target)):
        return Change(tree=tree, at=node_id, what=f"move {called(node)}")
    siblings.pop(position)
    if not is_section(node) and is_section(target):
        target["criteria"].append(node)
    else:
        others, place = _siblings(tree, target_id)
        others.insert(place, node)
    return Change(tree=tree, at=node_id, what=f"move {called(node)}")


def use_scale(tree: Tree, node_id: str, name: str) -> Change:
    """Give a criterion one of the usual scales; anchors of levels that stay at their place are kept."""
    tree = copy.deepcopy(tree)
    criterion = _criterion(tree, node_id)
    kind, steps = SCALES[name]
    former = levels_of(criterion)
    levels = []
    for n, (word, points) in enumerate(steps):
        level = {
            "id": new_id(tree),
            "key": "",
            "name": word,
            "points": points,
            "anchor": former[n].get("anchor", "") if len(former) == len(steps) else "",
            "failing": n == len(steps) - 1,
            "comment_required": False,
            "evidence_required": n == len(steps) - 1,
            "fails": criterion.get("critical") is not None and n == len(steps) - 1,
        }
        levels.append(level)
    criterion["scale"] = {"kind": kind, "levels": levels}
    return Change(tree=tree, at=node_id, what=f"{called(criterion)}: scale")


def add_level(tree: Tree, node_id: str) -> Change:
    """One more level, the new lowest."""
    tree = copy.deepcopy(tree)
    criterion = _criterion(tree, node_id)
    scale = criterion["scale"]
    scale["kind"] = "levels"
    worst = (levels_of(criterion) or [{}])[-1]
    scale.setdefault("levels", []).append(
        {
            "id": new_id(tree),
            "key": "",
            "name": "",
            "points": "0",
            "failing": bool(worst.get("failing")),
            "comment_required": False,
            "evidence_required": bool(worst.get("evidence_required")),
            "fails": bool(worst.get("fails")),
        }
    )
    return Change(tree=tree, at=node_id, what=f"{called(criterion)}: add a level")


def count_by(tree: Tree, what: str) -> Change:
    """Let criteria count by their best level's points (no weight anywhere), or by weights equal to these points."""
    tree = copy.deepcopy(tree)
    for criterion in criteria_of(tree):
        criterion["weight"] = "" if what == "points" else str(criterion.get("weight") or _best_points(criterion))
    return Change(tree=tree, at=RUBRIC, what=f"count by {what}")


def _best_points(criterion: Node) -> str:
    """The points of a criterion's best level as they stand; 100 of a percentage, 1 where none is a number."""
    if criterion["scale"]["kind"] == "percentage":
        return "100"
    points = [text for level in levels_of(criterion) if re.fullmatch(r"\d+(\.\d+)?", text := str(level["points"]))]
    return max(points, key=float, default="1")


def remove_level(tree: Tree, node_id: str, level_id: str) -> Change:
    tree = copy.deepcopy(tree)
    criterion = _criterion(tree, node_id)
    criterion["scale"]["levels"] = [each for each in levels_of(criterion) if each["id"] != level_id]
    return Change(tree=tree, at=node_id, what=f"{called(criterion)}: remove a level")


def move_level(tree: Tree, node_id: str, level_id: str, step: int) -> Change:
    tree = copy.deepcopy(tree)
    criterion = _criterion(tree, node_id)
    levels = levels_of(criterion)
    position = next((n for n, each in enumerate(levels) if each["id"] == level_id), None)
    if position is not None and 0 <= position + step < len(levels):
        levels.insert(position + step, levels.pop(position))
    return Change(tree=tree, at=node_id, what=f"{called(criterion)}: move a level")


def put(tree: Tree, node_id: str, values: Node) -> Tree:
    """The tree with these values at a node; what the values do not name stays."""
    tree = copy.deepcopy(tree)
    node = find(tree, node_id)
    if node is None:
        raise KeyError(node_id)
    node.update(copy.deepcopy(values))
    return tree


def put_back(tree: Tree, home: Node | None, node: Node) -> Change:
    """A section or criterion that somebody else removed, at the end of the rubric or of its section.

    Where the section is gone too, it comes back with this criterion alone. Ids that the tree gave away since, after an
    undo, are replaced.
    """
    tree = copy.deepcopy(tree)
    given = {each["id"] for each in nodes(tree)} | {
        level["id"] for one in criteria_of(tree) for level in levels_of(one)
    }
    inside = {each["id"] for each in [node, *node.get("criteria", ())]}
    inside |= {level["id"] for one in node.get("criteria", [node]) for level in levels_of(one)}
    tree["next"] = max([int(tree["next"]), *(int(each[1:]) + 1 for each in inside)])
    node = _copied(tree, node) if inside & given else copy.deepcopy(node)
    section = find(tree, home["id"]) if home is not None else None
    if is_section(node):
        tree["sections"].append(node)
    elif section is not None:
        section["criteria"].append(node)
    else:
        tree["sections"].append({**copy.deepcopy(home or {}), "criteria": [node]})
    return Change(tree=tree, at=node["id"], what=f"put back {called(node)}")


def _blank_criterion(tree: Tree) -> Node:
    made: Node = {
        "id": new_id(tree),
        "key": "",
        "name": "",
        "question": "",
        "weight": "1",
        "na_allowed": False,
        "critical": None,
        "condition": None,
        "scale": {"kind": "levels", "levels": []},
        "root_causes": [],
    }
    words, steps = SCALES["three"]
    made["scale"]["kind"] = words
    for n, (word, points) in enumerate(steps):
        last = n == len(steps) - 1
        made["scale"]["levels"].append(
            {
                "id": new_id(tree),
                "key": "",
                "name": word,
                "points": points,
                "failing": last,
                "comment_required": False,
                "evidence_required": last,
                "fails": False,
            }
        )
    return made


def _copied(tree: Tree, node: Any) -> Any:
    """A deep copy with ids of its own; conditions inside it follow the copy."""
    renamed: dict[str, str] = {}

    def fresh(value: Any) -> Any:
        if isinstance(value, dict):
            made = {name: fresh(item) for name, item in value.items()}
            if "id" in made:
                renamed[value["id"]] = made["id"] = new_id(tree)
            return made
        return [fresh(item) for item in value] if isinstance(value, list) else value

    made = fresh(node)
    for criterion in made.get("criteria", ()):
        condition = criterion.get("condition")
        if condition:
            condition["criterion"] = renamed.get(condition["criterion"], condition["criterion"])
            condition["levels"] = [renamed.get(each, each) for each in condition["levels"]]
    return made


def _siblings(tree: Tree, node_id: str) -> tuple[list[Node], int]:
    lists = [tree["sections"], *(section["criteria"] for section in tree["sections"])]
    for siblings in lists:
        for position, node in enumerate(siblings):
            if node["id"] == node_id:
                return siblings, position
    raise KeyError(node_id)


def _criterion(tree: Tree, node_id: str) -> Node:
    node = find(tree, node_id)
    if node is None or "scale" not in node:
        raise KeyError(node_id)
    return node
