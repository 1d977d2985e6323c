"""Whose export some files are, by the fields of their first objects: a person need not know how their help desk writes.

A table is what none of the help desks' objects are in.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from qa.tickets.intake import files
from qa.tickets.intake.json_tables import objects_of

LOOKED_AT = 20  # objects of each file
LEAST_FIELDS = 3  # that an object has in common with a help desk's
# Fields that the ticket of one help desk has and those of the others do not; where several could be, most fields win.
TICKETS: Mapping[str, frozenset[str]] = {
    "zendesk": frozenset(
        {"via", "requester_id", "submitter_id", "assignee_id", "group_id", "brand_id", "raw_subject", "ticket_form_id",
         "has_incidents", "satisfaction_rating", "generated_timestamp", "collaborator_ids"}
    ),
    "intercom": frozenset(
        {"conversation_parts", "statistics", "conversation_rating", "admin_assignee_id", "team_assignee_id", "contacts",
         "first_contact_reply", "waiting_since", "snoozed_until", "source", "teammates"}
    ),
    "freshdesk": frozenset(
        {"responder_id", "requester_id", "fr_due_by", "due_by", "fr_escalated", "is_escalated", "cc_emails", "stats",
         "description_text", "email_config_id", "product_id", "to_emails", "spam"}
    ),
    "zammad": frozenset(
        {"owner_id", "customer_id", "state_id", "priority_id", "title", "close_at", "create_article_type",
         "first_response_in_min", "article_count", "articles", "number", "create_article_sender_id"}
    ),
    "chatwoot": frozenset(
        {"inbox_id", "account_id", "meta", "messages", "labels", "additional_attributes", "last_activity_at",
         "contact_last_seen_at", "agent_last_seen_at", "can_reply", "unread_count"}
    ),
}  # fmt: skip


def help_desk_of(paths: Sequence[Path]) -> str | None:
    """The format of the help desk that wrote these files; None for tables, and where no help desk is known by them."""
    found = dict.fromkeys(TICKETS, 0)
    for path in paths:
        if files.kind_of(path) != "json":
            return None
        for placed in islice(objects_of(path), LOOKED_AT):
            if isinstance(placed.row, dict):
                for name, fields in TICKETS.items():
                    found[name] = max(found[name], len(fields & placed.row.keys()))
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= LEAST_FIELDS else None
