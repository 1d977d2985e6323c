"""The people of the demo operation: who they are, where they belong in time, and how good they truly are."""

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from qa.demo import names, story
from qa.demo.chance import stream
from qa.demo.scenarios.model import QUEUE_KEYS
from qa.demo.themes import THEMES

DOMAIN = "fairmark.example"
LATIN = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ß": "ss"})
Days = tuple[dt.date, dt.date]  # first and last day, both included


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the operation. ``queues`` are those of the last team; none means every queue."""

    index: int
    name: str
    email: str
    roles: tuple[str, ...]
    languages: tuple[str, ...]
    queues: tuple[str, ...]
    clearance: int
    started_on: dt.date
    absences: tuple[Days, ...] = ()
    reviews_per_week: int = 0

    @property
    def first_name(self) -> str:
        """How a creator is greeted by them."""
        return self.name.split()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Who belonged to, or led, a team from a day on, until a day (exclusive)."""

    person: int
    team: int
    kind: str  # member, lead
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team with the queues it serves and the hour (UTC) at which its shift of eight hours begins."""

    name: str
    lead: int
    queues: tuple[str, ...]
    shift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Specialist:
    """A specialist's truth, in latent units: quality, and what comes easy or hard to them."""

    person: int
    quality: float
    strengths: Mapping[str, float] = field(default_factory=dict)
    pace: float = 1.0
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """A reviewer's truth, in latent units; a negative severity is a strict one."""

    person: int
    severity: float
    themes: Mapping[str, float]
    minutes: float  # median of a review
    drifts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody, by index, and what they are to the operation."""

    people: tuple[Person, ...]
    teams: tuple[Team, ...]
    memberships: tuple[Membership, ...]
    specialists: tuple[Specialist, ...]
    reviewers: tuple[Reviewer, ...]
    director: int
    admin: int
    qa_lead: int

    def team_of(self, specialist: int, day: dt.date) -> int:
        """The team of a specialist (by specialist index) on a day; ValueError before they started."""
        person = self.specialists[specialist].person
        for entry in self.memberships:
            if entry.person == person and entry.valid_from <= day and (entry.valid_to is None or day < entry.valid_to):
                return entry.team
        raise ValueError(f"{self.people[person].name} belonged to no team on {day}")


TEAMS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("Harbour", ("payouts", "monetisation", "account_access"), 7),
    ("Lantern", ("account_access", "live_gifts", "payouts"), 13),
    ("Compass", ("appeals", "copyright", "safety"), 7),
    ("Meridian", ("live_gifts", "monetisation", "creator_tools"), 8),
    ("Juniper", ("music_rights", "copyright", "appeals"), 13),
    ("Foundry", ("creator_tools", "account_access", "monetisation"), 9),
)
PATTERNS: tuple[tuple[int, ...], ...] = ((0, 1, 2, 3, 4), (1, 2, 3, 4, 5), (0, 1, 2, 3, 6), (0, 1, 3, 4, 5))
# Severity in latent units: lenient above zero, strict below.
SEVERITIES = (0.08, -0.10, 0.20, 0.02, -0.04, -0.22)


def email_of(name: str) -> str:
    """The person's address at the invented company."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(LATIN))
    words = "".join(letter for letter in plain if letter.isascii() and (letter.isalpha() or letter in " -")).split()
    return f"{words[0]}.{'-'.join(words[1:])}@{DOMAIN}".replace("--", "-")


def cast(seed: int, as_of: dt.date) -> Cast:
    """The people as of a day, with what happened to them in the half year before."""
    return _Casting(seed, as_of).cast()


