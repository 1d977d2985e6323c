"""The simulated operation keeps to its calendar, and the truth in it is the one the story tells."""

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest

from qa.demo import story
from qa.demo.facts import AGAIN, FIRST_HALF, SECOND_HALF, STATUSES
from qa.demo.operation import simulate_operation
from qa.demo.scenarios import CHANNELS, FAMILIES, LANGUAGES, QUEUE_KEYS, QUEUES
from tests.demo.conftest import MONDAY, SEED

HOUR = 3600


def same(one, other):
    return all(
        np.array_equal(getattr(getattr(one, table), field.name), getattr(getattr(other, table), field.name))
        for table in ("tickets", "parts")
        for field in fields(getattr(one, table))
    )


def moments(seconds):
    return [dt.datetime.fromtimestamp(int(value), dt.UTC) for value in seconds]


def test_the_same_seed_and_monday_give_the_same_operation(operation):
    assert same(operation, simulate_operation(SEED, MONDAY, tickets=12_000))


@pytest.mark.parametrize(("seed", "day"), [(SEED + 1, MONDAY), (SEED, MONDAY + dt.timedelta(days=7))])
def test_another_seed_or_monday_gives_another(operation, seed, day):
    assert not same(operation, simulate_operation(seed, day, tickets=12_000))


def test_it_has_as_many_tickets_as_asked_for_numbered_by_age(operation):
    facts = operation.tickets

    assert facts.number.size == 12_000
    assert np.all(np.diff(facts.number) == 1)
    assert np.all(np.diff(facts.created) >= 0)


@pytest.mark.parametrize(("weeks", "tickets"), [(0, 10), (3, 0)])
def test_an_operation_without_weeks_or_tickets_is_refused(weeks, tickets):
    with pytest.raises(ValueError, match="at least one"):
        simulate_operation(1, MONDAY, weeks=weeks, tickets=tickets)


def test_a_short_operation_ends_in_the_same_week():
    short = simulate_operation(1, MONDAY, weeks=3, tickets=300)

    assert set(short.parts.week.tolist()) == {24, 25, 26}


def test_the_last_week_is_filled_up_to_the_as_of_day(operation):
    end = dt.datetime.combine(MONDAY, dt.time(), dt.UTC) + dt.timedelta(days=1)

    last = operation.parts.resolved.max()

    assert operation.parts.week.min() == 1
    assert operation.parts.week.max() == story.LAST_WEEK
    assert last < end.timestamp()
    assert operation.tickets.created.max() < end.timestamp()


def test_weeks_are_those_of_the_resolution(operation):
    parts = operation.parts
    whole = parts.kind != FIRST_HALF  # a first half counts in the week of its own reply
    weeks = [story.week_of(MONDAY, moment.date()) for moment in moments(parts.resolved[whole])]

    assert weeks == parts.week[whole].tolist()


def test_replies_and_resolutions_lie_inside_shifts_of_days_worked(operation):
    parts, cast = operation.parts, operation.cast
    for part in range(0, parts.ticket.size, 7):
        specialist = cast.specialists[parts.specialist[part]]
        person = cast.people[specialist.person]
        for moment in moments((parts.first_reply[part], parts.last_reply[part])):
            team = cast.teams[cast.team_of(int(parts.specialist[part]), moment.date())]
            assert 0 <= moment.timestamp() % (24 * HOUR) - team.shift * HOUR <= 8 * HOUR
            assert moment.weekday() in specialist.weekdays
            assert moment.date() >= person.started_on
            assert not any(first <= moment.date() <= last for first, last in person.absences)


def test_times_are_in_order(operation):
    parts, created = operation.parts, operation.tickets.created[operation.parts.ticket]

    assert np.all(created < parts.first_reply)
    assert np.all(parts.first_reply <= parts.last_reply)
    assert np.all(parts.last_reply < parts.resolved)
    assert np.all((parts.first_reply == parts.last_reply) == (parts.replies == 1))


def test_specialists_get_what_their_team_serves_and_they_speak(operation):
    parts, facts, cast = operation.parts, operation.tickets, operation.cast
    for part in range(0, parts.ticket.size, 5):
        ticket = parts.ticket[part]
        person = cast.people[cast.specialists[parts.specialist[part]].person]
        day = moments((parts.last_reply[part],))[0].date()
        assert LANGUAGES[facts.language[ticket]] in person.languages
        assert facts.severity[ticket] <= person.clearance
        if parts.kind[part] != AGAIN:
            assert QUEUES[facts.queue[ticket]].key in cast.teams[cast.team_of(int(parts.specialist[part]), day)].queues


