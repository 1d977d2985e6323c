"""Whether a reviewer passes on more than the others: exact test, corrected for how many are looked at."""

import pytest

from qa.sampling.bias import LESS, MORE, SAME, Given, rates


def test_the_test_is_fisher_s_exact_one():
    # The lady tasting tea: 3 of 4 and 1 of 4, two-sided p = 34/70 (Fisher 1935); twice that after Holm.
    first, second = rates({1: Given(parts=4, gone=3), 2: Given(parts=4, gone=1)})

    assert first.p_value == second.p_value == pytest.approx(min(1.0, 2 * 34 / 70))
    assert {first.verdict, second.verdict} == {SAME}


def test_who_passes_on_far_more_is_named_and_the_others_are_not():
    found = rates({1: Given(parts=100, gone=30), 2: Given(parts=100, gone=3), 3: Given(parts=100, gone=4)})

    assert [rate.verdict for rate in found] == [MORE, LESS, LESS]
    assert found[0].others == pytest.approx(7 / 200)


def test_the_largest_of_many_equal_rates_is_not_named():
    # Twenty of 400 went elsewhere, spread as chance spreads them: 5 of 40 is the most.
    alike = {key: Given(parts=40, gone=gone) for key, gone in enumerate((2, 1, 3, 5, 2, 0, 1, 2, 3, 1))}

    assert {rate.verdict for rate in rates(alike)} == {SAME}


def test_who_was_given_nothing_has_no_rate_and_a_lone_reviewer_nobody_to_compare_with():
    (alone,) = rates({1: Given(parts=9, gone=2)})

    assert (alone.p_value, alone.others, alone.verdict) == (None, None, SAME)
    assert rates({1: Given(parts=0, gone=0), 2: Given(parts=3, gone=0)})[0].interval is None


def test_more_gone_than_given_is_refused():
    with pytest.raises(ValueError, match="cannot have gone"):
        rates({1: Given(parts=1, gone=2)})
