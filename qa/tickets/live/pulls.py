"""What a pull of each help desk asks for, in which order, and where it goes on the next time. No SQL.

A pull yields tickets in small batches with their messages inside. A batch that carries a state is the last of its page:
once it is stored the pull goes on from there, so that one that is cut off repeats at most a page, and of that only the
tickets that were not stored yet.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from qa.tickets.intake.base import BadCellError
from qa.tickets.intake.freshdesk import Freshdesk
from qa.tickets.intake.intercom import Intercom
from qa.tickets.intake.objects import Desk, Row
from qa.tickets.intake.values import as_dict, as_list, optional_id
from qa.tickets.intake.zammad import Zammad
from qa.tickets.intake.zendesk import Zendesk
from qa.tickets.live.client import Client, GoneError, RefusedError, WaitError

BATCH = 50  # tickets
PAGE = 100
SHOW_MANY = 100  # users in one call
MOST_PAGES = 10_000
State = dict[str, Any]
Unchanged = Callable[[Sequence[tuple[str, str]]], set[str]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tickets with their messages; how many of the page are stored as they are already; where to go on."""

    page: str  # the page's name, as each ticket keeps it
    rows: Sequence[tuple[int, Row]] = ()  # place in the page, object
    unchanged: int = 0
    gone: Sequence[tuple[int, str]] = ()  # place in the page, id: listed, but not there when asked for
    state: State | None = None


class Pull(Protocol):
    """One help desk's way of giving its tickets."""

    @property
    def desk(self) -> Desk:
        """What its objects mean."""

    def test(self) -> str:
        """Ask for something small; in words what was found."""

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        """Everything that is new since ``state``. ``unchanged`` tells which (id, moment of change) are stored so."""


def placed(told: object) -> list[tuple[int, Row]]:
    """The objects of a page's list, each with its place there."""
    return [(place, row) for place, row in enumerate(as_list(told), start=1) if isinstance(row, dict)]


def in_batches(
    page: str, rows: Sequence[tuple[int, Row]], unchanged: Unchanged, stamp: str, fill: Callable[[Row], Row]
) -> Iterator[Batch]:
    """A page's tickets, each filled with what takes calls of its own; what is stored already is not asked for again."""
    known = unchanged([(optional_id(row, "id") or "", str(row.get(stamp) or "")) for _, row in rows])
    fresh = [(place, row) for place, row in rows if (optional_id(row, "id") or "") not in known]
    yield Batch(page, unchanged=len(rows) - len(fresh))
    for begin in range(0, len(fresh), BATCH):
        filled: list[tuple[int, Row]] = []
        gone: list[tuple[int, str]] = []
        try:
            for place, row in fresh[begin : begin + BATCH]:
                try:
                    filled.append((place, fill(row)))
                except GoneError:  # deleted meanwhile: what is stored of it stays as it is
                    gone.append((place, optional_id(row, "id") or ""))
        except WaitError:
            yield Batch(page, filled, gone=gone)  # what is here already need not be asked for again
            raise
        yield Batch(page, filled, gone=gone)


