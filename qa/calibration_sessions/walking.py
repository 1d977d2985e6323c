"""One criterion over all parts of a revealed session: what each person chose, said and showed, side by side. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rubrics
from qa.calibration_sessions import rules
from qa.calibration_sessions.models import ConsensusAnswer
from qa.calibration_sessions.queries import PartOf, Scored
from qa.calibration_sessions.reporting import as_given
from qa.calibration_sessions.rules import CriterionReport
from qa.calibration_sessions.session_page import UNANSWERED, answer_word
from qa.core.charts import Chart, Dot, DotRow, Numerals, dot_plot

Quotes = Mapping[tuple[int, int], Sequence[str]]  # by (user, part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One person's answer, its place on the scale (worst 0; none for N/A), and what it rests on."""

    who: str
    chosen: str
    place: float | None
    comment: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One part on the walk: the voices, and what was agreed with its reason."""

    part: PartOf
    voices: tuple[Voice, ...]
    agreed: str
    agreed_place: float | None
    reason: str

    @property
    def differs(self) -> bool:
        return len({voice.chosen for voice in self.voices}) > 1

    @property
    def spread(self) -> str:
        """How many chose what, the most chosen first."""
        chosen: dict[str, int] = {}
        for voice in self.voices:
            chosen[voice.chosen] = chosen.get(voice.chosen, 0) + 1
        return ", ".join(f"{count} × {word}" for word, count in sorted(chosen.items(), key=lambda each: -each[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A criterion with its neighbours on the form, its agreement, its chart and its stops."""

    criterion: rubrics.Criterion
    number: int
    of: int
    before: rubrics.Criterion | None
    after: rubrics.Criterion | None
    report: CriterionReport
    chart: Chart
    stops: tuple[Stop, ...]


def walk(
    rubric: rubrics.RubricVersion,
    key: str,
    parts: Sequence[PartOf],
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    *,
    names: Mapping[int, str],
    quotes: Quotes,
) -> Walk:
    """The walk's page of one criterion; ``names`` are those who answered anything, in the order shown.

    ``KeyError`` where the rubric has no such criterion.
    """
    criteria = list(rubric.criteria)
    at = next((place for place, each in enumerate(criteria) if each.key == key), None)
    if at is None:
        raise KeyError(key)
    criterion = criteria[at]
    stops = tuple(_stop(criterion, part, scored, agreed, names, quotes) for part in parts)
    return Walk(
        criterion=criterion,
        number=at + 1,
        of=len(criteria),
        before=criteria[at - 1] if at else None,
        after=criteria[at + 1] if at + 1 < len(criteria) else None,
        report=rules.criterion_report(criterion, scored.answers, list(names), [part.part.id for part in parts]),
        chart=_chart(criterion, stops),
        stops=stops,
    )


def _stop(
    criterion: rubrics.Criterion,
    part: PartOf,
    scored: Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    names: Mapping[int, str],
    quotes: Quotes,
) -> Stop:
    part_id = part.part.id
    given = {
        answer.user_id: answer
        for answer in scored.answers
        if answer.part_id == part_id and answer.criterion_key == criterion.key
    }
    voices = []
    for user_id, who in names.items():
        answer = given.get(user_id)
        word = answer_word(criterion, answer)
        if answer is None or word == UNANSWERED:
            continue
        voices.append(
            Voice(
                who=who,
                chosen=word,
                place=_place(criterion, answer.level_key, answer.percentage),
                comment=scored.comments.get((user_id, part_id, criterion.key), ""),
                quotes=tuple(quotes.get((user_id, part_id), ())),
            )
        )
    decided = agreed.get((part.session_part.id, criterion.key))
    return Stop(
        part=part,
        voices=tuple(voices),
        agreed="" if decided is None else answer_word(criterion, as_given(decided)),
        agreed_place=None if decided is None else _place(criterion, decided.level_key, decided.percentage),
        reason="" if decided is None else decided.reason,
    )


def _place(criterion: rubrics.Criterion, level_key: str | None, percentage: str | None) -> float | None:
    if percentage is not None:
        return rules.as_number(percentage)
    ranks = {level.key: float(rank) for rank, level in enumerate(reversed(criterion.scale.levels))}
    return ranks.get(level_key or "")


def _chart(criterion: rubrics.Criterion, stops: Sequence[Stop]) -> Chart:
    """Levels by person, a row a part; the bar through a row is what was agreed."""
    free = criterion.scale.kind == "percentage"
    levels = (
        () if free else tuple((float(rank), level.name) for rank, level in enumerate(reversed(criterion.scale.levels)))
    )
    return dot_plot(
        [
            DotRow(
                label=f"#{stop.part.ticket.external_id}",
                dots=tuple(
                    Dot(label=voice.who, value=voice.place, note="not applicable" if voice.place is None else "")
                    for voice in stop.voices
                ),
                reference=stop.agreed_place,
                url=f"#part-{stop.part.session_part.id}",
            )
            for stop in stops
        ],
        name=f"{criterion.name}: who chose what",
        axis="Part",
        numerals=Numerals(unit=" %") if free else Numerals(digits=0),
        ticks=levels,
        bounds=(0, 100) if free else None,
    )
