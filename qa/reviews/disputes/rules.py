"""Decisions about disputes that need no database: the window, who may settle, reading claims and rulings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

import rubrics
from qa.core.clock import local_day, midnight
from qa.core.errors import InvalidInputError
from qa.reviews import rules as review_rules

STATES = ("open", "settled", "escalated", "final", "withdrawn")
OPEN_STATES = ("open", "escalated")
VERDICTS = ("keep", "accept", "other")
LONGEST_REASON = 2_000
NOT_APPLICABLE = "not_applicable"
LEVEL = "level:"
PERCENTAGE = "percentage"


class Chosen(Protocol):
    """Anything that answers a criterion: a stored answer, a proposal, a decision."""

    @property
    def level_key(self) -> str | None: ...
    @property
    def percentage(self) -> str | None: ...
    @property
    def not_applicable(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to one criterion: a level, an exact percentage, or that it did not apply."""

    level_key: str | None = None
    percentage: str | None = None
    not_applicable: bool = False

    @classmethod
    def of(cls, chosen: Chosen) -> Choice:
        """The answer alone, without comment and evidence."""
        percentage = None if chosen.percentage is None else str(Fraction(chosen.percentage))
        return cls(level_key=chosen.level_key, percentage=percentage, not_applicable=chosen.not_applicable)

    @property
    def given(self) -> bool:
        return self.not_applicable or self.level_key is not None or self.percentage is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One disputed criterion: what is proposed, and why."""

    criterion_key: str
    proposed: Choice
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a lead decides about one criterion; ``choice`` is only there for another level than the proposed one."""

    verdict: str
    reason: str
    choice: Choice | None = None


