"""How long a reviewer's autosave takes on a served installation, alone and beside something else."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.people import sessions

PAUSE = 0.05  # seconds between two saves: faster than anybody answers
PATIENCE = 60.0
LEVELS = ("met", "missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is scored: the reviewer's session, the assignment, the conversation it rests on."""

    token: str
    assignment_id: int
    conversation_revision_id: int


@contextmanager
def served(database_url: str, secret_key: str, instance: Path) -> Iterator[int]:
    """The application as an operator serves it, with its jobs in the same process; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": database_url,
        "SECRET_KEY": secret_key,
        "FAIRMARK_INSTANCE": str(instance),
        "SECURE_COOKIES": "no",
    }
    with (instance / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi.py", "serve", "--port", str(port)],
            cwd=Path(__file__).parents[1],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sign-in")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        if time.monotonic() > until:
            raise RuntimeError("the server does not answer: see server.log in its instance folder")
        time.sleep(0.2)


class Reviewer:
    """One browser that answers a criterion again and again."""

    def __init__(self, port: int, draft: Draft) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._draft = draft
        self._cookies = {sessions.COOKIE: draft.token}
        self._saved = 0
        self._version = 0
        page = self._ask("GET", f"/queue/{draft.assignment_id}", None)
        self._csrf = page.split('data-csrf="')[1].split('"')[0]

    def _ask(self, method: str, path: str, body: object) -> str:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookie, "Accept": "application/json" if body else "text/html"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self._csrf}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                kept, _, given = value.split(";")[0].partition("=")
                self._cookies[kept] = given
        if response.status != 200:
            raise RuntimeError(f"{method} {path} answers {response.status}: {text[:200]}")
        return text

    def save(self) -> float:
        """Seconds of one save."""
        self._saved += 1
        body = {
            "save_id": f"night-{self._saved:08d}",
            "version": self._version,
            "conversation_revision": self._draft.conversation_revision_id,
            "answers": [{"criterion": "tone", "level": LEVELS[self._saved % 2]}],
        }
        begun = time.perf_counter()
        answer = json.loads(self._ask("POST", f"/queue/{self._draft.assignment_id}/answers", body))
        self._version = answer["version"]
        return time.perf_counter() - begun

    def save_while(self, going: Callable[[], bool]) -> np.ndarray:
        """Seconds of each save until something ends."""
        taken = []
        while going():
            taken.append(self.save())
            time.sleep(PAUSE)
        return np.array(taken)
