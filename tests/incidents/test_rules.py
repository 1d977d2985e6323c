"""Who is asked next, who may act, what a form has to say, and how fast incidents were acknowledged."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import InvalidInputError
from qa.incidents import figures, rules
from qa.incidents.queries import Waits
from tests.support.cast import NOW

ANA, BEN, CLEO, QUINN, QUIRIN = range(1, 6)
EVERYBODY = frozenset({ANA, BEN, CLEO, QUINN, QUIRIN})
SENT = {
    "kind": "money",
    "line": "Paid twice",
    "message": "m1",
    "raise_id": "raised-1",
    "conversation_revision": "3",
    "start": "",
    "end": "",
}


@pytest.mark.parametrize(
    ("asked", "fit", "told"),
    [
        pytest.param((), EVERYBODY, [ANA], id="the first owner at once"),
        pytest.param((ANA,), EVERYBODY, [BEN], id="then the next one"),
        pytest.param((), EVERYBODY - {ANA}, [BEN], id="whoever cannot act is passed over"),
        pytest.param((ANA, BEN), EVERYBODY, [QUINN, QUIRIN], id="after the last owner all QA leads"),
        pytest.param((ANA, BEN, QUINN, QUIRIN), EVERYBODY, [], id="then nobody is left"),
        pytest.param((), frozenset(), [], id="nobody can act"),
    ],
)
def test_who_is_asked_next(asked: tuple[int, ...], fit: frozenset[int], told: list[int]) -> None:
    assert rules.next_asked([ANA, BEN], [QUINN, QUIRIN], asked=frozenset(asked), fit=fit) == told


@pytest.mark.parametrize(
    ("by", "asked", "is_lead", "may"),
    [
        pytest.param(ANA, {ANA}, False, True, id="who was asked"),
        pytest.param(QUINN, {ANA}, True, True, id="a QA lead who was not asked"),
        pytest.param(BEN, {ANA}, False, False, id="an owner whose turn has not come"),
        pytest.param(CLEO, {ANA}, True, False, id="whose own work it is"),
        pytest.param(QUIRIN, {ANA}, True, False, id="who raised it, while others were asked"),
        pytest.param(QUIRIN, set(), True, True, id="who raised it, when there is nobody else"),
    ],
)
def test_who_may_act(by: int, asked: set[int], is_lead: bool, may: bool) -> None:
    about = frozenset({CLEO})
    refusal = rules.barrier(by=by, raised_by=QUIRIN, about=about, asked=frozenset(asked), is_lead=is_lead)

    assert (refusal is None) is may


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"line": " \n "}, "line"),
        ({"line": "x" * 201}, "line"),
        ({"message": ""}, "message"),
    ],
)
def test_a_form_that_lacks_something_says_what(changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        rules.read_raised({**SENT, **changed})

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("changed", [{"raise_id": "short"}, {"conversation_revision": "²"}, {"raise_id": ""}])
def test_a_form_that_names_no_conversation_is_to_be_loaded_again(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="Load the page again"):
        rules.read_raised({**SENT, **changed})


def test_several_lines_become_one():
    assert rules.read_raised({**SENT, "line": "Paid\ntwice,\t and  late"}).line == "Paid twice, and late"


@pytest.mark.parametrize(
    ("start", "end", "passage"),
    [("", "", (0, 9)), ("0", "5", (0, 5)), ("6", "9", (6, 9)), ("6", "", (0, 9))],
)
def test_a_passage_is_words_of_the_message_or_all_of_it(start: str, end: str, passage: tuple[int, int]) -> None:
    raised = rules.read_raised({**SENT, "start": start, "end": end})

    assert rules.passage_of({"m1": "Thank you"}, raised) == passage


@pytest.mark.parametrize(("message", "start", "end"), [("m2", "", ""), ("m1", "6", "10"), ("m1", "5", "5")])
def test_a_passage_outside_the_conversation_is_refused(message: str, start: str, end: str) -> None:
    raised = rules.read_raised({**SENT, "message": message, "start": start, "end": end})

    with pytest.raises(InvalidInputError, match="pinned"):
        rules.passage_of({"m1": "Thank you"}, raised)


@pytest.mark.parametrize(
    ("n", "k"),
    # Conover (1999), table A3 of the binomial distribution with p = 1/2: the largest k with 2 P(X <= k - 1) <= 0.05.
    [(6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (20, 6), (25, 8)],
)
def test_a_median_s_interval_lies_between_the_ordered_values_that_the_binomial_names(n: int, k: int) -> None:
    interval = figures.median_interval([float(value) for value in range(1, n + 1)])

    assert interval is not None
    assert (interval.low, interval.high) == (k, n + 1 - k)


def test_five_values_hold_no_median_with_95_percent():
    assert figures.median_interval([1.0, 2.0, 3.0, 4.0, 5.0]) is None


@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=40))
def test_the_interval_holds_the_median_and_covers_by_counting(minutes: list[float]) -> None:
    known = figures.time_to_acknowledge(len(minutes), minutes, people=9, sees_each=False)

    assert known.median is not None
    assert known.interval is not None
    assert known.interval.low <= known.median <= known.interval.high
    n = len(minutes)
    k = next(k for k in range(1, n) if figures.median_interval(list(map(float, range(n)))).low == k - 1)  # type: ignore[union-attr]
    missed = 2 * sum(math.comb(n, i) for i in range(k)) / 2**n
    assert missed <= 0.05


def test_a_median_over_fewer_than_five_people_is_told_only_to_those_who_see_each():
    hidden = figures.time_to_acknowledge(9, [1.0, 2.0, 3.0], people=4, sees_each=False)
    seen = figures.time_to_acknowledge(9, [1.0, 2.0, 3.0], people=4, sees_each=True)

    assert (hidden.median, hidden.n, hidden.reason) == (None, 3, "fewer than 5 people acknowledged")
    assert (seen.median, seen.n) == (2.0, 3)


def test_what_waits_counts_whenever_it_was_raised_and_the_median_only_what_was_raised_since():
    def waits(hours_ago: float, minutes: int | None, by: int | None = None) -> Waits:
        raised = NOW - dt.timedelta(hours=hours_ago)
        at = None if minutes is None else raised + dt.timedelta(minutes=minutes)
        state = "open" if at is None else "settled"
        due = raised + dt.timedelta(minutes=60)
        return Waits(raised_at=raised, due_at=due, state=state, acknowledged_at=at, acknowledged_by_id=by)

    since = NOW - dt.timedelta(hours=24)
    picture = figures.picture(
        [waits(30, 500, 1), waits(29, None), waits(5, 10, 1), waits(4, 30, 2), waits(3, 20, 3), waits(0.5, None)],
        since=since,
        now=NOW,
        sees_each=True,
    )

    assert (picture.waiting, picture.overdue) == (2, 1)
    assert (picture.acknowledged.raised, picture.acknowledged.n, picture.acknowledged.median) == (4, 3, 20.0)
