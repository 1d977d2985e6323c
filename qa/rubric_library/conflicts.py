"""Two people at one place of a draft: what differs, in words, and what their choices make of it. Pure."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.rubric_library.drafting import Node, Tree, criteria_of, levels_of
from qa.rubric_library.wording import CRITICAL_EFFECT, FIELD_WORDS, VALUE_WORDS

Path = tuple[str, ...]
INSIDE = ("id", "next", "sections", "criteria")
LEVEL_WORDS = {"points": "points", "cap": "cap", "key": "key", "name": "name", "fails": "fails the critical"}
NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that two people left differently: before, as kept now, as typed here."""

    path: Path
    label: str
    base: str
    theirs: str
    mine: str
    changed_by: frozenset[str]  # theirs, mine or both

    @property
    def name(self) -> str:
        """The name of the field that chooses between the two."""
        return ".".join(("pick", *self.path))

    @property
    def chosen(self) -> str:
        """What is kept unless somebody chooses: the change, and of two changes the one typed here."""
        return "mine" if "mine" in self.changed_by else "theirs"

    @property
    def both(self) -> bool:
        return len(self.changed_by) > 1


def differences(base: Node, theirs: Node, mine: Node, names: Mapping[str, str] | None = None) -> list[Difference]:
    """What is kept now and what was typed here, where they differ; ``names`` are those of criteria and levels by id."""
    by_level = _level_ids(base) == _level_ids(theirs) == _level_ids(mine)
    rows = [_leaves(each, by_level=by_level) for each in (base, theirs, mine)]
    levels = {level["id"]: str(level.get("name") or "") for level in _levels(theirs)}
    found = []
    for path in dict.fromkeys(path for row in rows for path in row):
        was, kept, typed = (row.get(path) for row in rows)
        if same(kept, typed):
            continue
        changed = {who for who, value in (("theirs", kept), ("mine", typed)) if not same(was, value)}
        found.append(
            Difference(
                path=path,
                label=_label(path, levels),
                base=_shown(path, was, names or {}),
                theirs=_shown(path, kept, names or {}),
                mine=_shown(path, typed, names or {}),
                changed_by=frozenset(changed),
            )
        )
    return found


def resolved(theirs: Node, mine: Node, found: Sequence[Difference], picks: Mapping[str, str]) -> Node:
    """The place with each difference as it was chosen, by the difference's name."""
    result = copy.deepcopy(theirs)
    for each in found:
        if picks.get(each.name, each.chosen) == "mine":
            _set(result, each.path, copy.deepcopy(_get(mine, each.path)))
    return result


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: nothing, an empty text, an empty list and "no" are alike."""
    return _plain_text(one) == _plain_text(other)


def _plain_text(value: Any) -> str:
    def plain(item: Any) -> Any:
        if isinstance(item, Mapping):
            return {name: kept for name, each in item.items() if (kept := plain(each)) not in (None, False)}
        if isinstance(item, list):
            return [plain(each) for each in item] or None
        return item or None

    return json.dumps(plain(value), sort_keys=True)


def names_in(tree: Tree) -> dict[str, str]:
    """The names of criteria and their levels, by id."""
    named = {each["id"]: str(each.get("name") or "") for each in criteria_of(tree)}
    return named | {
        level["id"]: str(level.get("name") or "") for each in criteria_of(tree) for level in levels_of(each)
    }


def _levels(node: Node) -> list[Node]:
    scale = node.get("scale")
    return (scale.get("levels") or []) if isinstance(scale, dict) else []


def _level_ids(node: Node) -> list[str]:
    return [level["id"] for level in _levels(node)]


def _leaves(node: Node, *, by_level: bool) -> dict[Path, Any]:
    """Each value that can be chosen alone: fields, thresholds, and the fields of levels where all have the same."""
    found: dict[Path, Any] = {}
    for name, value in node.items():
        if name in INSIDE:
            continue
        if name != "scale" or not by_level or not isinstance(value, dict):
            found[name,] = value
            continue
        found |= {("scale", each): item for each, item in value.items() if each not in ("levels", "kind")}
        for level in _levels(node):
            found |= {("scale", "levels", level["id"], each): item for each, item in level.items() if each != "id"}
    return found


def _get(node: Node, path: Path) -> Any:
    if path[:2] == ("scale", "levels"):
        return next((level.get(path[3]) for level in _levels(node) if level["id"] == path[2]), None)
    if len(path) > 1:
        return node["scale"].get(path[1])
    return node.get(path[0])


def _set(node: Node, path: Path, value: Any) -> None:
    if path[:2] == ("scale", "levels"):
        for level in _levels(node):
            if level["id"] == path[2]:
                level[path[3]] = value
    elif len(path) > 1:
        node["scale"][path[1]] = value
    else:
        node[path[0]] = value


def _label(path: Path, levels: Mapping[str, str]) -> str:
    last = path[-1]
    if path[:2] == ("scale", "levels"):
        word = LEVEL_WORDS.get(last) or FIELD_WORDS.get(last, last).lower()
        return f"Level “{levels.get(path[2]) or 'not named yet'}”: {word}"
    if last == "lineage":
        return "Split or merged"
    return FIELD_WORDS.get(last, last.replace("_", " ").capitalize())


def _shown(path: Path, value: Any, names: Mapping[str, str]) -> str:
    """A value as a person reads it."""
    field = path[-1]
    if field == "critical" and isinstance(value, dict):
        return _critical(value)
    if field == "condition" and isinstance(value, dict):
        levels = " or ".join(f"“{names.get(each, 'a removed level')}”" for each in value.get("levels") or ())
        return (
            f"only after {names.get(value.get('criterion', ''), 'a removed criterion')} at {levels or 'no level yet'}"
        )
    if field == "scale" and isinstance(value, dict):
        steps = (
            f"{level.get('name') or 'not named yet'} {level.get('points', '')}" for level in _levels({field: value})
        )
        return "free percentage" if value.get("kind") == "percentage" else ", ".join(steps)
    if field == "lineage" and isinstance(value, list):
        rows = (f"{each['kind']}: {', '.join(each['old'])} → {', '.join(each['new'])}" for each in value)
        return "; ".join(rows) or NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        listed = (str(each.get("name") or each.get("key")) if isinstance(each, dict) else str(each) for each in value)
        return ", ".join(listed) or NOTHING
    words = VALUE_WORDS.get(field, {})
    return words.get(str(value), str(value)) if value else {"critical": "no", "condition": "always"}.get(field, NOTHING)


def _critical(value: Node) -> str:
    said = ["fails its section" if value.get("scope") == "section" else "fails the review"]
    if value.get("fails_below"):
        said.append(f"under {value['fails_below']} %")
    if value.get("effect"):
        said.append(CRITICAL_EFFECT.get(str(value["effect"]), str(value["effect"])))
    return ", ".join(said)
