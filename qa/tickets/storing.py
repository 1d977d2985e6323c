"""Putting tickets into the database in chunks: each a short transaction, and the same again changes nothing.

What takes time (redaction, digests, encryption) happens before a chunk's transaction begins; the transaction looks
whether somebody else changed the same tickets meanwhile and, if so, the chunk is prepared again.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, unwrap
from qa.core.db import reading
from qa.core.errors import ConflictError
from qa.people.models import Source
from qa.tickets import agents as agent_store
from qa.tickets import rules
from qa.tickets.agents import Directory
from qa.tickets.conversations import (
    about_revision,
    about_ticket,
    decrypt_text,
    new_key,
    payload_of,
    read_payload,
    sealed,
)
from qa.tickets.facts import conversation_digest, fact_columns, facts_digest, redacted_messages
from qa.tickets.intake.base import AgentRecord, MessageRecord, Record, Reject, Repeated, TicketRecord
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.redaction import REDACTION_VERSION

CHUNK = 200  # tickets in one transaction
ATTEMPTS = 3
Outcome = Literal["stored", "updated", "unchanged", "rejected"]
OUTCOMES: tuple[Outcome, ...] = ("stored", "updated", "unchanged", "rejected")
"""
