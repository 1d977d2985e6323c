"""Asking a help desk's API: one host, a limit on every answer, waiting when told to, trying again when it stumbles."""

import http.client
import json
import random
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from qa.core.clock import utcnow
from qa.core.errors import FairmarkError
from qa.tickets.live.addresses import Base, RefusedAddressError, Resolve, address_for, resolved

TIMEOUT = 30.0  # seconds until an answer begins
LARGEST_ANSWER = 128 * 1024 * 1024
TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LONGEST_ASKED_PAUSE = 3600.0  # of a Retry-After
TOO_MANY = 429


class PullError(FairmarkError):
    """A pull that cannot go on; the message says why, without anything that the answer held."""


class WaitError(PullError):
    """The help desk asks to wait: the pull goes on after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The help desk asks to wait {seconds:.0f} seconds.")
        self.seconds = seconds


class RefusedError(PullError):
    """The help desk does not know the credentials, or they may not read this."""


class GoneError(PullError):
    """What was asked for is not there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its body and its headers in lower case."""

    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Client:
    """One host's API. ``sleep`` and ``jitter`` are handed in, so that a test does not wait."""

    base: Base
    headers: Mapping[str, str]
    allowed_private: frozenset[str]
    patience: float = 5.0  # seconds it waits itself; a longer wait is told by ``WaitError``
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    resolve: Resolve = resolved
    timeout: float = TIMEOUT

    def get(self, path: str, params: Mapping[str, object] | None = None) -> Answer:
        """An answer in JSON; broken connections and the server's own errors are tried again with growing pauses."""
        target = self.base.path + path + ("?" + urlencode(params) if params else "")
        problem = ""
        for attempt in range(TRIES):
            try:
                status, headers, body = self._ask(target)
            except (OSError, http.client.HTTPException) as error:
                problem = f"the connection broke ({type(error).__name__})"
            else:
                if status == TOO_MANY or (status == 503 and "retry-after" in headers):
                    self._wait(headers)
                    problem = "it asks to wait again and again"
                    continue
                if status < 300:
                    return Answer(_parsed(status, body), headers)
                _refuse(status)
                problem = f"it answers {status}"
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * (0.5 + self.jitter() / 2)
            if attempt + 1 < TRIES:
                if pause > self.patience:
                    raise WaitError(pause)
                self.sleep(pause)
        raise PullError(
            f"{self.base.host} could not be read: {problem}. The pull goes on from here when it is run again."
        )

    def path_of(self, url: str) -> str:
        """The path of a next page's address, which must be on the same host."""
        parts = urlsplit(url)
        if parts.hostname != self.base.host:
            raise RefusedAddressError("The help desk sent an address on another host; it is not followed.")
        path = parts.path.removeprefix(self.base.path)
        return f"{path}?{parts.query}" if parts.query else path

    def _ask(self, target: str) -> tuple[int, Mapping[str, str], bytes]:
        address = address_for(self.base, self.allowed_private, self.resolve)
        connection = self._connection(address)
        try:
            connection.request(
                "GET", target, headers={"Accept": "application/json", "User-Agent": "Fairmark", **self.headers}
            )
            response = connection.getresponse()
            body = response.read(LARGEST_ANSWER + 1)
            if len(body) > LARGEST_ANSWER:
                raise PullError("An answer of the help desk is larger than 128 MB.")
            length = response.headers.get("Content-Length")
            if length is not None and length.isdigit() and int(length) > len(body):
                raise http.client.IncompleteRead(b"")
            return response.status, {name.lower(): value for name, value in response.headers.items()}, body
        finally:
            connection.close()

    def _connection(self, address: str) -> http.client.HTTPConnection:
        """A connection to the address that was looked at, under the host's own name and certificate."""
        if self.base.scheme == "http":
            plain = http.client.HTTPConnection(self.base.host, self.base.port, timeout=self.timeout)
            plain._create_connection = _to(address)  # type: ignore[attr-defined]
            return plain
        secure = http.client.HTTPSConnection(
            self.base.host, self.base.port, timeout=self.timeout, context=ssl.create_default_context()
        )
        secure._create_connection = _to(address)  # type: ignore[attr-defined]
        return secure

    def _wait(self, headers: Mapping[str, str]) -> None:
        seconds = _asked_pause(headers)
        if seconds > self.patience:
            raise WaitError(seconds)
        self.sleep(seconds)


def _to(address: str) -> Callable[..., Any]:
    """A way to connect that goes to this address, whatever the name resolves to by now."""

    def connect(place: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        return socket.create_connection((address, place[1]), *args, **kwargs)

    return connect


def _asked_pause(headers: Mapping[str, str]) -> float:
    """Seconds by Retry-After (a number or a date), by a reset moment, else ten."""
    told = headers.get("retry-after", "").strip()
    if told.replace(".", "", 1).isdigit():
        return min(float(told), LONGEST_ASKED_PAUSE)
    if told:
        try:
            seconds = (parsedate_to_datetime(told) - utcnow()).total_seconds()
        except (ValueError, TypeError):
            seconds = 10.0
        return min(max(seconds, 1.0), LONGEST_ASKED_PAUSE)
    reset = headers.get("x-ratelimit-reset", "")
    if reset.isdigit():
        return min(max(int(reset) - utcnow().timestamp(), 1.0), LONGEST_ASKED_PAUSE)
    return 10.0


def _refuse(status: int) -> None:
    if status in (401, 403):
        raise RefusedError(f"The help desk refuses the credentials ({status}).")
    if status == 404:
        raise GoneError("The help desk does not know this address (404).")
    if status < 400:
        raise PullError("The help desk sends the pull to another address; it is not followed.")
    if status < 500:
        raise PullError(f"The help desk refuses the request ({status}).")


def _parsed(status: int, body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise PullError(f"The help desk's answer ({status}) is no JSON.") from None
