"""What a revealed session shows, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rubrics
from qa.calibration_sessions import rules
from qa.calibration_sessions.models import ConsensusAnswer
from qa.calibration_sessions.queries import PartOf, Scored, Sitting
from qa.calibration_sessions.rules import CriterionReport, Given, ParticipantReport

UNANSWERED = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something a criterion can be answered with."""

    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionRow:
    """One criterion of one part: who chose what, and what was agreed or is proposed."""

    criterion: rubrics.Criterion
    chosen: tuple[str, ...]  # a participant each, as words
    comments: tuple[tuple[str, str], ...]  # who, what
    unanimous: bool
    agreed: str | None
    reason: str
    proposed: str | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPanel:
    part: PartOf
    scores: tuple[float | None, ...]  # a participant each
    rows: tuple[CriterionRow, ...]
    differing: int  # criteria not answered alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    name: str
    report: ParticipantReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """The whole page."""

    names: tuple[str, ...]
    people: tuple[int, ...]  # the ids behind the names, in their order
    panels: tuple[PartPanel, ...]
    criteria: tuple[CriterionReport, ...]
    differences: tuple[Difference, ...]
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said about one criterion at one part."""

    part: PartOf
    row: CriterionRow
    chosen: tuple[tuple[str, str], ...]  # who, what; whoever did not answer is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One criterion over all parts of a session: where people differed, and every word about it."""

    criterion: rubrics.Criterion
    agreement: float | None  # share of pairs of people who chose alike
    differing: int
    parts: int
    said: tuple[Said, ...]  # parts with a difference, a comment or a reason


def talks(found: Revealed) -> tuple[Talk, ...]:
    """The discussion by criterion, those of lowest agreement first, then as the form has them."""
    made = []
    for report in found.criteria:
        rows = [
            Said(
                part=panel.part,
                row=row,
                chosen=tuple(
                    (name, word) for name, word in zip(found.names, row.chosen, strict=True) if word != UNANSWERED
                ),
            )
            for panel in found.panels
            for row in panel.rows
            if row.criterion.key == report.criterion.key
        ]
        made.append(
            Talk(
                criterion=report.criterion,
                agreement=report.agreement.estimate,
                differing=sum(not each.row.unanimous for each in rows),
                parts=len(rows),
                said=tuple(each for each in rows if not each.row.unanimous or each.row.comments or each.row.reason),
            )
        )
    return tuple(sorted(made, key=lambda talk: 2.0 if talk.agreement is None else talk.agreement))


def in_short(title: str, found: Sequence[Talk]) -> str:
    """Why a draft is begun, in a sentence: where people differed most; without anybody's words."""
    differing = sorted((talk for talk in found if talk.differing), key=lambda talk: -talk.differing / talk.parts)
    told = ", ".join(f"{talk.criterion.name} ({talk.differing} of {talk.parts})" for talk in differing[:5])
    return f"From the calibration session “{title}”" + (f": people differed on {told}." if told else ".")


def revealed(
    rubric: rubrics.RubricVersion,
    parts: Sequence[PartOf],
    people: Sequence[Sitting],
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    *,
    shown_as: Mapping[int, str],
) -> Revealed:
    """Everything that the reveal shows, from what was scored and agreed."""
    present = [person.user.id for person in people if person.submitted]
    part_ids = [part.part.id for part in parts]
    consensus = {part.part.id: part.consensus.score if part.consensus else None for part in parts}
    return Revealed(
        names=tuple(shown_as[user_id] for user_id in present),
        people=tuple(present),
        panels=tuple(_panel(rubric, part, present, scored, agreed, shown_as) for part in parts),
        criteria=tuple(rules.criterion_reports(rubric, scored.answers, present, part_ids)),
        differences=tuple(
            Difference(name=shown_as[report.user_id], report=report)
            for report in rules.participant_reports(scored.scores, consensus, present)
        ),
        undecided=sum(part.consensus is None for part in parts),
    )


def _panel(
    rubric: rubrics.RubricVersion,
    part: PartOf,
    present: Sequence[int],
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    shown_as: Mapping[int, str],
) -> PartPanel:
    given = {
        (answer.user_id, answer.criterion_key): answer for answer in scored.answers if answer.part_id == part.part.id
    }
    rows = []
    for section in rubric.sections_for(part.ticket.channel):
        for criterion in section.criteria:
            answers = [given.get((user_id, criterion.key)) for user_id in present]
            words = tuple(answer_word(criterion, answer) for answer in answers)
            decided = agreed.get((part.session_part.id, criterion.key))
            rows.append(
                CriterionRow(
                    criterion=criterion,
                    chosen=words,
                    comments=tuple(
                        (shown_as[user_id], scored.comments[user_id, part.part.id, criterion.key])
                        for user_id in present
                        if (user_id, part.part.id, criterion.key) in scored.comments
                    ),
                    unanimous=len({word for word in words if word != UNANSWERED}) <= 1,
                    agreed=stored_choice(decided) if decided else None,
                    reason=decided.reason if decided else "",
                    proposed=rules.proposal(scored.answers, part.part.id, criterion),
                    choices=_choices(criterion),
                )
            )
    return PartPanel(
        part=part,
        scores=tuple(scored.scores.get((user_id, part.part.id)) for user_id in present),
        rows=tuple(rows),
        differing=sum(not row.unanimous for row in rows),
    )


def answer_word(criterion: rubrics.Criterion, answer: Given | None) -> str:
    """An answer in words."""
    if answer is None:
        return UNANSWERED
    if answer.not_applicable:
        return "N/A"
    if answer.percentage is not None:
        return f"{answer.percentage} %"
    return criterion.scale.level(answer.level_key).name if answer.level_key else UNANSWERED


def stored_choice(decided: ConsensusAnswer | Given) -> str:
    """What was agreed or chosen, as a form sends it."""
    return "na" if decided.not_applicable else decided.level_key or decided.percentage or ""


def _choices(criterion: rubrics.Criterion) -> tuple[Choice, ...]:
    choices = [Choice(value=level.key, name=level.name) for level in criterion.scale.levels]
    if criterion.na_allowed:
        choices.append(Choice(value="na", name="N/A"))
    return tuple(choices)
