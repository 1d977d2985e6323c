"""What a column of an export can mean to us, for tickets and for messages; words are known in several languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["id", "text", "person", "email", "moment", "duration", "count", "rating", "choice", "tags", "body"]
Table = Literal["tickets", "messages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that we want to know, and how other people call it."""

    name: str
    meaning: Meaning
    help: str = ""
    needed: bool = False
    aliases: tuple[str, ...] = ()


TICKET_FIELDS = (
    Field(
        name="Ticket ID",
        meaning="id",
        needed=True,
        help="the number or key by which the help desk knows the ticket",
        aliases=(
            "id",
            "ticket",
            "ticket number",
            "ticket no",
            "case id",
            "case number",
            "case",
            "conversation id",
            "issue key",
            "request id",
            "vorgang",
            "vorgangsnummer",
            "ticketnummer",
            "numéro",
            "número",
            "ref",
            "reference",
        ),
    ),
    Field(
        name="Subject", meaning="text", aliases=("title", "summary", "topic", "betreff", "sujet", "asunto", "assunto")
    ),
    Field(
        name="Description",
        meaning="body",
        help="the customer's first message, where it stands in the ticket's row",
        aliases=("first message", "question", "beschreibung", "descripción", "descrição", "problem"),
    ),
    Field(
        name="Status",
        meaning="choice",
        help="without it every ticket of the file counts as solved",
        aliases=("state", "ticket status", "case status", "zustand", "statut", "estado", "situação"),
    ),
    Field(
        name="Priority", meaning="text", aliases=("urgency", "prio", "priorität", "priorité", "prioridad", "prioridade")
    ),
    Field(
        name="Channel",
        meaning="text",
        aliases=("via", "source", "ticket channel", "medium", "kanal", "canal", "origin"),
    ),
    Field(
        name="Group",
        meaning="text",
        help="the queue that the ticket stands in",
        aliases=(
            "queue",
            "team",
            "squad",
            "department",
            "inbox",
            "assigned group",
            "gruppe",
            "groupe",
            "grupo",
            "cola",
            "fila",
            "warteschlange",
        ),
    ),
    Field(
        name="Assignee",
        meaning="person",
        help="the specialist's name",
        aliases=(
            "agent",
            "assigned to",
            "owner",
            "specialist",
            "handled by",
            "agent name",
            "assignee name",
            "bearbeiter",
            "responsable",
            "responsável",
            "agente",
        ),
    ),
    Field(
        name="Assignee Email",
        meaning="email",
        help="people are matched by it: the surest way to the right specialist",
        aliases=("agent email", "owner email", "assignee e-mail", "agent e-mail", "handler email", "assigned email"),
    ),
    Field(
        name="Requester",
        meaning="person",
        help="the customer's name: taken out of the texts, never kept",
        aliases=(
            "customer",
            "contact",
            "creator",
            "customer name",
            "person",
            "user",
            "contact name",
            "requester name",
            "kunde",
            "client",
            "cliente",
            "user name",
            "full name",
        ),
    ),
    Field(
        name="Requester Email",
        meaning="email",
        help="kept as a digest only",
        aliases=(
            "customer email",
            "contact email",
            "requester e-mail",
            "customer e-mail",
            "person email",
            "user email",
            "mail",
            "from email",
            "email",
        ),
    ),
    Field(
        name="Tags", meaning="tags", aliases=("labels", "keywords", "topics", "schlagwörter", "étiquettes", "etiquetas")
    ),
    Field(
        name="Created At",
        meaning="moment",
        needed=True,
        aliases=(
            "created",
            "created on",
            "date created",
            "creation date",
            "opened at",
            "opened",
            "open date",
            "raised",
            "submitted",
            "received",
            "erstellt",
            "erstellt am",
            "créé le",
            "creado",
            "fecha de creación",
            "criado em",
        ),
    ),
    Field(
        name="Solved At",
        meaning="moment",
        help="when it was last solved; else the last public message dates it",
        aliases=(
            "solved",
            "resolved at",
            "done",
            "done at",
            "closed at",
            "resolved",
            "closed",
            "closed on",
            "date closed",
            "finished",
            "completed",
            "gelöst",
            "geschlossen",
            "erledigt am",
            "résolu le",
            "resuelto",
            "cerrado",
            "resolvido em",
            "resolution date",
        ),
    ),
    Field(
        name="Updated At",
        meaning="moment",
        help="of two rows of one ticket the newer is used",
        aliases=("updated", "last updated", "modified at", "last modified", "geändert", "mis à jour", "actualizado"),
    ),
    Field(
        name="First Reply Time (min)",
        meaning="duration",
        aliases=("first reply time", "first response time (min)", "first response time", "frt", "time to first reply"),
    ),
    Field(
        name="Full Resolution Time (min)",
        meaning="duration",
        aliases=(
            "full resolution time",
            "resolution time (min)",
            "resolution time",
            "ttr",
            "time to resolution",
            "handle time",
        ),
    ),
    Field(name="Reopens", meaning="count", aliases=("reopened", "reopen count", "times reopened", "wiedereröffnet")),
    Field(
        name="Satisfaction",
        meaning="text",
        help="good or bad, as the customer said",
        aliases=("satisfaction score", "csat", "satisfaction rating"),
    ),
    Field(
        name="CSAT (1-5)",
        meaning="rating",
        help="four and five count as good, one and two as bad",
        aliases=("rating", "csat score", "stars", "survey score", "bewertung", "csat rating"),
    ),
    Field(name="Language", meaning="text", aliases=("locale", "lang", "sprache", "langue", "idioma")),
    Field(
        name="Product Area",
        meaning="text",
        aliases=("product", "category", "area", "module", "produkt", "produit", "producto"),
    ),
    Field(name="Tier", meaning="text", aliases=("customer tier", "plan", "segment", "customer level")),
)
MESSAGE_FIELDS = (
    Field(
        name="Ticket ID",
        meaning="id",
        needed=True,
        help="the ticket that the message belongs to",
        aliases=(
            "ticket",
            "ticket number",
            "ticket no",
            "case id",
            "case number",
            "case",
            "conversation id",
            "parent id",
            "issue key",
            "vorgang",
            "ticketnummer",
            "ticket ref",
            "reference",
            "ref",
        ),
    ),
    Field(
        name="Message ID",
        meaning="id",
        help="without it messages are told apart by their time, author and text",
        aliases=("id", "msg", "msg id", "message no", "comment id", "message number", "event id", "note id", "nr"),
    ),
    Field(
        name="Author",
        meaning="person",
        needed=True,
        help="who wrote it: a name or an e-mail",
        aliases=("from", "sender", "author name", "written by", "user", "von", "absender", "auteur", "autor", "who"),
    ),
    Field(
        name="Author Role",
        meaning="choice",
        help="without it: the requester is the customer, assignees are specialists",
        aliases=("role", "sender type", "author type", "user type", "rolle", "sender role", "direction"),
    ),
    Field(
        name="Public",
        meaning="choice",
        help="without it every message counts as public",
        aliases=("is public", "visible", "visibility", "public or private", "öffentlich"),
    ),
    Field(
        name="Sent At",
        meaning="moment",
        needed=True,
        aliases=(
            "created at",
            "created",
            "date",
            "time",
            "timestamp",
            "sent",
            "posted at",
            "gesendet",
            "datum",
            "fecha",
            "data",
            "when",
            "written at",
        ),
    ),
    Field(
        name="Body",
        meaning="body",
        needed=True,
        aliases=(
            "text",
            "message",
            "content",
            "comment",
            "message text",
            "nachricht",
            "texte",
            "mensaje",
            "mensagem",
            "what was said",
            "reply",
        ),
    ),
)
FIELDS: Mapping[Table, Mapping[str, Field]] = {
    "tickets": {each.name: each for each in TICKET_FIELDS},
    "messages": {each.name: each for each in MESSAGE_FIELDS},
}
STATUSES = {
    "new": "new", "open": "open", "pending": "pending", "waiting": "pending", "waiting on customer": "pending",
    "waiting for customer": "pending", "hold": "hold", "on hold": "hold", "on-hold": "hold", "in progress": "open",
    "reopened": "open", "active": "open", "solved": "solved", "resolved": "solved", "done": "solved",
    "completed": "solved", "complete": "solved", "finished": "solved", "closed": "closed", "archived": "closed",
    "deleted": "deleted", "neu": "new", "offen": "open", "in bearbeitung": "open", "wartend": "pending",
    "gelöst": "solved", "erledigt": "solved", "geschlossen": "closed", "nouveau": "new", "ouvert": "open",
    "en attente": "pending", "résolu": "solved", "fermé": "closed", "nuevo": "new", "abierto": "open",
    "pendiente": "pending", "resuelto": "solved", "cerrado": "closed", "novo": "new", "aberto": "open",
    "pendente": "pending", "resolvido": "solved", "fechado": "closed",
}  # fmt: skip
ROLES = {
    "customer": "customer", "end-user": "customer", "end user": "customer", "user": "customer", "contact": "customer",
    "requester": "customer", "client": "customer", "visitor": "customer", "incoming": "customer",
    "inbound": "customer", "kunde": "customer", "cliente": "customer", "agent": "specialist", "admin": "specialist",
    "specialist": "specialist", "staff": "specialist", "operator": "specialist", "employee": "specialist",
    "support": "specialist", "teammate": "specialist", "outgoing": "specialist", "outbound": "specialist",
    "mitarbeiter": "specialist", "agente": "specialist", "bot": "bot", "agentbot": "bot", "system": "system",
    "automation": "system",
}  # fmt: skip
TRUTHS = {
    "yes": "yes", "true": "yes", "1": "yes", "public": "yes", "ja": "yes", "oui": "yes", "sí": "yes", "sim": "yes",
    "comment": "yes", "reply": "yes", "y": "yes", "no": "no", "false": "no", "0": "no", "private": "no",
    "internal": "no", "nein": "no", "non": "no", "não": "no", "note": "no", "internal note": "no", "n": "no",
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {"Status": STATUSES, "Author Role": ROLES, "Public": TRUTHS}
ANSWERS: Mapping[str, tuple[tuple[str, str], ...]] = {  # what a word may mean, and how that is said
    "Status": (("new", "new"), ("open", "open"), ("pending", "pending"), ("hold", "on hold"), ("solved", "solved"),
               ("closed", "closed"), ("deleted", "deleted")),
    "Author Role": (("customer", "the customer"), ("specialist", "a specialist"), ("bot", "a bot"),
                    ("system", "the system")),
    "Public": (("yes", "public"), ("no", "internal")),
}  # fmt: skip
UNITS = {"min": 60.0, "h": 3600.0, "s": 1.0, "d": 86_400.0}


REMARK = re.compile(r"\s*\([^()]*\)\s*$")


def plain(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


def spelt(word: str) -> str:
    """A word of a choice as it is compared: one case, single spaces, without a remark in brackets behind it."""
    return " ".join(REMARK.sub("", word).casefold().split())
