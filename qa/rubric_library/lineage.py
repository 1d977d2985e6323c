"""Where each criterion came from over all versions of a rubric, as a table. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import rubrics
from qa.rubric_library.wording import CHANGE_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A criterion in one version: its name there, and what became of it since the version before."""

    name: str
    words: str
    comparable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageTable:
    """Versions as columns with the size of each step; a row is a criterion as long as it is one and the same."""

    columns: Sequence[tuple[int, str, str]]  # id, label, step to it: "", same, minor, major
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


def lineage_table(versions: Sequence[tuple[int, rubrics.RubricVersion]]) -> LineageTable:
    """The table over versions from the oldest to the newest; what the newest asks comes first, in its order."""
    values = [value for _, value in versions]
    steps = [rubrics.diff(old, new) for old, new in pairwise(values)]
    columns = [
        (version_id, value.label, step.step if step is not None else "")
        for (version_id, value), step in zip(versions, [None, *steps], strict=False)
    ]
    kinds = {
        (value.label, change.key): change.kinds
        for value, step in zip(values[1:], steps, strict=True)
        for change in step.criteria
    }
    newest = {criterion.key: n for n, criterion in enumerate(values[-1].criteria)} if values else {}
    found = sorted(rubrics.threads(values), key=lambda thread: len(newest) if thread.dropped_in else newest[thread.key])
    return LineageTable(
        columns=columns,
        rows=[(thread.key, [_cell(thread, value.label, kinds) for value in values]) for thread in found],
    )


def _cell(thread: rubrics.Thread, label: str, kinds: Mapping[tuple[str, str], Sequence[str]]) -> Cell | None:
    """A criterion in one version, and in the first that holds it no longer."""
    stop = next((stop for stop in thread.stops if stop.version == label), None)
    if stop is None:
        if thread.dropped_in != label:
            return None
        words = f"became {', '.join(thread.became)}" if thread.became else CHANGE_WORDS["dropped"]
        return Cell(name=thread.name, words=words, comparable=True)
    if stop.kind == "first":
        return Cell(name=stop.name, words="first version", comparable=True)
    words = ", ".join(CHANGE_WORDS[kind] for kind in kinds[label, stop.key])
    if stop is thread.stops[0] and thread.came_from:
        words += f" from {', '.join(thread.came_from)}"
    return Cell(name=stop.name, words=words, comparable=stop.comparable)
