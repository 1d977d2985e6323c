"""Serving the application with waitress."""

import threading

from flask import Flask
from waitress import create_server

THREADS = 8


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until interrupted. A thread of its own: a command's app context must not reach the requests."""
    server = create_server(app, host=host, port=port, threads=THREADS, ident="Fairmark")
    thread = threading.Thread(target=server.run, name="serving", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(timeout=1)
    except KeyboardInterrupt:
        server.close()
