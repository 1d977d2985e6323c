"""A reviewer's whole step, opening a part and submitting it, beside the least that Flask and sqlite3 can do for it.

    python -m bench.open_and_submit

Ours: the page of a part that nobody opened, and the submit that brings all twelve answers along; signed in, with every
check, the audit event, the weekly sums, the sealing and the notice. The peer: one view that reads the conversation and
the form from sqlite3 and draws them through Jinja, and one that writes the answers and their score in one transaction,
on the same settings of the disk; nobody is asked who they are. Both through a test client in one process, in turns,
the same conversation and rubric, in CPU seconds.

What else a machine does costs both of them, and ours more: it touches more memory. So there are rounds for a minute,
each in a process of its own as a server is, and a tenth of them count, those in which the peer took least, whatever
ours took in them: of their pairs, a step of ours and the peer's right after it, the middle of the ratios. Exit 0 only
if the bar holds.
"""

import gc
import json
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, jsonify, render_template, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bench.bars import Bar, at_most
from bench.desk_world import CRITERIA, MESSAGES, SENTENCE, Part, world
from bench.scoring_page import signed_in
from tests.support import runs

STEP_BAR = 1.8
PARTS, WARM = 64, 16
ROUNDS = 30
LEVELS = ("l3", "l2", "l1", "l0")
PAGE = """<!doctype html><html lang="en"><title>{{ subject }}</title><h1>{{ subject }}</h1><ol>
{% for message in messages %}<li><b>{{ message[0] }}</b> <time>{{ message[1] }}</time><p>{{ message[2] }}</p></li>
{% endfor %}</ol><form method="post">
{% for criterion in criteria %}<fieldset><legend>{{ criterion.name }}</legend>
<p>{{ criterion.question }}</p><details>{{ criterion.guidance }}</details>
{% for level in criterion.levels %}<label><input type="radio" name="{{ criterion.key }}" value="{{ level.key }}">
{{ level.name }}: {{ level.anchor }}</label>{% endfor %}
{% for cause in criterion.causes %}<label><input type="checkbox" name="{{ criterion.key }}-{{ cause.key }}">
{{ cause.name }}</label>{% endfor %}<textarea name="{{ criterion.key }}-comment"></textarea></fieldset>{% endfor %}
<button>Submit</button></form></html>"""


