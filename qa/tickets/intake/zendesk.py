"""Zendesk: JSON Lines of its tables, or pages of its cursor export with their envelope (Support API v2)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qa.tickets.intake.base import AgentRecord, MessageRecord, Origin, TicketRecord
from qa.tickets.intake.marks import Marks
from qa.tickets.intake.objects import Inside, ObjectExport, Row
from qa.tickets.intake.zendesk_rows import Account, message_record, ticket_record


class Zendesk:
    """What Zendesk's objects mean."""

    kind = "zendesk"
    tickets = "tickets"
    messages = "comments"
    belongs = "ticket_id"
    tables: Mapping[str, tuple[str, ...]] = {
        "tickets": ("tickets",),
        "comments": ("comments",),
        "users": ("users",),
        "groups": ("groups",),
        "satisfaction_ratings": ("satisfaction_ratings",),
        "ticket_metrics": ("ticket_metrics", "metric_sets"),
    }

    def __init__(self) -> None:
        self.account = Account()

    @property
    def agents(self) -> dict[str, AgentRecord]:
        return self.account.agents

    def take(self, table: str, row: Row) -> None:
        ADDS[table](self.account, row)

    def inside(self, row: Row) -> Inside | None:
        told = row.get("comments")
        return [("comments", each) for each in told] if isinstance(told, list) else None

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        return message_record(row, ticket, self.account)

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        return ticket_record(row, self.account, messages, origin)

    def age(self, row: Row) -> tuple[str, int]:
        generated = row.get("generated_timestamp")
        return str(row.get("updated_at") or ""), generated if isinstance(generated, int) else 0


ADDS = {
    "users": Account.add_user,
    "groups": Account.add_group,
    "satisfaction_ratings": Account.add_rating,
    "ticket_metrics": Account.add_metrics,
}


class ZendeskExport(ObjectExport):
    """A Zendesk export as files."""

    def __init__(self, paths: Sequence[Path], marks: Marks | None = None) -> None:
        super().__init__(paths, Zendesk(), marks)