def window_ends(released_at: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    """The moment from which a review can no longer be disputed: the end of the last whole day of the window."""
    return midnight(local_day(released_at, zone) + dt.timedelta(days=days + 1), zone)


def words(criterion: rubrics.Criterion, chosen: Chosen | None) -> str:
    """An answer as people read it."""
    if chosen is None:
        return "not answered"
    if chosen.not_applicable:
        return "N/A"
    if chosen.level_key is not None:
        return criterion.scale.level(chosen.level_key).name
    if chosen.percentage is not None:
        return f"{rubrics.display_score(Fraction(chosen.percentage))} %"
    return "not answered"


def options(criterion: rubrics.Criterion) -> list[tuple[str, str]]:
    """What may be chosen for a criterion, as a form's values and words."""
    found = [(LEVEL + level.key, level.name) for level in criterion.scale.levels]
    if criterion.scale.kind == "percentage":
        found.append((PERCENTAGE, "A percentage"))
    if criterion.na_allowed:
        found.append((NOT_APPLICABLE, "It did not apply (N/A)"))
    return found


def read_choice(criterion: rubrics.Criterion, chosen: str, typed: str = "") -> Choice | None:
    """What a form's fields choose; ``None`` when nothing is chosen.

    Raises ``InvalidInputError`` for what the criterion's scale does not hold.
    """
    if not chosen:
        return None
    if chosen not in {value for value, _ in options(criterion)}:
        raise InvalidInputError(f"{criterion.name}: choose one of its levels.")
    if chosen == NOT_APPLICABLE:
        return Choice(not_applicable=True)
    if chosen == PERCENTAGE:
        try:
            return Choice(percentage=str(review_rules.read_percentage(typed.strip())))
        except ValueError as error:
            raise InvalidInputError(f"{criterion.name}: {error}") from error
    return Choice(level_key=chosen.removeprefix(LEVEL))


def read_claims(form: Mapping[str, str], asked: list[tuple[rubrics.Criterion, Chosen | None]]) -> list[Claim]:
    """The criteria that a form disputes; all that is wrong is told at once, by field.

    ``asked`` are the criteria of the review with their present answers.
    """
    claims, wrong = [], {}
    for criterion, present in asked:
        key = criterion.key
        chosen, reason = form.get(f"choice-{key}", ""), form.get(f"reason-{key}", "").strip()
        if not chosen and not reason:
            continue
        try:
            proposed = read_choice(criterion, chosen, form.get(f"percentage-{key}", ""))
        except InvalidInputError as error:
            wrong[f"choice-{key}"] = str(error)
            continue
        if proposed is None:
            wrong[f"choice-{key}"] = "Choose what it should have been."
        elif present is None or not Choice.of(present).given:
            wrong[f"choice-{key}"] = "This criterion was not answered, so there is nothing to dispute."
        elif proposed == Choice.of(present):
            wrong[f"choice-{key}"] = "This is the answer it already has."
        if not reason:
            wrong[f"reason-{key}"] = "Say why: the lead decides by your reason and the conversation."
        elif len(reason) > LONGEST_REASON:
            wrong[f"reason-{key}"] = f"At most {LONGEST_REASON:,} characters."
        if proposed is not None:
            claims.append(Claim(criterion_key=key, proposed=proposed, reason=reason))
    if wrong:
        raise InvalidInputError("Nothing is sent yet: something is missing.", wrong)
    if not claims:
        raise InvalidInputError(
            "Choose at least one criterion, what it should have been, and why.", {"dispute": "nothing is disputed"}
        )
    return claims


def read_rulings(form: Mapping[str, str], disputed: list[rubrics.Criterion]) -> dict[str, Ruling]:
    """A lead's decision for every disputed criterion; all that is missing is told at once, by field."""
    rulings, wrong = {}, {}
    for criterion in disputed:
        key = criterion.key
        verdict, reason = form.get(f"verdict-{key}", ""), form.get(f"reason-{key}", "").strip()
        choice = None
        if verdict not in VERDICTS:
            wrong[f"verdict-{key}"] = "Decide: keep, accept, or another level."
        elif verdict == "other":
            try:
                choice = read_choice(criterion, form.get(f"choice-{key}", ""), form.get(f"percentage-{key}", ""))
            except InvalidInputError as error:
                wrong[f"choice-{key}"] = str(error)
            else:
                if choice is None:
                    wrong[f"choice-{key}"] = "Choose the level."
        if not reason:
            wrong[f"reason-{key}"] = "Give a reason: the specialist and the reviewer read it."
        elif len(reason) > LONGEST_REASON:
            wrong[f"reason-{key}"] = f"At most {LONGEST_REASON:,} characters."
        rulings[key] = Ruling(verdict=verdict, reason=reason, choice=choice)
    if wrong:
        raise InvalidInputError("Nothing is settled yet: something is missing.", wrong)
    return rulings


def barrier(
    *,
    by: int,
    reviewer_id: int,
    specialist_id: int | None,
    first_settled_by: int | None,
    second_instance: bool,
    leads_specialist: bool,
    own_specialist_ban: bool,
    is_qa_lead: bool,
) -> str | None:
    """Why somebody who sees a dispute may not settle it; ``None`` when they may. Checked again when it is settled."""
    if by == reviewer_id:
        return "You scored this review, so somebody else settles the dispute."
    if by == specialist_id:
        return "This is about your own work, so somebody else settles the dispute."
    if leads_specialist and own_specialist_ban:
        return "In this programme nobody settles disputes of specialists they lead; a QA lead does."
    if second_instance and not is_qa_lead:
        return "The specialist asked for a second instance; a QA lead decides."
    if second_instance and by == first_settled_by:
        return "You decided in the first instance, so another QA lead decides now."
    return None


def final_because(*, now: dt.datetime, ends: dt.datetime | None, deciders: int) -> str | None:
    """Why a first decision cannot be looked at again; ``None`` when it can."""
    if ends is None or now >= ends:
        return "The time to ask for a second decision is over."
    if not deciders:
        return "Nobody else could decide again, so this decision is final."
    return None


def resulting(ruling: Ruling, present: Chosen, proposed: Chosen) -> Choice:
    """The answer that holds after a ruling."""
    if ruling.verdict == "keep":
        return Choice.of(present)
    if ruling.verdict == "accept":
        return Choice.of(proposed)
    if ruling.choice is None:
        raise ValueError("another level was ruled without naming it")
    return ruling.choice


def newly_asked(
    rubric: rubrics.RubricVersion, answers: Mapping[str, rubrics.Answer], *, channel: str
) -> list[rubrics.Criterion]:
    """Criteria that these answers make asked and that nobody has answered."""
    return [
        criterion
        for criterion in rubrics.visible_criteria(rubric, answers, channel=channel)
        if criterion.key not in answers or not answers[criterion.key].given
    ]


def with_choice(answer: rubrics.Answer | None, choice: Choice, criterion: rubrics.Criterion) -> rubrics.Answer:
    """An answer with another choice; root causes are those of the answer that fell, so they go with it."""
    changed = rubrics.Answer(
        level=choice.level_key,
        percentage=None if choice.percentage is None else Fraction(choice.percentage),
        not_applicable=choice.not_applicable,
        comment=answer.comment if answer else "",
        evidence=answer.evidence if answer else 0,
    )
    try:
        rubrics.check_answer(criterion, changed)
    except rubrics.AnswerError as error:
        raise InvalidInputError(str(error), {f"choice-{criterion.key}": str(error)}) from error
    return changed
