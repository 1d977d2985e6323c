"""Full-text search over redacted conversations: which words a ticket holds, never in which order.

The words are told apart here, not by the database, so that both engines find the same: folded to small letters without
accents, each once, sorted. SQLite keeps them in a contentless FTS5 table without positions, PostgreSQL in a tsvector
without positions: neither gives a sentence back. Facets that no index serves, such as tags, are words of their own.

A ticket that changes is noted as pending in the transaction that changes it; ``index_pending`` takes it in later.
"""

import hashlib
import json
import re
import sqlite3
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    delete,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.dialects.sqlite import insert as insert_or_sqlite
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, decrypt_text, encrypt_text, unwrap
from qa.core.db import giving_way, reading
from qa.people.models import Source
from qa.tickets.conversations import about_revision, about_ticket, read_payload
from qa.tickets.models import (
    SEARCH_WORDS,
    ConversationKey,
    ConversationRevision,
    SearchEntry,
    SearchPending,
    Ticket,
)

CHUNK = 10  # tickets read, and written in one transaction: who saves an answer meanwhile waits for it
LONGEST_WORD = 60
MOST_WORDS = 12  # of a query
MOST_BEGUN = 2_000  # words of one beginning that are looked for one by one
WORD = re.compile(r"[^\W_]+")
IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff])")
MARK = re.compile("[\u0300-\u036f]")
SECURE_DELETE = (3, 42)  # the first SQLite whose FTS5 removes a deleted row's words at once

INDEX = table("ticket_search", column("rowid"), column("ticket_id"), column("words"))
# From word to word through SQLite's index, without a look at the tickets of any.
BEGUN = text(
    "WITH RECURSIVE begun(word) AS ("
    "SELECT (SELECT term FROM ticket_search_word WHERE term >= :beginning ORDER BY term LIMIT 1) "
    "UNION ALL SELECT (SELECT term FROM ticket_search_word WHERE term >= begun.word || char(1) ORDER BY term LIMIT 1) "
    "FROM begun WHERE substr(begun.word, 1, length(:beginning)) = :beginning LIMIT :most) "
    "SELECT word FROM begun WHERE substr(word, 1, length(:beginning)) = :beginning"
)


def folded(shown: str) -> list[str]:
    """The words of a text as the index has them; languages without spaces give one word a sign."""
    plain = MARK.sub("", unicodedata.normalize("NFKD", shown)).casefold()
    if IDEOGRAPH.search(plain) is not None:
        plain = IDEOGRAPH.sub(r" \1 ", plain)
    return [word[:LONGEST_WORD] for word in WORD.findall(plain)]


def facet(kind: str, value: str) -> str:
    """A fact of a ticket as one word that no text holds."""
    return "0" + kind + hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=8).hexdigest()


