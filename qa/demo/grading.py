"""What a reviewer of the cast gives a part, and the score that makes: pure, so that any process can work it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import rubrics
from qa.demo.cases import case
from qa.demo.chance import stream
from qa.demo.conversations import Conversation, conversation
from qa.demo.facts import Operation
from qa.demo.scoring import CONSENSUS, Eye, Given, answers, eye_of, minutes

READING_HOURS = 9  # on average, until a specialist opens a released review


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A handled part in the simulated operation."""

    ticket: int  # index into Operation.tickets
    index: int  # among the ticket's parts
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A part in front of a reviewer."""

    place: Place
    version_id: int
    purpose: str
    reviewer: int  # index in the cast's reviewers
    week: int  # of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """The answers, what they rest on, the score, and what else chance decides about the review."""

    given: Mapping[str, Given]
    words: Mapping[int, str]  # of the messages that answers rest on
    engine: str
    value: Fraction | None
    base: Fraction | None
    outcome: str
    failed_criticals: tuple[str, ...]
    minutes: float
    read_after_hours: float
    unread: float  # from 0 to 1: below the share of reviews that stay unread, this one does


class Grading:
    """Answers for the parts of an operation; the same sheet is always answered the same."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.texts: dict[int, Conversation] = {}

    def conversation(self, ticket: int) -> Conversation:
        """A ticket's conversation, written once."""
        if ticket not in self.texts:
            self.texts[ticket] = conversation(case(self.operation, ticket))
        return self.texts[ticket]

    def graded(self, sheet: Sheet, version: rubrics.RubricVersion) -> Graded:
        """What the reviewer gives in that week."""
        place = sheet.place
        rng = stream("review", self.operation.seed, place.ticket, place.index, sheet.purpose, sheet.reviewer)
        eye = eye_of(self.operation, sheet.reviewer, sheet.week)
        given = self._given(place, version, eye, rng)
        answers = {key: one.answer for key, one in given.items()}
        score = rubrics.score(version, answers, channel=place.channel, explain=False)
        messages = self.conversation(place.ticket).messages
        return Graded(
            given=given,
            words={one.message: messages[one.message].text for one in given.values() if one.message is not None},
            engine=score.engine,
            value=score.value,
            base=score.base,
            outcome=score.outcome,
            failed_criticals=score.failed_criticals,
            minutes=minutes(eye, rng),
            read_after_hours=rng.expovariate(1 / READING_HOURS) + 0.2,
            unread=rng.random(),
        )

    def consensus(self, place: Place, part_id: int, version: rubrics.RubricVersion) -> dict[str, Given]:
        """What a session agrees on: what is there, seen without anybody's eye."""
        return self._given(place, version, CONSENSUS, stream("consensus", self.operation.seed, part_id))

    def _given(self, place: Place, version: rubrics.RubricVersion, eye: Eye, rng: Random) -> dict[str, Given]:
        told = case(self.operation, place.ticket)
        written = self.conversation(place.ticket)
        given = answers(
            version,
            told.parts[place.index].truth,
            eye,
            rng,
            topic=told.slots["topic"],
            marks=written.marks[place.index],
            facts=told.notes,
            channel=place.channel,
        )
        own = [n for n, message in enumerate(written.messages) if message.part == place.index]
        return {
            key: one
            if one.message is not None or not _needs_passage(version, key, one)
            else Given(
                answer=rubrics.Answer(
                    level=one.answer.level,
                    comment=one.answer.comment,
                    evidence=1,
                    root_causes=one.answer.root_causes,
                ),
                message=own[-1],
            )
            for key, one in given.items()
        }


def _needs_passage(version: rubrics.RubricVersion, key: str, one: Given) -> bool:
    if one.answer.level is None:
        return False
    return version.criterion(key).scale.level(one.answer.level).evidence_required
