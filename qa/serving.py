"""Serving the application with waitress."""

import logging
import threading

from flask import Flask
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher

THREADS = 8
HASHING_THREADS = 2  # as many as may hash a password at once
HASHING = ("/sign-in", "/welcome/", "/account/password")  # addresses whose posts hash one


class TwoLanes(ThreadedTaskDispatcher):  # type: ignore[misc] # it has no types
    """Posts that hash a password wait in a lane of their own.

    A hash takes a tenth of a second on purpose. In one line with the pages, twenty people who sign in at the same
    moment would hold every thread, and everybody else would wait for all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._hashing = ThreadedTaskDispatcher()
        self._hashing.set_thread_count(HASHING_THREADS)

    def add_task(self, task: HTTPChannel) -> None:
        if hashes(task):
            self._hashing.add_task(task)
        else:
            super().add_task(task)

    def waiting(self) -> int:
        """How many requests wait for a thread, in both lanes."""
        return len(self.queue) + len(self._hashing.queue)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        self._hashing.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


def hashes(task: HTTPChannel) -> bool:
    """Whether the next request of a connection is one that hashes a password."""
    asked = task.requests[0] if task.requests else None
    return asked is not None and asked.command == "POST" and asked.path.startswith(HASHING)


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until interrupted. A thread of its own: a command's app context must not reach the requests."""
    lanes = TwoLanes()
    lanes.set_thread_count(THREADS)
    # It would write a plain line for each request that waits a moment for a thread; /metrics has the figure.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app.extensions["waiting_requests"] = lanes.waiting
    # Left to themselves waitress drops what a proxy forwards; here the application's setting decides what is believed.
    server = create_server(
        app, host=host, port=port, _dispatcher=lanes, ident="Fairmark", clear_untrusted_proxy_headers=False
    )
    thread = threading.Thread(target=server.run, name="serving", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(timeout=1)
    except KeyboardInterrupt:
        server.close()
