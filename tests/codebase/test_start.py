"""Starting the application imports what it needs at once and leaves the rest for later."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.codebase.sources import PROJECT

# Only some pages and commands need them; together they took more than all the rest of the start.
LATE = {"numpy", "scipy", "openpyxl", "alembic", "psycopg", "phonenumbers", "pandas", "hypothesis", "playwright"}
MOST_OF_OURS = 275  # of some 690: tables, views, and what those name at once
LOOK = """
import json, sys
import wsgi
from qa import lazily
ours = [name for name, module in sys.modules.items() if name.partition(".")[0] in lazily.OURS
        and type(module) is not lazily.Postponed]
print(json.dumps({"modules": sorted(sys.modules), "ours": sorted(ours)}))
"""


def test_the_start_reads_neither_the_heavy_libraries_nor_the_rooms_behind_the_views(tmp_path: Path):
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "k" * 40,
        "FAIRMARK_INSTANCE": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )

    found = json.loads(done.stdout)
    assert LATE & set(found["modules"]) == set()
    assert len(found["ours"]) <= MOST_OF_OURS


def test_without_a_secret_key_the_start_says_how_to_make_one(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "FAIRMARK_INSTANCE": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_secret_key_the_command_says_so_and_still_shows_its_help(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "FAIRMARK_INSTANCE": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "flask", "--help"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Usage:" in done.stdout
