"""The bare loop that an intake is measured by: parse, compress, insert; nothing is checked, protected or counted."""

import datetime as dt
import gzip
import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

import qa.app  # noqa: F401 - every room's tables
from bench.exports import MESSAGES
from qa.core.orm import Base
from qa.tickets.storing import CHUNK

MOMENT = "2026-06-01 00:00:00.000000"
ZEROS = "0" * 64
WRAPPED = bytes(60)
SIGNALS = (
    "first_reply_time",
    "resolution_time",
    "reopens",
    "escalated",
    "csat_bad",
    "csat_good",
    "hand_offs",
    "repeated_question",
    "greeting",
    "closing",
    "template_share",
    "prohibited_phrase",
)
INSERTS = {
    "ticket": "id, programme_id, source_id, data_region, imported_at, digest, external_id, subject, status, channel, "
    "queue, tier, language, priority, product_area, launch, tags, custom_fields, content_severity, risk_class, "
    "customer_digest, created_at, solved_at, source_updated_at, first_reply_seconds, resolution_seconds, reopens, "
    "escalated, csat, origin_file, origin_row",
    "resolution": "id, ticket_id, n, resolved_at",
    "handled_part": "id, programme_id, ticket_id, resolution_id, agent_identity_id, resolved_at, first_reply_at, "
    "last_reply_at, public_replies, share, is_primary, eligible, prn",
    "conversation_key": "ticket_id, key_id, wrapped",
    "conversation_revision": "ticket_id, n, digest, redaction_version, message_count, payload, created_at",
    "search_pending": "ticket_id",
    "ticket_signal": "part_id, name, version, value",
}
Json = dict[str, Any]
Rows = dict[str, list[tuple[Any, ...]]]


def schema(place: Path) -> Engine:
    """An empty database of the product's tables and indexes."""
    engine = create_engine(f"sqlite:///{place / 'fairmark.db'}")
    Base.metadata.create_all(engine)
    add_source(engine)
    return engine


def add_source(engine: Engine) -> None:
    """The programme and its source that an export goes to."""
    with engine.begin() as connection:
        told = "'bench', 'Bench', 'customer', '2026-01-01 00:00:00.000000'"
        connection.exec_driver_sql(
            f"INSERT INTO programme (id, key, name, customer_word, created_at) VALUES (1, {told})"
        )
        connection.exec_driver_sql(
            "INSERT INTO programme_setting (programme_id, valid_from, time_zone, week_start, own_team_ban, blind, "
            "release_rule, dispute_window_days, double_share, fair_mean, live_score, primary_part_rule, review_days) "
            "VALUES (1, '2026-01-01 00:00:00.000000', 'UTC', 1, TRUE, TRUE, 'at_once', 14, 0.08, FALSE, FALSE, "
            "'most_public_replies', 7)"
        )
        connection.exec_driver_sql(
            "INSERT INTO source (id, programme_id, key, kind, name, data_region, created_at) "
            "VALUES (1, 1, 'zendesk', 'zendesk', 'Zendesk', 'default', '2026-01-01 00:00:00.000000')"
        )


def bare(export: Path, place: Path) -> tuple[int, float, str]:
    """Store the export; how many tickets, and the CPU seconds it took."""
    schema(place).dispose()
    database = sqlite3.connect(place / "fairmark.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "cache_size=-16384"):
        database.execute(f"PRAGMA {pragma}")
    begin = time.process_time()
    agents, groups = _small(database, export)
    done = 0
    rows: Rows = {table: [] for table in INSERTS}
    for ticket, comments in _conversations(export):
        done += 1
        _collect(rows, done, ticket, comments, agents, groups)
        if done % CHUNK == 0:
            _insert(database, rows)
    _insert(database, rows)
    return done, time.process_time() - begin, ""


def spread(customer: object) -> str:
    """As wide and as scattered as the product's digest of a customer, for the same index."""
    return f"{int(str(customer)) * 0x9E3779B97F4A7C15 % 2**128:032x}"


def _small(database: sqlite3.Connection, export: Path) -> tuple[dict[int, int], dict[int, str]]:
    with gzip.open(export / "users.jsonl.gz") as file:
        users = [json.loads(line) for line in file]
    agents = {row["id"]: n for n, row in enumerate((row for row in users if row["role"] == "agent"), start=1)}
    database.executemany(
        "INSERT INTO agent_identity (id, source_id, external_id, name, is_bot) VALUES (?, 1, ?, 'Agent', 0)",
        [(n, str(key)) for key, n in agents.items()],
    )
    with gzip.open(export / "groups.jsonl.gz") as file:
        groups = {row["id"]: row["name"] for row in map(json.loads, file)}
    return agents, groups


def _conversations(export: Path) -> Iterator[tuple[Json, list[Json]]]:
    """Each ticket with its comments: both files are in the order of tickets."""
    with gzip.open(export / "tickets.jsonl.gz") as tickets, gzip.open(export / "comments.jsonl.gz") as comments:
        for line in tickets:
            yield json.loads(line), [json.loads(next(comments)) for _ in range(MESSAGES)]


def _collect(
    rows: Rows, n: int, ticket: Json, comments: list[Json], agents: Mapping[int, int], groups: Mapping[int, str]
) -> None:
    metrics, score = ticket["metric_set"], ticket["satisfaction_rating"]["score"]
    fields = json.dumps({str(each["id"]): each["value"] for each in ticket["custom_fields"]})
    created, solved, updated = (
        f"{told[:10]} {told[11:19]}.000000"
        for told in (ticket["created_at"], metrics["solved_at"], ticket["updated_at"])
    )
    fixed = (n, 1, 1, "default", MOMENT, ZEROS)
    told = (str(ticket["id"]), ticket["subject"], ticket["status"], ticket["via"]["channel"])
    more = (groups[ticket["group_id"]], "", "en", ticket["priority"], "", "", json.dumps(ticket["tags"]), fields, 0, 0)
    times = (created, solved, updated, metrics["reply_time_in_minutes"]["calendar"] * 60)
    rest = (metrics["full_resolution_time_in_minutes"]["calendar"] * 60, metrics["reopens"], 0)
    seen = (score if score == "good" else None, "tickets.jsonl.gz", n)
    rows["ticket"].append((*fixed, *told, *more, spread(ticket["requester_id"]), *times, *rest, *seen))
    rows["resolution"].append((n, n, 1, solved))
    agent = agents[ticket["assignee_id"]]
    rows["handled_part"].append((n, 1, n, n, agent, solved, created, updated, 4, 1.0, 1, 1, 2**51))
    rows["conversation_key"].append((n, "k1", WRAPPED))
    told = [
        [
            str(each["id"]),
            "specialist" if each["author_id"] in agents else "customer",
            str(each["author_id"]) if each["author_id"] in agents else None,
            int(each["public"]),
            dt.datetime.fromisoformat(each["created_at"]).timestamp(),
            each["body"],
        ]
        for each in comments
    ]
    payload = zlib.compress(json.dumps([1, told], ensure_ascii=False, separators=(",", ":")).encode(), 6)
    rows["conversation_revision"].append((n, 1, ZEROS, "1", MESSAGES, payload, MOMENT))
    rows["search_pending"].append((n,))
    rows["ticket_signal"] += [(n, name, "rules1-00000000", 1.0) for name in SIGNALS]


def _insert(database: sqlite3.Connection, rows: Rows) -> None:
    database.execute("BEGIN IMMEDIATE")
    for table, columns in INSERTS.items():
        places = ", ".join("?" * (columns.count(",") + 1))
        database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows[table])
        rows[table].clear()
    database.execute("COMMIT")
