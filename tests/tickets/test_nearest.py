"""The tickets nearest to a place that hold words: the same as by looking through all, however PostgreSQL is asked."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from qa.tickets import nearest, searching
from qa.tickets.models import Ticket
from tests.support.cast import Cast
from tests.support.tickets import make_ticket

APART = 3_000  # ids, so that sixty tickets lie in several blocks
WORDS = {"every": 1, "some": 5, "rare": 29}  # which tickets hold each


@pytest.fixture
def ids(session: Session, cast: Cast) -> list[int]:
    """Tickets with ids far apart, each with its words in the index."""
    table = Ticket.__table__
    made = session.execute(select(*table.c).where(table.c.id == make_ticket(session, cast).ticket.id)).one()
    found = [n * APART for n in range(1, 61)]
    row = dict(made._mapping)
    session.execute(insert(table), [row | {"id": each, "external_id": f"far-{each}"} for each in found])
    words = {each: " ".join(word for word, of in WORDS.items() if n % of == 0) for n, each in enumerate(found)}
    if session.get_bind().dialect.name == "sqlite":
        index = text("INSERT INTO ticket_search (rowid, words) VALUES (:id, :words)")
    else:
        index = text("INSERT INTO ticket_search (ticket_id, words) VALUES (:id, CAST(:words AS tsvector))")
    session.execute(index, [{"id": each, "words": told} for each, told in words.items()])
    session.commit()
    return found


@pytest.mark.parametrize("gathered", [1, 100, 1_000, nearest.GATHERED])  # by all, by blocks, by the whole index
def test_what_is_nearest_is_found_from_every_place_in_both_directions(
    session: Session, ids: list[int], monkeypatch: pytest.MonkeyPatch, gathered: int
) -> None:
    monkeypatch.setattr(nearest, "GATHERED", gathered)
    ours = select(Ticket.id).where(Ticket.id % 2 == 0)
    places = [(None, False), *((place, back) for place in (1, 14 * APART, 45 * APART + 1) for back in (False, True))]
    found, meant = {}, {}
    for word, of in [*WORDS.items(), ("eve*", 1), ("some every", 5), ("never", 61)]:
        asked = searching.asked(session, word)
        holders = [each for n, each in enumerate(ids) if n % of == 0 and each % 2 == 0 and word != "never"]
        for most in (1, 4, 50):
            for start, back in places:
                key = (word, most, start, back)
                found[key] = nearest.nearest(session, asked, ours, most, start=start, back=back)
                before = [each for each in reversed(holders) if start is None or each < start]
                meant[key] = ([each for each in holders if start is not None and each > start] if back else before)[
                    :most
                ]

    assert found == meant


@pytest.mark.parametrize(
    ("width", "near", "holders", "level"),
    [
        (1_000_000, 0, 0, nearest.ALL),  # 3 in 4,096 are 732 in all
        (1_000_000, 74, 74, 14),  # 201 take 1.25 * 4,096 * 201 / 74 = 13,907 ids: a block of 16,384
        (1_000_000, 60, 60, 16),  # 17,152 ids
        (10_000_000, 10, 10, 18),  # 102,912 ids
        (1_000_000, 0, 4_096, None),  # what everybody says, and hardly anybody is looked for
    ],
)
def test_a_block_is_as_wide_as_what_was_seen_makes_likely(
    width: int, near: int, holders: int, level: int | None
) -> None:
    assert nearest.level_for(width, nearest.FIRST, near, holders, 201) == level
