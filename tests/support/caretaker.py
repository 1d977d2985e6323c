"""Stops a test run's database server and removes its folder once the run's process has gone, killed or not."""

import os
import sys
import time
from pathlib import Path

from tests.support import postgresql, runs


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main(pid: int, folder: Path) -> None:
    while is_alive(pid):
        time.sleep(1)
    postgresql.stop_all(folder)
    runs.end(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