def words_of(texts: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Everything by which a ticket is found."""
    found = {word for shown in texts for word in folded(shown)}
    return sorted(found | {facet("tag", tag) for tag in tags})


def is_asked(query: str) -> bool:
    return bool(folded(query))


@dataclass(frozen=True, slots=True)
class Asked:
    """Words to look for, in the language of the engine's index."""

    expression: str
    sqlite: bool

    def holding(self, tickets: Select[int]) -> tuple[Select[int], ColumnElement[int]]:
        """Those of the tickets that hold the words, and the index's column of their ids."""
        if self.sqlite:
            match = literal_column("ticket_search").op("MATCH")(self.expression)
            return tickets.join(INDEX, INDEX.c.rowid == Ticket.id).where(match), INDEX.c.rowid
        found = tickets.join(INDEX, INDEX.c.ticket_id == Ticket.id)
        return found.where(held(literal_column(SEARCH_WORDS), self.expression)), INDEX.c.ticket_id


def held(words: ColumnElement[Any], expression: str) -> ColumnElement[bool]:
    """Whether PostgreSQL's index has these words together."""
    # Written into the statement: a plan for any words whatever, as PostgreSQL keeps for a parameter, reads the table.
    return words.op("@@", is_comparison=True)(cast(literal(expression, literal_execute=True), TSQUERY))


def asked(session: Session, query: str = "", tag: str = "") -> Asked:
    """Every word of a query, and a tag; ``word*`` is the beginning of one."""
    words = [
        (word, n == len(parts) - 1 and piece.endswith("*"))
        for piece in query.split()
        for parts in [folded(piece)]
        for n, word in enumerate(parts)
    ][:MOST_WORDS]
    if tag:
        words.append((facet("tag", tag), False))
    if session.get_bind().dialect.name != "sqlite":
        return Asked(" & ".join(f"'{word}'" + (":*" if begins else "") for word, begins in words), sqlite=False)
    told = (_begun_by(session, word) if begins else f'"{word}"' for word, begins in words)
    return Asked(" AND ".join(told), sqlite=True)


def _begun_by(session: Session, beginning: str) -> str:
    """The words of SQLite's index that begin so, each by its name: their tickets come in the order of ids.

    Asked for the beginning itself, the index gathers every ticket of all of them first.
    """
    words = session.scalars(BEGUN, {"beginning": beginning, "most": MOST_BEGUN + 2}).all()
    if len(words) > MOST_BEGUN:
        return f'"{beginning}" *'
    return "(" + " OR ".join(f'"{word}"' for word in words or [beginning]) + ")"


def note(session: Session, ticket_ids: Sequence[int]) -> None:
    """These tickets changed: part of the transaction that changes them."""
    if ticket_ids:
        made = insert_or_sqlite if session.get_bind().dialect.name == "sqlite" else insert_or
        rows = [{"ticket_id": ticket_id} for ticket_id in ticket_ids]
        session.execute(made(SearchPending.__table__).on_conflict_do_nothing(), rows)  # type: ignore[arg-type]


def index_pending(
    session: Session, ring: KeyRing, *, most: int | None = None, after_chunk: Callable[[int], None] | None = None
) -> int:
    """Take in the tickets that changed, in short transactions; how many. Safe to break off and to repeat."""
    done = 0
    while most is None or done < most:
        with reading():
            ids = session.scalars(
                select(SearchPending.ticket_id).order_by(SearchPending.ticket_id.desc()).limit(CHUNK)
            ).all()
            told = _told(session, ring, ids) if ids else {}
            session.rollback()
        if not ids:
            break
        with giving_way():
            forget(session, ring, ids)
            _insert(session, told)
            session.execute(delete(SearchPending).where(SearchPending.ticket_id.in_(ids)))
            session.commit()
        done += len(ids)
        if after_chunk is not None:
            after_chunk(done)
    return done


def note_all(session: Session) -> None:
    """Have every ticket taken in anew."""
    session.execute(delete(SearchPending))
    session.execute(insert(SearchPending).from_select(["ticket_id"], select(Ticket.id)))


def _told(session: Session, ring: KeyRing, ids: Sequence[int]) -> dict[int, tuple[list[str], bytes | None]]:
    """The words of each ticket that still has text, and its sealed list of them."""
    found: dict[int, tuple[list[str], bytes | None]] = {}
    keeps = session.get_bind().dialect.name == "sqlite"
    newest: dict[int, tuple[int, bytes]] = {}
    for ticket_id, n, payload in session.execute(
        select(ConversationRevision.ticket_id, ConversationRevision.n, ConversationRevision.payload)
        .where(ConversationRevision.ticket_id.in_(ids))
        .order_by(ConversationRevision.ticket_id, ConversationRevision.n)
    ):
        newest[ticket_id] = (n, payload)
    for row in session.execute(
        select(
            Ticket.id,
            Ticket.external_id,
            Ticket.subject,
            Ticket.tags,
            Source.key,
            ConversationKey.key_id,
            ConversationKey.wrapped,
        )
        .join(Source, Source.id == Ticket.source_id)
        .outerjoin(ConversationKey, ConversationKey.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ids), Ticket.erased_at.is_(None))
        .order_by(Ticket.id)
    ):
        texts, key = [row.subject], None
        about = about_ticket(row.key, row.external_id)
        if row.wrapped is not None:
            key = unwrap(ring, row.key_id, row.wrapped, about)
            if row.id in newest:
                n, payload = newest[row.id]
                texts += [each.text for each in read_payload(decrypt_text(key, payload, about_revision(about, n)))]
        words = words_of(texts, row.tags)
        sealed = None
        if keeps:
            told = json.dumps(words, ensure_ascii=False).encode()
            sealed = b"e" + encrypt_text(key, told, _about_words(row.id)) if key else b"p" + zlib.compress(told)
        found[row.id] = (words, sealed)
    return found


