"""Reviewers at work together against one process: saves that are late, lost or refused, on SQLite and PostgreSQL.

    python -m bench.load [--reviewers 64] [--seconds 40] [--engine sqlite|postgresql]

The application is served by waitress in a process of its own, as `flask serve` does; each reviewer is a thread here
with a browser's connection: opens the next part, saves one answer every two seconds, and submits every minute from a
moment of its own on. What is measured is the server's own time of each save, which it tells in a header that only this
bench asks for. Then 16 reviewers save as fast as they can. At the end every answer that was acknowledged is looked for
in the database. One step is taken before, so that no figure is of a cold start. Exit 0 only if every bar holds.
"""

import argparse
import http.client
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from waitress import create_server

from bench.bars import at_most
from bench.desk_world import CRITERIA, Reviewer, fill
from qa.app import create_app
from qa.config import Settings
from qa.people import sessions
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.serving import THREADS
from tests.support import engines, runs

SAVE_EVERY, SUBMIT_EVERY = 2.0, 60.0
P95_BAR, SPREAD_BAR, WRITERS = 50.0, 4.0, 16
FAST_SAVES = 40  # of each of the writers that save without a rest
TAKEN = "X-Server-Milliseconds"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviewers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        held = [run(engine, given.reviewers, given.seconds) for engine in given.engine or ("sqlite", "postgresql")]
    finally:
        runs.end(begun)
    return 0 if all(held) else 1


