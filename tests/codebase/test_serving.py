"""The server: what hashes a password waits in a lane of its own."""

import threading
from types import SimpleNamespace

import pytest

from qa.serving import HASHING, HASHING_THREADS, TwoLanes, hashes


def request(command: str, path: str) -> SimpleNamespace:
    return SimpleNamespace(
        requests=[SimpleNamespace(command=command, path=path)], service=lambda: None, cancel=lambda: None
    )


@pytest.mark.parametrize(
    ("command", "path", "slow"),
    [
        ("POST", "/sign-in", True),
        ("POST", "/sign-in/code", True),
        ("POST", "/welcome/some-token", True),
        ("POST", "/account/password", True),
        ("GET", "/sign-in", False),
        ("POST", "/queue/1/answers", False),
        ("GET", "/", False),
    ],
)
def test_posts_that_hash_a_password_are_known(command: str, path: str, slow: bool):
    assert hashes(request(command, path)) is slow  # type: ignore[arg-type]


def test_a_connection_without_a_request_is_no_sign_in():
    assert not hashes(SimpleNamespace(requests=[]))  # type: ignore[arg-type]


def test_a_page_is_served_while_every_sign_in_thread_is_busy():
    lanes, release, served = TwoLanes(), threading.Event(), threading.Event()
    lanes.set_thread_count(1)
    for _ in range(20):
        busy = request("POST", HASHING[0])
        busy.service = lambda: release.wait(timeout=60)
        lanes.add_task(busy)  # type: ignore[arg-type]
    page = request("GET", "/")
    page.service = served.set

    lanes.add_task(page)  # type: ignore[arg-type]

    assert served.wait(timeout=60)
    assert lanes.waiting() >= 20 - HASHING_THREADS
    release.set()
    lanes.shutdown()
