"""What a session taught: for everybody, and for one participant alone. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rubrics
from calibration.intervals import t_interval
from calibration.results import Estimate
from qa.calibration_sessions.models import ConsensusAnswer
from qa.calibration_sessions.queries import PartOf, Scored
from qa.calibration_sessions.rules import Given, ParticipantReport, as_number, participant_reports
from qa.calibration_sessions.session_page import Revealed, answer_word, stored_choice
from qa.core.charts import Chart, Numerals, Row, interval_plot
from qa.reviews.rules import read_percentage

SIGNED = Numerals(unit=" points", signed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was agreed on one criterion of one part where people differed or a reason was written."""

    part: PartOf
    criterion: str
    spread: str
    agreed: str
    reason: str


def decisions(found: Revealed) -> list[Decision]:
    """Everything that had to be settled, part by part."""
    made = []
    for panel in found.panels:
        for row in panel.rows:
            if row.agreed is None or (row.unanimous and not row.reason):
                continue
            counts: dict[str, int] = {}
            for word in row.chosen:
                counts[word] = counts.get(word, 0) + 1
            named = {choice.value: choice.name for choice in row.choices}
            made.append(
                Decision(
                    part=panel.part,
                    criterion=row.criterion.name,
                    spread=", ".join(
                        f"{count} × {word}" for word, count in sorted(counts.items(), key=lambda x: -x[1])
                    ),
                    agreed=named.get(row.agreed, row.agreed),
                    reason=row.reason,
                )
            )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """One part as its participant scored it, beside what was agreed."""

    part: PartOf
    score: float | None
    agreed: float | None

    @property
    def difference(self) -> float | None:
        return None if self.score is None or self.agreed is None else self.score - self.agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCriterion:
    """One criterion: how often alike, and by how many of its points above or below what was agreed, on average.

    ``missed`` are the parts answered otherwise, with both answers in words.
    """

    criterion: rubrics.Criterion
    alike: int
    of: int
    difference: Estimate
    missed: tuple[tuple[PartOf, str, str, str], ...]  # part, own, agreed, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """What one participant alone reads; ``others`` are the others' mean differences, unnamed, lowest first."""

    own: ParticipantReport
    others: tuple[float, ...]
    parts: tuple[OwnPart, ...]
    criteria: tuple[OwnCriterion, ...]


def own_report(
    rubric: rubrics.RubricVersion,
    parts: Sequence[PartOf],
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    *,
    user_id: int,
    present: Sequence[int],
) -> OwnReport:
    """One participant's report; ``present`` are all who scored anything."""
    consensus = {part.part.id: part.consensus.score if part.consensus else None for part in parts}
    reports = {each.user_id: each for each in participant_reports(scored.scores, consensus, present)}
    others = [
        each.difference.estimate
        for each in reports.values()
        if each.user_id != user_id and each.difference.estimate is not None
    ]
    return OwnReport(
        own=reports[user_id],
        others=tuple(sorted(others)),
        parts=tuple(
            OwnPart(part=part, score=scored.scores.get((user_id, part.part.id)), agreed=consensus[part.part.id])
            for part in parts
        ),
        criteria=tuple(_own_criterion(criterion, parts, scored, agreed, user_id) for criterion in rubric.criteria),
    )


def _own_criterion(
    criterion: rubrics.Criterion,
    parts: Sequence[PartOf],
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    user_id: int,
) -> OwnCriterion:
    given = {
        answer.part_id: answer
        for answer in scored.answers
        if answer.user_id == user_id and answer.criterion_key == criterion.key
    }
    differences, missed, alike, of = [], [], 0, 0
    for part in parts:
        own, decided = given.get(part.part.id), agreed.get((part.session_part.id, criterion.key))
        if own is None or decided is None:
            continue
        standard = as_given(decided)
        of += 1
        ours, theirs = share_of(criterion, own), share_of(criterion, standard)
        if ours is not None and theirs is not None:
            differences.append(100 * (ours - theirs))
        if choice_of(own) == choice_of(standard):
            alike += 1
        else:
            missed.append((part, answer_word(criterion, own), answer_word(criterion, standard), decided.reason))
    return OwnCriterion(
        criterion=criterion, alike=alike, of=of, difference=t_interval(differences), missed=tuple(missed)
    )


def as_given(decided: ConsensusAnswer) -> Given:
    """What was agreed, as an answer like any other."""
    return Given(
        user_id=0,
        part_id=0,
        criterion_key=decided.criterion_key,
        level_key=decided.level_key,
        percentage=decided.percentage,
        not_applicable=stored_choice(decided) == "na",
    )


def choice_of(answer: Given) -> str | float | None:
    """What two answers are compared by: the level, the percentage, or that it does not apply."""
    if answer.not_applicable:
        return "na"
    return as_number(answer.percentage) if answer.percentage is not None else answer.level_key


def share_of(criterion: rubrics.Criterion, answer: Given) -> float | None:
    """What an answer earns of the criterion's points, 0 to 1; none for N/A."""
    if answer.not_applicable or (answer.level_key is None and answer.percentage is None):
        return None
    percentage = None if answer.percentage is None else read_percentage(answer.percentage)
    found = rubrics.criterion_fraction(criterion, rubrics.Answer(level=answer.level_key, percentage=percentage))
    return None if found is None else float(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One session that somebody sat in: own scores and what was agreed, part by part."""

    title: str
    day: dt.date
    pairs: tuple[tuple[float, float], ...]

    @property
    def difference(self) -> Estimate:
        return t_interval([own - agreed for own, agreed in self.pairs])


def beside_the_others(report: OwnReport) -> Chart:
    """The own mean difference with its interval, and the others' without a name."""
    figure = report.own.difference
    rows = [
        Row(
            label="You",
            value=figure.estimate,
            low=figure.interval.low if figure.interval else None,
            high=figure.interval.high if figure.interval else None,
            n=report.own.parts,
        )
    ]
    rows += [Row(label="another person", value=value) for value in report.others]
    return interval_plot(
        rows, name="Mean difference from what was agreed", axis="Participant", numerals=SIGNED, reference=0.0,
        reference_text="as agreed",
    )  # fmt: skip


def over_sessions(sittings: Sequence[Sitting]) -> Chart:
    """The own mean difference session by session."""
    rows = []
    for sitting in sittings:
        figure = sitting.difference
        rows.append(
            Row(
                label=f"{sitting.day.day} {sitting.day:%b %Y}, {sitting.title}",
                value=figure.estimate,
                low=figure.interval.low if figure.interval else None,
                high=figure.interval.high if figure.interval else None,
                n=figure.n_items,
            )
        )
    return interval_plot(
        rows, name="Own difference over sessions", axis="Session", numerals=SIGNED, reference=0.0,
        reference_text="as agreed",
    )  # fmt: skip
