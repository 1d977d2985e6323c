"""A Chromium that notices what a user would not: script errors, policy violations, requests that fail."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

WIDTHS = {"wide": (1440, 900), "narrow": (390, 844), "smallest": (320, 640)}
THEMES = ("light", "dark")
LIGHT_WIDE, DARK_NARROW = ("light", "wide"), ("dark", "narrow")  # two looks that differ in everything


def every_look(*quick: tuple[str, str]) -> pytest.MarkDecorator:
    """Each theme in each width; the quick looks are seen in every run, the others in the full one."""
    return pytest.mark.parametrize(
        ("theme", "width"),
        [
            pytest.param(theme, width, id=f"{theme} {width}", marks=() if (theme, width) in quick else pytest.mark.slow)
            for theme in THEMES
            for width in WIDTHS
        ],
    )


REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content-Security-Policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`);
});
"""


@dataclass
class Watch:
    """What went wrong in a page; the test fails on it unless it was announced."""

    problems: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """A problem that the test provokes, such as a 409 or a lost connection."""
        self.expected.append(re.compile(pattern))

    def note(self, problem: str) -> None:
        if not any(pattern.search(problem) for pattern in self.expected):
            self.problems.append(problem)

    def attach(self, page: Page) -> None:
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.note(f"page error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.note(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # Leaving a page drops what it was still loading: that is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self.note(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.note(f"answer {response.status}: {response.request.method} {response.url}")

    def check(self) -> None:
        assert not self.problems, "the browser saw:\n" + "\n".join(f"- {problem}" for problem in self.problems)


# The rows of a long list are made by one template; looking at each of two hundred takes axe ten seconds and more.
SAME_ROWS = "tbody > tr:nth-child(n + 13), ol > li:nth-child(n + 13), ul > li:nth-child(n + 13)"
# It reads the same few colours thousands of times, each time anew, and writes down all that is well: half its time.
RUN_AXE = """
async (same) => {
  const { prototype } = axe.commons.color.Color;
  if (!prototype.known) {
    prototype.known = new Map();
    const read = prototype.parseString;
    prototype.parseString = function (text) {
      const { known } = prototype;
      if (!known.has(text)) {
        read.call(this, text);
        known.set(text, [this.r, this.g, this.b, this.alpha]);
      }
      [this.r, this.g, this.b, this.alpha] = known.get(text);
      return this;
    };
  }
  const leftOut = [...document.querySelectorAll(same)].map((row) => [row, row.style.display]);
  for (const [row] of leftOut) row.style.setProperty("display", "none", "important");
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  for (const [row, display] of leftOut) row.style.display = display;
  return violations;
}
"""


def check_axe(page: Page) -> None:
    """Fail on any violation that axe finds in the page as it stands, in the first dozen rows of each list."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate(RUN_AXE, SAME_ROWS)
    assert not violations, "axe found:\n" + "\n".join(
        f"- {violation['id']} ({violation['impact']}): {violation['help']}: "
        + "; ".join(node["html"][:160] for node in violation["nodes"][:5])
        for violation in violations
    )


def check_reflow(page: Page) -> None:
    """Fail when the page scrolls sideways."""
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= shown, f"the page is {wide} px wide in a window of {shown} px"


def picture(page: Page, name: str, folder: Path) -> Path:
    """A picture of the whole page, kept for people to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path
