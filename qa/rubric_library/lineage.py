"""Where each criterion came from over all versions of a rubric, as a table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """Versions as columns with the size of each step, criteria (by key) as rows in the newest order."""

    columns: Sequence[tuple[int, str, str]]  # id, label, step to it: "", same, minor, major
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


def lineage_table(versions: Sequence[tuple[int, rubrics.RubricVersion]]) -> LineageTable:
    """The table over versions from the oldest to the newest."""
    columns: list[tuple[int, str, str]] = []
    rows: dict[str, list[Cell | None]] = {}
    former: rubrics.RubricVersion | None = None
    for n, (version_id, value) in enumerate(versions):
        changed = rubrics.diff(former, value) if former is not None else None
        columns.append((version_id, value.label, changed.step if changed else ""))
        became = {change.key: change for change in changed.criteria} if changed else {}
        for criterion in value.criteria:
            change = became.get(criterion.key)
            words = ", ".join(CHANGE_WORDS[kind] for kind in change.kinds) if change else "first version"
            if change and change.kinds[0] in ("split", "merged"):
                words += f" from {', '.join(change.old_keys)}"
            cell = Cell(name=criterion.name, words=words, comparable=change.comparable if change else True)
            rows.setdefault(criterion.key, [None] * n).append(cell)
        for cells in rows.values():
            cells += [None] * (n + 1 - len(cells))
        former = value
    newest = [criterion.key for criterion in former.criteria] if former else []
    order = [*newest, *(key for key in rows if key not in newest)]
    return LineageTable(columns=columns, rows=[(key, rows[key]) for key in order])
