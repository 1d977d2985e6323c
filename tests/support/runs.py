"""One test run: a folder of its own that all its processes share and that goes with the run, however it ends."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

VARIABLE = "FAIRMARK_TEST_RUN"


def begin() -> Path:
    """Make the run's folder; a process that outlives this one clears up after it, even when it is killed."""
    folder = Path(tempfile.mkdtemp(prefix="fairmark-")).resolve()
    folder.chmod(0o711)  # the database server runs as another user when the tests run as root
    os.environ[VARIABLE] = str(folder)
    subprocess.Popen(
        [sys.executable, "-m", "tests.support.caretaker", str(os.getpid()), str(folder)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ).returncode = 0  # it ends after us: nobody waits for it
    return folder


def folder() -> Path:
    """The folder of the run that this process belongs to."""
    return Path(os.environ[VARIABLE])


def end(where: Path) -> None:
    """Remove the run's folder."""
    shutil.rmtree(where, ignore_errors=True)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """The thing called ``name`` in the run's folder, made by whichever process asks first."""
    place, done = folder() / name, folder() / f"{name}.done"
    with (folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            make(place)
            done.touch()
    return place
