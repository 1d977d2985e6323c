"""YAML text to a plain tree that remembers where each value stood; whatever could be hostile is refused on the way.

The tree is built from the parser's events, so that an anchor, a tag or too deep a nesting stops the reading where it
appears, before anything has grown from it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rubrics.model import Problem, RubricError

# Several times what the largest rubric of practice needs, and little enough to be read in a blink.
MOST_CHARACTERS = 100_000
MOST_LINES = 4_000
LONGEST_LINE = 2_000
MOST_BRACKETS = 100
DEEPEST = 16
MOST_NODES = 5_000

# libyaml reads 100,000 characters in some 15 ms where its Python twin takes 350; both give the same events.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value as written; ``plain`` when it stood without quotes."""

    text: str
    plain: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list and where it began."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Names with their values, in order, repeated names included."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int


Node = Scalar | Listing | Mapping


def allowed_text(text: str) -> bool:
    """Whether a text holds only what can be shown and written back: no control character but newline and tab."""
    return _FORBIDDEN.search(text) is None


def read_tree(text: str, name: str) -> Node:
    """The tree of one YAML document; RubricError when it is no YAML, or more than a rubric may hold."""
    _refuse_by_sight(text, name)
    return _Builder(name).build(_events(text, name))


def _events(text: str, name: str) -> Iterator[Any]:
    """The parser's events; whatever the parser raises on odd input becomes a RubricError."""
    events = yaml.parse(text, Loader=LOADER)
    while True:
        try:
            event = next(events, None)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
            said = (error.problem or error.context or "").replace("'\x00'", "the end of the file")
            raise _refusal(name, line, column, f"this is not YAML: {said}") from error
        except (yaml.YAMLError, ValueError, LookupError, ArithmeticError, TypeError) as error:
            raise _refusal(name, None, None, "this is not YAML: it holds something that cannot be read") from error
        if event is None:
            return
        yield event


def _refusal(name: str, line: int | None, column: int | None, message: str) -> RubricError:
    return RubricError([Problem(file=name, line=line, column=column, path="", message=message)])


def _refuse_by_sight(text: str, name: str) -> None:
    """Refuse, before any parser sees it, what is too long or holds characters no rubric needs."""
    if len(text) > MOST_CHARACTERS:
        raise _refusal(name, None, None, f"the file is too large: {len(text)} characters, at most {MOST_CHARACTERS}")
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise _refusal(name, None, None, f"the file is too large: {len(lines)} lines, at most {MOST_LINES}")
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise _refusal(name, number, 1, f"the line is too long, at most {LONGEST_LINE} characters: break it")
        if line.count("[") + line.count("{") > MOST_BRACKETS:
            raise _refusal(name, number, 1, f"the line opens too many brackets: at most {MOST_BRACKETS}")
        found = _FORBIDDEN.search(line.removesuffix("\r"))
        if found:
            code = f"U+{ord(found.group()):04X} {unicodedata.name(found.group(), '')}".strip()
            raise _refusal(name, number, found.start() + 1, f"remove the character {code}")


class _Builder:
    """Builds the tree without recursion, counting as it goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes = 0
        self.documents = 0
        self.root: Node | None = None
        self.open: list[tuple[bool, int, int, list[Node]]] = []

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            self.take(event)
        if self.root is None:
            raise _refusal(self.name, 1, 1, "the file is empty: write a rubric, or start from one of the library")
        return self.root

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refusal(self.name, line, column, "one file holds one rubric: remove what follows ---")
            if event.version or event.tags:
                raise _refusal(self.name, 1, 1, "remove the lines that begin with %")
        elif isinstance(event, NodeEvent):
            self.refuse_unwanted(event, line, column)
            if isinstance(event, ScalarEvent):
                plain = event.style is None or event.style == ""
                self.add(Scalar(text=event.value, plain=plain, line=line, column=column))
            else:
                self.open.append((isinstance(event, MappingStartEvent), line, column, []))
                if len(self.open) > DEEPEST:
                    raise _refusal(self.name, line, column, f"nested too deeply: at most {DEEPEST} levels")
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.close()

    def refuse_unwanted(self, event: NodeEvent, line: int, column: int) -> None:
        if isinstance(event, AliasEvent):
            raise _refusal(self.name, line, column, f"references are not allowed: write *{event.anchor} out in full")
        if event.anchor is not None:
            raise _refusal(self.name, line, column, f"references are not allowed: remove &{event.anchor}")
        if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent)) and event.tag is not None:
            raise _refusal(self.name, line, column, f"tags are not allowed: remove {event.tag}")
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _refusal(self.name, line, column, f"too many values: at most {MOST_NODES}")

    def add(self, node: Node) -> None:
        if self.open:
            self.open[-1][3].append(node)
        else:
            self.root = node

    def close(self) -> None:
        mapping, line, column, parts = self.open.pop()
        if not mapping:
            self.add(Listing(items=tuple(parts), line=line, column=column))
            return
        entries: list[tuple[Scalar, Node]] = []
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise _refusal(self.name, key.line, key.column, "a name must be a single word")
            entries.append((key, value))
        self.add(Mapping(entries=tuple(entries), line=line, column=column))
