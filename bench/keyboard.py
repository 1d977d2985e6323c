"""Scoring by keyboard alone: what the page lets somebody wait for between two keys.

    python -m bench.keyboard [--reviews 3]

Chromium opens review after review of twelve criteria on a served application, as a reviewer who never touches the mouse
would have it: a level and the next criterion twelve times, on every fourth one a comment, on every third one the next
reply of the specialist pinned, then the submit. Each key is pressed as soon as the page has painted what the one before
it did. A wait is the time from a key to that painting. Exit 0 only if the bar holds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy.orm import Session

from bench.bars import at_most
from bench.desk_world import CRITERIA, Reviewer, fill
from bench.load import Served
from qa.config import Settings
from qa.people import sessions
from tests.support import engines, programs, runs

WAIT_BAR = 100.0
COMMENT = "The second reply says why."
# The time from a key to the next frame that was painted after all that it set off at once.
LISTEN = """
window.waits = [];
addEventListener("keydown", (event) => {
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => window.waits.push(performance.now() - event.timeStamp);
    painted.port2.postMessage(0);
  });
}, true);
"""
PAINTED = """
(before) => new Promise((done) => {
  const look = () => (window.waits.length > before ? done() : setTimeout(look, 1));
  look();
})
"""


@dataclass
class Typist:
    """Scores one review after the other."""

    page: Page
    waits: list[float] = field(default_factory=list)
    reviews: list[float] = field(default_factory=list)  # seconds of each, from the page being there to the submit
    submits: list[float] = field(default_factory=list)  # milliseconds from the submit to the next review being there
    keys: int = 0

    def press(self, key: str) -> None:
        before = self.page.evaluate("window.waits.length")
        self.page.keyboard.press(key)
        self.page.evaluate(PAINTED, before)
        self.keys += 1

    def score(self, nth: int) -> None:
        """One review; what each step has to show is looked at."""
        begin = time.perf_counter()
        for place in range(CRITERIA):
            if place:
                self.press("j")
            self.press(str(1 + (nth + place) % 3))
            if place % 3 == 0:
                self.press("r")
                self.press("e")
            if place % 4 == 0:
                self.press("c")
                for letter in COMMENT:
                    self.press(letter)
                self.press("Escape")
        expect(self.page.locator("[data-level]:checked")).to_have_count(CRITERIA)
        self.waits += self.page.evaluate("window.waits")
        self.reviews.append(time.perf_counter() - begin)

    def submit(self, following: str) -> None:
        begin = time.perf_counter()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_url(f"**{following}?*")
        self.ready()
        self.submits.append((time.perf_counter() - begin) * 1000)

    def ready(self) -> None:
        self.page.wait_for_selector("[data-scoring][data-ready]")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviews", type=int, default=3)
    reviews = parser.parse_args().reviews
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        with tempfile.TemporaryDirectory() as folder, engines.migrated_database("sqlite", Path(folder)) as url:
            settings = Settings.for_tests(database_url=url, instance=Path(folder) / "instance")
            with engines.arranging_engine(url) as arranging, Session(arranging) as session:
                (reviewer,) = fill(session, settings, reviewers=1, parts=reviews + 1)
            with Served(replace(settings, testing=False, rate_limits=True, embedded_runner=True)) as port:
                typist = typed(f"http://127.0.0.1:{port}", reviewer, reviews)
    finally:
        runs.end(begun)
    print(
        f"{reviews} reviews of {CRITERIA} criteria, {typist.keys // reviews} keys each: "
        f"median {statistics.median(typist.reviews):.2f} s, "
        f"{statistics.median(typist.reviews) * 1000 * reviews / typist.keys:.1f} ms a key; "
        f"from key to painting median {statistics.median(typist.waits):.1f} ms; "
        f"from submit to the next review {statistics.median(typist.submits):.0f} ms"
    )
    bar = at_most("the longest wait between two keys, milliseconds", max(typist.waits), WAIT_BAR, 1)
    print(bar.line())
    return 0 if bar.holds else 1


def typed(base: str, reviewer: Reviewer, reviews: int) -> Typist:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.browser(), args=list(programs.BROWSER_FLAGS))
        context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": sessions.COOKIE, "value": reviewer.token, "url": base, "httpOnly": True}])
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"/queue/{reviewer.parts[0].assignment_id}")
        typist = Typist(page=page)
        typist.ready()
        for nth in range(reviews):
            typist.score(nth)
            typist.submit(f"/queue/{reviewer.parts[nth + 1].assignment_id}")
        browser.close()
    return typist


if __name__ == "__main__":
    sys.exit(main())
