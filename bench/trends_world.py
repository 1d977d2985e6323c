"""Two years of a large operation as weekly sums in the application's database, written in bulk."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from bench.desk_world import CRITERIA
from qa.core.clock import monday_of, utcnow
from qa.figures.adding import keys_of, pack_key
from qa.figures.models import (
    Pack,
    WeeklyDrawPack,
    WeeklyFramePack,
    WeeklyPersonPack,
    WeeklyReviewerPack,
    WeeklyReviewPack,
)
from qa.figures.packing import packed
from qa.people.models import Team, User
from tests.support.cast import Cast, make_cast
from tests.support.reviews import publish_rubric

WEEKS, TEAMS, QUEUES, REVIEWERS, SPECIALISTS = 104, 20, 12, 240, 1_000
Codes = NDArray[np.int64]
Vector = NDArray[np.float64]


class Facts:
    """Reviews as columns, one entry each."""

    def __init__(self, size: int, seed: int = 20261129) -> None:
        rng = np.random.default_rng(seed)
        self.size = size
        self.week = rng.integers(WEEKS, size=size)
        self.team = rng.integers(TEAMS, size=size)
        self.queue = (self.team * 5 + rng.integers(3, size=size)) % QUEUES
        self.risk = rng.choice(3, size=size, p=(0.7, 0.2, 0.1))
        self.reviewer = (self.team * 12 + rng.integers(48, size=size)) % REVIEWERS
        self.specialist = self.team * (SPECIALISTS // TEAMS) + rng.integers(SPECIALISTS // TEAMS, size=size)
        self.channel = rng.integers(4, size=size)
        self.tier = rng.integers(3, size=size)
        self.language = self.team % 4
        self.tenure = self.specialist % 4
        self.version = (self.week >= WEEKS - 20).astype(np.int64)
        self.answers = (rng.random((size, CRITERIA)) < 0.9).astype(np.float64)
        self.y = 100 * self.answers.mean(axis=1)
        self.p = self.y + rng.normal(0, 10, size)
        self.d = np.array((20.0, 8.0, 3.0))[self.risk]
        self.passed = (self.y >= 80).astype(np.float64)
        self.critical = (rng.random(size) < 0.03).astype(np.float64)


def stored(session: Session, facts: Facts) -> tuple[Cast, list[int]]:
    """The operation with its weekly sums, written in bulk."""
    cast = make_cast(session)
    now = utcnow()
    version = publish_rubric(session, cast)
    second = publish_rubric(session, cast, version="1.1")
    last = monday_of(now.date()) - dt.timedelta(weeks=1)
    teams = [Team(programme_id=cast.programme.id, name=f"Team {n:02}", created_at=now) for n in range(TEAMS)]
    people = [
        User(
            programme_id=cast.programme.id,
            email=f"p{n}@example.org",
            name=f"P {n}",
            pseudonym=f"P{n}",
            created_at=now,
        )
        for n in range(REVIEWERS)
    ]
    session.add_all([*teams, *people])
    session.flush()
    team_ids = [team.id for team in teams]
    programme = cast.programme.id
    weeks = [(last - dt.timedelta(weeks=WEEKS - 1 - n)).isoformat() for n in range(WEEKS)]
    names: dict[str, Sequence[Any]] = {
        "week": weeks,
        "team_id": team_ids,
        "queue": [f"queue {n:02}" for n in range(QUEUES)],
        "channel": ["chat", "email", "form", "phone"],
        "tier": ["", "gold", "silver"],
        "language": ["de", "en", "es", "fr"],
        "tenure": ["1 to 2 years", "3 to 12 months", "over 2 years", "under 3 months"],
        "version": [str(version.id), str(second.id)],
        "reviewer_id": [person.id for person in people],
        "specialist_id": [1_000_000 + n for n in range(SPECIALISTS)],
        "risk_class": [0, 1, 2],
    }
    sums = review_sums(facts)
    keys = {"team_id": facts.team, "week": facts.week, "queue": facts.queue, "risk_class": facts.risk}
    for face in ("channel", "tier", "language", "tenure", "version"):
        split = {face: getattr(facts, face)}
        write(session, WeeklyReviewPack, keys | split, sums, names, programme, face, predicted=1)
    ones = np.ones(facts.size)
    write(session, WeeklyDrawPack, keys, {"drawn": ones}, names, programme, None)
    frame = {key: values for key, values in keys.items() if key != "risk_class"}
    parts = frame_sums(facts)
    for face in ("all", "channel", "tier", "language", "tenure"):
        split = {} if face == "all" else {face: getattr(facts, face)}
        write(session, WeeklyFramePack, frame | split, parts, names, programme, face)
    scored = {"n": ones, "d": facts.d, "d_free": facts.d * (1 - facts.critical), "seconds": ones * 480}
    texts = names | {"team": [str(each) for each in team_ids]}
    for face, values in (("all", None), ("team", facts.team), ("queue", facts.queue), ("language", facts.language)):
        split = {} if values is None else {face: values}
        if split:
            keyed = {"week": facts.week, "reviewer_id": facts.reviewer} | split
            write(session, WeeklyReviewerPack, keyed, scored, texts, programme, face)
        keyed = {"week": facts.week, "specialist_id": facts.specialist} | split
        write(session, WeeklyPersonPack, keyed, {"parts": ones}, texts, programme, face)
    return cast, team_ids


def review_sums(facts: Facts) -> dict[str, Vector]:
    d, y, p, one = facts.d, facts.y, facts.p, np.ones(facts.size)
    sums = {"reviews": one, "n": one, "passed": facts.passed, "critical": facts.critical, "disputed": 0 * one}
    sums |= {"y": y, "y2": y * y, "p": p, "d_moved": 0 * one}
    for name, values in {"": one, "y": y, "y2": y * y, "p": p, "p2": p * p, "yp": y * p}.items():
        sums[f"d{name}"], sums[f"d2{name}"] = d * values, d * d * values
    for name, values in {"passed": facts.passed, "critical": facts.critical}.items():
        sums[f"d_{name}"], sums[f"d2_{name}"] = d * values, d * d * values
    return sums


def frame_sums(facts: Facts) -> dict[str, Vector]:
    """The parts that each review stands for."""
    d, zero = facts.d, np.zeros(facts.size)
    return {
        "parts": d,
        "late": zero,
        "csat_good": np.round(d * 0.2),
        "csat_bad": np.round(d * 0.05),
        "reopened": np.round(d * 0.08),
        "escalated": np.round(d * 0.03),
        "predicted": d,
        "p": d * facts.p,
        "replied": d,
        "ln_reply": d * 7.5,
        "ln2_reply": d * 58,
        "solved": d,
        "ln_solve": d * 11,
        "ln2_solve": d * 123,
    }


def write(
    session: Session,
    model: type[Pack],
    keys: Mapping[str, Codes],
    sums: Mapping[str, Vector],
    names: Mapping[str, Sequence[Any]],
    programme: int,
    face: str | None,
    **fixed: Any,
) -> None:
    """Add up by key and insert the packs."""
    code = np.zeros(len(next(iter(keys.values()))), dtype=np.int64)
    for key, values in keys.items():
        code = code * len(names[key]) + values
    found, first, place = np.unique(code, return_index=True, return_inverse=True)
    columns: dict[str, list[Any]] = {key: [names[key][n] for n in values[first]] for key, values in keys.items()}
    columns |= {name: [value] * len(found) for name, value in fixed.items()}
    columns["programme_id"] = [programme] * len(found)
    if face is not None:
        columns["face"] = [face] * len(found)
        columns["value"] = columns.get(face, [""] * len(found))
    totals = np.array([np.bincount(place, sums[name], len(found)) for name in model.SUMS]).T
    packs: dict[tuple[Any, ...], dict[tuple[Any, ...], Vector]] = {}
    width = len(pack_key(model))
    for key, values in zip(zip(*(columns[name] for name in keys_of(model)), strict=True), totals, strict=True):
        packs.setdefault(key[:width], {})[key[width:]] = values
    wanted = (*pack_key(model), "cells", "sums")
    statement = f"INSERT INTO {model.__tablename__} ({', '.join(wanted)}) VALUES ({', '.join('?' * len(wanted))})"
    raw: Any = session.connection().connection.driver_connection
    raw.executemany(statement, [(*key, *packed(cells)) for key, cells in packs.items()])
