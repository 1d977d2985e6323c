"""A draft is read by the rules of a file, and written as a file, however unfinished it is."""

from typing import Any

import pytest
from hypothesis import given

import rubrics
from tests.rubrics.strategies import versions


@given(version=versions())
def test_a_version_reads_back_from_its_draft_and_from_the_draft_s_file(version: rubrics.RubricVersion):
    draft = rubrics.as_draft(version)

    assert rubrics.read_draft(draft) == version
    assert rubrics.load_yaml(rubrics.draft_yaml(draft)) == version


def draft() -> dict[str, Any]:
    return rubrics.as_draft(rubrics.load_yaml(rubrics.library()["payments"]))


@pytest.mark.parametrize(
    ("where", "name", "value", "path"),
    [
        ((), "pass_mark", "eighty", "pass_mark"),
        ((), "name", "  ", "name"),
        ((), "colour", "red", ""),
        (("sections", 0), "weight", "2,5", "sections[1].weight"),
        (("sections", 0), "criteria", [], "sections[1].criteria"),
        (("sections", 0, "criteria", 0), "question", "", "sections[1].criteria[1].question"),
        (("sections", 0, "criteria", 0), "key", "Two words", "sections[1].criteria[1].key"),
    ],
)
def test_a_problem_of_a_draft_names_its_path_and_no_line(where: tuple[Any, ...], name: str, value: Any, path: str):
    typed = draft()
    node: Any = typed
    for step in where:
        node = node[step]
    node[name] = value

    with pytest.raises(rubrics.RubricError) as refusal:
        rubrics.read_draft(typed)

    (problem,) = refusal.value.problems
    assert (problem.path, problem.line, problem.column) == (path, None, None)


def test_what_is_optional_and_empty_is_left_out():
    typed = draft() | {"description": "", "pass_mark": "", "cap": None, "lineage": []}

    assert rubrics.read_draft(typed).pass_mark is None
    assert "description" not in rubrics.draft_yaml(typed)


def test_the_file_of_an_unfinished_draft_tells_its_problem_by_line():
    typed = draft() | {"pass_mark": "eighty"}
    text = rubrics.draft_yaml(typed)

    with pytest.raises(rubrics.RubricError) as refusal:
        rubrics.load_yaml(text)

    (problem,) = refusal.value.problems
    assert problem.line is not None
    assert "eighty" in text.splitlines()[problem.line - 1]
