"""What a burst of sign-ins costs everybody else: how long a page takes meanwhile, beside the same page in quiet.

    python -m bench.signing_in

A server of its own (waitress, SQLite) with as many people as the burst has. One browser opens its desk again and
again; in every other round twenty people send their password at the same moment. Each of those costs an argon2id hash
of 64 MiB. The figure is the 95th percentile of the page's time while sign-ins are under way, over that in the quiet
rounds of the same run. Exit 0 only if the bar holds.
"""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bench.bars import Bar, at_most
from qa.config import PROJECT, Settings
from qa.core.clock import utcnow
from qa.people import passwords, sessions
from tests.support import runs
from tests.support.cast import PASSWORD, make_cast, person
from tests.support.engines import migrated_database

BAR = 2.0
BURST, ROUNDS = 20, 8
QUIET_PAGES = 60  # in a quiet round
PAUSE = 0.02  # seconds between two openings: a person does not hammer


def main() -> int:
    begun = runs.begin()
    try:
        bar = measured()
    finally:
        runs.end(begun)
    print(bar.line())
    return 0 if bar.holds else 1


def measured() -> Bar:
    with tempfile.TemporaryDirectory() as folder, migrated_database("sqlite", Path(folder)) as url:
        emails, token = people(url, Path(folder))
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve", "--port", str(port)],
            cwd=PROJECT,
            env={
                **os.environ,
                "SECRET_KEY": "a key for benchmarks only " * 2,
                "FAIRMARK_INSTANCE": folder,
                "DATABASE_URL": url,
                "SECURE_COOKIES": "no",
                "TRUSTED_PROXIES": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(port)
            quiet, busy, entered = rounds(port, emails, token)
        finally:
            server.terminate()
            server.wait(timeout=30)
    if entered != BURST * (ROUNDS // 2):
        raise RuntimeError(f"only {entered} of {BURST * (ROUNDS // 2)} sign-ins succeeded")
    slow, usual = p95(busy), p95(quiet)
    print(
        f"{len(quiet)} pages in quiet, p95 {usual * 1000:.1f} ms; {len(busy)} beside sign-ins, p95 {slow * 1000:.1f} ms"
    )
    return at_most(f"a page's p95 during a burst of {BURST} sign-ins, over that without", slow / usual, BAR, 2)


def people(url: str, instance: Path) -> tuple[list[str], str]:
    """Who signs in, and the session of the one who works meanwhile."""
    engine = create_engine(url)
    with Session(engine) as session:
        cast = make_cast(session)
        stored = passwords.hash_password(PASSWORD)
        users = [person(session, cast.programme, f"Person{n} Burst") for n in range(BURST)]
        for user in users:
            user.password_hash = stored
        settings = Settings.for_tests(database_url=url, instance=instance)
        token = sessions.start(session, cast.rita.id, settings=settings, user_agent="bench", now=utcnow())
        session.commit()
        emails = [user.email for user in users]
    engine.dispose()
    return emails, token


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def wait_until_ready(port: int) -> None:
    for _ in range(300):
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(
            method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        cookies = "; ".join(line.split(";")[0] for line in response.headers.get_all("Set-Cookie") or ())
        return response.status, response.read().decode(), cookies
    finally:
        connection.close()


def rounds(port: int, emails: list[str], token: str) -> tuple[list[float], list[float], int]:
    """Times of the page in quiet and during bursts, in turns; and how many sign-ins succeeded."""
    quiet: list[float] = []
    busy: list[float] = []
    entered = 0
    for _ in range(10):
        opened(port, token)  # what a first request has to read
    for n in range(ROUNDS):
        if n % 2 == 0:
            for _ in range(QUIET_PAGES):
                quiet.append(opened(port, token))
                time.sleep(PAUSE)
            continue
        done: list[int] = []
        forms = [form_of(port) for _ in emails]
        threads = [
            threading.Thread(target=sign_in, args=(port, email, form, f"10.{n}.0.{place}", done))
            for place, (email, form) in enumerate(zip(emails, forms, strict=True))
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            busy.append(opened(port, token))
            time.sleep(PAUSE)
        for thread in threads:
            thread.join()
        entered += done.count(302)
    return quiet, busy, entered


def opened(port: int, token: str) -> float:
    begin = time.perf_counter()
    status, _, _ = ask(port, "GET", "/", Cookie=f"{sessions.COOKIE}={token}")
    if status != 200:
        raise RuntimeError(f"the page answers {status}")
    return time.perf_counter() - begin


def form_of(port: int) -> tuple[str, str]:
    """A sign-in form's token, and the cookie that belongs to it."""
    _, page, cookie = ask(port, "GET", "/sign-in")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the sign-in page has no form")
    return found[1], cookie


def sign_in(port: int, email: str, form: tuple[str, str], address: str, done: list[int]) -> None:
    body = urlencode({"email": email, "password": PASSWORD, "csrf_token": form[0]})
    status, _, _ = ask(
        port,
        "POST",
        "/sign-in",
        body,
        Cookie=form[1],
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For=address,
    )
    done.append(status)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
