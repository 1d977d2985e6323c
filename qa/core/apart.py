"""Long arithmetic in a process of its own: in the server's it would make pages wait for the interpreter's lock."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
ALIVE_EVERY = 15.0  # seconds
TOLD = 500  # characters of what a failed process said
LENT_BY = "FAIRMARK_LENT_BY"  # the process that waits for this one
LOOKED_EVERY = 0.5  # seconds


class ApartError(Exception):
    """The process ended with an error; the message is the end of what it said."""


def command(arguments: Sequence[str], *, alive: Callable[[], None]) -> dict[str, Any]:
    """Run a ``flask`` command with this process's settings and give the JSON object of its last line.

    It gives way to whoever waits for a page, where the system knows priorities. ``alive`` is called while it goes on;
    whatever that raises ends the process too, since nobody waits for it any more.
    """
    process = subprocess.Popen(  # noqa: S603 - our own command; its arguments are ours too
        [*command_line(), *arguments],
        cwd=PROJECT,
        env={**os.environ, LENT_BY: str(os.getpid())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # who stops this process with a signal to all of its group lets the work end
    )
    try:
        said, complained = _heard(process, alive)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    lines = said.strip().splitlines()
    if process.returncode != 0 or not lines:
        raise ApartError(complained.strip()[-TOLD:] or f"ended with {process.returncode} and said nothing")
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def _heard(process: "subprocess.Popen[str]", alive: Callable[[], None]) -> tuple[str, str]:
    """What a process said and complained of, once it has ended."""
    while True:
        try:
            return process.communicate(timeout=ALIVE_EVERY)
        except subprocess.TimeoutExpired:
            alive()


def end_with_lender() -> None:
    """For a command that ``command`` may run: end with the process that waits for it, however that one ends.

    The job is taken again then, and must not be done by two. Whoever types the command waits for it by themselves.
    """
    lender = os.environ.get(LENT_BY)
    if lender is None:
        return

    def watch() -> None:
        while str(os.getppid()) == lender:
            time.sleep(LOOKED_EVERY)
        os._exit(1)  # as if it were killed: what is not committed is undone

    threading.Thread(target=watch, name="lender", daemon=True).start()


def command_line() -> list[str]:
    """The application's own ``flask`` command, politely."""
    polite = shutil.which("nice")
    return [
        *([polite, "-n", "10"] if polite else []),
        *(sys.executable, "-m", "flask", "--app", str(PROJECT / "wsgi.py")),
    ]
