"""The trends page over a million reviews: its queries beside a scan of the facts, by SQLite and by DuckDB.

    python -m bench.trends [--reviews 1000000]

A simulated operation of two years (20 teams, 12 queues, 240 reviewers, 1,000 specialists) lies in the application's
database as weekly sums, and beside it as one flat row a review with its twelve answers, in SQLite and in DuckDB. The
scan asks of the flat rows what the page's main charts hold: weekly sums of weights and scores by team and queue, and
what each criterion got. The page is the whole of it through a test client: signed in, key figures, four charts,
tables. The same with a tenth of the reviews tells whether the cost grows. What keeping the sums adds to a submit is
read inside the request that submits. CPU seconds, the middle of rounds. Exit 0 only if every bar holds.
"""

import argparse
import gc
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sqlalchemy import Engine, event, text

from bench.bars import Bar, at_most
from bench.desk_world import CRITERIA, world
from bench.open_and_submit import LEVELS
from bench.scoring_page import signed_in
from bench.trends_world import Facts, stored
from qa.app import create_app
from qa.config import Settings
from qa.core.db import db
from qa.people import sessions
from qa.reviews import keeping_sums
from qa.trends import drawings, looking, views
from tests.support import engines, runs
from tests.support.client import open_session

SCAN_BAR, DUCK_BAR, PAGE_BAR, FLAT_BAR, UPKEEP_BAR = 1 / 60, 0.5, 60.0, 1.3, 0.20
ROUNDS = 7
SUBMITS, WARM = 24, 6
PARTS = {
    "figures with their statements": (looking, "look"),
    "drawing": (drawings, "of_page"),
    "templates": (views, "render_template"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.trends", description=__doc__)
    parser.add_argument("--reviews", type=int, default=1_000_000)
    given = parser.parse_args(arguments)
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        bars = [upkeep_bar(), *page_bars(given.reviews)]
    finally:
        runs.end(begun)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def page_bars(size: int) -> list[Bar]:
    """The page's queries beside the scans, the whole page, and the same with a tenth of the reviews."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = page_of(folder / "small", Facts(size // 10))
        facts = Facts(size)
        large = page_of(folder / "large", facts)
        scan, duck = scans(folder, facts)
    print(
        f"{size:,} reviews: queries {large.queries * 1e3:.1f} ms ({large.statements} statements), "
        f"of one team {large.one_team * 1e3:.2f} ms; scan by SQLite {scan * 1e3:,.0f} ms, "
        f"by DuckDB {duck * 1e3:.1f} ms; "
        f"page {large.page * 1e3:.1f} ms, with a tenth of the reviews {small.page * 1e3:.1f} ms of CPU"
    )
    print(f"of the page, ms of CPU: {', '.join(f'{name} {spent * 1e3:.1f}' for name, spent in large.parts.items())}")
    return [
        at_most(
            "queries of the trends page, CPU, over a scan of the facts by SQLite", large.queries / scan, SCAN_BAR, 4
        ),
        at_most("queries of the trends page, CPU, over the same scan by DuckDB", large.queries / duck, DUCK_BAR, 2),
        at_most("the whole trends page with its charts, ms of CPU", large.page * 1e3, PAGE_BAR, 1),
        at_most("the page over the page with a tenth of the reviews, CPU", large.page / small.page, FLAT_BAR, 2),
    ]


class Page:
    """CPU seconds of the page, of its parts and of its statements."""

    def __init__(self, page: float, parts: dict[str, float], queries: float, one_team: float, statements: int) -> None:
        self.page, self.parts, self.queries, self.one_team = page, parts, queries, one_team
        self.statements = statements


def page_of(folder: Path, facts: Facts) -> Page:
    folder.mkdir()
    with engines.migrated_database("sqlite", folder) as url:
        app = create_app(Settings.for_tests(database_url=url, instance=folder))
        with app.app_context():
            cast, teams = stored(db.session(), facts)
            team = teams[3]
            token = open_session(db.session(), cast.dora, app.extensions["fairmark"])
            db.session.execute(text("ANALYZE"))
            db.session.commit()
            client = app.test_client()
            client.set_cookie(sessions.COOKIE, token)
            db.session.remove()
        file = Path(url.removeprefix("sqlite:///"))
        gc.freeze()  # as wsgi.py does once the application stands
        for _ in range(2):
            client.get("/trends/")
        page = statistics.median(cpu(lambda: answered(client, "/trends/")) for _ in range(ROUNDS))
        parts = parts_of(lambda: answered(client, "/trends/"))
        with heard() as whole:
            client.get("/trends/")
        with heard() as one:
            client.get(f"/trends/?team={team}")
        gc.unfreeze()
        raw = sqlite3.connect(file)
        raw.execute("PRAGMA mmap_size=268435456")
        queries, alone = (middle(partial(asked_again, raw, asked)) for asked in (whole, one))
        raw.close()
    return Page(page, parts, queries, alone, len(whole))


def parts_of(call: Callable[[], object]) -> dict[str, float]:
    """What each part of the page takes, CPU seconds, the middle of rounds: a clock is put round its function."""
    spent: dict[str, list[float]] = {name: [] for name in PARTS}
    with ExitStack() as clocks:
        for name, (module, function) in PARTS.items():
            clocks.enter_context(patch.object(module, function, clocked(getattr(module, function), spent[name])))
        for _ in range(ROUNDS):
            call()
    return {name: statistics.median(rounds) for name, rounds in spent.items()}


def clocked(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        begin = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spent.append(time.process_time() - begin)

    return timed


def answered(client: Any, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200 or b"Weekly quality" not in response.data:
        raise RuntimeError(f"the page answers {response.status_code}")


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run inside, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(("PRAGMA", "BEGIN")):
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asked_again(raw: sqlite3.Connection, asked: Sequence[tuple[str, Any]]) -> None:
    for statement, parameters in asked:
        raw.execute(statement, parameters).fetchall()


def middle(call: Callable[[], object]) -> float:
    """CPU seconds, the middle of rounds."""
    return statistics.median(cpu(call) for _ in range(ROUNDS))


def cpu(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


SCAN = (
    "SELECT week, team, queue, count(*), sum(d), sum(d*d), sum(d*y), sum(d*y*y), sum(d*d*y), sum(d*d*y*y), sum(d*p), "
    "sum(d*p*p), sum(d*y*p), sum(d*passed), sum(d*critical), "
    + ", ".join(f"sum(d*a{n})" for n in range(CRITERIA))
    + " FROM fact GROUP BY week, team, queue"
)


def scans(folder: Path, facts: Facts) -> tuple[float, float]:
    """CPU seconds of the scan by SQLite and by DuckDB over the same flat rows."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]  # here, as the bench's own environment alone has it

    names = ["week", "team", "queue", "reviewer", "d", "y", "p", "passed", "critical"]
    columns: dict[str, Any] = {name: getattr(facts, name) for name in names}
    columns |= {f"a{n}": facts.answers[:, n] for n in range(CRITERIA)}
    file = sqlite3.connect(folder / "facts.sqlite3")
    file.execute("PRAGMA journal_mode=OFF")
    file.execute("PRAGMA mmap_size=2000000000")
    file.execute(f"CREATE TABLE fact ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    for start in range(0, facts.size, 50_000):
        part = [values[start : start + 50_000].tolist() for values in columns.values()]
        file.executemany(f"INSERT INTO fact VALUES ({marks})", zip(*part, strict=True))
    file.commit()
    scan = statistics.median(cpu(lambda: file.execute(SCAN).fetchall()) for _ in range(3))
    file.close()
    duck = duckdb.connect(str(folder / "facts.duckdb"))
    duck.execute("PRAGMA threads=2")
    duck.register("columns_of_facts", {name: np.ascontiguousarray(values) for name, values in columns.items()})
    duck.execute("CREATE TABLE fact AS SELECT * FROM columns_of_facts")
    duck.execute(SCAN).fetchall()
    theirs = statistics.median(cpu(lambda: duck.execute(SCAN).fetchall()) for _ in range(ROUNDS))
    duck.close()
    return scan, theirs


def upkeep_bar() -> Bar:
    """What keeping the sums adds to the request that submits."""
    spent: list[float] = []
    kept = keeping_sums.submitted
    with tempfile.TemporaryDirectory() as folder, world("sqlite", Path(folder), reviewers=1, parts=SUBMITS) as desk:
        client = signed_in(desk)
        keeping_sums.submitted = clocked(kept, spent)
        whole = []
        try:
            for part in desk.reviewers[0].parts:
                page = client.get(f"/queue/{part.assignment_id}").get_data(as_text=True)
                headers = {"X-CSRFToken": page.split('data-csrf="')[1].split('"')[0], "Accept": "application/json"}
                save = {
                    "save_id": f"bench-{part.assignment_id:08d}",
                    "version": 0,
                    "conversation_revision": part.conversation_revision_id,
                    "answers": [{"criterion": f"c{n}", "level": LEVELS[n % 3]} for n in range(CRITERIA)],
                }
                kept_at = client.post(f"/queue/{part.assignment_id}/answers", json=save, headers=headers)
                sent = {"version": json.loads(kept_at.data)["version"]}
                path = f"/queue/{part.assignment_id}/submit"
                whole.append(cpu(partial(client.post, path, json=sent, headers=headers)))
        finally:
            keeping_sums.submitted = kept
    ours, request = statistics.median(spent[WARM:]), statistics.median(whole[WARM:])
    print(f"a submit {request * 1e6:,.0f} µs of CPU, of them {ours * 1e6:,.0f} µs for the sums")
    return at_most("keeping the sums, CPU, over the whole submit", ours / request, UPKEEP_BAR, 3)


if __name__ == "__main__":
    sys.exit(main())
