"""Resolutions, handled parts, the primary part, permanent random numbers: values in, values out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.tickets.digests import keyed_digest
from qa.tickets.intake.base import AgentRecord, MessageRecord, PartRecord, TicketRecord
from qa.tickets.rules import (
    Ineligible,
    PrimaryRule,
    part_key,
    parts_of,
    permanent_random_number,
    present_resolution,
)
from tests.tickets.records import BOT, OLGA, OPENED, SAM, at, replied, said, ticket

MOST, LAST = PrimaryRule.MOST_PUBLIC_REPLIES, PrimaryRule.LAST_PUBLIC_REPLY


def parts(record: TicketRecord, rule: PrimaryRule = MOST, since_minutes: float | None = None) -> dict[str, PartRecord]:
    resolution = present_resolution(record)
    assert resolution is not None
    since = at(since_minutes) if since_minutes is not None else None
    return {part.agent.external_id: part for part in parts_of(record, resolution, rule=rule, since=since)}


@pytest.mark.parametrize("status", ["new", "open", "pending", "hold", "deleted"])
def test_an_open_ticket_has_no_present_resolution(status: str) -> None:
    assert present_resolution(ticket(status=status)) is None


def test_a_ticket_that_was_reopened_twice_stands_in_its_third_resolution() -> None:
    resolution = present_resolution(ticket(reopens=2))

    assert resolution is not None
    assert (resolution.n, resolution.resolved_at) == (3, at(60))


def test_a_resolution_without_a_time_is_dated_by_the_last_public_message() -> None:
    note = MessageRecord(external_id="n", role="internal", public=False, at=at(50), text="note")

    resolution = present_resolution(ticket(1, said(0), replied(5), said(7), note, solved_at=None))

    assert resolution is not None
    assert resolution.resolved_at == at(7)


def test_a_silent_ticket_without_a_time_is_dated_by_its_last_change() -> None:
    resolution = present_resolution(ticket(1, solved_at=None, messages=(), source_updated_at=at(9)))

    assert resolution is not None
    assert resolution.resolved_at == at(9)


def test_each_agent_who_replied_publicly_has_a_part_with_a_share() -> None:
    record = ticket(1, said(0), replied(1), replied(2, OLGA), said(3), replied(4), replied(9), said(10))

    found = parts(record)

    assert {name: (part.public_replies, part.share) for name, part in found.items()} == {
        "sam": (3, 0.75),
        "olga": (1, 0.25),
    }
    assert (found["sam"].first_reply_at, found["sam"].last_reply_at) == (at(1), at(9))
    assert all(part.ineligible_reason is None for part in found.values())


def test_notes_and_tools_are_no_replies() -> None:
    note = MessageRecord(external_id="n", role="internal", public=False, at=at(2), text="note", agent=OLGA)

    assert set(parts(ticket(1, said(0), replied(1), note))) == {"sam"}


@pytest.mark.parametrize(
    ("messages", "rule", "chosen"),
    [
        pytest.param((said(0), replied(1), replied(2), replied(3, OLGA)), MOST, "sam", id="most replies"),
        pytest.param((said(0), replied(1), replied(2), replied(3, OLGA)), LAST, "olga", id="last reply"),
        pytest.param((said(0), replied(1, OLGA), replied(2)), MOST, "sam", id="as many: the later"),
        pytest.param((said(0), replied(1), replied(2, OLGA)), MOST, "olga", id="as many: the later, not the assignee"),
        pytest.param((said(0), replied(1, OLGA, external_id="x"), replied(1)), MOST, "sam", id="all equal: assignee"),
        pytest.param((said(0), replied(1, BOT), replied(2, BOT), replied(3)), MOST, "sam", id="a person before a bot"),
        pytest.param((said(0), replied(1), replied(2, BOT)), LAST, "sam", id="a person before a later bot"),
        pytest.param((said(0), replied(1, BOT)), MOST, "bot", id="a bot alone"),
    ],
)
def test_one_part_is_primary_by_the_programmes_rule(
    messages: tuple[MessageRecord, ...], rule: PrimaryRule, chosen: str
) -> None:
    found = parts(ticket(1, *messages), rule)

    assert [name for name, part in found.items() if part.is_primary] == [chosen]


def test_replies_before_the_resolution_before_belong_to_that_one() -> None:
    record = ticket(1, said(0), replied(5), said(70), replied(80, OLGA), solved_at=at(90), reopens=1)

    found = parts(record, since_minutes=60)

    assert {name: part.share for name, part in found.items()} == {"olga": 1.0}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(ticket(1, said(0), replied(1)), None, id="both sides spoke"),
        pytest.param(ticket(1, replied(1)), Ineligible.NO_CUSTOMER_MESSAGE, id="only the specialist spoke"),
        pytest.param(ticket(1, said(0)), Ineligible.NO_SPECIALIST_REPLY, id="only the customer spoke"),
        pytest.param(ticket(1, said(0, "?"), replied(1, text="ok")), Ineligible.TOO_SHORT, id="hardly a word"),
        pytest.param(ticket(1, messages=None), Ineligible.NO_CONVERSATION, id="the export told no messages"),
        pytest.param(ticket(1, said(0), replied(1, BOT)), Ineligible.BOT, id="handled by a bot"),
        pytest.param(ticket(1, tags=("spam",)), Ineligible.SPAM, id="spam"),
        pytest.param(ticket(1, tags=("closed_by_merge",)), Ineligible.MERGED, id="merged"),
        pytest.param(ticket(1, said(0), tags=("test_ticket",)), Ineligible.TEST, id="test"),
    ],
)
def test_a_part_says_why_it_cannot_be_drawn(record: TicketRecord, reason: Ineligible | None) -> None:
    assert [part.ineligible_reason for part in parts(record).values()] == [reason]


def test_a_ticket_that_nobody_ever_had_has_no_part() -> None:
    assert parts(ticket(1, said(0), assignee=None)) == {}


def test_parts_that_are_told_directly_are_taken_as_they_are() -> None:
    told = PartRecord(agent=OLGA, first_reply_at=OPENED, last_reply_at=at(1))

    assert parts(ticket(1, parts=(told,)))["olga"] is told


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from([SAM, OLGA, BOT])), min_size=1, max_size=30))
def test_shares_add_up_to_one_and_one_part_is_primary(replies: list[tuple[int, AgentRecord]]) -> None:
    record = ticket(1, said(0), *(replied(minute, agent) for minute, agent in replies))

    found = parts(record)

    assert sum(part.share for part in found.values()) == pytest.approx(1)
    assert sum(part.is_primary for part in found.values()) == 1
    assert sum(part.public_replies for part in found.values()) == len(replies)


def test_the_permanent_random_number_is_the_head_of_the_hmac() -> None:
    # printf 'prn1|desk|T-1/1/a-7' | openssl dgst -sha256 -hmac 'a frame key' begins with 8c2b10ad7a8ff671
    number = permanent_random_number(b"a frame key", "desk", part_key("T-1", 1, "a-7"))

    assert number == 0x8C2B10AD7A8FF


@given(st.text(max_size=20), st.integers(1, 9), st.text(max_size=20))
def test_a_permanent_random_number_has_52_bits_and_never_changes(ticket_id: str, n: int, agent: str) -> None:
    key = part_key(ticket_id, n, agent)

    number = permanent_random_number(b"k", "desk", key)

    assert 0 <= number < 2**52
    assert number == permanent_random_number(b"k", "desk", key)


@pytest.mark.parametrize(
    ("key", "message", "digest"),
    [
        pytest.param(
            b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", id="1"
        ),
        pytest.param(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="2, a short key",
        ),
        pytest.param(
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            id="6, a long key",
        ),
    ],
)
def test_digests_are_those_of_the_standard(key: bytes, message: bytes, digest: str) -> None:
    """RFC 4231, test cases of HMAC-SHA-256."""
    assert keyed_digest(key, message).hex() == digest
