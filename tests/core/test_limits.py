"""How often somebody may try is counted in the database: never more than allowed, and no last try taken twice."""

import datetime as dt
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import limits
from qa.core.limits import TryCount
from tests.support.cast import Cast

MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 4, 6, 9, 30, tzinfo=dt.UTC)
Try = Callable[..., bool]
TOKEN = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def a_try(session: Session) -> Try:
    """``a_try(seconds)`` tries so long after half past nine: four are allowed in a minute."""

    def tried(seconds: float, who: str = "somebody") -> bool:
        now = START + dt.timedelta(seconds=seconds)
        return limits.count_try(session, who, allowed=4, window=MINUTE, now=now)

    return tried


def test_a_window_moves_on_and_refused_tries_do_not_count(a_try: Try, session: Session):
    assert [a_try(59) for _ in range(6)] == [True] * 4 + [False] * 2
    assert a_try(59, "somebody else")
    # A new minute begins, and the four are not a minute old yet.
    assert [a_try(61), a_try(118), a_try(119)] == [False] * 3
    # All ten seconds that hold them are over for a minute.
    assert [a_try(120) for _ in range(5)] == [True] * 4 + [False]
    # A server whose clock is behind counts what another one has counted already.
    assert not a_try(105)

    assert limits.forget(session, now=START + dt.timedelta(days=1, seconds=61)) == 2
    assert session.scalars(select(TryCount.tries)).all() == [4]


def test_no_minute_lets_more_through_than_allowed_however_tries_come(a_try: Try):
    # Bursts of five at times that fall on all sides of minutes and of their sixths.
    moments = [
        float(second) for second in (7, 9, 31, 58, 62, 66, 77, 92, 119, 121, 137, 151, 178, 199) for _ in range(5)
    ]
    through = [moment for moment in moments if a_try(moment)]

    assert max(sum(end - 60 < each <= end for each in through) for end in through) == 4
    # Each is forgotten after seventy seconds at the latest, so that nobody is kept out for longer.
    assert all(any(moment - 70 <= each <= moment for each in through) for moment in moments)
    assert len(through) == 12


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite one writes after the other
def test_of_many_at_once_no_two_take_the_last_try(database_url: str, session: Session):
    session.commit()
    engine = create_engine(database_url)
    together = threading.Barrier(8, timeout=60)
    counted: list[bool] = []

    def tries() -> None:
        together.wait()
        for _ in range(4):
            with Session(engine) as own:
                counted.append(limits.count_try(own, "one", allowed=10, window=MINUTE, now=START))
                own.commit()

    threads = [threading.Thread(target=tries) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    engine.dispose()

    assert sorted(counted) == [False] * 22 + [True] * 10
    assert session.scalar(select(func.sum(TryCount.tries))) == 10


STANDS_STILL = """
import datetime, qa.core.clock
moment = qa.core.clock.utcnow().replace(second=0, microsecond=0)
qa.core.clock.utcnow = lambda: moment
"""


@pytest.mark.slow
def test_two_servers_together_let_one_address_try_sixty_times_a_minute(
    settings: Settings, session: Session, cast: Cast
):
    from tests.faults.processes import ServerProcess, gone_in_the_end

    def status(server: ServerProcess, opener: urllib.request.OpenerDirector, token: str) -> int:
        """A try without a password, which is refused before anything is hashed and counts nevertheless."""
        body = urllib.parse.urlencode({"email": cast.rita.email, "csrf_token": token}).encode()
        try:
            return int(opener.open(f"{server.url}/sign-in", body, timeout=60).status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    session.commit()
    with ExitStack() as stack:
        servers = [stack.enter_context(gone_in_the_end(ServerProcess(settings, runner=False))) for _ in range(2)]
        for server in servers:
            server.start(before=STANDS_STILL)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(f"{servers[0].url}/sign-in", timeout=60) as answer:
            token = TOKEN.findall(answer.read().decode())[0]
        statuses = [status(servers[n % 2], opener, token) for n in range(64)]

    assert statuses == [422] * 60 + [429] * 4
