"""The published JSON Schema is the one of the field table, and agrees with the reader."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from hypothesis import given

import rubrics
from rubrics import dump_yaml, json_schema, library, load_yaml
from rubrics.fields import OBJECTS
from rubrics.schema import schema_text
from tests.rubrics.schema_checking import violations
from tests.rubrics.strategies import versions
from tests.rubrics.test_yaml_reading import GOOD

PUBLISHED = Path(__file__).parents[2] / "docs" / "rubric-schema.json"


BOOL = "tag:yaml.org,2002:bool"


class Core(yaml.SafeLoader):
    """YAML 1.2, as the format states it: yes and no are words there."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
        first: [(tag, pattern) for tag, pattern in rules if tag != BOOL]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Core.add_implicit_resolver(BOOL, re.compile(r"^(true|false)$"), ["t", "f"])


def breaches(text):
    value = yaml.load(text, Loader=Core)
    schema = json_schema()
    return list(violations(value, schema, schema))


def test_the_published_schema_is_the_one_the_reader_follows():
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), "python -m rubrics schema > docs/rubric-schema.json"
    assert json.loads(schema_text()) == json_schema()


@pytest.mark.parametrize("name", sorted(library()))
def test_library_rubrics_meet_the_schema(name):
    assert breaches(library()[name]) == []
    assert breaches(dump_yaml(load_yaml(library()[name]))) == []


@given(versions(worded=True))
def test_what_is_written_meets_the_schema(version):
    assert breaches(dump_yaml(version)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pass_mark: 80", "pass_mrk: 80"),
        ("name: Trial\n", ""),
        ("pass_mark: 80", "pass_mark: many"),
        ("pass_mark: 80", "pass_mark: 201"),
        ('"1.0"', "1.0"),
        ("format: 1", "format: 2"),
        ("name: Trial", "name: 12"),
        ("key: trial", "key: Trial!"),
        ("kind: levels", "kind: stars"),
        ("na_allowed: true", "na_allowed: 1"),
        ("fails_at: [bad]", "fails_at: bad"),
    ],
)
def test_what_the_reader_refuses_for_its_form_the_schema_refuses_too(old, new):
    assert breaches(GOOD) == []
    assert breaches(GOOD.replace(old, new)) != []


@pytest.mark.parametrize("of", sorted(OBJECTS))
def test_the_field_table_names_every_field_of_the_model(of):
    names = {
        "rubric": "RubricVersion", "declared": "Declared", "section": "Section", "criterion": "Criterion",
        "critical": "Critical", "condition": "Condition", "scale": "Scale", "level": "Level", "root_cause": "RootCause",
    }  # fmt: skip
    model = {field.name for field in fields(getattr(rubrics, names[of])) if field.init}
    table = {field.name for field in OBJECTS[of]}

    if of == "rubric":
        model = model - {"major", "minor"} | {"format", "version"}

    assert table == model
