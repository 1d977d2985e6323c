"""A server in a process of its own, which can be killed, and people at work on it who never give up."""

import http.client
import http.cookiejar
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.config import Settings
from qa.people import sessions
from tests.support.reviews import BEST

PROJECT = Path(__file__).parents[2]
LEVELS = {"correct": ("full", "partly"), "tone": ("met",), "privacy": ("met",)}
PATIENCE = 60  # seconds
# Writing beyond the limit fails as it does on a full disk.
BOUNDED = """
import resource, runpy, sys
largest = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
runpy.run_module("flask", run_name="__main__")
"""


class ServerProcess:
    """`flask serve` on a port of its own."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = settings.instance / "server.log"
        settings.instance.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "FAIRMARK_INSTANCE": str(settings.instance),
            "SECURE_COOKIES": "no",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, largest_file: int | None = None) -> None:
        """Start it and wait until it answers; ``largest_file`` bounds every file it writes, as a full disk would."""

        program = ["-m", "flask"] if largest_file is None else ["-c", BOUNDED, str(largest_file)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *program, "serve", "--port", str(self.port)],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/sign-in", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise RuntimeError(f"the server did not come up:\n{self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As a power cut would end it: at once, whatever it is doing."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(timeout=PATIENCE)
        self.process = None
        return code

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the application's commands on the same database."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def server_process(settings: Settings) -> Iterator[ServerProcess]:
    """A server that is gone when the block ends."""
    server = ServerProcess(settings)
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The server answered, and did not keep it."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:300]}")
        self.status = status


class Browser:
    """What a signed-in browser's script does: posts JSON with its token."""

    def __init__(self, server: ServerProcess, token: str) -> None:
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("Cookie", f"{sessions.COOKIE}={token}")]
        self.token = token
        self.form_token = ""

    def read(self, path: str) -> str:
        with self.opener.open(self.request(path), timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def post(self, path: str, payload: Any) -> dict[str, Any]:
        """Post it; ``OSError`` when nobody answers, ``Refused`` when the answer is no."""
        if not self.form_token:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.read("/account/"))
            self.form_token = found.group(1) if found else ""
        request = self.request(path)
        request.data = json.dumps(payload).encode()
        request.add_header("Content-Type", "application/json")
        request.add_header("Accept", "application/json")
        request.add_header("X-CSRFToken", self.form_token)
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from error

    def request(self, path: str) -> urllib.request.Request:
        kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        request = urllib.request.Request(f"{self.server.url}{path}")
        request.add_header("Cookie", f"{sessions.COOKIE}={self.token}" + (f"; {kept}" if kept else ""))
        return request


class Reviewer(threading.Thread):
    """Saves answers to one assignment, one after the other, and sends each again until it is acknowledged."""

    def __init__(self, browser: Browser, assignment_id: int, revision_id: int, seed: int) -> None:
        super().__init__(name=f"reviewer-{seed}", daemon=True)
        self.browser, self.assignment_id, self.revision_id = browser, assignment_id, revision_id
        self.rng = random.Random(seed)
        self.stopping = threading.Event()
        self.version = 0
        self.state: dict[str, str] = {}
        self.saves = 0
        self.sent_again = 0
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            for n in itertools.count(1):
                if self.stopping.is_set():
                    return
                self.save(f"save-{self.assignment_id}-{n:06}")
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.problem = error

    def save(self, save_id: str) -> None:
        """One answer, acknowledged in the end."""
        criterion = self.rng.choice(list(BEST))
        level = self.rng.choice(LEVELS[criterion])
        payload = {
            "save_id": save_id,
            "version": self.version,
            "conversation_revision": self.revision_id,
            "answers": [{"criterion": criterion, "level": level, "comment": save_id}],
            "active_seconds": 1,
        }
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.browser.post(f"/queue/{self.assignment_id}/answers", payload)
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, Refused) or time.monotonic() > until:
                    raise
                self.sent_again += 1
                time.sleep(0.05)
            else:
                break
        self.version = answer["version"]
        self.state[criterion] = level
        self.saves += 1

    def stop(self) -> None:
        self.stopping.set()
        self.join(timeout=PATIENCE)
        if self.problem is not None:
            raise self.problem
