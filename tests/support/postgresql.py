"""A private PostgreSQL server for one test run: own data, own socket, no network, nothing kept."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg

from tests.support import programs

FOLDER = "pg"  # short: the path of a socket may have some hundred characters only
USER = "postgres"
# Durability is of no use to a server that is thrown away; one core serves it, so it starts no workers of its own.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "jit": "off",
    "lc_messages": "C",
    "timezone": "Asia/Kathmandu",  # an odd one, so that a moment kept without its zone shows
}


def start(folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Make a cluster in ``folder`` and start it, with ``more`` options than the usual ones."""
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    private = ("--username", USER, "--auth", "trust", "--no-locale", "--encoding", "UTF8")
    run(["initdb", "--pgdata", str(folder / "data"), *private, "--no-sync", "--no-instructions"])
    settings = "".join(f"{name} = '{value}'\n" for name, value in {**OPTIONS, **more}.items())
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(f"{settings}unix_socket_directories = '{folder}'\n")
    control(folder, "start", "-w", "-l", str(folder / "log"))


def stop(folder: Path) -> None:
    """Stop it at once, whatever it is doing; no harm when it does not run."""
    if (folder / "data" / "postmaster.pid").exists():
        control(folder, "stop", "-m", "immediate", check=False)


def stop_all(run_folder: Path) -> None:
    """Stop every server that a run has started."""
    for folder in run_folder.glob(f"{FOLDER}*"):
        stop(folder)


def url(folder: Path, database: str) -> str:
    """The address of one of its databases."""
    return f"postgresql+psycopg://{USER}@/{database}?host={folder}"


def connect(folder: Path, database: str) -> psycopg.Connection:
    """A connection that may do everything, each statement at once; whoever asks closes it."""
    return psycopg.connect(host=str(folder), user=USER, dbname=database, autocommit=True)


@contextmanager
def administrator(folder: Path, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """Such a connection for as long as the block lasts."""
    connection = connect(folder, database)
    try:
        yield connection
    finally:
        connection.close()


def control(folder: Path, *arguments: str, check: bool = True) -> None:
    run(["pg_ctl", "-D", str(folder / "data"), *arguments], check=check)


def run(command: Sequence[str], *, check: bool = True) -> None:
    """Run one of the server's programs as the user it insists on: never root."""
    programs_folder = programs.postgresql()
    if programs_folder is None:
        raise FileNotFoundError("no PostgreSQL server on this machine")
    program, *arguments = command
    whole = [str(programs_folder / program), *arguments]
    if os.geteuid() == 0:
        pwd.getpwnam(USER)
        whole = ["runuser", "-u", USER, "--", *whole]
    done = subprocess.run(
        whole,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise RuntimeError(f"{program} failed:\n{done.stdout}")
