"""What a rubric is: model, YAML, scoring, comparison of versions, starter rubrics. Knows no web, no database."""

from importlib import import_module
from typing import TYPE_CHECKING

from rubrics.answering import (
    Missing,
    check_answer,
    chosen_level,
    criterion_fraction,
    fails_critical,
    is_failing,
    missing,
    visible_criteria,
)
from rubrics.checking import Finding, check, problems
from rubrics.comparing import CriterionChange, Lineage, RuleChange, VersionDiff, diff, lineage
from rubrics.display import NO_SCORE, display_score, rounded
from rubrics.drafts import as_draft, draft_yaml, read_draft
from rubrics.loading import load_yaml
from rubrics.mapping import Carrying, Unmapped, carrying
from rubrics.model import (
    ENGINES,
    Answer,
    AnswerError,
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
from rubrics.results import Score, Step
from rubrics.schema import json_schema
from rubrics.scoring import ENGINE_VERSION, score
from rubrics.shares import effective_shares
from rubrics.starters import library
from rubrics.threads import Stop, Thread, score_runs, threads
from rubrics.writing import document, dump_yaml, fingerprint

if TYPE_CHECKING:
    from rubrics.bulk import BulkScores, score_all
    from rubrics.columns import Columns, columns_of

__all__ = [
    "ENGINES",
    "ENGINE_VERSION",
    "NO_SCORE",
    "Answer",
    "AnswerError",
    "BulkScores",
    "Carrying",
    "Columns",
    "Condition",
    "Criterion",
    "CriterionChange",
    "Critical",
    "Declared",
    "Finding",
    "Level",
    "Lineage",
    "Missing",
    "Problem",
    "RootCause",
    "RubricError",
    "RubricVersion",
    "RuleChange",
    "Scale",
    "Score",
    "Section",
    "Step",
    "Stop",
    "Thread",
    "Unmapped",
    "VersionDiff",
    "as_draft",
    "carrying",
    "check",
    "check_answer",
    "chosen_level",
    "columns_of",
    "criterion_fraction",
    "diff",
    "display_score",
    "document",
    "draft_yaml",
    "dump_yaml",
    "effective_shares",
    "fails_critical",
    "fingerprint",
    "is_failing",
    "json_schema",
    "library",
    "lineage",
    "load_yaml",
    "missing",
    "problems",
    "read_draft",
    "rounded",
    "score",
    "score_all",
    "score_runs",
    "threads",
    "visible_criteria",
]

# Scoring a whole archive at once works on arrays; who scores one review need not wait for numpy.
_ON_ARRAYS = {
    "BulkScores": "rubrics.bulk",
    "Columns": "rubrics.columns",
    "columns_of": "rubrics.columns",
    "score_all": "rubrics.bulk",
}


def __getattr__(name: str) -> object:
    if name not in _ON_ARRAYS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ON_ARRAYS[name]), name)
