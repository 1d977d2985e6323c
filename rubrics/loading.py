"""A rubric file to a RubricVersion, with every problem named by line, column and path."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rubrics.checking import Finding, Path, check, shown_path
from rubrics.fields import (
    FORMAT,
    FRACTION_PATTERN,
    KEY_PATTERN,
    LONGEST_NAME,
    LONGEST_TEXT,
    OBJECTS,
    VERSION_PATTERN,
    Field,
)
from rubrics.model import (
    Condition,
    Criterion,
    Critical,
    Declared,
    Level,
    Problem,
    RootCause,
    RubricError,
    RubricVersion,
    Scale,
    Section,
)
from rubrics.reading import Listing, Mapping, Node, Scalar, allowed_text, read_tree

MOST_PROBLEMS = 50

_DECIMAL = re.compile(r"^[0-9]{1,9}(\.[0-9]{1,9})?$")
_FRACTION = re.compile(FRACTION_PATTERN)
# What YAML 1.2 readers elsewhere would not take for text when it stands without quotes.
_NOT_TEXT = re.compile(
    r"^(|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"
)
_NULL = {"", "~", "null", "Null", "NULL"}


def needs_quotes(text: str) -> bool:
    """Whether a text without quotes would be taken for something else: a number, yes or no, nothing."""
    return _NOT_TEXT.match(text) is not None


def load_yaml(text: str, *, name: str = "rubric.yaml") -> RubricVersion:
    """The rubric version a YAML text describes; RubricError names everything wrong in it at once.

    Versions never change, so a text read before gives the same object again.
    """
    return _load(text, name)


@lru_cache(maxsize=64)
def _load(text: str, name: str) -> RubricVersion:
    return load_tree(read_tree(text, name), name)


def load_tree(tree: Node, name: str) -> RubricVersion:
    """The rubric version a tree of values describes; RubricError names everything wrong in it at once."""
    reader = _Reader(name)
    values = reader.read_object(tree, "rubric", ())
    reader.want_all_weights_or_none(values)
    if reader.problems:
        raise RubricError(reader.in_order())
    version = build_version(values)
    findings = check(version)
    if findings:
        reader.take_findings(findings)
        raise RubricError(reader.in_order())
    return version


class _Reader:
    """Walks the tree along the field table, collecting problems instead of stopping at the first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.places: dict[Path, tuple[int, int]] = {}
        self.kinds: dict[str, Callable[[Node, Field, Path], Any]] = {
            "format": self.read_format,
            "version": self.read_version,
            "key": self.read_key,
            "name": self.read_text,
            "text": self.read_text,
            "number": self.read_number,
            "flag": self.read_flag,
            "choice": self.read_choice,
            "names": self.read_list,
            "keys": self.read_list,
            "objects": self.read_list,
            "object": lambda node, field, path: self.read_object(node, field.of, path),
        }

    def complain(self, node: Node, path: Path, message: str) -> None:
        self.problems.append(
            Problem(file=self.name, line=node.line, column=node.column, path=shown_path(path), message=message)
        )

    def take_findings(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            line, column = self.place_of(finding.path)
            path = shown_path(finding.path)
            self.problems.append(Problem(file=self.name, line=line, column=column, path=path, message=finding.message))

    def want_all_weights_or_none(self, values: dict[str, Any]) -> None:
        """A rubric counts by weights or by points; where some criteria have no weight, nobody can say which."""
        weighed: dict[Path, bool] = {
            ("sections", s, "criteria", c): "weight" in criterion
            for s, section in enumerate(values.get("sections", ()))
            for c, criterion in enumerate(section.get("criteria", ()))
            if criterion
        }
        if not any(weighed.values()):
            return
        for path in (path for path, known in weighed.items() if not known):
            line, column = self.place_of(path)
            message = "weight is missing: add it, or leave it out at every criterion so that points decide"
            self.problems.append(
                Problem(file=self.name, line=line, column=column, path=shown_path(path), message=message)
            )

    def place_of(self, path: Path) -> tuple[int, int]:
        """Where a path stood, or the nearest thing around it that was written."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def in_order(self) -> list[Problem]:
        ordered = sorted(self.problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        return ordered[:MOST_PROBLEMS]

    def read_object(self, node: Node, of: str, path: Path) -> dict[str, Any]:
        self.places[path] = (node.line, node.column)
        if not isinstance(node, Mapping):
            self.complain(node, path, f"write names with their values here: {', '.join(f.name for f in OBJECTS[of])}")
            return {}
        fields = {field.name: field for field in OBJECTS[of]}
        values: dict[str, Any] = {}
        for key, value in node.entries:
            inner = (*path, key.text)
            field = fields.get(key.text)
            if field is None:
                known = ", ".join(fields)
                self.complain(key, path, f"unknown name {key.text[:60]!r}: remove it or use one of {known}")
            elif inner in self.places:
                self.complain(key, inner, f"{key.text} stands here a second time: keep one of them")
            else:
                self.places[inner] = (value.line, value.column)
                if not self.is_null(value, field, inner):
                    values[field.name] = self.kinds[field.kind](value, field, inner)
        for field in fields.values():
            if field.required and (*path, field.name) not in self.places:
                self.complain(node, path, f"{field.name} is missing: add it. {field.about}")
        return values

    def is_null(self, node: Node, field: Field, path: Path) -> bool:
        if not (isinstance(node, Scalar) and node.plain and node.text in _NULL):
            return False
        if field.required:
            self.complain(node, path, f"{field.name} is empty: fill it in. {field.about}")
        return True

    def read_list(self, node: Node, field: Field, path: Path) -> tuple[Any, ...]:
        if not isinstance(node, Listing):
            self.complain(node, path, f"write {field.name} as a list, each item on a line that begins with a dash")
            return ()
        if not field.least <= len(node.items) <= field.most:
            self.complain(node, path, f"{field.name} takes {field.least} to {field.most} items, not {len(node.items)}")
            return ()
        read = {"names": self.read_text, "keys": self.read_key}.get(field.kind, self.kinds["object"])
        items = []
        for n, item in enumerate(node.items):
            self.places[(*path, n)] = (item.line, item.column)
            items.append(read(item, field, (*path, n)))
        return tuple(items)

    def read_text(self, node: Node, field: Field, path: Path) -> str:
        if not isinstance(node, Scalar):
            self.complain(node, path, f"{field.name} must be text")
            return ""
        if node.plain and needs_quotes(node.text):
            self.complain(node, path, f'{node.text} is no text to YAML: put it in quotes, "{node.text}"')
            return ""
        text = node.text.strip()
        most = LONGEST_TEXT if field.kind == "text" else LONGEST_NAME
        if not allowed_text(text):
            self.complain(node, path, f"{field.name} holds a control character: remove it")
        elif field.kind != "text" and ("\n" in text or "\t" in text):
            self.complain(node, path, f"{field.name} must stand on one line")
        elif len(text) > most:
            self.complain(node, path, f"{field.name} is too long: {len(text)} characters, at most {most}")
        elif not text and (field.required or field.kind == "names"):
            self.complain(node, path, f"{field.name} is empty: fill it in. {field.about}")
        return text

    def read_key(self, node: Node, field: Field, path: Path) -> str:
        if not isinstance(node, Scalar) or not re.match(KEY_PATTERN, node.text):
            self.complain(node, path, "a key is one word of a-z, 0-9 and _, begins with a letter, and has at most 64")
            return ""
        if node.plain and needs_quotes(node.text):
            self.complain(node, path, f'{node.text} is no text to YAML: put it in quotes, "{node.text}"')
        return node.text

    def read_number(self, node: Node, field: Field, path: Path) -> Fraction:
        text = node.text if isinstance(node, Scalar) else ""
        decimal = isinstance(node, Scalar) and node.plain and _DECIMAL.match(text)
        if not decimal and not _FRACTION.match(text):
            self.complain(node, path, f"{field.name} must be a number such as 20, 12.5 or 1/3")
            return Fraction(0)
        number = Fraction(text)
        if not field.low <= number <= field.high:
            self.complain(node, path, f"{field.name} must be from {field.low} to {field.high}, not {text}")
        return number

    def read_flag(self, node: Node, field: Field, path: Path) -> bool:
        if not isinstance(node, Scalar) or not node.plain or node.text not in {"true", "false"}:
            self.complain(node, path, f"{field.name} must be true or false, without quotes")
            return False
        return node.text == "true"

    def read_choice(self, node: Node, field: Field, path: Path) -> str:
        if not isinstance(node, Scalar) or node.text not in field.choices:
            said = f", not {node.text[:60]}" if isinstance(node, Scalar) else ""
            self.complain(node, path, f"{field.name} must be one of {', '.join(field.choices)}{said}")
            return field.choices[0]
        return node.text

    def read_version(self, node: Node, field: Field, path: Path) -> tuple[int, int]:
        if not isinstance(node, Scalar) or node.plain or not re.match(VERSION_PATTERN, node.text):
            self.complain(node, path, 'version must be major and minor step in quotes, such as "2.0"')
            return (0, 0)
        major, minor = node.text.split(".")
        return int(major), int(minor)

    def read_format(self, node: Node, field: Field, path: Path) -> int:
        if not isinstance(node, Scalar) or not node.plain or node.text != str(FORMAT):
            self.complain(node, path, f"format must be {FORMAT}; this program reads no other")
        return FORMAT


def build_version(values: dict[str, Any]) -> RubricVersion:
    """A version from values that were read without a problem."""
    rest = {name: value for name, value in values.items() if name not in {"format", "version"}}
    major, minor = values["version"]
    rest["lineage"] = tuple(Declared(**declared) for declared in values.get("lineage", ()))
    rest["sections"] = tuple(_section(section) for section in values["sections"])
    return RubricVersion(major=major, minor=minor, **rest)


def _section(values: dict[str, Any]) -> Section:
    return Section(**{**values, "criteria": tuple(_criterion(criterion) for criterion in values["criteria"])})


def _criterion(values: dict[str, Any]) -> Criterion:
    critical = Critical(**values["critical"]) if "critical" in values else None
    condition = Condition(**values["condition"]) if "condition" in values else None
    causes = tuple(RootCause(**cause) for cause in values.get("root_causes", ()))
    scale = _scale(values["scale"], critical)
    parts = {"critical": critical, "condition": condition, "root_causes": causes, "scale": scale}
    return Criterion(**{"weight": scale.highest, **values, **parts})


def _scale(values: dict[str, Any], critical: Critical | None) -> Scale:
    levels = values.get("levels", ())
    lowest = min((level["points"] for level in levels), default=None)
    built = []
    for level in levels:
        fails = critical is not None and level["key"] in critical.fails_at
        failing = level.get("failing", fails)
        left_out = {
            "failing": failing,
            "comment_required": fails,
            "evidence_required": failing or level["points"] == lowest,
        }
        built.append(Level(**{**left_out, **level}))
    return Scale(**{**values, "levels": tuple(built)})
