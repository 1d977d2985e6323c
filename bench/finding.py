"""The list of tickets and the full-text search: what a page costs at ten times the tickets.

    python -m bench.finding [--tickets N] [--engine sqlite|postgresql]

Two databases of each engine, of N / 10 and of N tickets (a million unless told otherwise, which takes minutes to fill),
thirty words in the index for each. A page of the list is asked for unfiltered, far back, by each filter and by words;
the wall time of the middle of many askings at N is told as a ratio to that at N / 10, which take turns. A figure that
is flat is near 1.
Exit 0 only if every bar holds.
"""

import argparse
import datetime as dt
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, cast
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bench.bars import Bar, at_most
from bench.intake_bare import add_source, schema
from qa.core.access import Actor, Role
from qa.core.db import db, reading
from qa.tickets import listing, searching
from qa.tickets.listing import Filters, Place
from qa.tickets.models import SEARCH_INDEX
from tests.support import engines, runs

if TYPE_CHECKING:
    import psycopg

FLAT_BAR = 2.0
LEAST_MS = 2.0  # below it a page is flat whatever its ratio: there the clock of a busy machine is most of the figure
TRIES = 25
WORDS, WORDS_EACH = 5_000, 30
QUEUES, TEAMS, PEOPLE = 12, 20, 300
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
MINUTES = 60 * 24 * 700
ACTOR = Actor(user_id=1, name="D", email="d@example.com", roles=frozenset({Role.QA_LEAD}), programme_id=1, clearance=3)
TICKET = (
    "INSERT INTO ticket (id, programme_id, source_id, data_region, imported_at, digest, external_id, subject, status, "
    "channel, queue, tier, language, priority, product_area, launch, tags, custom_fields, content_severity, "
    "risk_class, created_at, solved_at, reopens, escalated, csat) VALUES "
    "(?, 1, 1, 'default', ?, '', ?, 'A question about a payout', ?, ?, ?, ?, 'en', '', '', '', ?, '{}', 0, 0, ?, ?, "
    "0, FALSE, ?)"
)
PART = (
    "INSERT INTO handled_part (id, programme_id, ticket_id, resolution_id, agent_identity_id, specialist_id, team_id, "
    "resolved_at, first_reply_at, last_reply_at, public_replies, share, is_primary, eligible, prn) "
    "VALUES (?, 1, ?, ?, 1, ?, ?, ?, ?, ?, 3, 1.0, TRUE, TRUE, ?)"
)
ASKED = {
    "no filter": Filters(),
    "a queue": Filters(queue="Queue 3"),
    "a channel": Filters(channel="chat"),
    "a tier": Filters(tier="gold"),
    "a status": Filters(status="open"),
    "no satisfaction": Filters(csat="none"),
    "a tag": Filters(tag="topic_7"),
    "a team": Filters(team_id=4),
    "a specialist in a week": Filters(specialist_id=17, week="2025-W20"),
    "days": Filters(created_from=dt.date(2025, 3, 3), created_to=dt.date(2025, 3, 9)),
    "a word of every ticket": Filters(text="w0"),
    "a rare word": Filters(text="w4321"),
    "two words": Filters(text="w3 w40"),
    "the beginning of a word": Filters(text="w432*"),
    "a word in a queue": Filters(text="w0", queue="Queue 5"),
}
MIDDLE = "the middle of the list"


