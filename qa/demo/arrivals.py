"""Which tickets there are and who resolved them when: first resolutions, hand-overs and reopenings."""

from dataclasses import dataclass

import numpy as np

from qa.demo import story
from qa.demo.arrays import Bools, Floats, Ints
from qa.demo.cast import Cast
from qa.demo.scenarios import CHANNELS, FAMILIES, LANGUAGES, QUEUE_KEYS
from qa.demo.shifts import DAY, NOT_YET, SHIFT, Shifts, chosen

CHAT = CHANNELS.index("chat")
# Public replies of a part, 1 to 6, by channel.
REPLIES = np.array(
    [
        [0.26, 0.46, 0.21, 0.07, 0.0, 0.0],
        [0.24, 0.46, 0.22, 0.08, 0.0, 0.0],
        [0.0, 0.10, 0.24, 0.30, 0.22, 0.14],
        [0.38, 0.44, 0.18, 0.0, 0.0, 0.0],
    ]
)
WAIT_HOURS = np.array([9.0, 5.0, 2.0])  # median to the first reply, by tier
LAUNCH_SHARES = {-1: 0.35, 0: 3.0, 1: 1.2}  # before (a closed test), during and after the first weeks of the launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One specialist's work in one resolution, an array a fact."""

    specialist: Ints
    day: Ints  # of the resolution
    replies: Ints
    first_reply: Ints
    last_reply: Ints
    resolved: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The first resolutions with the facts of their tickets."""

    handling: Handling
    family: Ints
    queue: Ints
    channel: Ints
    tier: Ints
    language: Ints
    severity: Ints
    risk: Ints
    created: Ints


def arrivals(cast: Cast, shifts: Shifts, tickets: int, rng: np.random.Generator) -> Arrivals:
    """So many tickets spread over the days worked; ValueError when nobody works."""
    specialist, day = _days(cast, shifts, tickets, rng)
    weeks = shifts.team_of.shape[1]
    row = specialist * weeks + day // 7
    family = chosen(_family_weights(cast, shifts), row, rng.random(tickets))
    channel = chosen(np.array([item.channels for item in FAMILIES], dtype=float), family, rng.random(tickets))
    tier = chosen(np.array([item.tiers for item in FAMILIES], dtype=float), family, rng.random(tickets))
    severity = chosen(np.array([item.severities for item in FAMILIES], dtype=float), family, rng.random(tickets))
    base_risk = np.array([item.risk_class for item in FAMILIES])[family]
    handling = _handled(shifts, specialist, day, chosen(REPLIES, channel, rng.random(tickets)) + 1, channel, rng)
    busy = np.array([bool(item.launch) for item in FAMILIES])[family]
    wait = np.where(
        channel == CHAT,
        rng.uniform(25, 260, tickets),
        3600 * WAIT_HOURS[tier] * np.exp(rng.normal(0, 0.8, tickets)) * np.where(busy, 1.5, 1.0),
    )
    return Arrivals(
        handling=handling,
        family=family,
        queue=np.array([QUEUE_KEYS.index(item.queue) for item in FAMILIES])[family],
        channel=channel,
        tier=tier,
        language=np.array([LANGUAGES.index(item.language) for item in FAMILIES])[family],
        severity=severity,
        risk=np.minimum(5, base_risk + (tier == 2) + (severity >= 2)),
        created=handling.first_reply - wait.astype(np.int64),
    )


def _days(cast: Cast, shifts: Shifts, tickets: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A specialist and a day for each ticket."""
    pace = np.array([item.pace for item in cast.specialists])
    weekday = np.arange(shifts.works.shape[1]) % 7
    weight = shifts.works * pace[:, None] * np.where(weekday >= 5, 0.7, 1.0)[None, :]
    weight = weight * rng.gamma(60, 1 / 60, weight.shape)
    if not weight.sum():
        raise ValueError("nobody works on any of these days")
    counts = rng.multinomial(tickets, (weight / weight.sum()).ravel())
    flat = np.repeat(np.arange(weight.size), counts)
    return flat // weight.shape[1], flat % weight.shape[1]


def _family_weights(cast: Cast, shifts: Shifts) -> Floats:
    """(specialists x weeks) x families: what comes to a specialist in a week."""
    weeks = shifts.team_of.shape[1]
    share = np.array([item.share for item in FAMILIES])
    serves = np.array([[item.queue in team.queues for item in FAMILIES] for team in cast.teams], dtype=float)
    spoken = [cast.people[item.person].languages for item in cast.specialists]
    speaks = np.array([[item.language in languages for item in FAMILIES] for languages in spoken], dtype=float)
    story_weeks = np.arange(story.LAST_WEEK - weeks + 1, story.LAST_WEEK + 1)
    phase = np.where(story_weeks < story.LAUNCH_WEEK, -1, 1)
    phase[(phase == 1) & (story_weeks < story.LAUNCH_WEEK + story.LAUNCH_WEEKS)] = 0
    boost = np.array([LAUNCH_SHARES[int(item)] for item in phase])
    launched = np.array([bool(item.launch) for item in FAMILIES])
    in_time = np.where(launched[None, :], boost[:, None], 1.0)
    of_team = serves[np.maximum(shifts.team_of, 0)]
    weights = share * of_team * speaks[:, None, :] * in_time[None, :, :]
    weights[shifts.team_of == NOT_YET] = 1.0  # never looked up
    flat: Floats = weights.reshape(-1, len(FAMILIES))
    return flat


