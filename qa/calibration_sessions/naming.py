"""How the people of a session appear to one another. Pure."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

YOU = "You"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One participant with the name and the pseudonym they bear elsewhere."""

    user_id: int
    name: str
    pseudonym: str


def shown_as(people: Sequence[Named], *, me: int, named: bool) -> dict[int, str]:
    """By name for those who may know it, else by pseudonym; oneself always as “You”."""
    return {
        person.user_id: YOU if person.user_id == me else (person.name if named else person.pseudonym)
        for person in people
    }


def shown_anonymously(people: Sequence[Named], *, me: int, session_id: int, key: bytes) -> dict[int, str]:
    """By a number of this session alone, in an order that follows from a secret: no name, no pseudonym, nobody's
    place in a list. Two sessions number the same people differently; one session always alike. In that order.
    """
    order = sorted(
        (person.user_id for person in people),
        key=lambda user_id: hmac.new(key, f"session {session_id} {user_id}".encode(), hashlib.sha256).digest(),
    )
    return {user_id: YOU if user_id == me else f"Person {place}" for place, user_id in enumerate(order, start=1)}


def told_apart(names: Mapping[int, str]) -> dict[int, str]:
    """The same where no two are alike: a second Heron is “Heron (2)”."""
    seen: dict[str, int] = {}
    apart = {}
    for user_id, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        apart[user_id] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return apart
