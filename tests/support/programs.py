"""Programs that tests drive; where one is missing the test is skipped, except in CI, where it fails."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

BROWSERS = (
    "chromium-headless-shell",  # without the windows that nobody sees: a third of the time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
BROWSER_FLAGS = ("--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking")
CALCS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
# Servers are often installed beside the path, one folder for each version (Debian, Homebrew, Red Hat).
SERVERS = (
    "/usr/lib/postgresql/*/bin/initdb",
    "/opt/homebrew/opt/postgresql*/bin/initdb",
    "/usr/local/opt/postgresql*/bin/initdb",
    "/usr/pgsql-*/bin/initdb",
)
OLDEST_POSTGRESQL = 15


def in_ci() -> bool:
    return bool(os.environ.get("CI"))


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be skipped."""
    if in_ci():
        pytest.fail(f"{what} is missing; in CI no test may be skipped for want of a program", pytrace=False)
    pytest.skip(f"{what} is missing: see `make system`")


def first_found(names: tuple[str, ...]) -> str | None:
    return next((path for path in map(shutil.which, names) if path), None)


@cache
def browser() -> str | None:
    """The system's Chromium."""
    return first_found(BROWSERS)


@cache
def calc() -> str | None:
    """LibreOffice, which opens and recalculates workbooks."""
    return first_found(CALCS)


@cache
def postgresql() -> Path | None:
    """The folder of the newest PostgreSQL server's programs."""
    found = [(version, folder) for folder in server_folders() if (version := server_version(folder))]
    return max(found)[1] if found and max(found)[0] >= OLDEST_POSTGRESQL else None


def server_folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SERVERS:
        yield from (path.parent for path in Path("/").glob(pattern.removeprefix("/")))


def server_version(folder: Path) -> int | None:
    told = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+", told.stdout)
    return int(number.group()) if number else None
