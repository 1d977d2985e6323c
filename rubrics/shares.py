"""How much of the score each criterion decides, whatever its weight looks like."""

from fractions import Fraction

from rubrics.answering import Answers, check_answer, visible_criteria
from rubrics.model import Criterion, RubricVersion


def effective_shares(
    version: RubricVersion, *, channel: str | None = None, answers: Answers | None = None
) -> dict[str, Fraction]:
    """The share of the score, 0 to 1, that each criterion decides.

    Without answers: of every criterion asked on the channel, all conditions met. With answers: of those visible now,
    N/A taken out where the rule removes it. Ordinary shares sum to 1; bonus shares stand on top of it; of a
    deductive rubric the share is the most a criterion can take off.
    """
    sections = version.sections_for(channel)
    open_keys = {item.key for section in sections for item in section.criteria}
    if answers is not None:
        open_keys = {item.key for item in visible_criteria(version, answers, channel=channel)}
    counted: dict[str, list[Criterion]] = {}
    for section in sections:
        counted[section.key] = [
            item for item in section.criteria if item.key in open_keys and not _taken_out(version, item, answers)
        ]
    ordinary = [section for section in sections if not section.bonus]
    weigh = {section.key: sum((item.weight for item in counted[section.key]), Fraction(0)) for section in sections}
    across = sum((section.weight for section in ordinary if weigh[section.key]), Fraction(0))
    pool = sum((weigh[section.key] for section in ordinary), Fraction(0))
    shares: dict[str, Fraction] = {}
    for section in sections:
        for item in counted[section.key]:
            within = item.weight / weigh[section.key] if weigh[section.key] else Fraction(0)
            if version.method == "deductive" and not section.bonus:
                within = item.weight / 100
            if section.bonus:
                shares[item.key] = within * section.weight / 100
            elif version.arithmetic == "sections":
                shares[item.key] = within * section.weight / across if across else Fraction(0)
            elif version.method == "deductive":
                shares[item.key] = within
            else:
                shares[item.key] = item.weight / pool if pool else Fraction(0)
    return shares


def _taken_out(version: RubricVersion, criterion: Criterion, answers: Answers | None) -> bool:
    answer = None if answers is None else answers.get(criterion.key)
    if answer is None or not answer.not_applicable:
        return False
    check_answer(criterion, answer)
    return version.na_rule == "removed"