def written(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def fill(place: Path, tickets: int) -> str:
    """The tickets, their parts and the index of a database in SQLite; words by Zipf's law."""
    schema(place).dispose()
    database = sqlite3.connect(place / "fairmark.db")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA journal_mode=MEMORY")
    database.executemany(TICKET, _tickets(tickets))
    database.executemany(PART, _parts(tickets))
    database.executemany(
        "INSERT INTO ticket_search(rowid, words) VALUES (?, ?)",
        ((n, " ".join(words)) for n, words in _words(tickets)),
    )
    database.execute("INSERT INTO ticket_search(ticket_search) VALUES ('optimize')")
    database.commit()
    database.execute("ANALYZE")
    database.close()
    return f"sqlite:///{place / 'fairmark.db'}"


def fill_postgresql(url: str, tickets: int) -> None:
    """The same in PostgreSQL, whose keys to other tables are not looked at meanwhile."""
    engine = create_engine(url)
    add_source(engine)
    with engine.connect() as connection:
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        with driver.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DROP INDEX ix_ticket_search_placed")  # made at once below, in a fraction of the time
            for statement, rows in ((TICKET, _tickets(tickets)), (PART, _parts(tickets))):
                command, whole = _copied(statement)
                with cursor.copy(command) as copy:
                    for row in rows:
                        copy.write_row(whole(row))
            with cursor.copy("COPY ticket_search (ticket_id, words) FROM STDIN") as copy:
                for n, words in _words(tickets):
                    copy.write_row((n, " ".join(f"'{word}'" for word in words)))
            cursor.execute(cast(LiteralString, SEARCH_INDEX["postgresql"][-1]))
        driver.commit()
        driver.autocommit = True
        driver.execute("VACUUM ANALYZE")
    engine.dispose()


def _copied(statement: str) -> tuple[LiteralString, Callable[[Sequence[object]], list[object]]]:
    """An INSERT as a COPY, and its rows with the values that the statement itself names."""
    table, columns, values = re.fullmatch(r"INSERT INTO (\w+) \((.*?)\) VALUES \((.*)\)", statement).groups()  # type: ignore[union-attr]
    named = [None if each == "?" else each.strip("'") for each in values.split(", ")]

    def whole(row: Sequence[object]) -> list[object]:
        told = iter(row)
        return [next(told) if each is None else each for each in named]

    return cast(LiteralString, f"COPY {table} ({columns}) FROM STDIN"), whole


def _words(tickets: int) -> Iterator[tuple[int, list[str]]]:
    """The words of each ticket's conversation; one that every ticket has, and its tag."""
    rng = random.Random(5)
    words = [f"w{n}" for n in range(WORDS)]
    weights = list(_sums(1 / (n + 1) for n in range(WORDS)))
    for n in range(1, tickets + 1):
        yield n, ["w0", searching.facet("tag", f"topic_{n % 40}"), *_drawn(rng, words, weights)]


def _sums(values: Iterator[float]) -> Iterator[float]:
    total = 0.0
    for value in values:
        total += value
        yield total


def _drawn(rng: random.Random, words: list[str], weights: list[float]) -> list[str]:
    return rng.choices(words, cum_weights=weights, k=WORDS_EACH)


def _moment(n: int, tickets: int) -> dt.datetime:
    return FIRST + dt.timedelta(minutes=n * MINUTES // tickets)


def _tickets(tickets: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, tickets + 1):
        created = _moment(n, tickets)
        status, channel = ("solved", "open")[n % 10 == 0], ("email", "chat", "web")[n % 3]
        facts = (f"Queue {n % QUEUES}", ("", "gold", "silver")[n % 7 % 3], f'["topic_{n % 40}"]')
        solved = written(created + dt.timedelta(hours=2))
        csat = (None, "good", "bad")[n % 3]
        yield (n, written(FIRST), str(10**6 + n), status, channel, *facts, written(created), solved, csat)


def _parts(tickets: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, tickets + 1):
        solved = written(_moment(n, tickets) + dt.timedelta(hours=2))
        yield (n, n, n, n % PEOPLE + 1, n % TEAMS + 1, solved, solved, solved, n)


@contextmanager
def opened(url: str) -> Iterator[Session]:
    """A database as the application opens it."""
    with engines.only_migrations(url), reading(), Session(db.engine) as session:
        yield session


@contextmanager
def filled(engine: str, tickets: int) -> Iterator[Session]:
    """A database of so many tickets."""
    with ExitStack() as opening:
        folder = Path(opening.enter_context(tempfile.TemporaryDirectory()))
        if engine == "sqlite":
            url = fill(folder, tickets)
        else:
            url = opening.enter_context(engines.migrated_database(engine, folder))
            fill_postgresql(url, tickets)
        yield opening.enter_context(opened(url))


def measure(worlds: Mapping[int, Session]) -> dict[str, list[float]]:
    """The wall milliseconds of a page at each number of tickets, the middle of many askings; the sizes take turns.

    So whatever else the machine does meets both alike.
    """
    zone = ZoneInfo("UTC")
    found: dict[str, list[float]] = {}
    for name, filters in (ASKED | {MIDDLE: Filters()}).items():
        times: dict[int, list[float]] = {tickets: [] for tickets in worlds}
        for turn in range(TRIES + 1):
            for tickets, session in worlds.items():
                half = Place(created_at=_moment(tickets // 2, tickets), id=tickets // 2)
                begin = time.perf_counter()
                listing.tickets_for(session, ACTOR, filters, zone=zone, place=half if name == MIDDLE else None)
                if turn:  # the first one fills caches
                    times[tickets].append((time.perf_counter() - begin) * 1000)
        found[name] = [statistics.median(each) for each in times.values()]
    return found


def compared(engine: str, sizes: Sequence[int]) -> Bar:
    """Every page at both sizes; the bar of the one that grew most."""
    with ExitStack() as open_ones:
        found = measure({size: open_ones.enter_context(filled(engine, size)) for size in sizes})
    print(f"{engine}: milliseconds of a page at {sizes[0]:,} and {sizes[1]:,} tickets")
    bars = []
    for name, (few, many) in found.items():
        print(f"  {name:<26} {few:8.2f} {many:8.2f}   ratio {many / few:5.2f}")
        bars.append(at_most(f"{engine}: a page by {name}, ratio", many / max(few, LEAST_MS), FLAT_BAR, digits=2))
    return max(bars, key=lambda bar: bar.figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=engines.ENGINES, action="append")
    told = parser.parse_args()
    begun = runs.begin()
    try:
        sizes = (told.tickets // 10, told.tickets)
        worst = [compared(engine, sizes) for engine in told.engine or engines.ENGINES]
    finally:
        runs.end(begun)
    for bar in worst:
        print(bar.line())
    return 0 if all(bar.holds for bar in worst) else 1


if __name__ == "__main__":
    sys.exit(main())