class _Casting:
    """People are numbered in the order in which they are taken on."""

    def __init__(self, seed: int, as_of: dt.date) -> None:
        self.rng = stream("cast", seed)
        self.as_of = as_of
        self.first = story.monday(as_of, 1)
        self.people: list[Person] = []
        self.memberships: list[Membership] = []

    def cast(self) -> Cast:
        director = self._take_on(names.DIRECTOR, ("director",)).index
        admin = self._take_on(names.ADMIN, ("admin",)).index
        teams = tuple(self._team(number) for number in range(len(TEAMS)))
        members = [(number, *member) for number, team in enumerate(names.SPECIALISTS) for member in team]
        specialists = tuple(self._specialist(index, *member) for index, member in enumerate(members))
        reviewers = tuple(self._reviewer(index) for index in range(len(names.REVIEWERS)))
        return Cast(
            people=tuple(self.people),
            teams=teams,
            memberships=tuple(self.memberships),
            specialists=specialists,
            reviewers=reviewers,
            director=director,
            admin=admin,
            qa_lead=teams[0].lead,
        )

    def _take_on(
        self,
        name: str,
        roles: tuple[str, ...],
        *,
        spoken: str = "en",
        queues: tuple[str, ...] = (),
        clearance: int = 3,
        started_on: dt.date | None = None,
        absences: tuple[Days, ...] = (),
        reviews_per_week: int = 0,
    ) -> Person:
        person = Person(
            index=len(self.people),
            name=name,
            email=email_of(name),
            roles=roles,
            languages=tuple(spoken.split()),
            queues=queues,
            clearance=clearance,
            started_on=started_on or self.first - dt.timedelta(days=self.rng.randrange(200, 2400)),
            absences=absences,
            reviews_per_week=reviews_per_week,
        )
        self.people.append(person)
        return person

    def _team(self, number: int) -> Team:
        name, queues, shift = TEAMS[number]
        lead_name, spoken = names.LEADS[number]
        roles = ("team_lead", "qa_lead") if number == 0 else ("team_lead",)
        lead = self._take_on(lead_name, roles, spoken=spoken, queues=queues, absences=self._absences())
        self.memberships.append(Membership(person=lead.index, team=number, kind="lead", valid_from=lead.started_on))
        return Team(name=name, lead=lead.index, queues=queues, shift=shift)

    def _specialist(self, index: int, team: int, name: str, spoken: str) -> Specialist:
        home = story.MOVED_TO_TEAM if index == story.MOVED_SPECIALIST else team
        queues = TEAMS[home][1]
        person = self._take_on(
            name,
            ("specialist",),
            spoken=spoken,
            queues=queues,
            clearance=_clearance(queues),
            started_on=story.monday(self.as_of, story.NEW_STARTER_WEEK) if index == story.NEW_SPECIALIST else None,
            absences=self._absences_of(index),
        )
        moved_on = story.monday(self.as_of, story.MOVE_WEEK) if home != team else None
        self._belongs(person, team, person.started_on, moved_on)
        if moved_on:
            self._belongs(person, home, moved_on)
        return _traits(self.rng, index, team, person.index)

    def _belongs(self, person: Person, team: int, since: dt.date, until: dt.date | None = None) -> None:
        self.memberships.append(
            Membership(person=person.index, team=team, kind="member", valid_from=since, valid_to=until)
        )

    def _reviewer(self, index: int) -> Reviewer:
        name, spoken, queues, clearance, load = names.REVIEWERS[index]
        person = self._take_on(
            name,
            ("reviewer",),
            spoken=spoken,
            queues=tuple(queues.split()) or QUEUE_KEYS,
            clearance=clearance,
            absences=self._absences(),
            reviews_per_week=load,
        )
        return Reviewer(
            person=person.index,
            severity=SEVERITIES[index],
            themes={theme: self.rng.gauss(0, 0.12) for theme in THEMES},
            minutes=8.0 * math.exp(self.rng.gauss(0, 0.25)),
            drifts=index == story.DRIFTING_REVIEWER,
        )

    def _absences(self) -> tuple[Days, ...]:
        """A holiday or two and some sick days."""
        choice = self.rng.choice
        spans: list[Days] = []
        for length in (choice((5, 8, 12)), choice((0, 5)), choice((0, 1, 2)), choice((0, 1, 3))):
            if length:
                start = self.first + dt.timedelta(days=self.rng.randrange(7 * (story.LAST_WEEK - 1)))
                spans.append((start, start + dt.timedelta(days=length - 1)))
        return _apart(spans)

    def _absences_of(self, index: int) -> tuple[Days, ...]:
        spans = self._absences()
        if index == story.NEW_SPECIALIST:
            return ()
        if index == story.LONG_ABSENT:
            return ((story.monday(self.as_of, 6), story.monday(self.as_of, 16) - dt.timedelta(days=1)),)
        if index == story.AWAY_NOW:
            monday = story.monday_of(self.as_of)
            return _apart([*spans, (monday - dt.timedelta(days=7), monday + dt.timedelta(days=11))])
        return spans


def _clearance(queues: tuple[str, ...]) -> int:
    """What a specialist of these queues may open: as much as comes to them."""
    if "safety" in queues:
        return 3
    return 2 if "appeals" in queues else 1


def _traits(rng: Random, index: int, team: int, person: int) -> Specialist:
    strengths = {theme: rng.gauss(0, 0.15) for theme in THEMES}
    weak, strong = rng.sample(THEMES, 2)
    strengths[weak] -= 0.45
    strengths[strong] += 0.30
    quality = rng.gauss(0, 0.22)
    if team == story.IMPROVING_TEAM:
        quality = quality * 0.6 - 0.25  # there was something to coach
    return Specialist(
        person=person,
        quality=quality,
        strengths=strengths,
        pace=math.exp(rng.gauss(0, 0.15)),
        weekdays=PATTERNS[index % len(PATTERNS)] if index % 3 == 0 else PATTERNS[0],
    )


def _apart(spans: Iterable[Days]) -> tuple[Days, ...]:
    """Spans in order; one that touches its forerunner is left out."""
    kept: list[Days] = []
    for span in sorted(spans):
        if not kept or span[0] > kept[-1][1] + dt.timedelta(days=1):
            kept.append(span)
    return tuple(kept)
