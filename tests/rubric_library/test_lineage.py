"""A rubric over its versions, as the table of its page."""

from dataclasses import replace

import rubrics
from qa.rubric_library.lineage import lineage_table
from tests.support.builders import RUBRIC

FIRST = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"))


def with_criteria(version: str, *names: str, **more: object) -> rubrics.RubricVersion:
    """The first section with these criteria, each like Tone but for its key."""
    major, minor = version.split(".")
    answer, safety = FIRST.sections
    tone = FIRST.criterion("tone")
    criteria = tuple(replace(tone, key=name, name=name.capitalize()) for name in names)
    return replace(
        FIRST, major=int(major), minor=int(minor), sections=(replace(answer, criteria=criteria), safety), **more
    )


def test_a_split_begins_new_rows_and_the_former_one_says_what_it_became():
    split = rubrics.Declared(kind="split", old=("tone",), new=("tone", "empathy"))
    old = with_criteria("1.0", "correct", "tone")
    new = with_criteria("2.0", "tone", "empathy", lineage=(split,))

    table = lineage_table([(1, old), (2, new)])

    assert table.columns == [(1, "1.0", ""), (2, "2.0", "major")]
    shown = [(key, [cell.words if cell else None for cell in cells]) for key, cells in table.rows]
    assert shown == [
        ("tone", [None, "split from tone"]),
        ("empathy", [None, "split from tone"]),
        ("privacy", ["first version", "unchanged"]),
        ("correct", ["first version", "dropped"]),
        ("tone", ["first version", "became tone, empathy"]),
    ]


def test_a_new_weight_is_told_and_breaks_nothing():
    old = with_criteria("1.0", "tone")
    heavier = replace(
        old.sections[0], criteria=(replace(old.criterion("tone"), weight=old.criterion("tone").weight * 3),)
    )
    new = replace(old, major=2, sections=(heavier, old.sections[1]))

    (_, (_, cell)), _ = lineage_table([(1, old), (2, new)]).rows

    assert cell is not None
    assert (cell.words, cell.comparable) == ("other weight", True)


def test_no_version_gives_an_empty_table():
    assert lineage_table([]).rows == lineage_table([]).columns == []