def main() -> int:
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        bars = [step_bar()]
    finally:
        runs.end(begun)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def step_bar() -> Bar:
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as processes:
        rounds = [processes.apply(one_round) for _ in range(ROUNDS)]
    for pairs in rounds:
        step, least = (statistics.median(each) * 1e6 for each in zip(*pairs, strict=True))
        print(f"open, answer and submit {step:,.0f} µs, bare Flask and sqlite3 {least:,.0f} µs of CPU")
    calm = sorted(rounds, key=lambda pairs: statistics.median(theirs for _, theirs in pairs))[: ROUNDS // 10]
    ratio = statistics.median(ours / theirs for pairs in calm for ours, theirs in pairs)
    return at_most("opening and submitting a part, CPU, over bare Flask and sqlite3", ratio, STEP_BAR, 2)


def one_round() -> list[tuple[float, float]]:
    """CPU seconds of each step of ours and of the peer's beside it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        world("sqlite", Path(folder), reviewers=1, parts=PARTS) as desk,
    ):
        client, peer = signed_in(desk), bare(Path(folder) / "bare.sqlite3").test_client()
        gc.freeze()  # as wsgi.py does once the application stands
        pairs = [(our_step(client, part), bare_step(peer, n + 1)) for n, part in enumerate(desk.reviewers[0].parts)]
    return pairs[WARM:]


def our_step(client: FlaskClient, part: Part) -> float:
    """CPU seconds of the two requests."""
    spent = Spent()
    page = spent.on(lambda: client.get(f"/queue/{part.assignment_id}"))
    headers = {"X-CSRFToken": page.split('data-csrf="')[1].split('"')[0], "Accept": "application/json"}
    sent = {
        "save_id": f"bench-{part.assignment_id:08d}",
        "version": 0,
        "conversation_revision": part.conversation_revision_id,
        "answers": [{"criterion": f"c{n}", "level": LEVELS[n % 3]} for n in range(CRITERIA)],
    }
    spent.on(posting(client, f"/queue/{part.assignment_id}/submit", sent, headers))
    return spent.seconds


def bare_step(client: FlaskClient, part: int) -> float:
    """CPU seconds of the two requests."""
    spent = Spent()
    spent.on(lambda: client.get(f"/{part}"))
    answers: dict[str, object] = {f"c{n}": LEVELS[n % 3] for n in range(CRITERIA)}
    spent.on(posting(client, f"/{part}", answers, {}))
    return spent.seconds


def posting(
    client: FlaskClient, path: str, sent: dict[str, object], headers: dict[str, str]
) -> Callable[[], TestResponse]:
    """A post of JSON that is written already: that is the browser's work, not the server's."""
    body = json.dumps(sent)
    return lambda: client.post(path, data=body, content_type="application/json", headers=headers)


class Spent:
    """Adds up the CPU of requests that succeed."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def on(self, call: Callable[[], object]) -> str:
        begin = time.process_time()
        response = call()
        self.seconds += time.process_time() - begin
        text: str = response.get_data(as_text=True)  # type: ignore[attr-defined]
        if response.status_code != 200:  # type: ignore[attr-defined]
            raise RuntimeError(f"a step answers {response.status_code}: {text[:200]}")  # type: ignore[attr-defined]
        return text


def bare(path: Path) -> Flask:
    """The peer, with a database of its own."""
    with sqlite3.connect(path) as filling:
        filling.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE part (id INTEGER PRIMARY KEY, subject TEXT, form TEXT, score REAL);"
            "CREATE TABLE message (id INTEGER PRIMARY KEY, part INTEGER, author TEXT, at TEXT, text TEXT);"
            "CREATE INDEX of_part ON message (part);"
            "CREATE TABLE answer (part INTEGER, criterion TEXT, level TEXT, PRIMARY KEY (part, criterion));"
        )
        for n in range(1, PARTS + 1):
            filling.execute("INSERT INTO part VALUES (?, 'A payout', ?, NULL)", (n, json.dumps(form())))
            filling.executemany(
                "INSERT INTO message (part, author, at, text) VALUES (?, ?, '2026-03-02 10:00', ?)",
                [(n, author, text) for author, text in MESSAGES],
            )
    app = Flask("bare")
    page = app.jinja_env.from_string(PAGE)
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")

    @app.get("/<int:part>")
    def show(part: int) -> str:
        subject, asked = database.execute("SELECT subject, form FROM part WHERE id = ?", (part,)).fetchone()
        found = database.execute("SELECT author, at, text FROM message WHERE part = ? ORDER BY id", (part,))
        return render_template(page, subject=subject, messages=found.fetchall(), criteria=json.loads(asked))

    @app.post("/<int:part>")
    def submit(part: int) -> object:
        answers = request.get_json()
        score = 100 * sum(3 - LEVELS.index(level) for level in answers.values()) / (3 * len(answers))
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO answer VALUES (?, ?, ?)", [(part, criterion, level) for criterion, level in answers.items()]
        )
        database.execute("UPDATE part SET score = ? WHERE id = ?", (score, part))
        database.execute("COMMIT")
        return jsonify(score=score)

    return app


def form() -> list[dict[str, object]]:
    """What the rubric of ``desk_world`` asks."""
    return [
        {
            "key": f"c{n}",
            "name": f"Criterion c{n}",
            "question": f"How well did the specialist do in matter c{n}, with what was known at the time?",
            "guidance": SENTENCE.strip(),
            "levels": [
                {
                    "key": key,
                    "name": f"Level {key}",
                    "anchor": f"It was done as level {key} says and no better than that.",
                }
                for key in LEVELS
            ],
            "causes": [{"key": f"r{cause}", "name": f"Root cause number {cause}"} for cause in range(4)],
        }
        for n in range(CRITERIA)
    ]


if __name__ == "__main__":
    sys.exit(main())
