"""A rubric while somebody writes it: nested dicts of what was typed, read by the same rules as a file."""

import re
from collections.abc import Mapping as Named
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rubrics.fields import FORMAT, FRACTION_PATTERN, OBJECTS, Field
from rubrics.loading import load_tree
from rubrics.model import RubricError, RubricVersion
from rubrics.reading import Listing, Mapping, Node, Scalar
from rubrics.writing import document, exact_text, yaml_text

_NUMBER = re.compile(rf"^[0-9]{{1,9}}(\.[0-9]{{1,9}})?$|{FRACTION_PATTERN}")
# Kinds whose text stands without quotes in a file.
_BARE = {"number", "flag", "choice", "format"}


def as_draft(version: RubricVersion) -> dict[str, Any]:
    """The version as one would type it: ``document`` with numbers as text."""
    typed: dict[str, Any] = _typed(document(version))
    return typed


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return exact_text(value) if isinstance(value, Fraction) else value


def read_draft(draft: Named[str, Any]) -> RubricVersion:
    """The version a draft describes; RubricError names everything wrong in it, by path and without a line.

    What is optional and empty is left out; what is required and empty is a problem of its own field.
    """
    try:
        return load_tree(_mapping(draft, "rubric"), "draft")
    except RubricError as error:
        raise RubricError(replace(problem, line=None, column=None) for problem in error.problems) from None


def _mapping(values: Named[str, Any], of: str) -> Mapping:
    entries = []
    for field in OBJECTS[of]:
        value = FORMAT if field.kind == "format" else values.get(field.name)
        if value in (None, "", [], {}, ()) and not field.required:
            continue
        entries.append((_scalar(field.name, bare=True), _node(value, field)))
    known = {field.name for field in OBJECTS[of]}
    entries += [(_scalar(name, bare=True), _scalar("", bare=False)) for name in values if name not in known]
    return Mapping(entries=tuple(entries), line=0, column=0)


def _node(value: Any, field: Field) -> Node:
    if field.kind == "objects":
        items = [_mapping(item, field.of) for item in value or ()]
        return Listing(items=tuple(items), line=0, column=0)
    if field.kind in ("names", "keys"):
        return Listing(items=tuple(_scalar(str(item), bare=False) for item in value or ()), line=0, column=0)
    if field.kind == "object":
        return _mapping(value or {}, field.of)
    if isinstance(value, bool):
        return _scalar("true" if value else "false", bare=True)
    text = "" if value is None else str(value).replace("\r\n", "\n")
    return _scalar(text, bare=field.kind in _BARE or not text.strip())


def _scalar(text: str, *, bare: bool) -> Scalar:
    return Scalar(text=text.strip() if bare else text, plain=bare, line=0, column=0)


def draft_yaml(draft: Named[str, Any]) -> str:
    """The draft as a file, unfinished as it may be; a usable draft reads back as the same version."""
    return yaml_text(_filed(draft, "rubric"))


def _filed(values: Named[str, Any], of: str) -> dict[str, Any]:
    filed: dict[str, Any] = {}
    for field in OBJECTS[of]:
        value: Any = FORMAT if field.kind == "format" else values.get(field.name)
        if value in (None, "", [], {}, ()) and not field.required:
            continue
        if field.kind == "objects":
            value = [_filed(item, field.of) for item in value or ()]
        elif field.kind == "object":
            value = _filed(value or {}, field.of)
        elif field.kind == "number" and isinstance(value, str) and _NUMBER.match(value.strip()):
            value = Fraction(value.strip())
        elif isinstance(value, str):
            value = value.replace("\r\n", "\n").strip()
        filed[field.name] = value
    return filed