def _about_words(ticket_id: int) -> str:
    return f"search/{ticket_id}"


def _insert(session: Session, told: Mapping[int, tuple[list[str], bytes | None]]) -> None:
    if not told:
        return
    if session.get_bind().dialect.name == "sqlite":
        if sqlite3.sqlite_version_info >= SECURE_DELETE:
            session.execute(text("INSERT INTO ticket_search(ticket_search, rank) VALUES('secure-delete', 1)"))
        session.execute(
            text("INSERT INTO ticket_search(rowid, words) VALUES (:id, :words)"),
            [{"id": ticket_id, "words": " ".join(words)} for ticket_id, (words, _) in told.items()],
        )
        session.execute(
            insert(SearchEntry.__table__),  # type: ignore[arg-type]
            [{"ticket_id": ticket_id, "words": sealed} for ticket_id, (_, sealed) in told.items()],
        )
        return
    session.execute(
        text("INSERT INTO ticket_search(ticket_id, words) VALUES (:id, array_to_tsvector(CAST(:words AS text[])))"),
        [{"id": ticket_id, "words": words} for ticket_id, (words, _) in told.items()],
    )


def forget(session: Session, ring: KeyRing, ids: Sequence[int]) -> None:
    """Take tickets out of the index, before their keys are destroyed: a contentless one is told what to delete."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("DELETE FROM ticket_search WHERE ticket_id = ANY(:ids)"), {"ids": list(ids)})
        return
    rows = session.execute(
        select(
            SearchEntry.ticket_id,
            SearchEntry.words,
            Ticket.external_id,
            Source.key,
            ConversationKey.key_id,
            ConversationKey.wrapped,
        )
        .join(Ticket, Ticket.id == SearchEntry.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .outerjoin(ConversationKey, ConversationKey.ticket_id == Ticket.id)
        .where(SearchEntry.ticket_id.in_(ids))
        .order_by(SearchEntry.ticket_id)
    ).all()
    gone = []
    for row in rows:
        if row.words[:1] == b"e":
            key = unwrap(ring, row.key_id, row.wrapped, about_ticket(row.key, row.external_id))
            told = decrypt_text(key, row.words[1:], _about_words(row.ticket_id))
        else:
            told = zlib.decompress(row.words[1:])
        gone.append({"id": row.ticket_id, "words": " ".join(json.loads(told))})
    if gone:
        session.execute(
            text("INSERT INTO ticket_search(ticket_search, rowid, words) VALUES ('delete', :id, :words)"), gone
        )
        session.execute(delete(SearchEntry).where(SearchEntry.ticket_id.in_([row["id"] for row in gone])))


def wipe(session: Session) -> None:
    """Write the index anew without what was taken out of it, where SQLite is too old to do so at each deletion."""
    if session.get_bind().dialect.name == "sqlite" and sqlite3.sqlite_version_info < SECURE_DELETE:
        session.execute(text("INSERT INTO ticket_search(ticket_search) VALUES ('optimize')"))
