"""A ticket as its text needs it: the creator, how the matter turns out, the facts it turns on, and how well it goes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from qa.demo import vocabulary
from qa.demo.chance import stream
from qa.demo.facts import AGAIN, FIRST_HALF, WHOLE, Operation
from qa.demo.scenarios import CHANNELS, FAMILIES, LANGUAGES, QUEUES, Branch, Family
from qa.demo.themes import EASE, THEMES, Tier, tier

VERIFIED_ALREADY = 0.25  # the signed-in form has proved who writes
URGENT_SHARE = 0.30
ROUTE_ASKED = 0.30  # without a hand-over: whether keeping the case can be judged at all
POLICY_ASKED = 0.75
COMPANY_LANGUAGE = "en"
RIGHTS_QUEUES = frozenset({"copyright", "music_rights"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How well one part was handled: latent quality, each theme's value, and what did not arise."""

    latent: float
    values: Mapping[str, float]
    absent: frozenset[str]

    def tier(self, theme: str) -> Tier:
        """What the conversation shows of a theme."""
        return tier(theme, self.values[theme])


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePart:
    """One specialist's part; times are seconds since the ticket was created."""

    kind: int
    resolution: int
    specialist: str  # first name
    first_reply: int
    last_reply: int
    resolved: int
    replies: int
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the text of one ticket rests on."""

    seed: int
    number: int
    family: Family
    branch: Branch
    subject: str
    side: tuple[str, str]
    language: str
    channel: str
    urgent: bool
    history: bool
    escalated: bool
    waiting: bool  # reopened, and nobody has answered yet
    slots: Mapping[str, str]  # the facts as the creator's language writes them
    notes: Mapping[str, str]  # the same as the company's language writes them
    parts: tuple[CasePart, ...]


def case(operation: Operation, ticket: int) -> Case:
    """The case of a ticket (by index); the same however often it is asked for."""
    facts = operation.tickets
    seed, number = operation.seed, int(facts.number[ticket])
    rng = stream("case", seed, number)
    family = FAMILIES[facts.family[ticket]]
    branch = rng.choice(family.branches)
    created = int(facts.created[ticket])
    urgent = rng.random() < URGENT_SHARE
    history, escalated = bool(facts.history[ticket]), bool(facts.escalated[ticket])
    parts = tuple(
        _part(
            operation, part, created, _absent(rng, family, int(operation.parts.kind[part]), urgent, history, escalated)
        )
        for part in operation.parts_of(ticket)
    )
    slots, told = _slots(rng, family.language, dt.datetime.fromtimestamp(created, dt.UTC).date())
    slots |= _creator(seed, int(facts.creator[ticket]), family.language)
    slots["ticket"] = f"OV-{number}"
    slots["amount"], slots["small"] = _amounts(rng, family.language, slots["currency"])
    slots["desk"] = QUEUES[facts.queue[ticket]].desk
    for name, options in family.facts.items():
        slots[name] = rng.choice(options).format_map(slots)
    slots["topic"] = family.topic.format_map(slots | told)
    slots["policy"] = family.policy
    side = rng.choice(family.sides)
    slots["team"] = family.handover
    return Case(
        seed=seed,
        number=number,
        family=family,
        branch=branch,
        subject=rng.choice(branch.subjects).format_map(slots),
        side=side,
        language=LANGUAGES[facts.language[ticket]],
        channel=CHANNELS[facts.channel[ticket]],
        urgent=urgent,
        history=history,
        escalated=escalated,
        waiting=bool(facts.reopens[ticket]) and facts.solved[ticket] < 0,
        slots=slots,
        notes=slots | told | _quotes(family, branch, side, slots, told),
        parts=parts,
    )


def _quotes(
    family: Family, branch: Branch, side: tuple[str, str], slots: dict[str, str], told: dict[str, str]
) -> dict[str, str]:
    """What a note or a review may quote of the case."""
    return {
        "finding": branch.findings[0].format_map(slots | told),
        "question": family.questions[0].format_map(slots),
        "side": side[0],
    }


def _part(operation: Operation, part: int, created: int, absent: frozenset[str]) -> CasePart:
    parts = operation.parts
    specialist = operation.cast.specialists[parts.specialist[part]]
    quality = float(parts.latent[part])
    deviations = parts.themes[part].tolist()
    return CasePart(
        kind=int(parts.kind[part]),
        resolution=int(parts.resolution[part]),
        specialist=operation.cast.people[specialist.person].first_name,
        first_reply=int(parts.first_reply[part]) - created,
        last_reply=int(parts.last_reply[part]) - created,
        resolved=int(parts.resolved[part]) - created,
        replies=int(parts.replies[part]),
        truth=Truth(
            latent=quality,
            values={theme: EASE[theme] + quality + deviations[index] for index, theme in enumerate(THEMES)},
            absent=absent,
        ),
    )


def _absent(rng: Random, family: Family, kind: int, urgent: bool, history: bool, escalated: bool) -> frozenset[str]:
    """The themes, and single criteria, that do not arise in this part."""
    verified, routed, ruled = rng.random(), rng.random(), rng.random()
    arises = {
        "verification": family.verifies and kind in (WHOLE, FIRST_HALF) and verified >= VERIFIED_ALREADY,
        "context": history or kind == AGAIN,
        "route": (escalated and kind == FIRST_HALF) or routed < ROUTE_ASKED,
        "policy": ruled < POLICY_ASKED,
        "risk": family.risky,
        "urgency": urgent,
        "rights_process": family.queue in RIGHTS_QUEUES,
    }
    return frozenset(theme for theme, there in arises.items() if not there)


@lru_cache(maxsize=20_000)
def _creator(seed: int, creator: int, language: str) -> dict[str, str]:
    """Who writes: always the same for the same creator."""
    rng = stream("creator", seed, creator)
    country, currency = rng.choice(vocabulary.COUNTRIES[language])
    first, partner_first = rng.sample(vocabulary.CHANNEL_FIRST, 2)
    second, partner_second = rng.sample(vocabulary.CHANNEL_SECOND, 2)
    name, stranger = rng.sample(vocabulary.FIRST_NAMES[language], 2)
    return {
        "name": name,
        "stranger": stranger,
        "channel": f"{first} {second}{rng.choice(vocabulary.CHANNEL_LAST)}",
        "partner": f"{partner_first} {partner_second}",
        "country": country,
        "currency": currency,
        "subs": f"{rng.randrange(2, 900)},000" if language == "en" else f"{rng.randrange(2, 900)}.000",
    }


def _slots(rng: Random, language: str, created: dt.date) -> tuple[dict[str, str], dict[str, str]]:
    """The facts of the matter, in its language and in the company's; dates lie around the day of the first message."""
    days = {
        "date": -rng.randrange(2, 9),
        "earlier": -rng.randrange(14, 55),
        "deadline": rng.randrange(3, 12),
        "soon": rng.randrange(8, 13),
        "date_again": rng.randrange(7, 12),
    }
    games = rng.sample(vocabulary.GAMES, 2)
    thing = rng.choice(vocabulary.VIDEO_THINGS).replace("-", " ")
    facts = {
        "case": f"OV-{rng.randrange(410_000, 499_999)}",
        "video": rng.choice(vocabulary.VIDEO_THEMES[language]).format(thing=thing, n=rng.randrange(3, 40)),
        "song": rng.choice(vocabulary.SONGS),
        "label": rng.choice(vocabulary.LABELS),
        "library": rng.choice(vocabulary.LIBRARIES),
        "game": games[0],
        "other_game": games[1],
        "sponsor": rng.choice(vocabulary.SPONSORS),
        "device": rng.choice(vocabulary.DEVICES[language]),
        "viewers": str(rng.randrange(40, 980)),
        "days": str(rng.randrange(3, 14)),
        "hour": f"{rng.randrange(14, 23)}:{rng.choice(('00', '15', '30', '45'))}",
        "minute": f"{rng.randrange(0, 29)}:{rng.randrange(10, 60)}",
        "percent": str(rng.randrange(12, 68)),
        "sign": "",
        "signal": "a sign-in from a new place",
    }
    return facts | _dates(days, language, created), _dates(days, COMPANY_LANGUAGE, created)


def _dates(days: Mapping[str, int], language: str, created: dt.date) -> dict[str, str]:
    months = vocabulary.MONTHS[language]
    written = {"month": months[created.month - 2], "prior_month": months[created.month - 3]}
    for name, number in days.items():
        date = created + dt.timedelta(days=number)
        written[name] = vocabulary.DATES[language].format(day=date.day, month=months[date.month - 1])
    return written


def _amounts(rng: Random, language: str, currency: str) -> tuple[str, str]:
    """A larger and a smaller amount as they are written in the language."""
    written = []
    for value in (rng.uniform(280, 6900), rng.uniform(12, 120)):
        text = f"{value:,.2f}"
        if language == "en":
            written.append(f"{currency}{text}")
        else:
            written.append(f"{text.translate(str.maketrans(',.', '.,'))} {currency}")
    return written[0], written[1]
