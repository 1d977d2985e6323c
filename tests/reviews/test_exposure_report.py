"""What the owner of a programme learns about hard content: never anything about fewer than five people."""

import datetime as dt
from collections.abc import Callable
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from qa.reviews.wellbeing.report import LEAST_PEOPLE, Cell, Kind, blocks_before, of_programme, told_rows
from tests.reviews.exposed import five_who_read
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient

UTC = ZoneInfo("UTC")


def cell(*people: int, scored: int = 10) -> Cell:
    return Cell(people=frozenset(people), scored=scored, handed_over=1)


def test_kinds_of_five_people_stand_alone_and_smaller_ones_are_taken_together():
    rows = told_rows(
        {
            ("payouts", 2): cell(1, 2, 3, 4, 5),
            ("safety", 2): cell(1, 2),
            ("appeals", 2): cell(3, 4, 5),
            ("safety", 3): cell(6),
        }
    )

    assert [(row.queues, row.severities, row.scored) for row in rows] == [
        (("payouts",), (2,), 10),
        (("appeals", "safety"), (2, 3), 30),
    ]


def test_four_people_alone_are_told_nothing_about():
    assert told_rows({("payouts", 2): cell(1, 2, 3, 4), ("safety", 3): cell(1, 4)}) == ()


kinds = st.tuples(st.sampled_from(["payouts", "safety", "appeals"]), st.integers(0, 3))
people = st.frozensets(st.integers(1, 9), max_size=7)


@given(st.dictionaries(kinds, st.builds(Cell, people=people, scored=st.integers(0, 50)), max_size=8))
def test_no_sum_or_difference_of_rows_is_about_fewer_than_five_people(cells: dict[Kind, Cell]):
    rows = told_rows(cells)

    covered: list[Kind] = [
        kind for row in rows for kind in cells if kind[0] in row.queues and kind[1] in row.severities
    ]
    # Every kind is in a row, and what all rows tell is what there is: a difference of rows is a union of rows.
    if rows:
        assert set(covered) == set(cells)
        assert sum(row.scored for row in rows) == sum(each.scored for each in cells.values())
    groups = [
        frozenset().union(
            *(cells[kind].people for kind in cells if kind[0] in row.queues and kind[1] in row.severities)
        )
        for row in rows
    ]
    for size in range(1, len(groups) + 1):
        for some in combinations(groups, size):
            assert len(frozenset().union(*some)) >= LEAST_PEOPLE


def test_blocks_are_whole_over_and_never_overlap():
    days = [dt.datetime(2026, 4, 6, tzinfo=dt.UTC) + dt.timedelta(days=n) for n in range(70)]

    told = {block for day in days for block in blocks_before(day, UTC)}

    ordered = sorted(told, key=lambda block: block.first)
    assert all(one.last < two.first for one, two in pairwise(ordered))
    assert all((block.last - block.first).days == 27 and block.first.weekday() == 0 for block in told)
    for day in days:
        assert all(block.last < day.date() for block in blocks_before(day, UTC))
    # From one day to the next a report is the same, or a whole block of four weeks is new.
    changes = [blocks_before(b, UTC) != blocks_before(a, UTC) for a, b in pairwise(days)]
    assert sum(changes) == 2


def test_the_owner_reads_blocks_of_everybody_together(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
):
    five = five_who_read(session, cast, now=NOW)

    told = of_programme(session, cast.programme.id, UTC, now=NOW)[0]
    page = sign_in(cast.quinn).get("/wellbeing/report").get_data(as_text=True)

    assert [(row.severities, row.scored, row.handed_over, row.alone) for row in told.rows] == [((2, 3), 6, 1, 1)]
    assert all(who.name not in page and who.pseudonym not in page for who in five)
    assert sign_in(cast.rita).get("/wellbeing/report").status_code == 403
