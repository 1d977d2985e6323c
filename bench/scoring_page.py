"""What opening the scoring page costs, beside a bare Flask page in the same run; and how soon the server is ready.

    python -m bench.scoring_page

Both are called in this process through the same test client, in rounds that take turns; CPU seconds, the middle of the
ratios of a round of ours and of the peer's right after it, on which whatever else the machine does falls alike. The
scoring page is the whole of it: signed in, twelve criteria half answered, eight encrypted messages. Exit 0 only if
every bar holds.
"""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench.bars import Bar, at_most
from bench.desk_world import CRITERIA, World, world
from qa.people import sessions
from tests.support import runs

PAGE_BAR, START_BAR = 9.0, 1.5
ROUNDS, CALLS = 60, 9
STARTS = 5
# Without what only the checks of this project bring along, and a library of the application reads where it finds it.
READY = "import sys; sys.modules['rich'] = None; import time, wsgi; print(time.process_time())"


def main() -> int:
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        bars = [*page_bars(), start_bar()]
    finally:
        runs.end(begun)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def bare() -> FlaskClient:
    """The least that Flask can do."""
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "Hello"

    return app.test_client()


def page_bars() -> list[Bar]:
    with tempfile.TemporaryDirectory() as folder, world("sqlite", Path(folder), reviewers=1, parts=3) as desk:
        client = signed_in(desk)
        path = f"/queue/{desk.reviewers[0].parts[0].assignment_id}"
        half_answered(client, desk)
        hello = bare()
        gc.freeze()  # as wsgi.py does once the application stands
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(spent(lambda: client.get(path)))
            theirs.append(spent(lambda: hello.get("/")))
        page, peer = statistics.median(ours), statistics.median(theirs)
        print(f"scoring page {page * 1e6:,.0f} µs, bare Flask {peer * 1e6:,.0f} µs of CPU")
        ratio = statistics.median(page / hello for page, hello in zip(ours, theirs, strict=True))
        return [at_most("opening the scoring page, CPU, over a bare Flask hello", ratio, PAGE_BAR, 2)]


def signed_in(desk: World) -> FlaskClient:
    """A browser of the first reviewer."""
    client = desk.app.test_client()
    client.set_cookie(sessions.COOKIE, desk.reviewers[0].token)
    return client


def half_answered(client: FlaskClient, desk: World) -> None:
    """A draft as a reviewer comes back to it."""
    part = desk.reviewers[0].parts[0]
    page = client.get(f"/queue/{part.assignment_id}")
    if page.status_code != 200:
        raise RuntimeError(f"the scoring page answers {page.status_code}")
    token = page.get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    answers = [{"criterion": f"c{n}", "level": "l3", "comment": "Well done."} for n in range(CRITERIA // 2)]
    kept = client.post(
        f"/queue/{part.assignment_id}/answers",
        json={
            "save_id": "bench-00000001",
            "version": 0,
            "conversation_revision": part.conversation_revision_id,
            "answers": answers,
        },
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    if kept.status_code != 200:
        raise RuntimeError(f"saving answers {kept.status_code}: {kept.get_data(as_text=True)[:200]}")


def spent(call: Callable[[], object]) -> float:
    """CPU seconds of one call, over a round of them."""
    call()
    begin = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - begin) / CALLS


def start_bar() -> Bar:
    """CPU seconds from nothing to an application that can serve; the least of several, the first fills the caches."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"SECRET_KEY": "a key for benchmarks only " * 2, "FAIRMARK_INSTANCE": folder}
        taken = [
            float(
                subprocess.run(
                    [sys.executable, "-c", READY],
                    check=True,
                    capture_output=True,
                    text=True,
                    env=environment,
                    cwd=Path(__file__).parents[1],
                ).stdout
            )
            for _ in range(STARTS)
        ]
    return at_most("ready to serve, CPU seconds", statistics.median(taken), START_BAR, 2)


if __name__ == "__main__":
    sys.exit(main())
