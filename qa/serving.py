"""Serving the application with waitress."""

import threading

from flask import Flask
from waitress import create_server

THREADS = 8


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until interrupted. A thread of its own: a command's app context must not reach the requests."""
    # Left to themselves waitress drops what a proxy forwards; here the application's setting decides what is believed.
    server = create_server(
        app, host=host, port=port, threads=THREADS, ident="Fairmark", clear_untrusted_proxy_headers=False
    )
    thread = threading.Thread(target=server.run, name="serving", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(timeout=1)
    except KeyboardInterrupt:
        server.close()
