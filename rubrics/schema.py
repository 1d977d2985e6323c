"""The JSON Schema of a rubric file, made from the field table, for editors that check while one types."""

import json
from typing import Any

from rubrics.fields import (
    FORMAT,
    FRACTION_PATTERN,
    KEY_PATTERN,
    LONGEST_NAME,
    LONGEST_TEXT,
    OBJECTS,
    VERSION_PATTERN,
    Field,
)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the form of a rubric file; what spans several values is checked on reading."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fairmark rubric",
        "$ref": "#/$defs/rubric",
        "$defs": {name: _object(fields) for name, fields in OBJECTS.items()},
    }


def schema_text() -> str:
    """The schema as the file that is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: {"description": field.about, **_value(field)} for field in fields},
    }


def _value(field: Field) -> dict[str, Any]:
    shortest = {"minLength": 1} if field.required or field.kind == "names" else {}
    key = {"type": "string", "pattern": KEY_PATTERN}
    name = {"type": "string", "maxLength": LONGEST_NAME, **shortest}
    number = {
        "oneOf": [
            {"type": "number", "minimum": field.low, "maximum": field.high},
            {"type": "string", "pattern": FRACTION_PATTERN},
        ]
    }
    bounds = {"minItems": field.least, "maxItems": field.most}
    schemas: dict[str, dict[str, Any]] = {
        "format": {"const": FORMAT},
        "version": {"type": "string", "pattern": VERSION_PATTERN},
        "key": key,
        "name": name,
        "text": {"type": "string", "maxLength": LONGEST_TEXT, **shortest},
        "number": number,
        "flag": {"type": "boolean"},
        "choice": {"enum": list(field.choices)},
        "names": {"type": "array", "items": name, **bounds},
        "keys": {"type": "array", "items": key, **bounds},
        "object": {"$ref": f"#/$defs/{field.of}"},
        "objects": {"type": "array", "items": {"$ref": f"#/$defs/{field.of}"}, **bounds},
    }
    return schemas[field.kind]