@dataclass(slots=True)
class ZendeskPull:
    """Zendesk's incremental cursor export, with comments, users, groups, ratings and metrics."""

    client: Client
    start: dt.datetime
    desk: Zendesk = field(default_factory=Zendesk)
    _met: set[str] = field(default_factory=set)

    def test(self) -> str:
        me = as_dict(as_dict(self.client.get("/api/v2/users/me.json").body).get("user"))
        if me.get("role") not in ("agent", "admin"):
            return "The address answers, but these credentials belong to no agent."
        return f"Connected as an {me.get('role')}."

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        self._learn("groups", "/api/v2/groups.json", {})
        self._learn("users", "/api/v2/users.json", {"role[]": "agent"})
        self._learn("users", "/api/v2/users.json", {"role[]": "admin"})
        since = int(state.get("ratings_since") or self.start.timestamp())
        newest = self._ratings(since)
        cursor = state.get("cursor")
        for _ in range(MOST_PAGES):
            asked: dict[str, object] = {"include": "metric_sets"}
            asked |= {"cursor": cursor} if cursor else {"start_time": int(self.start.timestamp())}
            body = as_dict(self.client.get("/api/v2/incremental/tickets/cursor.json", asked).body)
            rows = placed(body.get("tickets"))
            for row in as_list(body.get("metric_sets")):
                self._take("ticket_metrics", row)
            for row in as_list(body.get("users")):
                self._take("users", row)
            self._meet([row for _, row in rows])
            yield from in_batches(f"cursor {cursor or 'start'}", newest_of(rows), unchanged, "updated_at", self._fill)
            repeated = cursor == body.get("after_cursor")
            cursor = body.get("after_cursor") or cursor
            yield Batch(f"cursor {cursor}", state={"cursor": cursor, "ratings_since": newest})
            if body.get("end_of_stream") is not False or repeated:
                return

    def _fill(self, row: Row) -> Row:
        """A ticket with its comments; those of a deleted one are gone."""
        if row.get("status") == "deleted":
            return row
        comments: list[Row] = []
        path = f"/api/v2/tickets/{optional_id(row, 'id')}/comments.json"
        asked: Mapping[str, object] | None = {"page[size]": PAGE}
        try:
            for _ in range(MOST_PAGES):
                body = as_dict(self.client.get(path, asked).body)
                comments += [each for each in as_list(body.get("comments")) if isinstance(each, dict)]
                path, asked = self._next(body), None
                if not path:
                    break
        except GoneError:
            return row
        self._meet([{"requester_id": each.get("author_id")} for each in comments])
        return {**row, "comments": comments}

    def _next(self, body: Mapping[str, Any]) -> str:
        """The next page's path: of the pages by cursor, or of those by number."""
        if as_dict(body.get("meta")).get("has_more") is False:
            return ""
        told = as_dict(body.get("links")).get("next") or body.get("next_page")
        return self.client.path_of(told) if isinstance(told, str) else ""

    def _meet(self, rows: Sequence[Row]) -> None:
        """Learn the users that these tickets name, so that their names can be taken out of the texts."""
        wanted = {
            key
            for row in rows
            for name in ("requester_id", "submitter_id", "assignee_id")
            if (key := optional_id(row, name)) is not None and key != "-1"
        }
        missing = sorted(wanted - self._met)
        for begin in range(0, len(missing), SHOW_MANY):
            some = missing[begin : begin + SHOW_MANY]
            body = as_dict(self.client.get("/api/v2/users/show_many.json", {"ids": ",".join(some)}).body)
            for row in as_list(body.get("users")):
                self._take("users", row)
            self._met |= set(some)

    def _ratings(self, since: int) -> int:
        asked = {"score": "received", "start_time": since}
        moments = [since]
        for row in unless_lacking(self._pages("/api/v2/satisfaction_ratings.json", "satisfaction_ratings", asked)):
            self._take("satisfaction_ratings", row)
            try:
                moments.append(int(dt.datetime.fromisoformat(str(row.get("updated_at"))).timestamp()))
            except ValueError:
                continue
        return max(moments)

    def _learn(self, table: str, path: str, asked: Mapping[str, object]) -> None:
        for row in self._pages(path, table, asked):
            self._take(table, row)

    def _pages(self, path: str, name: str, asked: Mapping[str, object]) -> Iterator[Row]:
        more: Mapping[str, object] | None = {"page[size]": PAGE, **asked}
        for _ in range(MOST_PAGES):
            body = as_dict(self.client.get(path, more).body)
            yield from (row for row in as_list(body.get(name)) if isinstance(row, dict))
            path, more = self._next(body), None
            if not path:
                return

    def _take(self, table: str, row: Any) -> None:
        take(self.desk, table, row)
        if table == "users" and isinstance(row, dict) and (key := optional_id(row, "id")):
            self._met.add(key)


@dataclass(slots=True)
class IntercomPull:
    """Intercom's list of conversations; each is fetched with its parts when it has changed."""

    client: Client
    start: dt.datetime
    desk: Intercom = field(default_factory=Intercom)

    def test(self) -> str:
        self.client.get("/conversations", {"per_page": 1})
        return "Connected."

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        for table in ("admins", "teams"):
            for row in as_list(as_dict(self.client.get(f"/{table}").body).get(table)):
                take(self.desk, table, row)
        after = state.get("starting_after")
        for _ in range(MOST_PAGES):
            asked: dict[str, object] = {"per_page": PAGE, **({"starting_after": after} if after else {})}
            body = as_dict(self.client.get("/conversations", asked).body)
            rows = placed(body.get("conversations"))
            recent = [each for each in rows if number(each[1].get("updated_at")) >= self.start.timestamp()]
            yield from in_batches(f"page {after or 'first'}", recent, unchanged, "updated_at", self._fill)
            after = as_dict(as_dict(body.get("pages")).get("next")).get("starting_after")
            yield Batch(f"page {after or 'last'}", state={"starting_after": after} if after else {})
            if not after:
                return

    def _fill(self, row: Row) -> Row:
        return dict(as_dict(self.client.get(f"/conversations/{optional_id(row, 'id')}").body)) or row