def test_a_resolution_has_one_primary_part_and_shares_that_add_up(operation):
    parts = operation.parts
    key = parts.ticket * 2 + parts.resolution

    _, where = np.unique(key, return_inverse=True)

    assert np.all(np.bincount(where, weights=parts.primary) == 1)
    assert np.allclose(np.bincount(where, weights=parts.share), 1)


def test_handed_over_tickets_have_two_halves_by_two_people(operation):
    parts = operation.parts
    first = np.flatnonzero(parts.kind == FIRST_HALF)

    assert first.size > 500
    assert np.all(parts.kind[first + 1] == SECOND_HALF)
    assert np.all(parts.ticket[first] == parts.ticket[first + 1])
    assert np.all(parts.specialist[first] != parts.specialist[first + 1])
    assert np.all(parts.last_reply[first] < parts.first_reply[first + 1])


def test_reopened_tickets_are_resolved_again_or_wait(operation):
    parts, facts = operation.parts, operation.tickets
    again = set(parts.ticket[parts.kind == AGAIN].tolist())
    reopened = set(np.flatnonzero(facts.reopens).tolist())

    assert 0.03 < len(reopened) / facts.number.size < 0.07
    assert again <= reopened
    assert all(STATUSES[facts.status[ticket]] == "open" for ticket in reopened - again)


def test_open_tickets_have_no_resolution_and_solved_ones_have_one(operation):
    facts = operation.tickets
    is_open = facts.status == STATUSES.index("open")

    assert is_open.any()
    assert np.all((facts.solved < 0) == is_open)
    assert np.all((facts.resolution_seconds < 0) == is_open)


def test_a_creator_has_one_language_and_tier(operation):
    facts = operation.tickets
    groups = set(zip(facts.creator.tolist(), facts.language.tolist(), facts.tier.tolist(), strict=True))

    assert len(groups) == np.unique(facts.creator).size


def test_satisfaction_follows_true_quality(operation):
    parts, facts = operation.parts, operation.tickets
    quality = np.zeros(facts.number.size)
    quality[parts.ticket] = parts.latent
    asked = facts.csat >= 0

    happy = quality[asked & (facts.csat == 1)].mean()
    unhappy = quality[asked & (facts.csat == 0)].mean()

    assert 0.15 < asked.mean() < 0.35
    assert happy - unhappy > 0.3


def test_chats_are_answered_in_minutes(operation):
    chat = (operation.tickets.channel == CHANNELS.index("chat")) & (operation.tickets.first_reply_seconds >= 0)

    assert np.median(operation.tickets.first_reply_seconds[chat]) < 300


def test_the_coached_team_improves_from_its_week_on(operation):
    truth, cast = operation.effects, operation.cast
    day = story.monday(MONDAY, story.IMPROVEMENT_WEEK)
    team = [index for index in range(48) if cast.team_of(index, day) == story.IMPROVING_TEAM]
    cut = truth.column(story.IMPROVEMENT_WEEK)

    change = truth.specialist_week[team, cut:].mean() - truth.specialist_week[team, :cut].mean()

    assert change == pytest.approx(story.IMPROVEMENT_EFFECT, abs=0.1)


def test_the_launch_hurts_its_queue_for_four_weeks_and_fills_it(operation):
    truth = operation.effects.queue_week[QUEUE_KEYS.index(story.LAUNCH_QUEUE)]
    start = operation.effects.column(story.LAUNCH_WEEK)
    during = slice(start, start + story.LAUNCH_WEEKS)
    launched = operation.tickets.launch[operation.parts.ticket]
    weekly = np.bincount(operation.parts.week[launched], minlength=27)

    assert truth[during].mean() - np.delete(truth, np.r_[during]).mean() == pytest.approx(story.LAUNCH_EFFECT, abs=0.12)
    assert weekly[13:17].mean() > 3 * weekly[5:13].mean()
    assert all(
        FAMILIES[family].queue == story.LAUNCH_QUEUE
        for family in set(operation.tickets.family[operation.tickets.launch])
    )


def test_the_new_starter_begins_below_and_learns(operation):
    row = operation.effects.specialist_week[story.NEW_SPECIALIST]
    start = operation.effects.column(story.NEW_STARTER_WEEK)

    assert row[-3:].mean() - row[start : start + 3].mean() > 0.25


def test_a_week_outside_the_simulated_ones_is_refused(operation):
    with pytest.raises(ValueError, match="not simulated"):
        operation.effects.column(27)
