"""Adding to weekly sums: one statement a table, in the order of the keys, so that two who add never wait in a ring."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Insert, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from qa.core.orm import Base, table_of
from qa.core.prepared import PreparedChange, given

Key = tuple[Any, ...]
Sums = Mapping[Key, Sequence[float]]


def keys_of(model: type[Base]) -> list[str]:
    """The names of a table's key columns, in their order."""
    return [column.name for column in model.__table__.primary_key]


def sums_of(model: type[Base]) -> list[str]:
    """The names of the columns that are summed."""
    keys = set(keys_of(model))
    return [column.name for column in model.__table__.columns if column.name not in keys]


@lru_cache
def _upsert(model: type[Base]) -> PreparedChange:
    """``INSERT ... ON CONFLICT DO UPDATE`` that adds to what is there."""
    table = table_of(model)

    def statement(dialect: Dialect) -> Insert:
        dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        added = dialects[dialect.name](table).values(given(*table.columns))
        upsert: Insert = added.on_conflict_do_update(
            index_elements=keys_of(model), set_={name: table.c[name] + added.excluded[name] for name in sums_of(model)}
        )
        return upsert

    return PreparedChange(statement)


def add(session: Session, model: type[Base], sums: Sums) -> None:
    """Add each key's sums to what the table holds."""
    if not sums:
        return
    names = (*keys_of(model), *sums_of(model))
    _upsert(model).run_many(
        session,
        [dict(zip(names, (*key, *sums[key]), strict=True)) for key in sorted(sums)],
    )


def drop_empty(session: Session, model: type[Base], programme_id: int, counts: Sequence[str]) -> None:
    """Rows that count nothing any more go, and with them what rounding left in their sums."""
    table = model.__table__
    session.execute(delete(model).where(table.c.programme_id == programme_id, *(table.c[name] == 0 for name in counts)))


def gathered(pairs: Iterable[tuple[Key, Sequence[float]]]) -> dict[Key, list[float]]:
    """Sums by key."""
    found: dict[Key, list[float]] = {}
    for key, values in pairs:
        known = found.get(key)
        if known is None:
            found[key] = list(values)
        else:
            for place, value in enumerate(values):
                known[place] += value
    return found


def minus(after: Sums, before: Sums) -> dict[Key, list[float]]:
    """What has to be added for the one to become the other; keys of which nothing changes are left out."""
    found = {key: list(values) for key, values in after.items()}
    for key, values in before.items():
        known = found.setdefault(key, [0] * len(values))
        for place, value in enumerate(values):
            known[place] -= value
    return {key: values for key, values in found.items() if any(values)}
