"""The one table of what a rubric file may say: the reader, the writer and the published schema all follow it."""

from dataclasses import dataclass
from typing import Literal

from rubrics.model import (
    ARITHMETICS,
    CRITICAL_EFFECTS,
    CRITICAL_SCOPES,
    DECLARED_KINDS,
    ENGINES,
    METHODS,
    NA_RULES,
    SCALE_KINDS,
)

FORMAT = 1
KEY_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
VERSION_PATTERN = r"^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$"
FRACTION_PATTERN = r"^[0-9]{1,9}/[1-9][0-9]{0,8}$"
LONGEST_NAME = 120
LONGEST_TEXT = 4000
MOST_ITEMS = 200

Kind = Literal[
    "format", "version", "key", "name", "text", "number", "flag", "choice", "names", "keys", "object", "objects"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing an object of a rubric file may say."""

    name: str
    kind: Kind
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""
    low: int = 0
    high: int = 1_000_000
    least: int = 0
    most: int = MOST_ITEMS


RUBRIC = (
    Field(name="format", kind="format", required=True, about="The form of this file; always 1."),
    Field(name="key", kind="key", required=True, about="Names the rubric over all its versions."),
    Field(name="name", kind="name", required=True, about="What people call the rubric."),
    Field(name="version", kind="version", required=True, about='Major and minor step in quotes, such as "2.0".'),
    Field(name="description", kind="text", about="What the rubric is for and which parts it judges."),
    Field(name="pass_mark", kind="number", high=200, about="The score, in percent, from which a review passes."),
    Field(name="cap", kind="number", high=200, about="No score rises above this, whatever the bonus."),
    Field(
        name="arithmetic",
        kind="choice",
        choices=ARITHMETICS,
        about="sections: weigh section scores; pooled: weigh all criteria directly, section weights do not count.",
    ),
    Field(
        name="method",
        kind="choice",
        choices=METHODS,
        about="additive: earn weighted points; deductive: start at 100 and lose up to the weight of each criterion.",
    ),
    Field(
        name="na_rule",
        kind="choice",
        choices=NA_RULES,
        about="What N/A counts as: removed from the score, full points, the mean of the answered, or zero.",
    ),
    Field(
        name="critical_effect",
        kind="choice",
        choices=CRITICAL_EFFECTS,
        about="What a failed critical does to the score: zero, zero its section, or keep it.",
    ),
    Field(
        name="engine",
        kind="choice",
        choices=ENGINES,
        about="Version of the arithmetic, in quotes; left out means the first. A published rubric keeps its own.",
    ),
    Field(name="lineage", kind="objects", of="declared", about="Criteria split or merged since the version before."),
    Field(name="sections", kind="objects", of="section", required=True, least=1, about="In reading order."),
)

DECLARED = (
    Field(
        name="kind", kind="choice", choices=DECLARED_KINDS, required=True, about="One became several, or several one."
    ),
    Field(name="old", kind="keys", required=True, least=1, about="Criterion keys of the version before."),
    Field(name="new", kind="keys", required=True, least=1, about="Criterion keys of this version."),
)

SECTION = (
    Field(name="key", kind="key", required=True, about="Stays the same over versions."),
    Field(name="name", kind="name", required=True, about="Heading on the scoring page."),
    Field(
        name="weight", kind="number", required=True, about="Weight among sections; in a bonus section, points it adds."
    ),
    Field(name="channels", kind="names", about="Asked on these channels only; left out means on all."),
    Field(name="bonus", kind="flag", about="Adds to the score of the others instead of sharing in it."),
    Field(name="criteria", kind="objects", of="criterion", required=True, least=1, about="In reading order."),
)

CRITERION = (
    Field(name="key", kind="key", required=True, about="Stays the same over versions."),
    Field(name="name", kind="name", required=True, about="Short name for tables and charts."),
    Field(name="question", kind="text", required=True, about="What the reviewer answers."),
    Field(
        name="weight",
        kind="number",
        about="Weight in its section; deductive: the most it takes off. Left out everywhere: the best level's points.",
    ),
    Field(name="critical", kind="object", of="critical", about="Makes the criterion critical."),
    Field(name="na_allowed", kind="flag", about="Whether N/A may be chosen."),
    Field(name="condition", kind="object", of="condition", about="Shown only while another answer is as stated."),
    Field(name="guidance", kind="text", about="How to judge, shown one key away."),
    Field(name="procedure", kind="name", about="Key of the procedure (SOP) the criterion rests on."),
    Field(name="scale", kind="object", of="scale", required=True, about="How it is answered."),
    Field(name="root_causes", kind="objects", of="root_cause", about="Reasons a reviewer may name."),
)

CRITICAL = (
    Field(name="scope", kind="choice", choices=CRITICAL_SCOPES, required=True, about="What fails with it."),
    Field(name="fails_at", kind="keys", about="The levels that fail it, each named."),
    Field(name="fails_below", kind="number", high=100, about="For a percentage: fails below this."),
    Field(name="effect", kind="choice", choices=CRITICAL_EFFECTS, about="Instead of the version's critical_effect."),
)

CONDITION = (
    Field(name="criterion", kind="key", required=True, about="The criterion it depends on."),
    Field(name="levels", kind="keys", required=True, least=1, about="Shown while that one is at one of these levels."),
)

SCALE = (
    Field(
        name="kind",
        kind="choice",
        choices=SCALE_KINDS,
        required=True,
        about="binary has two levels, levels two to nine.",
    ),
    Field(name="levels", kind="objects", of="level", most=9, about="Best first; a percentage has none."),
    Field(name="failing_below", kind="number", high=100, about="Percentage only: below this is failing."),
    Field(name="comment_below", kind="number", high=100, about="Percentage only: below this needs a comment."),
    Field(name="evidence_below", kind="number", high=100, about="Percentage only: below this needs evidence."),
)

LEVEL = (
    Field(name="key", kind="key", required=True, about="Stays the same over versions."),
    Field(name="name", kind="name", required=True, about="On the button."),
    Field(name="points", kind="number", required=True, about="What it earns."),
    Field(name="anchor", kind="text", about="What such a part looks like."),
    Field(name="example", kind="text", about="A sentence one would read in such a part."),
    Field(name="failing", kind="flag", about="Below the standard; left out means only if it fails a critical."),
    Field(
        name="comment_required",
        kind="flag",
        about="Needs a comment; left out means only if it fails a critical.",
    ),
    Field(
        name="evidence_required",
        kind="flag",
        about="Needs a pinned passage; left out means at failing levels and at the lowest.",
    ),
    Field(name="cap", kind="number", high=200, about="Once chosen, the review's score is at most this."),
)

ROOT_CAUSE = (
    Field(name="key", kind="key", required=True, about="Stays the same over versions."),
    Field(name="name", kind="name", required=True, about="What the reviewer picks."),
)

OBJECTS: dict[str, tuple[Field, ...]] = {
    "rubric": RUBRIC,
    "declared": DECLARED,
    "section": SECTION,
    "criterion": CRITERION,
    "critical": CRITICAL,
    "condition": CONDITION,
    "scale": SCALE,
    "level": LEVEL,
    "root_cause": ROOT_CAUSE,
}
