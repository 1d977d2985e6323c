"""As much of JSON Schema as the published rubric schema uses, so that tests need no further package."""

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
}
KNOWN = {
    "$schema", "$ref", "$defs", "title", "description", "type", "const", "enum", "pattern", "minLength", "maxLength",
    "minimum", "maximum", "minItems", "maxItems", "items", "required", "properties", "additionalProperties", "oneOf",
}  # fmt: skip


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "$") -> Iterator[str]:
    """What in the value does not meet the schema; an unknown keyword is an error of the test."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        yield from violations(value, target, root, path)
    if "oneOf" in schema and sum(not list(violations(value, one, root, path)) for one in schema["oneOf"]) != 1:
        yield f"{path}: meets not exactly one of {schema['oneOf']}"
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "number" and isinstance(value, bool))):
        yield f"{path}: {value!r} is no {kind}"
        return
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        yield f"{path}: {value!r} is not allowed"
    yield from _sizes(value, schema, path)
    if kind == "object":
        yield from (f"{path}: {name} is missing" for name in schema["required"] if name not in value)
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from violations(inner, schema["properties"][name], root, f"{path}.{name}")
            elif schema["additionalProperties"] is False:
                yield f"{path}: unknown {name}"
    if kind == "array":
        for n, inner in enumerate(value):
            yield from violations(inner, schema["items"], root, f"{path}[{n}]")


def _sizes(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    for low, high, measure in (
        ("minLength", "maxLength", len),
        ("minItems", "maxItems", len),
        ("minimum", "maximum", lambda number: number),
    ):
        if (low in schema and measure(value) < schema[low]) or (high in schema and measure(value) > schema[high]):
            yield f"{path}: {value!r} is outside {schema.get(low)} to {schema.get(high)}"