@dataclass(slots=True)
class FreshdeskPull:
    """Freshdesk's tickets by their moment of change, with their conversations."""

    client: Client
    start: dt.datetime
    desk: Freshdesk = field(default_factory=Freshdesk)

    def test(self) -> str:
        self.client.get("/api/v2/tickets", {"per_page": 1})
        return "Connected."

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        for table, path in (("agents", "/api/v2/agents"), ("groups", "/api/v2/groups")):
            for row in numbered_pages(self.client, path, {}):
                take(self.desk, table, row)
        since, page = str(state.get("since") or f"{self.start:%Y-%m-%dT%H:%M:%SZ}"), int(state.get("page") or 1)
        ratings = numbered_pages(self.client, "/api/v2/surveys/satisfaction_ratings", {"created_since": since})
        for row in unless_lacking(ratings):
            take(self.desk, "satisfaction_ratings", row)
        for _ in range(MOST_PAGES):
            asked = {"updated_since": since, "include": "requester,stats,description", "order_by": "updated_at",
                     "order_type": "asc", "per_page": PAGE, "page": page}  # fmt: skip
            rows = placed(self.client.get("/api/v2/tickets", asked).body)
            yield from in_batches(f"since {since}, page {page}", rows, unchanged, "updated_at", self._fill)
            last = max((str(row.get("updated_at") or "") for _, row in rows), default=since)
            since, page = (last, 1) if last > since else (since, page + 1)
            full = len(rows) >= PAGE
            yield Batch(f"since {since}", state={"since": since, "page": page if full else 1})
            if not full:
                return

    def _fill(self, row: Row) -> Row:
        path = f"/api/v2/tickets/{optional_id(row, 'id')}/conversations"
        return {**row, "conversations": list(numbered_pages(self.client, path, {}))}


@dataclass(slots=True)
class ZammadPull:
    """Zammad's tickets with their articles and tags; of all pages only changed tickets are asked for."""

    client: Client
    start: dt.datetime
    desk: Zammad = field(default_factory=Zammad)

    def test(self) -> str:
        self.client.get("/api/v1/users/me")
        return "Connected."

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        for table in ("users", "groups"):
            for row in numbered_pages(self.client, f"/api/v1/{table}", {}):
                take(self.desk, table, row)
        page = int(state.get("page") or 1)
        for _ in range(MOST_PAGES):
            asked = {"expand": "true", "page": page, "per_page": PAGE}
            rows = placed(self.client.get("/api/v1/tickets", asked).body)
            since = f"{self.start:%Y-%m-%dT%H:%M:%S}"
            recent = [(place, row) for place, row in rows if str(row.get("updated_at") or "") >= since]
            yield from in_batches(f"page {page}", recent, unchanged, "updated_at", self._fill)
            page += 1
            yield Batch(f"page {page}", state={"page": page} if rows else {})
            if not rows:  # a server may cap a page below what was asked for, so only an empty one is the last
                return

    def _fill(self, row: Row) -> Row:
        key = optional_id(row, "id")
        articles = self.client.get(f"/api/v1/ticket_articles/by_ticket/{key}", {"expand": "true"}).body
        tags = as_dict(self.client.get("/api/v1/tags", {"object": "Ticket", "o_id": key}).body)
        return {**row, "articles": as_list(articles), "tags": as_list(tags.get("tags"))}


def numbered_pages(client: Client, path: str, asked: Mapping[str, object]) -> Iterator[Row]:
    """The objects of lists by page numbers, until a page is empty."""
    for page in range(1, MOST_PAGES):
        rows = as_list(client.get(path, {**asked, "per_page": PAGE, "page": page}).body)
        yield from (row for row in rows if isinstance(row, dict))
        if not rows:
            return


def unless_lacking(rows: Iterator[Row]) -> Iterator[Row]:
    """Rows of a part that an account may not have, such as ratings: it answers 403 or 404 then, and there are none."""
    try:
        yield from rows
    except (GoneError, RefusedError):
        return


def newest_of(rows: Sequence[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Of several tellings of one ticket the newest, in the order of the page."""
    found: dict[str, tuple[int, Row]] = {}
    for place, row in rows:
        key = optional_id(row, "id") or f"?{place}"
        earlier = found.get(key)
        if earlier is None or str(row.get("updated_at") or "") >= str(earlier[1].get("updated_at") or ""):
            found.pop(key, None)
            found[key] = place, row
    return list(found.values())


def take(desk: Desk, table: str, row: Any) -> None:
    """Learn what tickets refer to; an object that cannot be used is one that nobody refers to."""
    if not isinstance(row, dict):
        return
    try:
        desk.take(table, row)
    except BadCellError:
        return


def number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
