"""Pulling Chatwoot. No SQL."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from qa.tickets.intake.chatwoot import Chatwoot
from qa.tickets.intake.objects import Row
from qa.tickets.intake.values import as_dict, as_list, optional_id
from qa.tickets.live.client import Client, GoneError, PullError
from qa.tickets.live.pulls import MOST_PAGES, Batch, State, Unchanged, in_batches, number, placed, take

OWN_PAGES = re.compile(r"(?P<root>.*)/app/accounts/(?P<account>\d{1,18})(?:/.*)?")  # of a Chatwoot account


@dataclass(slots=True)
class ChatwootPull:
    """Chatwoot's conversations, the latest activity first, each with its messages from the newest page backwards."""

    client: Client
    start: dt.datetime
    desk: Chatwoot = field(default_factory=Chatwoot)
    _account: str = ""

    def __post_init__(self) -> None:
        """The address may be that of an account's own pages; the API lies beside them."""
        found = OWN_PAGES.fullmatch(self.client.base.path)
        if found is not None:
            self._account = found["account"]
            self.client.base = replace(self.client.base, path=found["root"])

    def test(self) -> str:
        return f"Connected to account {self._root().rpartition('/')[2]}."

    def batches(self, state: State, unchanged: Unchanged) -> Iterator[Batch]:
        root = self._root()
        for row in as_list(self.client.get(f"{root}/agents").body):
            take(self.desk, "agents", row)
        for row in as_list(as_dict(self.client.get(f"{root}/inboxes").body).get("payload")):
            take(self.desk, "inboxes", row)
        since, page = float(state.get("since") or self.start.timestamp()), int(state.get("page") or 1)
        newest = float(state.get("newest") or since)
        for _ in range(MOST_PAGES):
            asked = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": page}
            told = as_dict(as_dict(self.client.get(f"{root}/conversations", asked).body).get("data"))
            rows = [(place, _stamped(row)) for place, row in placed(told.get("payload"))]
            recent = [(place, row) for place, row in rows if number(row["last_activity_at"]) >= since]
            newest = max([newest, *(number(row["last_activity_at"]) for _, row in rows)])
            yield from in_batches(f"page {page}", recent, unchanged, "updated_at", self._fill)
            page += 1
            over = len(recent) < len(rows) or not rows  # whatever follows is older still
            yield Batch(
                f"page {page}", state={"since": newest} if over else {"since": since, "newest": newest, "page": page}
            )
            if over:
                return

    def _root(self) -> str:
        if not self._account:
            me = as_dict(self.client.get("/api/v1/profile").body)
            accounts = [key for each in as_list(me.get("accounts")) if (key := optional_id(as_dict(each), "id"))]
            if len(accounts) > 1:
                raise PullError(
                    "This token belongs to several accounts. Write the address of one, "
                    f"such as {self.client.base}/app/accounts/{accounts[0]}."
                )
            self._account = accounts[0] if accounts else optional_id(me, "account_id") or ""
            if not self._account:
                raise PullError("The address answers, but these credentials belong to no account.")
        return f"/api/v1/accounts/{self._account}"

    def _fill(self, row: Row) -> Row:
        """A conversation with all of its messages: what the list tells is the latest one only."""
        path = f"{self._root()}/conversations/{optional_id(row, 'id')}/messages"
        found: dict[str, Row] = {}
        before: Mapping[str, object] | None = None
        try:
            for _ in range(MOST_PAGES):
                told = as_list(as_dict(self.client.get(path, before).body).get("payload"))
                fresh = {key: each for each in told if (key := optional_id(as_dict(each), "id")) and key not in found}
                if not fresh:
                    break
                found = {**fresh, **found}
                before = {"before": min(map(int, fresh))}
        except GoneError:
            return {**row, "messages": None}
        return {**row, "messages": list(found.values())}


def _stamped(row: Row) -> Row:
    """A conversation with both of its moments: older versions tell only that of the last activity."""
    activity = row.get("last_activity_at") or row.get("timestamp") or 0
    return {**row, "last_activity_at": activity, "updated_at": row.get("updated_at") or activity}
