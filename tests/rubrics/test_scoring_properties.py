"""What must hold for every rubric and every set of answers."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from rubrics import Answer, RubricVersion, Scale, effective_shares, score
from tests.rubrics.builders import criterion, percent, rubric, section
from tests.rubrics.strategies import scored

FACTORS = st.fractions(Fraction(1, 7), 30, max_denominator=20)


def better(scale: Scale, answer: Answer) -> list[Answer]:
    """Every answer above this one."""
    if answer.percentage is not None:
        return [Answer(percentage=(answer.percentage + 100) / 2), Answer(percentage=Fraction(100))]
    place = [level.key for level in scale.levels].index(answer.level or "")
    return [Answer(level=level.key) for level in scale.levels[:place]]


def without(version: RubricVersion, key: str) -> RubricVersion:
    """The version with one criterion deleted, and its section too when nothing is left in it."""
    kept = [
        replace(section, criteria=tuple(item for item in section.criteria if item.key != key))
        for section in version.sections
    ]
    return replace(version, sections=tuple(section for section in kept if section.criteria))


@given(scored(), st.data())
def test_a_better_level_never_lowers_the_score(pair, data):
    version, answers = pair
    graded = [item for item in version.criteria if not answers[item.key].not_applicable]
    assume(graded)
    item = data.draw(st.sampled_from(graded))
    raised = better(item.scale, answers[item.key])
    assume(raised)

    before = score(version, answers)
    after = score(version, {**answers, item.key: data.draw(st.sampled_from(raised))})

    assert (before.value is None) == (after.value is None)
    assert before.value is None or after.value is None or before.value <= after.value
    assert len(after.failed_criticals) <= len(before.failed_criticals)


@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_sections_and_criteria_does_not_matter(pair, random):
    version, answers = pair
    shuffled = [
        replace(section, criteria=tuple(random.sample(section.criteria, len(section.criteria))))
        for section in random.sample(version.sections, len(version.sections))
    ]

    before = score(version, answers)
    after = score(replace(version, sections=tuple(shuffled)), answers)

    assert (after.value, after.base, after.outcome) == (before.value, before.base, before.outcome)
    assert (after.sections, after.criteria) == (before.sections, before.criteria)
    assert set(after.failed_criticals) == set(before.failed_criticals)


@given(scored(na_rules=("removed",)), st.data())
def test_na_removed_equals_deleting_the_criterion(pair, data):
    version, answers = pair
    key = data.draw(st.sampled_from([item.key for item in version.criteria]))
    answers = {**answers, key: Answer(not_applicable=True)}
    rest = {other: answer for other, answer in answers.items() if other != key}

    as_na = score(version, answers)
    deleted = score(without(version, key), rest)

    assert (as_na.value, as_na.base, as_na.outcome) == (deleted.value, deleted.base, deleted.outcome)


@given(scored(bonus=False, methods=("additive",)), FACTORS, FACTORS)
def test_scaling_all_weights_changes_nothing(pair, by_section, by_criterion):
    version, answers = pair
    scaled = [
        replace(
            section,
            weight=section.weight * by_section,
            criteria=tuple(replace(item, weight=item.weight * by_criterion) for item in section.criteria),
        )
        for section in version.sections
    ]
    heavier = replace(version, sections=tuple(scaled))

    assert score(heavier, answers).value == score(version, answers).value
    assert effective_shares(heavier) == effective_shares(version)


@given(scored())
def test_a_score_stays_between_nothing_and_what_bonus_and_cap_allow(pair):
    version, answers = pair

    found = score(version, answers)

    most = 100 + sum(section.weight for section in version.sections if section.bonus)
    if version.cap is not None:
        most = min(most, version.cap)
    for value in (found.value, found.base):
        assert value is None or 0 <= value <= most
    assert all(value is None or 0 <= value <= 100 for value in found.sections.values())


@given(scored())
def test_a_failed_critical_never_raises_the_score(pair):
    version, answers = pair

    found = score(version, answers)

    assert found.value is None or found.base is None or found.value <= found.base


@given(scored(bonus=False, critical=False, methods=("additive",), na=False))
def test_the_score_is_the_sum_of_shares_times_fractions(pair):
    version, answers = pair
    version = replace(version, cap=None)

    found = score(version, answers)
    shares = effective_shares(version)

    assert sum(shares.values()) == 1
    assert found.value == 100 * sum(shares[key] * (fraction or 0) for key, fraction in found.criteria.items())


@given(st.lists(st.tuples(FACTORS, st.fractions(0, 100, max_denominator=90)), min_size=1, max_size=9))
def test_a_weighted_mean_is_exact_whatever_its_denominators(pairs):
    version = rubric(section("all", *(criterion(f"c{n}", weight) for n, (weight, _) in enumerate(pairs))))

    found = score(version, {f"c{n}": percent(given) for n, (_, given) in enumerate(pairs)})

    assert found.value == sum(weight * given for weight, given in pairs) / sum(weight for weight, _ in pairs)


@given(scored(), st.sampled_from([None, "chat", "e-mail", "web"]))
def test_answers_on_another_channel_equal_a_rubric_without_its_sections(pair, channel):
    version, answers = pair
    asked = tuple(section for section in version.sections if section.applies_to(channel))
    smaller = replace(version, sections=asked)
    kept = {item.key: answers[item.key] for item in smaller.criteria}

    here = score(version, answers, channel=channel)
    there = score(smaller, kept)

    assert (here.value, here.outcome, here.steps) == (there.value, there.outcome, there.steps)


@given(scored())
def test_the_last_step_says_the_score(pair):
    version, answers = pair

    found = score(version, answers)

    assert found.steps[-1].value == found.value
    assert [step.key for step in found.steps if step.kind == "criterion"] == [item.key for item in version.criteria]


@given(scored(), st.sampled_from([None, "chat"]))
def test_the_score_without_its_words_is_the_same_score(pair, channel):
    version, answers = pair

    told = score(version, answers, channel=channel)

    assert score(version, answers, channel=channel, explain=False) == replace(told, steps=())
    assert told.steps
