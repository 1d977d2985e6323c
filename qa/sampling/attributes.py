"""The key of a frame's cell and the attributes that it carries. Pure."""

from collections.abc import Iterable, Mapping, Sequence

BASE = ("specialist", "queue", "tier", "risk_class")  # in every cell, in this order
TEAM = "team"
NEVER = "none"


def beyond_base(names: Iterable[str]) -> list[str]:
    """What cells have to carry beyond what every cell does, in a fixed order."""
    return sorted({name for name in names if name not in BASE and name != TEAM})


def plain(value: object) -> str:
    """A value as a cell's key holds it: the separator cannot be part of it."""
    if value is None:
        return NEVER
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("|", "/")


ESCAPED = {"%": "%25", "|": "%7C", "=": "%3D"}  # in names of fields and tags, which are the help desk's own


def key_fields(base: Sequence[object], extras: Mapping[str, str]) -> list[str]:
    """The fields of a cell's key: the four that every cell has, then name=value of the others."""
    return [*(plain(value) for value in base), *(f"{_written(name)}={extras[name]}" for name in sorted(extras))]


def _written(name: str) -> str:
    return "".join(ESCAPED.get(character, character) for character in name)


def _read(name: str) -> str:
    for character, escape in reversed(ESCAPED.items()):
        name = name.replace(escape, character)
    return name


def read_key(key: str, team: str) -> dict[str, str]:
    """A cell's attributes from its key."""
    fields = key.split("|")
    found = dict(zip(BASE, fields, strict=False))
    for pair in fields[len(BASE) :]:
        name, _, value = pair.partition("=")
        found[_read(name)] = value
    found[TEAM] = team
    return found


def carried_by(key: str | None) -> set[str]:
    """The attributes that a frame's cells carry, read off one of them."""
    return set(read_key(key, "")) if key is not None else set()
