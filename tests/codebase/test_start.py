"""Starting the application imports what it needs at once and leaves the rest for later."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.codebase.sources import PROJECT

# Each is most of the start-up by itself, and only some pages need it.
LATE = {"scipy.stats", "scipy.optimize", "openpyxl", "pandas", "matplotlib", "hypothesis", "playwright"}
LOOK = "import json, sys; import wsgi; print(json.dumps(sorted(sys.modules)))"


def test_the_heavy_libraries_are_not_imported_at_the_start(tmp_path: Path):
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "k" * 40,
        "FAIRMARK_INSTANCE": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )

    assert LATE & set(json.loads(done.stdout)) == set()


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
