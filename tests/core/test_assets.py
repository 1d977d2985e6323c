"""Stylesheets and scripts are kept by the browser for as long as their address stands in a page."""

import re
from pathlib import Path

import pytest
from flask import Flask, url_for

from qa.core.assets import FOLDER, version_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(app: Flask) -> str:
    with app.test_request_context():
        return url_for("static", filename="css/base.css")


@on_sqlite
def test_a_page_s_files_are_kept_for_a_year(app: Flask, address: str) -> None:
    assert re.fullmatch(r"/static/[0-9a-f]{12}/css/base\.css", address)
    with app.test_client().get(address) as answer:
        content = answer.data
    assert content == (FOLDER / "css/base.css").read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@on_sqlite
def test_another_version_s_address_answers_and_is_asked_for_again(app: Flask, address: str) -> None:
    with app.test_client().get("/static/0123456789ab/css/base.css") as answer:
        pass

    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "max-age=0" in answer.headers["Cache-Control"]


@on_sqlite
@pytest.mark.parametrize("path", ["css/gone.css", "../app.py", "%2e%2e/app.py", "css/../../app.py"])
def test_nothing_else_is_served(app: Flask, address: str, path: str) -> None:
    assert app.test_client().get(address.replace("css/base.css", path)).status_code == 404


def test_a_changed_renamed_or_added_file_makes_another_version(tmp_path: Path) -> None:
    def version(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        return version_of(folder)

    first = version(a="1", b="2")

    assert version(a="1", b="2") == first
    assert len({first, version(a="1", b="3"), version(a="1", c="2"), version(a="1", b="2", c=""), version(a="1")}) == 5