def run(engine: str, reviewers: int, seconds: float) -> bool:
    # The last is for the writers without a rest, the one before it for a first step that finds the server cold.
    parts = 4 + int(seconds // SUBMIT_EVERY)
    with tempfile.TemporaryDirectory() as folder, engines.migrated_database(engine, Path(folder)) as url:
        settings = Settings.for_tests(database_url=url, instance=Path(folder) / "instance")
        with engines.arranging_engine(url) as arranging, Session(arranging) as session:
            people = fill(session, settings, reviewers=reviewers, parts=parts)
        with Served(replace(settings, testing=False, rate_limits=True, embedded_runner=True)) as port:
            Worker(reviewer=people[0], port=port, place=parts - 2).step()
            working = [Worker(reviewer=each, port=port) for each in people]
            side_by_side(working, lambda worker: worker.work(seconds))
            writers = [Worker(reviewer=each, port=port, place=parts - 1) for each in people[:WRITERS]]
            side_by_side(writers, lambda worker: worker.save_without_rest())
        with engines.arranging_engine(url) as arranging, Session(arranging) as session:
            lost = sum(worker.lost(session) for worker in (*working, *writers))
    calm, busy = times_of(working), times_of(writers)
    errors = sum(worker.errors for worker in (*working, *writers))
    first = next((worker.first_error for worker in (*working, *writers) if worker.first_error), "")
    if first:
        print(f"{engine}: the first of {errors} errors: {first}")
    if min(len(calm), len(busy)) < 2:
        return False
    told = f"{engine}, {reviewers} reviewers, {len(calm):,} saves, {sum(each.submitted for each in working)} submits"
    print(f"{told}; p50 {statistics.median(calm):.1f} ms; {WRITERS} writers p50 {statistics.median(busy):.1f} ms")
    bars = [
        at_most(f"{engine}: errors", errors, 0, 0),
        at_most(f"{engine}: acknowledged answers that are not in the database", lost, 0, 0),
        at_most(f"{engine}: p95 of an autosave, server milliseconds", ninety_fifth(calm), P95_BAR, 1),
        at_most(
            f"{engine}: p95 over p50 at {WRITERS} writers", ninety_fifth(busy) / statistics.median(busy), SPREAD_BAR, 2
        ),
    ]
    for bar in bars:
        print(bar.line(), flush=True)
    return all(bar.holds for bar in bars)


def times_of(workers: Iterable["Worker"]) -> list[float]:
    return [taken for worker in workers for taken in worker.taken]


def ninety_fifth(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


def side_by_side(workers: list["Worker"], do: Callable[["Worker"], None]) -> None:
    threads = [threading.Thread(target=do, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass
class Worker:
    """One reviewer's browser."""

    reviewer: Reviewer
    port: int
    place: int = 0  # in the queue
    version: int = 0
    saves: int = 0
    submitted: int = 0
    errors: int = 0
    first_error: str = ""
    taken: list[float] = field(default_factory=list)  # server milliseconds of each save
    kept: dict[tuple[int, str], str] = field(default_factory=dict)  # (assignment, criterion): what was acknowledged
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def work(self, seconds: float) -> None:
        """A save every two seconds, a submit every minute, from a moment of one's own on."""
        rng = random.Random(self.reviewer.user_id)
        begin = time.monotonic() + rng.random() * SAVE_EVERY
        end, submit_at = begin + seconds, begin + rng.random() * SUBMIT_EVERY
        self._open()
        due = begin
        while (now := time.monotonic()) < end:
            time.sleep(max(0.0, due - now))
            due += SAVE_EVERY
            if time.monotonic() >= submit_at:
                self._submit()
                submit_at += SUBMIT_EVERY
            else:
                self._save([self.saves % CRITERIA])

    def step(self) -> None:
        """One part opened, answered and sent: a server reads its modules and templates when they are first needed."""
        self._open()
        self._submit()

    def save_without_rest(self) -> None:
        self._open()
        for _ in range(FAST_SAVES):
            self._save([self.saves % CRITERIA])

    @property
    def part(self) -> int:
        return self.reviewer.parts[self.place].assignment_id

    def _open(self) -> None:
        status, page, _ = self._ask("GET", f"/queue/{self.part}")
        self.version = 0
        if status == 200:
            self.token = page.split('data-csrf="')[1].split('"')[0]

    def _save(self, places: list[int]) -> None:
        self.saves += 1
        chosen = {f"c{place}": f"l{1 + self.saves % 3}" for place in places}
        body = {
            "save_id": f"load-{self.reviewer.user_id:05d}-{self.place:03d}-{self.saves:06d}",
            "version": self.version,
            "conversation_revision": self.reviewer.parts[self.place].conversation_revision_id,
            "answers": [{"criterion": key, "level": level} for key, level in chosen.items()],
            "active_seconds": 2,
        }
        status, answer, taken = self._ask("POST", f"/queue/{self.part}/answers", body)
        if status != 200:
            return
        self.version = json.loads(answer)["version"]
        self.taken.append(taken)
        self.kept |= {(self.part, key): level for key, level in chosen.items()}

    def _submit(self) -> None:
        self._save(list(range(CRITERIA)))
        status, _, _ = self._ask("POST", f"/queue/{self.part}/submit", {"version": self.version})
        if status == 200:
            self.submitted += 1
            self.place += 1
            self._open()

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, str, float]:
        """One request on a connection of its own, as waitress under this load closes idle ones anyway."""
        headers = {
            "Cookie": "; ".join(
                f"{name}={value}" for name, value in {sessions.COOKIE: self.reviewer.token, **self.cookies}.items()
            ),
            "Accept": "application/json" if method == "POST" else "text/html",
            "X-CSRFToken": self.token,
            "Content-Type": "application/json",
        }
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read().decode()
            connection.close()
        except OSError as error:
            self._failed(f"{method} {path}: {error}")
            return 0, "", 0.0
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if response.status != 200:
            self._failed(f"{method} {path}: {response.status} {text[:200]}")
        return response.status, text, float(response.getheader(TAKEN) or 0.0)

    def _failed(self, what: str) -> None:
        self.errors += 1
        self.first_error = self.first_error or what

    def lost(self, session: Session) -> int:
        """How many acknowledged answers the database does not hold as they were acknowledged."""
        rows = session.execute(
            select(Review.assignment_id, Answer.criterion_key, Answer.level_key)
            .join(ReviewRevision, ReviewRevision.review_id == Review.id)
            .join(Answer, Answer.revision_id == ReviewRevision.id)
            .where(Review.reviewer_id == self.reviewer.user_id)
        )
        stored = {(assignment, key): level for assignment, key, level in rows}
        return sum(stored.get(key) != level for key, level in self.kept.items())


class Served:
    """The application in a process of its own; entering gives its port."""

    def __init__(self, settings: Settings) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=serve, args=(settings, theirs), daemon=True)

    def __enter__(self) -> int:
        self._process.start()
        port: int = self._ours.recv()
        return port

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join(timeout=20)


def serve(settings: Settings, told: Connection) -> None:
    """What `flask serve` does, and how long each request took in the application."""
    app = create_app(settings)
    server = create_server(timed(app), host="127.0.0.1", port=0, threads=THREADS)
    told.send(server.effective_port)
    server.run()


def timed(app: Flask) -> Callable[..., Iterable[bytes]]:
    """The application, telling in a header how long it took; what waits for a thread before it is not in it."""

    def answer(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        begin = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            return start_response(status, [*headers, (TAKEN, f"{(time.perf_counter() - begin) * 1000:.3f}")], *more)

        return app(environ, start)  # type: ignore[arg-type]

    return answer


if __name__ == "__main__":
    sys.exit(main())
