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
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from qa.config import Settings
from qa.people import sessions
from tests.support.reviews import BEST

PROJECT = Path(__file__).parents[2]
P = TypeVar("P", bound="Program")
T = TypeVar("T")
LEVELS = {"correct": ("full", "partly"), "tone": ("met",), "privacy": ("met",)}
PATIENCE = 120  # seconds


class Program:
    """A command of the application in a process of its own, which can be killed."""

    name = "program"

    def __init__(self, settings: Settings, *, runner: bool = True) -> None:
        self.log = settings.instance / f"{self.name}.log"
        settings.instance.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "FAIRMARK_INSTANCE": str(settings.instance),
            "SECURE_COOKIES": "no",
            "EMBEDDED_RUNNER": "yes" if runner else "no",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, *arguments: str, before: str = "", wrapped: Sequence[str] = ()) -> None:
        """Start ``flask`` with these arguments; ``before`` is Python that is run first, ``wrapped`` what starts it."""
        script = f"{before}\nimport runpy\nrunpy.run_module('flask', run_name='__main__')\n"
        program = ["-c", script] if before else ["-m", "flask"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapped, sys.executable, *program, *arguments],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

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

    def wait(self) -> int:
        """Wait until it ends by itself; the exit code, which is a signal's number below zero."""
        if self.process is None:
            return 0
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


class WorkerProcess(Program):
    """`flask worker`."""

    name = "worker"

    def start(self, *, before: str = "") -> None:
        self.begin("worker", before=before)


class ServerProcess(Program):
    """`flask serve` on a port of its own."""

    name = "server"

    def __init__(self, settings: Settings, *, runner: bool = True) -> None:
        super().__init__(settings, runner=runner)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *, before: str = "", wrapped: Sequence[str] = ()) -> None:
        """Start it and wait until it answers."""
        self.begin("serve", "--port", str(self.port), before=before, wrapped=wrapped)
        assert self.process is not None
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise RuntimeError(f"the server did not come up:\n{self.log.read_text()[-2000:]}")


@contextmanager
def server_process(settings: Settings, *, runner: bool = True) -> Iterator[ServerProcess]:
    """A server that is gone when the block ends."""
    with gone_in_the_end(ServerProcess(settings, runner=runner)) as server:
        yield server


@contextmanager
def gone_in_the_end(program: P) -> Iterator[P]:
    """Not started yet, and killed when the block ends."""
    try:
        yield program
    finally:
        if program.process is not None:
            program.kill()


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The server answered, and did not keep it."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:300]}")
        self.status, self.body = status, body


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
        self.get_ready()
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

    def send(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> int:
        """Post a form as a page does, and follow nowhere; the status. ``OSError`` when nobody answers."""
        self.get_ready()
        body = urllib.parse.urlencode({**fields, "csrf_token": self.form_token}, doseq=True)
        request = self.request(path)
        headers = {**dict(request.header_items()), "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, {**headers, "Accept": "application/json"})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        return answer.status

    def get_ready(self) -> None:
        """Fetch a form's token once."""
        if not self.form_token:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.read("/account/"))
            self.form_token = found.group(1) if found else ""

    def request(self, path: str) -> urllib.request.Request:
        kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        request = urllib.request.Request(f"{self.server.url}{path}")
        request.add_header("Cookie", f"{sessions.COOKIE}={self.token}" + (f"; {kept}" if kept else ""))
        return request


def insist(ask: Callable[[], T]) -> tuple[T, int]:
    """What is answered in the end, and how often it had to be asked again because nobody answered."""
    until = time.monotonic() + PATIENCE
    for again in itertools.count():
        try:
            return ask(), again
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, Refused) or time.monotonic() > until:
                raise
            time.sleep(0.05)
    raise AssertionError("unreachable")


class Actor(threading.Thread, ABC):
    """Somebody at work until they are told to stop; what goes wrong is told by the test's own thread."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = threading.Event()
        self.sent_again = 0
        self.idle = False  # whether all there was is done
        self.problem: BaseException | None = None

    @abstractmethod
    def turn(self) -> bool:
        """One piece of work, acknowledged in the end; whether there was any."""

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                if not self.turn():
                    self.stopping.wait(0.1)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.problem = error

    def insist(self, ask: Callable[[], T]) -> tuple[T, bool]:
        """What is answered in the end, and whether it had been asked before without an answer."""
        answer, again = insist(ask)
        self.sent_again += again
        return answer, again > 0

    def stop(self) -> None:
        self.stopping.set()
        self.join(timeout=PATIENCE)
        if self.problem is not None:
            raise self.problem
        assert not self.is_alive(), f"{self.name} does not come to an end"


class Reviewer(Actor):
    """Saves answers to one assignment, one after the other, and sends each again until it is acknowledged."""

    def __init__(self, browser: Browser, assignment_id: int, revision_id: int, seed: int) -> None:
        super().__init__(f"reviewer-{seed}")
        self.browser, self.assignment_id, self.revision_id = browser, assignment_id, revision_id
        self.rng = random.Random(seed)
        self.version = 0
        self.state: dict[str, str] = {}
        self.saves = 0

    def turn(self) -> bool:
        self.save(f"save-{self.assignment_id}-{self.saves + 1:06}")
        return True

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
        answer, _ = self.insist(lambda: self.browser.post(f"/queue/{self.assignment_id}/answers", payload))
        self.version = answer["version"]
        self.state[criterion] = level
        self.saves += 1
