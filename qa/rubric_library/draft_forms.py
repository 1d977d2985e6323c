"""What the editor's forms send, as values of a draft's tree; where a problem of a draft is shown. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from qa.rubric_library.drafting import RUBRIC, Node, Tree, find, is_section, levels_of, stated_engine
from qa.rubric_library.wording import FIELD_WORDS

LEVEL_TEXTS = ("key", "name", "points", "cap", "anchor", "example")
LEVEL_FLAGS = ("failing", "comment_required", "evidence_required", "fails")
THRESHOLDS = ("failing_below", "comment_below", "evidence_below")
SPARE_ROWS = 2  # empty rows at the end of a list, so that one can go on without a script


class Posted:
    """The fields of a posted form; what is missing is empty."""

    def __init__(self, fields: Mapping[str, Iterable[str]]) -> None:
        self._fields = {name: list(values) for name, values in fields.items()}

    def text(self, name: str) -> str:
        return (self._fields.get(name) or [""])[0].replace("\r\n", "\n").strip()

    def flag(self, name: str) -> bool:
        return bool(self.text(name))

    def all(self, name: str) -> list[str]:
        return [value for value in self._fields.get(name, []) if value]

    def rows(self, pattern: str) -> list[int]:
        """The numbers in names such as ``cause-3-name``, in order."""
        found = {int(match[1]) for name in self._fields if (match := re.fullmatch(pattern, name))}
        return sorted(found)


def values_of(posted: Posted, tree: Tree, node_id: str) -> Node:
    """What the form of a place says."""
    node = find(tree, node_id)
    if node is None:
        raise KeyError(node_id)
    if node_id == RUBRIC:
        return _rubric(posted)
    return _section(posted) if is_section(node) else _criterion(posted, node)


def _rubric(posted: Posted) -> Node:
    texts = ("name", "version", "description", "pass_mark", "cap", "arithmetic", "method", "na_rule", "critical_effect")
    declared = []
    for n in posted.rows(r"lineage-(\d+)-kind"):
        kind = posted.text(f"lineage-{n}-kind")
        if kind:
            old, new = (_listed(posted.text(f"lineage-{n}-{side}")) for side in ("old", "new"))
            declared.append({"kind": kind, "old": old, "new": new})
    engine = stated_engine(posted.text("engine"))
    return {**{name: posted.text(name) for name in texts}, "engine": engine, "lineage": declared}


def _section(posted: Posted) -> Node:
    return {
        "key": posted.text("key"),
        "name": posted.text("name"),
        "weight": posted.text("weight"),
        "bonus": posted.flag("bonus"),
        "channels": _listed(posted.text("channels")),
    }


def _criterion(posted: Posted, node: Node) -> Node:
    scale = {**node["scale"], **dict.fromkeys(THRESHOLDS, "")}
    if scale["kind"] == "percentage":
        scale |= {name: posted.text(name) for name in THRESHOLDS}
    scale["levels"] = [_level(posted, level) for level in levels_of(node)]
    critical = None
    if posted.flag("critical"):
        critical = {"scope": posted.text("critical_scope") or "review", "effect": posted.text("critical_effect")}
        if scale["kind"] == "percentage":
            critical["fails_below"] = posted.text("fails_below")
    condition = None
    if posted.text("condition_criterion"):
        condition = {"criterion": posted.text("condition_criterion"), "levels": posted.all("condition_levels")}
    causes = [
        {"key": posted.text(f"cause-{n}-key"), "name": posted.text(f"cause-{n}-name")}
        for n in posted.rows(r"cause-(\d+)-name")
    ]
    return {
        **{name: posted.text(name) for name in ("key", "name", "question", "weight", "guidance", "procedure")},
        "na_allowed": posted.flag("na_allowed"),
        "critical": critical,
        "condition": condition,
        "scale": scale,
        "root_causes": [cause for cause in causes if cause["name"] or cause["key"]],
    }


def _level(posted: Posted, level: Node) -> Node:
    prefix = f"level-{level['id']}-"
    if not posted.rows(r"level-n(\d+)-name") or f"{prefix}name" not in posted._fields:
        return level  # a level that this form did not show stays as it is
    texts = {name: posted.text(prefix + name) for name in LEVEL_TEXTS}
    return {"id": level["id"], **texts, **{name: posted.flag(prefix + name) for name in LEVEL_FLAGS}}


def _listed(text: str) -> list[str]:
    return [word for word in (part.strip() for part in re.split(r"[,\n]", text)) if word]


# Problems at their fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A problem of a draft: at which place of the editor, beside which field, in words.

    ``missing`` is what nobody has filled in yet, and no fault before the draft is sent.
    """

    at: str
    field: str
    message: str
    missing: bool = False

    def joined(self, other: Self) -> Self:
        """Both in one, for a field that has several."""
        return replace(self, message=f"{self.message} {other.message}", missing=self.missing and other.missing)


_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def placed(tree: Tree, path: str, message: str) -> Placed:
    """Where a problem with a path such as ``sections[2].criteria[1].weight`` belongs."""
    steps = [(match[1], int(match[2]) - 1 if match[2] else None) for match in _STEP.finditer(path)]
    at: str = RUBRIC
    node: Any = tree
    while steps and steps[0][0] in ("sections", "criteria") and steps[0][1] is not None:
        name, position = steps.pop(0)
        node = node[name][position]
        at = node["id"]
    field = "weight" if message.startswith("weight is missing") else _field(node, steps)
    missing = " is empty: fill it in" in message
    words = MISSING.get((_kind(node), field), "Still to fill in.") if missing else _in_words(message)
    return Placed(at=at, field=field, message=words, missing=missing)


MISSING = {
    ("rubric", "name"): "The rubric's name is still to fill in.",
    ("section", "name"): "The heading is still to fill in.",
    ("criterion", "name"): "The short name is still to fill in.",
    ("criterion", "question"): "The question is still to fill in.",
}


def _kind(node: Node) -> str:
    return "rubric" if "sections" in node else "section" if is_section(node) else "criterion"


def _in_words(message: str) -> str:
    """A message of the reader that begins with a field's name in a file, with the name of the form instead."""
    first, _, rest = message.partition(" ")
    return f"{FIELD_WORDS[first]} {rest}" if first in FIELD_WORDS and rest else message[:1].upper() + message[1:]


def _field(node: Node, steps: list[tuple[str, int | None]]) -> str:
    if not steps:
        return "name"
    (first, position), rest = steps[0], steps[1:]
    if first == "scale" and rest and rest[0][0] == "levels" and rest[0][1] is not None:
        level = node["scale"]["levels"][rest[0][1]]
        return f"level-{level['id']}-{rest[1][0] if len(rest) > 1 else 'name'}"
    if first == "scale" and rest and rest[0][0] in THRESHOLDS:
        return rest[0][0]
    if first == "critical" and rest and rest[0][0] == "fails_below":
        return "fails_below"
    if first == "condition":
        return "condition_levels" if rest and rest[0][0] == "levels" else "condition_criterion"
    if first == "root_causes" and position is not None:
        return f"cause-{position}-name"
    if first == "lineage" and position is not None:
        side = rest[0][0] if rest and rest[0][0] in ("old", "new") else "kind"
        return f"lineage-{position}-{side}"
    return first
