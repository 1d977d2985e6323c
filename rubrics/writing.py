"""A rubric version to YAML, to a plain document, and to the fingerprint that names it."""

import hashlib
import json
from fractions import Fraction
from typing import Any

import yaml

from rubrics.checking import problems
from rubrics.fields import FORMAT, OBJECTS
from rubrics.loading import load_yaml, needs_quotes
from rubrics.model import ENGINES, Problem, RubricError, RubricVersion
from rubrics.reading import LONGEST_LINE

_ALWAYS = {"bonus", "na_allowed", "comment_required", "evidence_required"}


def document(version: RubricVersion) -> dict[str, Any]:
    """The version as nested dicts and lists along the field table; numbers stay fractions, nothing empty is named."""
    return _plain(version, "rubric")


def _plain(thing: Any, of: str) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in OBJECTS[of]:
        if field.kind == "format":
            plain["format"] = FORMAT
            continue
        if field.kind == "version":
            plain["version"] = thing.label
            continue
        value = getattr(thing, field.name)
        if field.kind == "flag" and not value and field.name not in _ALWAYS:
            continue
        if value is None or value in ((), "") or (field.name == "engine" and value == ENGINES[0]):
            continue
        if field.kind == "objects":
            value = [_plain(item, field.of) for item in value]
        elif field.kind == "object":
            value = _plain(value, field.of)
        elif field.kind in ("names", "keys"):
            value = list(value)
        plain[field.name] = value
    return plain


def fingerprint(version: RubricVersion) -> str:
    """SHA-256, in hex, of the version's canonical JSON: sorted names, no spaces, numbers as exact fractions."""
    text = json.dumps(document(version), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_canonical)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"a rubric holds no {type(value).__name__}")


class _Dumper(yaml.SafeDumper):
    """Writes numbers so that they read back exactly, long texts as blocks, and lists inside what they belong to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _write_number(dumper: yaml.SafeDumper, value: Fraction) -> yaml.ScalarNode:
    text = exact_text(value)
    tag = "str" if "/" in text else "float" if "." in text else "int"
    return _scalar(dumper, tag, text)


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return _scalar(dumper, "str", value, style=_style(value))


def _style(text: str) -> str | None:
    """The YAML style that keeps every character and stays readable; None lets the writer choose for short texts."""
    if needs_quotes(text):
        return "'"  # the writer knows YAML 1.1 alone, where 1e9 is a word
    if len(text) <= 70 and "\n" not in text:
        return None
    if "  " in text or "\t" in text or max(len(line) for line in text.split("\n")) > LONGEST_LINE // 2:
        # Blocks fold at single spaces only, and their lines are not broken: quotes hold everything.
        return "|" if "\n" in text and len(text) < LONGEST_LINE // 2 else '"'
    return "|" if "\n" in text else ">"


def _scalar(dumper: yaml.SafeDumper, tag: str, text: str, style: str | None = None) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", text, style=style)
    return node


_Dumper.add_representer(Fraction, _write_number)
_Dumper.add_representer(str, _write_text)


def exact_text(value: Fraction) -> str:
    """12.5 where nine decimals hold the number, else 1/3."""
    scaled = value * 10**9
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, rest = divmod(scaled.numerator, 10**9)
    return f"{whole}.{rest:09d}".rstrip("0") if rest else str(whole)


def dump_yaml(version: RubricVersion) -> str:
    """The version as YAML that reads back as an equal version; RubricError when the version is not usable."""
    found = problems(version)
    if found:
        raise RubricError(found)
    text = yaml_text(document(version))
    if load_yaml(text) != version:
        message = "the version holds a text or number that YAML cannot carry: trim its texts and shorten its numbers"
        raise RubricError([Problem(file="rubric", line=None, column=None, path="", message=message)])
    return text


def yaml_text(plain: dict[str, Any]) -> str:
    """Nested dicts and lists as the YAML of a rubric file, whatever they hold."""
    text: str = yaml.dump(
        plain, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=100, sort_keys=False
    )
    return text
