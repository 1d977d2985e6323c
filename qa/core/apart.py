"""Long arithmetic in a process of its own: in the server's it would make pages wait for the interpreter's lock."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
ALIVE_EVERY = 15.0  # seconds
TOLD = 500  # characters of what a failed process said


class ApartError(Exception):
    """The process ended with an error; the message is the end of what it said."""


def command(arguments: Sequence[str], *, alive: Callable[[], None]) -> dict[str, Any]:
    """Run a ``flask`` command with this process's settings and give the JSON object of its last line.

    It gives way to whoever waits for a page, where the system knows priorities. ``alive`` is called while it goes on.
    """
    process = subprocess.Popen(  # noqa: S603 - our own command; its arguments are ours too
        [*command_line(), *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    while True:
        try:
            said, complained = process.communicate(timeout=ALIVE_EVERY)
        except subprocess.TimeoutExpired:
            alive()
        else:
            break
    lines = said.strip().splitlines()
    if process.returncode != 0 or not lines:
        raise ApartError(complained.strip()[-TOLD:] or f"ended with {process.returncode} and said nothing")
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def command_line() -> list[str]:
    """The application's own ``flask`` command, politely."""
    polite = shutil.which("nice")
    return [
        *([polite, "-n", "10"] if polite else []),
        *(sys.executable, "-m", "flask", "--app", str(PROJECT / "wsgi.py")),
    ]
