"""Stylesheets and scripts at an address that changes with them, so that a browser that has them never asks again."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, send_from_directory
from flask.typing import ResponseReturnValue

YEAR = 365 * 24 * 3600
FOLDER = Path(__file__).parents[1] / "static"


def init_assets(app: Flask) -> None:
    """Serve `qa/static/` as ``/static/VERSION/...``; a script that loads its neighbour finds it under the same version.

    An address of another version answers too, but is asked for again each time: while an operator replaces one process
    after the other, a page of the new one may be given its files by an old one.
    """
    version = version_of(FOLDER)

    def serve(version_asked: str, filename: str) -> ResponseReturnValue:
        current = version_asked == version and not app.debug
        response = send_from_directory(FOLDER, filename, max_age=YEAR if current else 0)
        response.cache_control.public = True
        if current:
            response.cache_control.immutable = True
        return response

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version_asked", version)

    app.add_url_rule("/static/<version_asked>/<path:filename>", endpoint="static", view_func=serve)


@cache
def version_of(folder: Path) -> str:
    """A name for what a folder holds: twelve digits of the digest of its files and their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\n{path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
