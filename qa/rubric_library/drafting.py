"""A draft while people write it: a tree of what was typed. Pure.

The tree is the rubric file's shape with three additions that only an editor needs: sections, criteria and levels have
an ``id`` that outlives renaming and moving; a condition names its criterion and levels by these ids; a level says
itself whether it fails the critical (``fails``). Keys may be empty: ``finished`` makes them from the names.
"""

import copy
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import rubrics

Tree = dict[str, Any]
Node = dict[str, Any]

RUBRIC = "rubric"  # the place of what belongs to the whole version
TREE_ONLY = {"next", "id", "fails"}


def tree_of(version: rubrics.RubricVersion) -> Tree:
    """The tree of a version that reads; ``finished`` gives the same version back."""
    tree: Tree = {"next": 1, **rubrics.as_draft(version)}
    tree.setdefault("lineage", [])
    for section in tree["sections"]:
        section["id"] = new_id(tree)
        for criterion in section["criteria"]:
            criterion["id"] = new_id(tree)
            fails = (criterion.get("critical") or {}).pop("fails_at", [])
            for level in criterion["scale"].get("levels", ()):
                level["id"] = new_id(tree)
                level["fails"] = level["key"] in fails
    for criterion in criteria_of(tree):
        condition = criterion.get("condition")
        if condition:
            other = next(each for each in criteria_of(tree) if each["key"] == condition["criterion"])
            ids = {level["key"]: level["id"] for level in levels_of(other)}
            criterion["condition"] = {
                "criterion": other["id"],
                "levels": [ids[key] for key in condition["levels"]],
            }
    return tree


def finished(tree: Tree) -> Tree:
    """The tree as a rubric file would say it: keys filled in, ids turned into keys."""
    plain = copy.deepcopy(tree)
    fill_keys(plain["sections"])
    fill_keys(list(criteria_of(plain)))
    for criterion in criteria_of(plain):
        fill_keys(levels_of(criterion))
        fill_keys(criterion.get("root_causes") or [])
    keys = {node["id"]: node["key"] for node in nodes(plain)}
    keys |= {level["id"]: level["key"] for each in criteria_of(plain) for level in levels_of(each)}
    for criterion in criteria_of(plain):
        critical = criterion.get("critical")
        if critical is not None and criterion["scale"]["kind"] != "percentage":
            critical["fails_at"] = [level["key"] for level in levels_of(criterion) if level.get("fails")]
        condition = criterion.get("condition")
        if condition:
            criterion["condition"] = {
                "criterion": keys.get(condition["criterion"], "removed_criterion"),
                "levels": [keys.get(each, "removed_level") for each in condition["levels"]],
            }
    done: Tree = _without(plain)
    return done


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(item) for name, item in value.items() if name not in TREE_ONLY}
    if isinstance(value, list):
        return [_without(item) for item in value]
    return value


def fill_keys(nodes: Iterable[Node]) -> None:
    """Give each node without a key one made from its name, different from the others'."""
    listed = list(nodes)
    taken = {str(node.get("key") or "") for node in listed}
    for node in listed:
        if str(node.get("key") or "").strip():
            continue
        plain = slug(str(node.get("name") or ""))
        key, n = plain, 2
        while key in taken:
            key, n = f"{plain[:60]}_{n}", n + 1
        node["key"] = key
        taken.add(key)


def stated_engine(engine: str) -> str:
    """The version of the arithmetic as a rubric states it: the first one is left out."""
    return "" if engine == rubrics.ENGINES[0] else engine


def slug(name: str) -> str:
    """A key of a-z, 0-9 and _ from a name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return (words if words[:1].isalpha() else f"k_{words}".rstrip("_"))[:60].rstrip("_")


# Finding things


def criteria_of(tree: Tree) -> Iterator[Node]:
    """Every criterion in reading order."""
    return (criterion for section in tree["sections"] for criterion in section["criteria"])


def levels_of(criterion: Node) -> list[Node]:
    return criterion["scale"].get("levels") or []


def nodes(tree: Tree) -> Iterator[Node]:
    for section in tree["sections"]:
        yield section
        yield from section["criteria"]


def find(tree: Tree, node_id: str) -> Node | None:
    """The section or criterion with this id, or the tree itself for ``RUBRIC``."""
    if node_id == RUBRIC:
        return tree
    return next((node for node in nodes(tree) if node["id"] == node_id), None)


def is_section(node: Node) -> bool:
    return "criteria" in node


def section_of(tree: Tree, criterion_id: str) -> Node | None:
    """The section that holds a criterion."""
    return next((each for each in tree["sections"] if any(one["id"] == criterion_id for one in each["criteria"])), None)


def called(node: Node) -> str:
    """A node's name for messages."""
    if "sections" in node:
        return "The rubric"
    return str(node.get("name") or "").strip() or ("A section" if is_section(node) else "A criterion")


def new_id(tree: Tree) -> str:
    """An id that no node of the tree has or had."""
    number = int(tree["next"])
    tree["next"] = number + 1
    return f"n{number}"
