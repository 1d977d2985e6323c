"""What several tests of the core stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from qa.config import Settings
from qa.core.db import db
from tests.support.server import close_app, make_app


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    """An application on a SQLite file of its own, with one table."""
    app = make_app(Settings.for_tests(database_url=f"sqlite:///{tmp_path / 'one.db'}", instance=tmp_path), durable=True)
    with app.app_context():
        db.session.execute(text("CREATE TABLE t (x INTEGER)"))
        db.session.commit()
    yield app
    close_app(app)
