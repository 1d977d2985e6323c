"""What is added to weekly sums is what the tables hold, whatever the keys and however many packs are read at once."""

import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.figures.adding import add, keys_of, pack_key
from qa.figures.models import FACES, Pack
from qa.reviews import keeping_sums
from tests.support.cast import NOW, Cast
from tests.support.statements import count_queries

WEEK = NOW.date()
KEYS: dict[str, tuple[Any, ...]] = {
    "face": FACES,
    "week": (WEEK,),
    **dict.fromkeys(("value", "queue", "kind", "key"), ("", "a", "Zölle", "it's")),
}


@pytest.mark.parametrize("model", keeping_sums.TABLES, ids=lambda model: model.__tablename__)
def test_the_tables_hold_what_was_added(session: Session, cast: Cast, model: type[Pack]) -> None:
    chance = random.Random(7)
    told: dict[tuple[Any, ...], list[float]] = {}
    for _ in range(6):
        more: dict[tuple[Any, ...], list[float]] = {}
        for _ in range(chance.randrange(20)):
            key = {name: chance.choice(KEYS.get(name, (1, 2))) for name in keys_of(model)}
            more[tuple((key | {"programme_id": cast.programme.id}).values())] = [
                float(chance.randint(-1, 2)) for _ in model.SUMS
            ]

        add(session, model, more)

        for cell, values in more.items():
            told[cell] = [a + b for a, b in zip(told.get(cell, [0.0] * len(values)), values, strict=True)]
        counts = [model.SUMS.index(name) for name in model.COUNTS]
        told = {cell: values for cell, values in told.items() if any(values[count] for count in counts)}
        assert keeping_sums.kept(session, cast.programme.id, WEEK).tables[model] == told
    assert told


@pytest.mark.parametrize("model", keeping_sums.TABLES, ids=lambda model: model.__tablename__)
def test_a_pack_is_found_by_its_whole_key(app: Flask, model: type[Pack]) -> None:
    """By part of it a submit would take the longer the more weeks there are."""
    key = tuple(KEYS.get(name, (1,))[0] for name in keys_of(model))
    with app.app_context(), count_queries() as statements:
        session = db.session()
        add(session, model, {key: [1.0] * len(model.SUMS)})
        reading = next(sql for sql in statements if sql.startswith("SELECT"))
        if session.get_bind().dialect.name != "sqlite":
            assert " FOR UPDATE" in reading  # how it is found depends on how much there is
            return
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {reading}", (1,) * reading.count("?"))
        said = [detail for *_, detail in plan if not detail.startswith(("MULTI-INDEX OR", "INDEX ", "USE TEMP"))]

    whole = " AND ".join(f"{name}=?" for name in pack_key(model))
    assert said
    assert all(detail.startswith("SEARCH") and detail.endswith(f"({whole})") for detail in said)
