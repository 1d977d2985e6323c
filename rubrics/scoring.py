"""The score of one review, by the engine its rubric version names."""

from collections.abc import Callable, Mapping

from rubrics.answering import Answers
from rubrics.engines import first
from rubrics.model import ENGINES, RubricVersion
from rubrics.results import Score

Engine = Callable[..., Score]

ENGINE_VERSION = ENGINES[-1]  # what a new rubric is drafted with
_ENGINES: Mapping[str, Engine] = {"1": first.score}


def score(version: RubricVersion, answers: Answers, *, channel: str | None = None, explain: bool = True) -> Score:
    """Weighted score of one review, in percent, with the steps that led to it.

    N/A and critical failures count as the version says; all N/A gives no score. Answers to criteria that are not
    asked (another channel, an unmet condition) do not count. AnswerError for an answer that does not fit; ValueError
    for an engine that this program does not have. Without ``explain`` it comes without its steps, whose words take
    longer than the figure.
    """
    engine = _ENGINES.get(version.engine)
    if engine is None:
        known = ", ".join(_ENGINES)
        raise ValueError(
            f"rubric {version.key} {version.label} needs engine {version.engine}; this program has {known}"
        )
    return engine(version, answers, channel=channel, explain=explain)
