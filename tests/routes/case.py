"""One address of a route and who finds something there: what the table of routes is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.routes.world import World

Arguments = Callable[[World], Mapping[str, Any]]
EVERYBODY = None  # everybody whom the table of authority names


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One address of a route, and who finds something there; whoever else may use the route finds nothing."""

    endpoint: str
    name: str = "plain"
    arguments: Arguments = lambda world: {}
    found_by: frozenset[str] | None = EVERYBODY
    form: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def who(names: str) -> frozenset[str]:
    return frozenset(names.split())


def cases(
    endpoints: str, of: Mapping[str, tuple[str, Callable[[World], Mapping[str, Any]]]], **more: Any
) -> list[Case]:
    """The same objects for several routes: name of the case -> (who finds it, the address's arguments)."""
    return [
        Case(endpoint=endpoint, name=name, found_by=who(found), arguments=arguments, **more)
        for endpoint in endpoints.split()
        for name, (found, arguments) in of.items()
    ]
