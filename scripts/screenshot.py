"""Make the pictures of the README: the scoring page and the trends of the demo operation.

    .venv/bin/python scripts/screenshot.py [--instance FOLDER] [--tickets N]

Without a folder it builds a demo operation in a temporary one, and throws it away afterwards. With a folder it uses
the demo operation that is kept there, and leaves a few answers on one draft.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
IMAGES = PROJECT / "docs" / "images"
FLASK = str(Path(sys.executable).with_name("flask"))
PASSWORD = "demo-operation"  # noqa: S105 - the demo prints it to anybody
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
WIDTH, HEIGHT = 1440, 900
LARGEST = 300_000  # bytes of a picture
START_SECONDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instance", type=Path, help="folder of a demo operation that is built already")
    parser.add_argument("--tickets", type=int, default=60_000, help="size of the demo operation that is built")
    chosen = parser.parse_args()
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit("There is no Chromium here; `make system` says how to get one.")
    with tempfile.TemporaryDirectory(prefix="fairmark-pictures-") as folder:
        environment = os.environ | {"FAIRMARK_INSTANCE": str((chosen.instance or Path(folder)).absolute())}
        environment.pop("DATABASE_URL", None)
        told = build(environment, chosen.tickets)
        port = free_port()
        server = subprocess.Popen([FLASK, "serve", "--port", str(port)], cwd=PROJECT, env=environment)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            take(program, address, told)
        finally:
            server.terminate()
            server.wait()


def build(environment: dict[str, str], tickets: int) -> dict[str, str]:
    """The demo operation, and the sign-in of each role that it prints."""
    command = [FLASK, "demo", "--no-serve", "--tickets", str(tickets)]
    made = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    told = {}
    for line in made.stdout.splitlines():
        role, _, email = line.strip().rpartition(" ")
        if "@" in email:
            told[role.strip()] = email
    return told


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()  # noqa: S310 - our own server
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def take(program: str, address: str, told: dict[str, str]) -> None:
    """Both pictures, each as the role whose page it is."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = signed_in(browser, address, told["Reviewer"])
        page.goto(f"{address}/queue")
        ordinary = page.locator("tr", has=page.locator("[data-label=Language]", has_text=re.compile("^en$")))
        ordinary.filter(has_text="ordinary").filter(has_text="not begun").get_by_role("link").first.click()
        score_a_little(page)
        keep(page, "scoring")
        page = signed_in(browser, address, told["Director"])
        page.goto(f"{address}/trends/")
        page.get_by_role("heading", name="Weekly quality").evaluate(
            "(it) => { it.scrollIntoView(); scrollBy(0, -330); }"
        )
        keep(page, "trends")
        browser.close()


def signed_in(browser: Browser, address: str, email: str) -> Page:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
    return page


def score_a_little(page: Page) -> None:
    """Answer a few criteria with the keys, and pin a reply to one of them."""
    page.locator("[data-scoring][data-ready]").wait_for()
    page.keyboard.press("j")
    for key in ("1", "1", "1", "2"):
        page.keyboard.press(key)
        page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("r")
    page.keyboard.press("e")
    page.locator("[data-saved][data-state=saved]").get_by_text("Saved").wait_for()


def keep(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    sys.stdout.write(f"{path.relative_to(PROJECT)}: {size:,} bytes\n")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main()