def _handled(
    shifts: Shifts, specialist: Ints, day: Ints, replies: Ints, channel: Ints, rng: np.random.Generator
) -> Handling:
    """The times of a first resolution, all inside the specialist's shifts."""
    size = specialist.size
    begin = shifts.begin(specialist, day)
    resolved = begin + rng.integers(2700, SHIFT - 120, size)
    last_reply = resolved - np.where(channel == CHAT, rng.integers(5, 60, size), rng.integers(20, 240, size))
    lag = np.minimum(rng.geometric(0.45, size) - 1, 5) * (channel != CHAT)
    former_day, there = shifts.moved(specialist, day, -lag)
    former = shifts.begin(specialist, former_day) + rng.integers(300, SHIFT - 300, size)
    same_day = begin + (rng.random(size) * (last_reply - begin - 1200)).astype(np.int64)
    in_chat = last_reply - (240 + 150 * replies * np.exp(rng.normal(0, 0.45, size))).astype(np.int64)
    earlier = np.where(channel == CHAT, np.maximum(in_chat, begin), np.where((lag > 0) & there, former, same_day))
    first_reply = np.where(replies == 1, last_reply, earlier)
    return Handling(
        specialist=specialist,
        day=day,
        replies=replies,
        first_reply=first_reply,
        last_reply=last_reply,
        resolved=resolved,
    )


def colleagues(
    cast: Cast, shifts: Shifts, specialist: Ints, day: Ints, language: Ints, rng: np.random.Generator
) -> Ints:
    """A colleague of the same team who works on the day and speaks the language; -1 where the one asked does not."""
    teams = shifts.team_of[:, day // 7]  # specialists x events
    mine = teams[specialist, np.arange(specialist.size)]
    spoken = [cast.people[item.person].languages for item in cast.specialists]
    speaks = np.array([[language_key in languages for language_key in LANGUAGES] for languages in spoken])
    able = (teams == mine[None, :]) & shifts.works[:, day] & speaks[:, language]
    able[specialist, np.arange(specialist.size)] = False
    wish = rng.random(able.shape) * able
    best = wish.argmax(axis=0)
    found: Ints = np.where(able.any(axis=0), best, -1)
    return found


def handed_over(
    cast: Cast, shifts: Shifts, came: Arrivals, asked: Bools, rng: np.random.Generator
) -> tuple[Ints, Handling, Handling]:
    """Of the resolutions asked for, those a colleague began: their positions, the first half and the second."""
    where = np.flatnonzero(asked & (came.handling.replies >= 2))
    whole = came.handling
    first_day = (whole.first_reply[where] - shifts.first_day) // DAY
    other = colleagues(cast, shifts, whole.specialist[where], first_day, came.language[where], rng)
    keep = other >= 0
    where, other, first_day = where[keep], other[keep], first_day[keep]
    opening = whole.first_reply[where]
    last = whole.last_reply[where]
    replies = np.minimum(whole.replies[where] - 1, 3)
    begin = np.maximum(shifts.begin(whole.specialist[where], whole.day[where]), opening + 60)
    between = begin + (rng.random(where.size) * np.maximum(last - begin - 60, 1)).astype(np.int64)
    first_half = Handling(
        specialist=other,
        day=first_day,
        replies=np.ones_like(other),
        first_reply=opening,
        last_reply=opening,
        resolved=whole.resolved[where],
    )
    second_half = Handling(
        specialist=whole.specialist[where],
        day=whole.day[where],
        replies=replies,
        first_reply=np.where(replies == 1, last, np.minimum(between, last - 30)),
        last_reply=last,
        resolved=whole.resolved[where],
    )
    return where, first_half, second_half


def reopened(
    cast: Cast, shifts: Shifts, came: Arrivals, asked: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints, Handling]:
    """Of the tickets asked for: all that were reopened, and those resolved again with who did it."""
    where = np.flatnonzero(asked)
    whole = came.handling
    specialist, day = whole.specialist[where], whole.day[where]
    lag = rng.integers(1, 6, where.size)
    again_day, there = shifts.moved(specialist, day, lag)
    other = colleagues(cast, shifts, specialist, again_day, came.language[where], rng)
    swap = (rng.random(where.size) < 0.4) & (other >= 0)
    specialist = np.where(swap, other, specialist)
    begin = shifts.begin(specialist, again_day)
    resolved = begin + rng.integers(3600, SHIFT - 120, where.size)
    last = resolved - rng.integers(20, 240, where.size)
    replies = 1 + (rng.random(where.size) < 0.35).astype(np.int64)
    first = np.where(replies == 1, last, begin + (rng.random(where.size) * (last - begin - 900)).astype(np.int64))
    again = Handling(
        specialist=specialist[there],
        day=again_day[there],
        replies=replies[there],
        first_reply=first[there],
        last_reply=last[there],
        resolved=resolved[there],
    )
    return where, where[there], again
