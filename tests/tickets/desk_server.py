"""A help desk on this machine that speaks the documented APIs, and stumbles when a test wants it to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answering = Callable[[str, dict[str, str]], Any]


@dataclass(slots=True)
class Fault:
    """What happens to the next request of a path: a status with headers, or a connection that is cut."""

    path: str
    status: int = 0  # 0: the connection is cut in the middle of the answer
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class DeskServer:
    """Answers by ``answer(path, query)``, after the faults that wait for a path; keeps what was asked."""

    answer: Answering
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    authorized: list[str] = field(default_factory=list)
    url: str = ""

    def fault_for(self, path: str) -> Fault | None:
        for fault in self.faults:
            if path.startswith(fault.path):
                self.faults.remove(fault)
                return fault
        return None


@contextmanager
def serve(answer: Answering) -> Iterator[DeskServer]:
    desk = DeskServer(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            desk.asked.append(parts.path)
            desk.authorized.append(self.headers.get("Authorization") or self.headers.get("api_access_token", ""))
            fault = desk.fault_for(parts.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            found = None if fault is not None and fault.status else desk.answer(parts.path, query)
            status = fault.status if fault is not None and fault.status else (404 if found is None else 200)
            body = json.dumps(found if found is not None else {"error": "x"}).encode()
            self.send_response(status)
            for name, value in (fault.headers if fault is not None else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault is not None and not fault.status else body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


USERS = (
    {"id": 1, "name": "Sam Sato", "email": "sam@example.com", "role": "agent"},
    {"id": 9, "name": "Zebulon Quark", "role": "end-user", "locale": "en-US"},
)
GROUPS = ({"id": 7, "name": "Payouts"},)
RATINGS = ({"ticket_id": 100, "score": "bad", "reason": "too slow", "updated_at": "2026-04-06T12:00:00Z"},)
Rows = Sequence[dict[str, Any]]


def zendesk(
    pages: Sequence[Rows],
    comments: Mapping[str, Rows],
    *,
    users: Rows = USERS,
    groups: Rows = GROUPS,
    ratings: Rows = RATINGS,
    metrics: Mapping[int, dict[str, Any]] | None = None,
) -> Answering:
    """A Zendesk account with these pages of its cursor export; without ``metrics`` every ticket was solved at ten."""

    def metric_of(key: int) -> dict[str, Any]:
        return metrics[key] if metrics else {"ticket_id": key, "solved_at": "2026-04-06T10:00:00Z", "reopens": 0}

    def answer(path: str, query: dict[str, str]) -> Any:
        if path == "/api/v2/users/me.json":
            return {"user": users[0]}
        if path == "/api/v2/users.json":
            return {
                "users": [each for each in users if each["role"] == query.get("role[]")],
                "meta": {"has_more": False},
            }
        if path == "/api/v2/users/show_many.json":
            return {"users": [each for each in users if str(each["id"]) in query["ids"].split(",")]}
        if path == "/api/v2/groups.json":
            return {"groups": groups, "meta": {"has_more": False}}
        if path == "/api/v2/satisfaction_ratings.json":
            return {"satisfaction_ratings": ratings, "meta": {"has_more": False}}
        if path == "/api/v2/incremental/tickets/cursor.json":
            place = int(query.get("cursor", "c0")[1:])
            rows = pages[place] if place < len(pages) else []
            after = min(place + 1, len(pages))
            return {
                "tickets": rows,
                "metric_sets": [metric_of(row["id"]) for row in rows],
                "after_cursor": f"c{after}",
                "end_of_stream": after >= len(pages),
            }
        if path.endswith("/comments.json"):
            key = path.split("/")[-2]
            return {"comments": comments[key], "meta": {"has_more": False}} if key in comments else None
        return None

    return answer
